//! Cases of the slot builder, one a rule.

use super::*;
use deren_primitives::{DeviceCursor, SlotClock};
use std::num::NonZeroU32;

fn rules() -> Rules {
    Rules {
        clock: SlotClock::new(NonZeroU32::new(60).expect("not zero")),
        confirmations: 3,
        boundary_wait_ms: 10_000,
        max_power: None,
        has_serial: true,
    }
}

fn builder() -> SlotBuilder {
    SlotBuilder::new(rules(), Progress::default())
}

fn seen(at_s: u64, import_wh: u64) -> Observation {
    let registers = Registers { import_mwh: import_wh * 1000, export_mwh: 0 };
    Observation::plain(Point { at_ms: at_s * 1000, registers })
}

/// Feeds samples and gathers the spans.
fn feed(builder: &mut SlotBuilder, samples: &[(u64, u64)]) -> Vec<Span> {
    samples.iter().flat_map(|(at_s, wh)| builder.take(seen(*at_s, *wh), true).spans).collect()
}

/// As [`feed`], from a device that says after each odd sample who it is.
fn feed_known(builder: &mut SlotBuilder, samples: &[(u64, u64)]) -> Vec<Span> {
    let take = |(at_s, wh): &(u64, u64)| {
        let outcome = builder.take(seen(*at_s, *wh), true);
        builder.identity_seen();
        outcome.spans
    };
    samples.iter().flat_map(take).collect()
}

fn import(span: &Span) -> (u64, u64) {
    (span.registers.import_open_mwh, span.registers.import_close_mwh)
}

#[test]
fn the_first_span_begins_at_the_first_boundary_seen() {
    let spans = feed(&mut builder(), &[(30, 0), (50, 20), (70, 40), (90, 60), (110, 80), (130, 100)]);
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].first_slot, spans[0].slot_count), (Slot(1), 1));
    assert_eq!(import(&spans[0]), (30_000, 90_000));
    assert_eq!(spans[0].quality, Quality::GOOD);
    assert_eq!((spans[0].samples, spans[0].max_gap_ms), (3, 20_000));
}

#[test]
fn a_sample_on_the_boundary_needs_no_interpolation() {
    let spans = feed(&mut builder(), &[(60, 7), (90, 8), (120, 9)]);
    assert_eq!(import(&spans[0]), (7_000, 9_000));
    assert_eq!(spans[0].samples, 2);
}

#[test]
fn interpolation_rounds_down() {
    let from = Point { at_ms: 0, registers: Registers { import_mwh: 10, export_mwh: 0 } };
    let to = Point { at_ms: 3, registers: Registers { import_mwh: 11, export_mwh: 5 } };
    assert_eq!(from.towards(to, 2), Registers { import_mwh: 10, export_mwh: 3 });
    assert_eq!(from.towards(to, 9), to.registers);
}

#[test]
fn a_gap_longer_than_half_a_slot_makes_a_slot_estimated() {
    let spans = feed(&mut builder(), &[(60, 0), (80, 1), (111, 2), (125, 3), (150, 4), (179, 5), (181, 6)]);
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
    assert_eq!(spans[0].max_gap_ms, 31_000);
    assert_eq!(spans[1].quality, Quality::GOOD);
}

#[test]
fn slots_without_a_sample_become_one_estimated_span() {
    let spans = feed(&mut builder(), &[(60, 0), (80, 20), (100, 40), (610, 550), (620, 560), (665, 605)]);
    assert_eq!((spans[0].first_slot, spans[0].slot_count), (Slot(1), 1));
    assert_eq!((spans[1].first_slot, spans[1].slot_count, spans[1].samples), (Slot(2), 8, 0));
    assert!(spans[1].quality.contains(Quality::ESTIMATED));
    assert_eq!(spans[2].first_slot, Slot(10));
    assert!(spans.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
}

#[test]
fn after_a_bounded_wait_the_last_sample_closes_the_slot() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (85, 25), (110, 50)]);
    assert!(builder.settle(129_999, true).is_empty());
    let spans = builder.settle(130_000, true);
    assert_eq!(import(&spans[0]), (0, 50_000));
    assert_eq!(spans[0].quality, Quality::GOOD);
    assert!(builder.settle(140_000, true).is_empty());
    let later = feed(&mut builder, &[(135, 75), (160, 100), (185, 125)]);
    assert_eq!(import(&later[0]).0, 50_000);
}

