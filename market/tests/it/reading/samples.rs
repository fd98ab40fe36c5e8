//! What a reading of version 2 says of its samples.

use super::{
    cursor, reading,
    verdict::{FACTS, time},
};
use deren_market::reading::{are_committed, sampled_verdict, verdict};
use deren_primitives::{IntervalReading, MAX_LEAVES, ReadingVerdict, SampledReading};
use proptest::prelude::*;

fn sampled(slot_count: u16, samples: u32, root: u8) -> SampledReading {
    SampledReading { interval: IntervalReading { slot_count, samples, ..reading() }, samples_root: [root; 32] }
}

#[test]
fn a_slot_names_its_samples_and_their_root_or_neither() {
    assert!(are_committed(&sampled(1, 90, 1)));
    assert!(are_committed(&sampled(1, 1, 1)));
    assert!(are_committed(&sampled(1, 0, 0)));
    assert!(!are_committed(&sampled(1, 90, 0)));
    assert!(!are_committed(&sampled(1, 0, 1)));
    let mut almost_zeros = sampled(1, 0, 0);
    almost_zeros.samples_root[31] = 1;
    assert!(!are_committed(&almost_zeros));
}

#[test]
fn a_slot_has_as_many_samples_as_a_tree_has_leaves() {
    assert!(are_committed(&sampled(1, MAX_LEAVES, 1)));
    assert!(!are_committed(&sampled(1, MAX_LEAVES + 1, 1)));
    assert!(!are_committed(&sampled(1, u32::MAX, 1)));
}

#[test]
fn several_slots_have_no_samples() {
    assert!(are_committed(&sampled(2, 0, 0)));
    assert!(are_committed(&sampled(u16::MAX, 0, 0)));
    assert!(!are_committed(&sampled(2, 90, 1)));
    assert!(!are_committed(&sampled(2, 0, 1)));
    assert!(!are_committed(&sampled(2, 90, 0)));
}

#[test]
fn what_is_not_committed_does_not_trade_and_has_a_bit_of_its_own() {
    let of = |reading: &SampledReading| sampled_verdict(reading, &cursor(), &FACTS, &time(98));
    assert_eq!(of(&sampled(1, 90, 1)), ReadingVerdict::GOOD);
    assert_eq!(of(&sampled(1, 90, 0)), ReadingVerdict::SAMPLES_UNCOMMITTED);
    assert_eq!(of(&sampled(1, 0, 0)), ReadingVerdict::ESTIMATED);
    assert_eq!(of(&sampled(1, 0, 1)), ReadingVerdict::ESTIMATED.with(ReadingVerdict::SAMPLES_UNCOMMITTED));
}

proptest! {
    #[test]
    fn version_2_is_judged_as_version_1_is_but_for_its_samples(
        slot_count in 0..4u16, samples in 0..5_000u32, root in 0..2u8, clock_error_ms in 0..20_000u32, closed in 90..110u32,
    ) {
        let mut reading = sampled(slot_count, samples, root);
        reading.interval.clock_error_ms = clock_error_ms;
        let by_version_1 = verdict(&reading.interval, &cursor(), &FACTS, &time(closed));
        let by_version_2 = sampled_verdict(&reading, &cursor(), &FACTS, &time(closed));
        prop_assert_eq!(by_version_2.0 & !ReadingVerdict::SAMPLES_UNCOMMITTED.0, by_version_1.0);
        prop_assert_eq!(by_version_2.contains(ReadingVerdict::SAMPLES_UNCOMMITTED), !are_committed(&reading));
    }
}
