//! Readings are free, so that there are no more of them than slots pass.

use super::mock::*;
use deren_primitives::{IntervalReading, ReadingBatch, ReadingOutcome, SignedReading};
use frame_support::pallet_prelude::{TransactionValidityError, ValidTransaction};

fn attempt(attempt: u32, reading: SignedReading) -> Result<ValidTransaction, TransactionValidityError> {
    let batch = ReadingBatch { attempt, ..batch_of(vec![reading]) };
    let signature = sign_batch(7, &batch);
    authorize(&batch, &signature)
}

fn accepted_of(outcomes: &[ReadingOutcome]) -> usize {
    outcomes.iter().filter(|outcome| matches!(outcome, ReadingOutcome::Accepted(_))).count()
}

/// Sends one reading a slot from `slot` on, batch after batch, until one is refused. Returns how many were accepted.
fn flood(meter: &mut Meter, mut slot: u32) -> usize {
    let mut all = 0;
    loop {
        let first = slot;
        let readings: Vec<IntervalReading> = (0..64).map(|place| meter.read(first + place, 0, 0)).collect();
        slot += 64;
        let accepted = submit(readings).map_or(0, |outcomes| accepted_of(&outcomes));
        all += accepted;
        if accepted < 64 {
            return all;
        }
        assert!(all < 10_000, "there is no end of it");
    }
}

#[test]
fn no_reading_of_slots_long_before_the_device_served() {
    run(|| assert_eq!(flood(&mut Meter::new(GRID), 0), 0));
}

#[test]
fn a_new_device_may_bring_what_was_read_just_before_it_was_registered() {
    run(|| {
        go_to(FIRST + 2);
        assert_eq!(accepted_of(&submit(vec![Meter::new(GRID).read(FIRST - 90, 0, 0)]).expect("valid")), 1);
    });
}

/// A device that was registered long ago has the slots since, and still cannot fill the blocks with them at once.
#[test]
fn a_silent_device_catches_up_two_weeks_at_once_and_no_more() {
    run(|| {
        block_at(now_ms() + 5_000 * SLOT_MS);
        let accepted = flood(&mut Meter::new(GRID), FIRST + 1);
        assert!((1_344..1_500).contains(&accepted), "{accepted} readings at once");
    });
}

#[test]
fn attempts_end() {
    run(|| {
        go_to(FIRST + 2);
        let reading = sign(Meter::new(GRID).read(FIRST + 1, 1, 0));
        assert!(attempt(15, reading.clone()).is_ok());
        assert!(attempt(16, reading.clone()).is_err());
        assert!(attempt(u32::MAX, reading).is_err());
    });
}

/// Whoever repeats more often must not go before others for it.
#[test]
fn an_attempt_goes_before_ones_own_earlier_attempts_alone() {
    run(|| {
        let mut grid_first = [0, 0];
        for slot in FIRST + 1..FIRST + 40 {
            go_to(slot + 1);
            let [grid, solar] = [GRID, SOLAR].map(|n| sign(Meter::new(n).read(slot, 1, 0)));
            let priority = |n, reading: &SignedReading| attempt(n, reading.clone()).expect("valid").priority;
            assert!(priority(0, &grid) < priority(1, &grid));
            assert!(priority(14, &grid) < priority(15, &grid));
            // Whichever of the two is repeated often, their order stays.
            let order = priority(0, &grid) < priority(0, &solar);
            assert_eq!(priority(15, &grid) < priority(0, &solar), order, "slot {slot}");
            assert_eq!(priority(0, &grid) < priority(15, &solar), order, "slot {slot}");
            grid_first[usize::from(order)] += 1;
        }
        assert!(grid_first.iter().all(|times| *times > 5), "one device always goes first: {grid_first:?}");
    });
}

/// By a lot over all open slots, some devices were slots ahead while others waited for their first.
#[test]
fn of_open_slots_the_one_that_closes_soonest_goes_first() {
    run(|| {
        for slot in FIRST + 1..FIRST + 20 {
            go_to(slot + 2);
            let older = attempt(0, sign(Meter::new(GRID).read(slot, 1, 0))).expect("valid").priority;
            let newer = attempt(0, sign(Meter::new(SOLAR).read(slot + 1, 1, 0))).expect("valid").priority;
            assert!(older > newer, "slot {slot}");
        }
    });
}