#[test]
fn a_glitch_to_zero_is_ignored() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (80, 1001)]);
    assert_eq!(builder.take(seen(90, 0), true).note, Note::Doubted(1));
    let spans = feed(&mut builder, &[(100, 1002), (121, 1003)]);
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].register_epoch, spans[0].quality), (0, Quality::GOOD));
    assert!(import(&spans[0]).1 <= 1_003_000);
}

#[test]
fn a_reset_is_confirmed_over_several_samples_and_raises_the_epoch() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (80, 1010)]);
    assert_eq!(builder.take(seen(90, 2), true).note, Note::Doubted(1));
    builder.identity_seen();
    assert_eq!(builder.take(seen(95, 3), true).note, Note::Doubted(2));
    assert_eq!(builder.take(seen(100, 4), true).note, Note::ResetConfirmed);
    let spans = feed(&mut builder, &[(121, 8), (150, 10), (175, 11), (181, 12)]);
    assert_eq!(spans.len(), 2);
    assert_eq!((spans[0].register_epoch, import(&spans[0])), (0, (1_000_000, 1_010_000)));
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
    assert_eq!((spans[1].register_epoch, spans[1].first_slot), (1, Slot(2)));
    assert_eq!(import(&spans[1]).0, 2_000);
    assert!(spans[1].quality.contains(Quality::EPOCH_RAISED));
    let next = feed(&mut builder, &[(200, 14), (220, 16), (241, 18)]);
    assert_eq!((next[0].register_epoch, next[0].quality), (1, Quality::GOOD));
}

#[test]
fn a_fall_to_zero_is_believed_only_once_it_counts_again() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (61, 1001)]);
    for second in 62..100 {
        assert!(matches!(builder.take(seen(second, 0), true).note, Note::Doubted(_)));
        builder.identity_seen();
    }
    assert_eq!(builder.take(seen(100, 1), true).note, Note::ResetConfirmed);
    let mut recovers = self::builder();
    feed(&mut recovers, &[(60, 1000), (61, 1001), (62, 0), (63, 0)]);
    recovers.identity_seen();
    assert_eq!(recovers.take(seen(110, 1002), true).note, Note::Taken);
    assert_eq!(recovers.progress().register_epoch(), 0);
}

#[test]
fn a_register_that_reads_nothing_for_ages_is_believed_in_the_end() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (61, 1001)]);
    let confirmed = (62..1_000).find(|second| {
        let note = builder.take(seen(*second, 0), true).note;
        builder.identity_seen();
        note == Note::ResetConfirmed
    });
    assert_eq!(confirmed, Some(361), "300 samples");
}

#[test]
fn without_its_identity_no_number_of_samples_makes_a_reset() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (61, 1001)]);
    for second in 62..900 {
        assert!(matches!(builder.take(seen(second, 7), true).note, Note::Doubted(_)));
    }
    builder.identity_seen();
    assert_eq!(builder.take(seen(900, 8), true).note, Note::ResetConfirmed);
}

#[test]
fn a_device_without_a_serial_number_needs_five_times_the_samples() {
    let mut builder = SlotBuilder::new(Rules { has_serial: false, ..rules() }, Progress::default());
    feed(&mut builder, &[(60, 1000), (61, 1001)]);
    for second in 62..76 {
        assert!(matches!(builder.take(seen(second, 7), true).note, Note::Doubted(_)));
    }
    assert_eq!(builder.take(seen(76, 7), true).note, Note::ResetConfirmed);
}

