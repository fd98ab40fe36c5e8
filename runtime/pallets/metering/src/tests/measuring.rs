//! What a reading says of how it was measured is judged by the chain, and not by the gateway alone.

use super::mock::*;
use deren_primitives::{IntervalReading, ReadingVerdict};

/// Sends what `change` makes of the grid meter's second reading, after a good one. It expects that it trades nothing
/// and that the chain of readings goes on.
fn trades_nothing(change: impl FnOnce(IntervalReading) -> IntervalReading) {
    run(|| {
        set_grace(300);
        let mut grid = Meter::new(GRID);
        go_to(FIRST + 2);
        assert_eq!(verdict_of(grid.read(FIRST + 1, 100, 0)), ReadingVerdict::GOOD);
        go_to(FIRST + 6);
        let changed = grid.note(change(grid.peek(FIRST + 2, 100, 0)));
        let next_slot = changed.end_slot().0;
        assert!(!verdict_of(changed.clone()).trades(), "{changed:?} trades");
        go_to(next_slot + 1);
        assert_eq!(verdict_of(grid.read(next_slot, 100, 0)), ReadingVerdict::GOOD);
    });
}

/// What flowed in the slots that were left out would be sold in one slot, and at its price.
#[test]
fn energy_held_back_is_not_sold_in_another_slot() {
    trades_nothing(|reading| IntervalReading { first_slot: reading.first_slot.plus(3), ..reading });
}

#[test]
fn less_than_six_samples_in_a_slot() {
    trades_nothing(|reading| IntervalReading { samples: 5, ..reading });
    trades_nothing(|reading| IntervalReading { samples: 0, ..reading });
}

#[test]
fn a_gap_longer_than_half_a_slot() {
    trades_nothing(|reading| IntervalReading { max_gap_ms: 6_001, ..reading });
    trades_nothing(|reading| IntervalReading { max_gap_ms: u32::MAX, ..reading });
}

#[test]
fn a_clock_that_may_be_wrong() {
    trades_nothing(|reading| IntervalReading { clock_error_ms: 10_001, ..reading });
    trades_nothing(|reading| IntervalReading { clock_error_ms: u32::MAX, ..reading });
}

#[test]
fn what_is_measured_just_well_enough_trades() {
    run(|| {
        let mut grid = Meter::new(GRID);
        go_to(FIRST + 2);
        let reading =
            IntervalReading { samples: 6, max_gap_ms: 6_000, clock_error_ms: 10_000, ..grid.peek(FIRST + 1, 100, 0) };
        assert_eq!(verdict_of(grid.note(reading)), ReadingVerdict::GOOD);
    });
}
