//! Emission halves, never passes the cap, and shares never pass the emission.

use deren_market::rewards::Schedule;
use proptest::prelude::*;
use std::num::NonZeroU32;

fn schedule(first_era_emission: u128, eras_per_halving: u32, hard_cap: u128, cap_per_kwh: u128) -> Schedule {
    let eras_per_halving = NonZeroU32::new(eras_per_halving).expect("not 0");
    Schedule { first_era_emission, eras_per_halving, hard_cap, cap_per_kwh }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let amount = || prop_oneof![0..10_000u128, any::<u128>()];
    (amount(), prop_oneof![1..10u32, 1..=u32::MAX], amount(), amount())
        .prop_map(|(first, eras, cap, per_kwh)| schedule(first, eras, cap, per_kwh))
}

#[test]
fn emission_halves() {
    let schedule = schedule(100, 3, 10_000, u128::MAX);
    let emissions: Vec<_> = (0..25).map(|era| schedule.emission(era)).collect();
    let expected = [100, 100, 100, 50, 50, 50, 25, 25, 25, 12, 12, 12, 6, 6, 6, 3, 3, 3, 1, 1, 1, 0, 0, 0, 0];
    assert_eq!(emissions, expected);
}

#[test]
fn emission_ends_at_the_hard_cap() {
    let schedule = schedule(100, 3, 375, u128::MAX);
    let emissions: Vec<_> = (0..8).map(|era| schedule.emission(era)).collect();
    assert_eq!(emissions, [100, 100, 100, 50, 25, 0, 0, 0]);
    assert_eq!(schedule.emitted_through(u32::MAX), 375);
}

#[test]
fn a_share_is_pro_rata_rounded_down() {
    let schedule = schedule(0, 1, 0, u128::MAX);
    assert_eq!(schedule.share(100, 1, 3), 33);
    assert_eq!(schedule.share(100, 3, 3), 100);
    assert_eq!(schedule.share(u128::MAX, u64::MAX, u64::MAX), u128::MAX);
    assert_eq!(schedule.share(u128::MAX, 1, u64::MAX), (1 << 64) + 1);
}

#[test]
fn a_share_is_capped_per_kwh() {
    let schedule = schedule(0, 1, 0, 1_500);
    assert_eq!(schedule.share(1_000_000, 1_000, 10_000), 1_500);
    assert_eq!(schedule.share(1_000_000, 1, 10_000), 1);
    assert_eq!(schedule.share(1_000, 1_000, 10_000), 100);
}

#[test]
fn without_production_there_is_no_share() {
    let schedule = schedule(100, 1, 100, u128::MAX);
    assert_eq!(schedule.share(100, 0, 0), 0);
    assert_eq!(schedule.share(100, 5, 0), 0);
    // More than everybody's cannot be one's own.
    assert_eq!(schedule.share(100, 9, 3), 100);
}

proptest! {
    #[test]
    fn emissions_add_up_to_what_is_emitted(schedule in any_schedule(), first in any::<u32>()) {
        let first = first.saturating_sub(10);
        let mut emitted = if first == 0 { 0 } else { schedule.emitted_through(first - 1) };
        for era in first..first + 10 {
            emitted += schedule.emission(era);
            prop_assert_eq!(emitted, schedule.emitted_through(era));
            prop_assert!(emitted <= schedule.hard_cap);
        }
    }

    #[test]
    fn emission_never_rises(schedule in any_schedule(), era in 0..u32::MAX) {
        prop_assert!(schedule.emission(era + 1) <= schedule.emission(era));
        prop_assert!(schedule.emission(era) <= schedule.first_era_emission);
    }

    #[test]
    fn shares_never_pass_the_emission(
        schedule in any_schedule(), emission: u128, produced in prop::collection::vec(0..1u64 << 58, 1..30)
    ) {
        let total: u64 = produced.iter().sum();
        let shares = produced.iter().map(|wh| schedule.share(emission, *wh, total));
        let sum = shares.fold(0u128, |sum, share| sum.checked_add(share).expect("no overflow"));
        prop_assert!(sum <= emission);
    }

    #[test]
    fn a_share_never_passes_the_cap(cap in 0..1_000_000u128, emission: u128, own in 0..1u64 << 40, others in 0..1u64 << 40) {
        let schedule = schedule(0, 1, 0, cap);
        prop_assert!(schedule.share(emission, own, own + others) * 1000 <= cap * u128::from(own));
    }
}