#[test]
fn a_reset_across_a_silence_closes_the_old_slot_and_opens_the_next() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 500), (80, 510)]);
    let spans = feed_known(&mut builder, &[(310, 1), (315, 2), (320, 3), (361, 4)]);
    assert_eq!((spans[0].first_slot, spans[0].slot_count, import(&spans[0])), (Slot(1), 1, (500_000, 510_000)));
    assert_eq!((spans[1].first_slot, spans[1].slot_count, import(&spans[1])), (Slot(2), 3, (1_000, 1_000)));
    assert!(spans[1].quality.contains(Quality::EPOCH_RAISED));
    assert_eq!((spans[2].first_slot, spans[2].register_epoch), (Slot(5), 1));
}

fn with_power(rated_w: u32) -> SlotBuilder {
    let power = MaxPower { rated_w, slot_energy_seconds: 60, slot_seconds: 60 };
    SlotBuilder::new(Rules { max_power: Some(power), ..rules() }, Progress::default())
}

/// Nothing of this may happen to any span of a device of this power.
fn assert_possible(spans: &[Span], rated_w: u64) {
    for span in spans {
        let energy_mwh = span.registers.import_close_mwh - span.registers.import_open_mwh;
        let most_mwh = rated_w * 60_000 * u64::from(span.slot_count) * 11 / 36_000;
        assert!(energy_mwh <= most_mwh, "{energy_mwh} > {most_mwh}: {span:?}");
    }
    assert!(spans.windows(2).all(|pair| pair[0].end_slot() == pair[1].first_slot));
}

#[test]
fn a_jump_up_and_back_books_nothing() {
    let mut builder = with_power(5000);
    feed(&mut builder, &[(60, 1000), (70, 1001)]);
    assert_eq!(builder.take(seen(80, 53_700_000), true).note, Note::Doubted(1));
    assert_eq!(builder.take(seen(90, 1002), true).note, Note::Taken);
    let spans = feed(&mut builder, &[(100, 1003), (120, 1005)]);
    assert_eq!((spans[0].quality, import(&spans[0])), (Quality::GOOD, (1_000_000, 1_005_000)));
}

#[test]
fn a_jump_that_stays_is_a_new_epoch_and_books_nothing() {
    let mut builder = with_power(5000);
    feed(&mut builder, &[(60, 1000), (70, 1001)]);
    for (at_s, note) in [(80, Note::Doubted(1)), (90, Note::Doubted(2)), (100, Note::JumpConfirmed)] {
        assert_eq!(builder.take(seen(at_s, 900_000), true).note, note);
        builder.identity_seen();
    }
    let spans = feed(&mut builder, &[(121, 900_001), (150, 900_002), (181, 900_003)]);
    assert_eq!((spans[0].register_epoch, import(&spans[0])), (0, (1_000_000, 1_001_000)));
    assert_eq!((spans[1].register_epoch, import(&spans[1]).0), (1, 900_000_000));
    assert!(spans[1].quality.contains(Quality::EPOCH_RAISED));
    assert_possible(&spans, 5000);
}

#[test]
fn waiting_makes_a_jump_no_truer() {
    let mut builder = with_power(5000);
    feed(&mut builder, &[(60, 1000), (70, 1001)]);
    assert_eq!(builder.take(seen(80, 1200), true).note, Note::Doubted(1));
    // By now 200 Wh could have flowed, but they had not when they were shown first.
    assert_eq!(builder.take(seen(240, 1201), true).note, Note::Doubted(2));
}

#[test]
fn a_register_that_stood_still_and_catches_up_is_believed_with_the_gap_it_stood() {
    let mut builder = with_power(5000);
    let mut take = |at_s, wh| {
        let shown = Observation { power_w: Some(4_500), shows_power: true, ..seen(at_s, wh) };
        builder.take(shown, true)
    };
    for (at_s, wh) in [(60, 1000), (70, 1010), (80, 1010), (90, 1010), (100, 1010)] {
        assert_eq!(take(at_s, wh).note, Note::Taken);
    }
    assert_eq!(take(110, 1060).note, Note::Taken, "40 s of 4.5 kW are 50 Wh");
    let spans = take(120, 1070).spans;
    assert_eq!((import(&spans[0]), spans[0].max_gap_ms), ((1_000_000, 1_070_000), 40_000));
    assert!(spans[0].quality.contains(Quality::ESTIMATED), "more than half a slot without news");
}

