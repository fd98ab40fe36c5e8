//! Readings come no faster than slots pass, but for what was due before.

use deren_market::{MAX_READINGS_AT_ONCE, Pace, SERVICE_WINDOW_SLOTS, is_before_service};
use deren_primitives::Slot;
use proptest::prelude::*;

/// How many of `wanted` readings are taken at once.
fn burst(pace: &mut Pace, now: Slot, wanted: u32) -> u32 {
    let mut taken = 0;
    while taken < wanted
        && let Some(next) = pace.take(now)
    {
        *pace = next;
        taken += 1;
    }
    taken
}

#[test]
fn a_new_device_brings_what_was_read_in_the_day_before_and_a_silent_one_two_weeks() {
    assert_eq!(burst(&mut Pace::from(Slot(1_000)), Slot(1_000), u32::MAX), 128);
    const { assert!(128 > SERVICE_WINDOW_SLOTS) };
    assert_eq!(burst(&mut Pace::from(Slot(1_000)), Slot(9_000), u32::MAX), 1_344);
    assert_eq!(burst(&mut Pace::default(), Slot(9_000), u32::MAX), 1_344);
}

#[test]
fn what_ended_a_day_before_the_device_served_is_not_wanted() {
    assert!(is_before_service(Slot(904), Slot(1_000)));
    assert!(!is_before_service(Slot(905), Slot(1_000)));
    assert!(!is_before_service(Slot(1), Slot(0)));
}

#[test]
fn who_was_silent_for_a_year_catches_up_in_months_and_is_never_stuck() {
    // A reading a slot is due, and 35 000 older ones wait.
    let (mut pace, mut due, mut slot) = (Pace::from(Slot(1_000)), 35_040u32, Slot(36_040));
    while due > 0 {
        due = due + 1 - burst(&mut pace, slot, due + 1);
        slot = slot.next();
    }
    assert!(slot.since(Slot(36_040)) < 11_400, "{slot}");
}

proptest! {
    /// At any time, at most the burst and four a slot were taken. An honest device has one reading for each slot that
    /// ended and was not read. It is refused only while it has more than two weeks to bring.
    #[test]
    fn bursts_are_bounded(waits in prop::collection::vec((0..2_000u32, 0..3_000u32), 1..60)) {
        let (first, mut now) = (Slot(1_000_000), Slot(1_000_000));
        let (mut pace, mut taken) = (Pace::from(first), 0u64);
        for (wait, wanted) in waits {
            now = now.plus(wait);
            let at_once = burst(&mut pace, now, wanted);
            prop_assert!(u64::from(at_once) <= MAX_READINGS_AT_ONCE);
            taken += u64::from(at_once);
            prop_assert!(taken <= 128 + 4 * u64::from(now.since(first)));
        }
    }

    #[test]
    fn an_honest_device_is_never_refused(silences in prop::collection::vec(1..1_344u32, 1..60)) {
        let mut now = Slot(1_000_000);
        let mut pace = Pace::from(now);
        prop_assert_eq!(burst(&mut pace, now, SERVICE_WINDOW_SLOTS), SERVICE_WINDOW_SLOTS);
        for silence in silences {
            now = now.plus(silence);
            prop_assert_eq!(burst(&mut pace, now, silence), silence);
        }
    }
}
