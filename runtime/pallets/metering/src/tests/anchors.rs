//! An anchor may be as old as finality is: the pallet keeps the hash of each hundredth block for a month.

use super::mock::*;
use deren_primitives::{IntervalReading, ReadingVerdict};

/// Makes quick blocks until this one.
fn make_blocks_to(block: u64) {
    while System::block_number() < block {
        block_at(now_ms() + 3_000);
    }
}

/// Six hours are 7 200 blocks.
#[test]
fn finality_that_is_gone_for_six_hours_makes_no_reading_worthless() {
    run(|| {
        let mut grid = Meter::new(GRID);
        make_blocks_to(101);
        let last_final = anchor(100);
        make_blocks_to(101 + 7_200);
        let slot = Metering::slot_now().0 - 1;
        let reading = IntervalReading { anchor: last_final, ..grid.peek(slot, 1, 0) };
        assert_eq!(verdict_of(grid.note(reading)), ReadingVerdict::GOOD);
    });
}

#[test]
fn a_hundredth_block_of_another_chain_is_no_anchor() {
    run(|| {
        make_blocks_to(400);
        let slot = Metering::slot_now().0 - 1;
        let mut grid = Meter::new(GRID);
        let mut reading = IntervalReading { anchor: anchor(200), ..grid.peek(slot, 1, 0) };
        reading.anchor.block_hash = [9; 32];
        assert!(!verdict_of(grid.note(reading)).trades());
        next_block();
    });
}

#[test]
fn an_old_block_between_two_hundreds_is_stale() {
    run(|| {
        make_blocks_to(400);
        let slot = Metering::slot_now().0 - 1;
        let mut grid = Meter::new(GRID);
        let reading = IntervalReading { anchor: anchor(201), ..grid.peek(slot, 1, 0) };
        assert_eq!(verdict_of(grid.note(reading)), ReadingVerdict::ANCHOR_STALE);
    });
}
