//! What a device's rated power, and the power that it shows, make of a register that leaps, stands or begins anew.

use super::*;

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
    let sealed = builder.close(131_000, true);
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