#[test]
fn a_device_that_never_says_what_flows_catches_up_once_it_is_confirmed() {
    let mut builder = with_power(5000);
    feed(&mut builder, &[(60, 1000), (70, 1010), (80, 1010), (90, 1010), (100, 1010)]);
    for (at_s, wh, note) in [(110, 1060, Note::Doubted(1)), (111, 1060, Note::Doubted(2)), (112, 1061, Note::Taken)] {
        assert_eq!(builder.take(seen(at_s, wh), true).note, note);
        builder.identity_seen();
    }
    let spans = feed(&mut builder, &[(120, 1070)]);
    assert_eq!((import(&spans[0]), spans[0].register_epoch), ((1_000_000, 1_070_000), 0));
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
}

#[test]
fn what_the_power_that_is_shown_does_not_explain_is_never_booked() {
    let mut builder = with_power(5000);
    let mut take = |at_s, wh| {
        let note = builder.take(Observation { shows_power: true, ..seen(at_s, wh) }, true).note;
        builder.identity_seen();
        note
    };
    for (at_s, wh) in [(60, 1000), (70, 1010), (80, 1010), (90, 1010), (100, 1010)] {
        assert_eq!(take(at_s, wh), Note::Taken);
    }
    assert_eq!([take(110, 1060), take(111, 1060), take(112, 1061)][2], Note::JumpConfirmed);
}

#[test]
fn a_register_that_stands_while_power_flows_is_no_news() {
    let mut builder = with_power(5000);
    feed(&mut builder, &[(60, 1000), (70, 1010)]);
    let counter = deren_meters::Counter { modulus_mwh: None, step_mwh: Some(1_000) };
    for at_s in [80, 90, 100, 110] {
        builder.take(Observation { power_w: Some(3_000), import_counter: counter, ..seen(at_s, 1010) }, true);
    }
    let spans = feed(&mut builder, &[(120, 1010)]);
    assert_eq!(spans[0].max_gap_ms, 50_000);
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
}

#[test]
fn the_power_after_a_silence_says_nothing_of_the_silence() {
    let mut builder = with_power(5000);
    let counter = deren_meters::Counter { modulus_mwh: None, step_mwh: Some(1_000) };
    let mut take = |at_s, wh, power_w| {
        let shown = Observation { power_w: Some(power_w), import_counter: counter, ..seen(at_s, wh) };
        builder.take(shown, true).spans
    };
    for (at_s, wh) in [(60, 1000), (70, 1001), (80, 1002)] {
        take(at_s, wh, 360);
    }
    // 100 W for 90 s would be more than the register can hide; for 10 s they are not.
    assert!(take(170, 1002, 100).iter().all(|span| span.quality.contains(Quality::ESTIMATED)));
    let spans: Vec<Span> = (180..=240).step_by(10).flat_map(|at_s| take(at_s, 1002, 0)).collect();
    assert_eq!((spans[1].quality, spans[1].max_gap_ms), (Quality::GOOD, 10_000));
}

#[test]
fn energy_above_rated_power_is_held_until_it_fits_into_an_estimated_reading() {
    let mut builder = with_power(3000);
    // 3 kW give 50 Wh a slot of a minute; for two minutes the device shows 80.
    let mut spans = feed(&mut builder, &[(60, 0), (90, 40), (119, 79)]);
    assert_eq!(builder.take(seen(121, 81), true).note, Note::TooMuch);
    spans.extend(feed(&mut builder, &[(150, 120), (179, 159)]));
    assert!(spans.is_empty());
    spans.extend(feed(&mut builder, &[(181, 160), (220, 160), (241, 160), (270, 160), (299, 160), (301, 161)]));
    assert_eq!((spans[0].first_slot, spans[0].slot_count, import(&spans[0])), (Slot(1), 3, (0, 160_000)));
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
    assert_eq!((spans[1].first_slot, spans[1].quality), (Slot(4), Quality::GOOD));
    assert_possible(&spans, 3000);
}

