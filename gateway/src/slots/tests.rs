//! Cases of the slot builder, one a rule.

mod power;
mod properties;

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
fn the_first_span_begins_at_the_first_boundary_seen() {
    let spans = feed(&mut builder(), &[(30, 0), (50, 20), (70, 40), (90, 60), (110, 80), (130, 100)]);
    assert_eq!(spans.len(), 1);
    assert_eq!((spans[0].first_slot, spans[0].slot_count), (Slot(1), 1));
    assert_eq!(import(&spans[0]), (30_000, 90_000));
    assert_eq!(spans[0].quality, Quality::GOOD);
    assert_eq!((spans[0].samples.len(), spans[0].max_gap_ms), (3, 20_000));
}

#[test]
fn a_sample_on_the_boundary_needs_no_interpolation() {
    let spans = feed(&mut builder(), &[(60, 7), (90, 8), (120, 9)]);
    assert_eq!(import(&spans[0]), (7_000, 9_000));
    assert_eq!(spans[0].samples.len(), 1, "a device's very first sample only shows where it stands");
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
    assert_eq!((spans[1].first_slot, spans[1].slot_count, spans[1].samples.len()), (Slot(2), 8, 0));
    assert!(spans[1].quality.contains(Quality::ESTIMATED));
    assert_eq!(spans[2].first_slot, Slot(10));
    assert!(spans.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
}

#[test]
fn after_a_bounded_wait_the_last_sample_closes_the_slot() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 0), (85, 25), (110, 50)]);
    assert!(builder.close(129_999, true).is_empty());
    let spans = builder.close(130_000, true);
    assert_eq!(import(&spans[0]), (0, 50_000));
    assert_eq!(spans[0].quality, Quality::GOOD);
    assert!(builder.close(140_000, true).is_empty());
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
fn a_reset_after_a_hold_across_a_boundary_leaves_the_boundary_exact() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (80, 1020), (110, 1050)]);
    for (at_s, wh) in [(130, 1070), (135, 1075)] {
        assert!(builder.take(seen(at_s, wh), false).spans.is_empty());
    }
    let spans = feed_known(&mut builder, &[(140, 2), (145, 3), (150, 4)]);
    assert_eq!((spans[0].slot_count, import(&spans[0]), spans[0].quality), (1, (1_000_000, 1_060_000), Quality::GOOD));
    let spans = feed(&mut builder, &[(160, 5), (181, 6)]);
    assert_eq!((spans[0].register_epoch, import(&spans[0])), (0, (1_060_000, 1_075_000)));
    assert_eq!((spans[0].slot_count, spans[0].quality), (1, Quality::ESTIMATED));
}

#[test]
fn a_clock_set_back_behind_a_reset_books_nothing_of_the_new_registers() {
    let mut builder = builder();
    feed(&mut builder, &[(60, 1000), (80, 1020), (110, 1050)]);
    for (at_s, wh) in [(130, 1070), (140, 2), (145, 3), (150, 4), (185, 8), (125, 9)] {
        assert!(builder.take(seen(at_s, wh), false).spans.is_empty());
        builder.identity_seen();
    }
    let spans = feed(&mut builder, &[(130, 10), (150, 11), (181, 12)]);
    assert_eq!((import(&spans[0]), import(&spans[1])), ((1_000_000, 1_070_000), (1_070_000, 1_070_000)));
    assert!(spans[0].quality.contains(Quality::CLOCK_UNSYNCHRONISED) && spans[1].quality.contains(Quality::ESTIMATED));
    assert_eq!((spans[0].register_epoch, spans[1].register_epoch, builder.progress().register_epoch()), (0, 0, 1));
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
    let (second, first) = (feed(&mut second, &samples), feed(&mut first, &samples));
    let without_samples = Span { samples: Vec::new(), quality: Quality::ESTIMATED, ..first[0].clone() };
    assert_eq!(second[0], without_samples, "those of the slot that was under way were in memory only");
    assert_eq!(second[1..], first[1..]);
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