#[test]
fn a_reset_in_a_slot_that_shows_too_much_is_held_with_it() {
    let mut builder = with_power(3000);
    let mut spans = feed_known(&mut builder, &[(60, 1000), (80, 1027), (100, 1054), (119, 1080)]);
    for at_s in [121, 131, 141, 151, 181, 211, 241, 271, 301, 331, 361, 391, 421] {
        spans.extend(feed_known(&mut builder, &[(at_s, at_s / 10)]));
    }
    assert_eq!((spans[0].register_epoch, import(&spans[0])), (0, (1_000_000, 1_080_000)));
    assert!(spans[0].slot_count > 1 && spans[1].register_epoch == 1);
    assert_possible(&spans, 3000);
}

#[test]
fn a_wrap_keeps_its_epoch_and_its_energy() {
    let modulus_mwh = 4_294_967_296_000;
    let counter = deren_meters::Counter { modulus_mwh: Some(modulus_mwh), step_mwh: Some(1_000) };
    let mut builder = with_power(5000);
    let mut take = |at_s: u64, truth_wh: u64| {
        let wh = truth_wh % 4_294_967_296;
        let outcome = builder.take(Observation { import_counter: counter, ..seen(at_s, wh) }, true);
        builder.identity_seen();
        outcome
    };
    let start_wh = 4_294_967_296 - 20;
    for at_s in [60, 70, 79] {
        assert_eq!(take(at_s, start_wh + at_s - 60).note, Note::Taken);
    }
    assert_eq!(take(81, start_wh + 21).note, Note::Doubted(1));
    assert_eq!(take(90, start_wh + 30).note, Note::Doubted(2));
    assert_eq!(take(100, start_wh + 40).note, Note::WrapConfirmed);
    let spans = take(120, start_wh + 60).spans;
    assert_eq!((spans[0].register_epoch, spans[0].quality), (0, Quality::GOOD));
    assert_eq!(import(&spans[0]), (modulus_mwh - 20_000, modulus_mwh + 40_000));
    let next: Vec<Span> = [150, 180].into_iter().flat_map(|at_s| take(at_s, start_wh + at_s - 60).spans).collect();
    assert!(next[0].registers.continues(&spans[0].registers));
}

#[test]
fn what_was_held_before_a_slot_was_sealed_without_it_is_in_the_gap_at_its_end() {
    let counter = deren_meters::Counter { modulus_mwh: Some(4_294_967_296_000), step_mwh: Some(1_000) };
    let mut builder = with_power(5000);
    let take = |builder: &mut SlotBuilder, at_s: u64| {
        let wh = (4_294_967_296 - 12 + (at_s - 60) / 2) % 4_294_967_296;
        let outcome = builder.take(Observation { import_counter: counter, ..seen(at_s, wh) }, true);
        builder.identity_seen();
        outcome
    };
    for at_s in [60, 70, 80] {
        assert_eq!(take(&mut builder, at_s).note, Note::Taken);
    }
    assert_eq!([90, 110].map(|at_s| take(&mut builder, at_s).note), [Note::Doubted(1), Note::Doubted(2)]);
    let sealed = builder.settle(131_000, true);
    assert_eq!((import(&sealed[0]).1, sealed[0].max_gap_ms), (4_294_967_294_000, 51_000));
    assert_eq!(take(&mut builder, 135).note, Note::WrapConfirmed);
    let spans: Vec<Span> = [150, 165, 180].into_iter().flat_map(|at_s| take(&mut builder, at_s).spans).collect();
    // 30 Wh flowed in this slot; the 20 Wh of the one before that were held are booked with them, and so declared.
    assert_eq!((import(&spans[0]), spans[0].max_gap_ms), ((4_294_967_294_000, 4_294_967_344_000), 55_000));
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
}

#[test]
fn a_device_that_forgot_a_little_stands_until_it_has_caught_up() {
    let mut builder = with_power(5000);
    feed(&mut builder, &[(60, 100_000), (80, 100_020)]);
    for (at_s, wh, note) in [(90, 100_010, Note::Below), (100, 100_019, Note::Below), (110, 100_029, Note::Taken)] {
        assert_eq!(builder.take(seen(at_s, wh), true).note, note);
    }
    let spans = feed(&mut builder, &[(120, 100_039)]);
    assert_eq!((spans[0].register_epoch, spans[0].quality), (0, Quality::SUSPECT));
    assert_eq!(import(&spans[0]), (100_000_000, 100_039_000));
}

#[test]
fn the_guard_scales_with_the_time_that_a_slot_stands_for() {
    let power = MaxPower { rated_w: 5000, slot_energy_seconds: 900, slot_seconds: 12 };
    assert_eq!(power.energy_mwh(1000), 5500 * 75_000 / 3600 + 1);
}

#[test]
fn after_a_clock_was_far_ahead_the_energy_is_believed_and_spread() {
    let mut builder = with_power(7200);
    feed(&mut builder, &[(60, 0), (90, 30), (119, 59)]);
    // The clock leaps five minutes ahead, and back.
    let mut spans = feed(&mut builder, &[(420, 60)]);
    for at_s in [130, 250, 370] {
        assert_eq!(builder.take(seen(at_s, at_s - 60), true).note, Note::BehindSealed);
    }
    for at_s in [430, 440, 470, 490, 550, 610, 670, 730, 790, 850, 910, 970, 1030] {
        spans.extend(feed_known(&mut builder, &[(at_s, at_s - 60)]));
    }
    assert_eq!(builder.progress().register_epoch(), 0);
    assert_possible(&spans, 7200);
    let total = spans.last().map(|span| import(span).1);
    assert_eq!(total, spans.last().map(|span| (u64::from(span.end_slot().0) - 1) * 60_000));
}

#[test]
fn while_sealing_is_held_the_chain_stays_and_one_span_covers_the_time() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (90, 30)]);
    for (at_s, wh) in [(121, 61), (185, 125), (250, 190)] {
        assert!(builder.take(seen(at_s, wh), false).spans.is_empty());
    }
    let spans = feed(&mut builder, &[(301, 241)]);
    assert_eq!((spans[0].first_slot, spans[0].slot_count, import(&spans[0])), (Slot(1), 4, (0, 240_000)));
    assert!(spans[0].quality.contains(Quality::ESTIMATED));
}

#[test]
fn a_hold_across_one_boundary_keeps_the_boundary_exact() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (80, 20), (110, 50)]);
    assert!(builder.take(seen(130, 70), false).spans.is_empty());
    let spans = feed(&mut builder, &[(140, 80)]);
    assert_eq!((spans[0].slot_count, import(&spans[0]), spans[0].quality), (1, (0, 60_000), Quality::GOOD));
    let spans = feed(&mut builder, &[(160, 100), (181, 121)]);
    assert_eq!(import(&spans[0]), (60_000, 120_000));
}

#[test]
fn a_gap_in_the_slot_in_which_a_hold_ends_is_not_forgotten() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (80, 20), (110, 50)]);
    assert!(builder.take(seen(121, 61), false).spans.is_empty());
    assert!(builder.take(Observation { suspect: true, ..seen(155, 95) }, false).spans.is_empty());
    feed(&mut builder, &[(160, 100), (170, 110)]);
    let spans = feed(&mut builder, &[(181, 121)]);
    assert_eq!((import(&spans[0]), spans[0].max_gap_ms), ((60_000, 120_000), 34_000));
    assert_eq!(spans[0].quality, Quality::ESTIMATED.with(Quality::SUSPECT));
}

#[test]
fn a_restart_continues_from_what_was_stored() {
    let mut first = builder();
    feed(&mut first, &[(60, 0), (80, 20), (100, 40)]);
    let stored = codec::Encode::encode(first.progress());
    let progress = codec::Decode::decode(&mut &stored[..]).expect("its own bytes");
    let mut second = SlotBuilder::new(rules(), progress);
    let samples = [(125, 65), (150, 90), (180, 120)];
    assert_eq!(feed(&mut second, &samples), feed(&mut first, &samples));
}

#[test]
fn what_was_stored_before_there_was_news_still_decodes() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (80, 20), (100, 40)]);
    let stored = codec::Encode::encode(builder.progress());
    let news_bytes = 6 * 8;
    let old: Progress = codec::DecodeAll::decode_all(&mut &stored[..stored.len() - news_bytes]).expect("older bytes");
    assert_eq!((old.next_slot(), old.samples()), (builder.progress().next_slot(), builder.progress().samples()));
    assert_eq!(codec::Encode::encode(&old).len(), stored.len() - news_bytes);
}

#[test]
fn a_late_sample_changes_nothing() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (80, 20)]);
    assert_eq!(builder.take(seen(79, 19), true).note, Note::OutOfOrder);
    assert_eq!(builder.take(seen(80, 20), true).note, Note::OutOfOrder);
}

#[test]
fn a_clock_set_back_never_goes_behind_what_is_sealed() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (100, 40), (125, 65), (170, 110)]);
    assert_eq!(builder.take(seen(70, 111), true).note, Note::BehindSealed);
    assert_eq!(builder.take(seen(130, 112), true).note, Note::Taken);
    let spans = feed(&mut builder, &[(150, 113), (181, 114)]);
    assert_eq!(spans[0].first_slot, Slot(2));
    assert!(spans[0].quality.contains(Quality::CLOCK_UNSYNCHRONISED));
}

#[test]
fn doubts_of_driver_and_clock_reach_their_slot_only() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (80, 20)]);
    builder.take(Observation { suspect: true, clock_unsynchronised: true, ..seen(100, 40) }, true);
    let spans = feed(&mut builder, &[(120, 60), (150, 90), (180, 120)]);
    assert_eq!(spans[0].quality, Quality::SUSPECT.with(Quality::CLOCK_UNSYNCHRONISED));
    assert_eq!(spans[1].quality, Quality::GOOD);
}

#[test]
fn a_device_that_the_chain_knows_continues_there() {
    let cursor = DeviceCursor {
        next_sequence: 7,
        register_epoch: 2,
        next_slot: Slot(3),
        registers: RegisterSpan { import_close_mwh: 9_000, ..Default::default() },
        ..Default::default()
    };
    let mut builder = SlotBuilder::new(rules(), Progress::continuing(&cursor, rules().clock));
    let spans = feed(&mut builder, &[(200, 10), (241, 11)]);
    assert_eq!((spans[0].first_slot, spans[0].register_epoch, import(&spans[0]).0), (Slot(3), 2, 9_000));
    assert_eq!(Progress::continuing(&DeviceCursor::default(), rules().clock), Progress::default());
}

#[test]
fn ages_of_silence_are_cut_into_spans_that_can_be_counted() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (80, 20)]);
    let late_s = 60 * 70_000 * 10;
    let mut spans = feed(&mut builder, &[(late_s, 1_000_000)]);
    assert!(spans.len() <= 9);
    spans.extend(feed(&mut builder, &[(late_s + 10, 1_000_010), (late_s + 20, 1_000_020)]));
    assert!(spans.windows(2).all(|pair| pair[0].end_slot() == pair[1].first_slot));
    assert!(spans.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
    assert_eq!(spans.last().map(Span::end_slot), Some(Slot(700_000)));
}
