//! What is authentic and next is accepted whatever it says, and trades nothing if there is anything to remark.

use super::mock::*;
use crate::Cursors;
use deren_primitives::{Anchor, IntervalReading, Quality, ReadingVerdict, RegisterSpan, Slot};
use deren_runtime_apis::Metering as _;

/// Sends what `change` makes of the grid meter's third reading, after two good ones. It expects this verdict, and that
/// the next reading after it is good again.
fn expect(verdict: ReadingVerdict, change: impl FnOnce(IntervalReading) -> IntervalReading) {
    run(|| {
        let mut grid = Meter::new(GRID);
        for slot in [FIRST + 1, FIRST + 2] {
            go_to(slot + 1);
            assert_eq!(verdict_of(grid.read(slot, 100, 0)), ReadingVerdict::GOOD);
        }
        go_to(FIRST + 4);
        let changed = grid.note(change(grid.peek(FIRST + 3, 100, 0)));
        assert_eq!(verdict_of(changed.clone()), verdict);
        assert_eq!(shown(FIRST + 3), Default::default(), "a flagged reading trades");
        let cursor = Cursors::<Test>::get(device(GRID)).expect("a cursor").cursor;
        assert_eq!((cursor.next_sequence, cursor.last_hash), (3, changed.hash()));
        let next = cursor.next_slot.0.max(FIRST + 4);
        go_to(next + 1);
        assert_eq!(verdict_of(grid.read(next, 100, 0)), ReadingVerdict::GOOD);
        assert_eq!(shown(next).grid, Some(wh(100, 0)));
    });
}

#[test]
fn energy_above_the_rated_power() {
    // 4 kW × 900 s × 1.1 = 1 100 Wh, and two steps of 1 Wh.
    expect(ReadingVerdict::ABOVE_RATED_POWER, |mut reading| {
        reading.registers.import_close_mwh = reading.registers.import_open_mwh + 1_102_001;
        reading
    });
    expect(ReadingVerdict::ABOVE_RATED_POWER, |mut reading| {
        reading.registers.export_close_mwh = reading.registers.export_open_mwh + 1_102_001;
        reading
    });
}

#[test]
fn energy_up_to_the_rated_power_is_good() {
    run(|| {
        go_to(FIRST + 2);
        let mut reading = Meter::new(GRID).peek(FIRST + 1, 0, 0);
        reading.registers.import_close_mwh = reading.registers.import_open_mwh + 1_102_000;
        assert_eq!(verdict_of(reading), ReadingVerdict::GOOD);
    });
}

#[test]
fn registers_that_jump() {
    expect(ReadingVerdict::DISCONTINUOUS, |mut reading| {
        reading.registers.import_open_mwh += 1;
        reading.registers.import_close_mwh += 1;
        reading
    });
    expect(ReadingVerdict::DISCONTINUOUS, |mut reading| {
        reading.registers.export_open_mwh -= 1;
        reading
    });
}

#[test]
fn registers_that_go_back() {
    expect(ReadingVerdict::BACKWARD, |mut reading| {
        reading.registers.import_close_mwh = reading.registers.import_open_mwh - 1;
        reading
    });
}

#[test]
fn a_new_register_epoch() {
    let reset = |epoch| {
        move |reading| IntervalReading {
            register_epoch: epoch,
            registers: RegisterSpan { import_close_mwh: 9_000, ..Default::default() },
            ..reading
        }
    };
    expect(ReadingVerdict::EPOCH_CHANGED, reset(1));
    expect(ReadingVerdict::EPOCH_CHANGED, reset(7));
}

#[test]
fn what_the_gateway_itself_doubts() {
    for quality in [Quality::ESTIMATED, Quality::SUSPECT, Quality::CLOCK_UNSYNCHRONISED, Quality(1 << 9)] {
        expect(ReadingVerdict::ESTIMATED, |reading| IntervalReading { quality, ..reading });
    }
}

#[test]
fn several_slots_in_one_reading() {
    run(|| {
        go_to(FIRST + 4);
        let reading = IntervalReading { slot_count: 3, ..Meter::new(GRID).peek(FIRST + 1, 300, 0) };
        let verdict = verdict_of(reading);
        assert!(verdict.contains(ReadingVerdict::ESTIMATED));
        assert!(!verdict.trades());
        for slot in FIRST + 1..FIRST + 4 {
            assert_eq!(shown(slot), Default::default());
        }
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 3)), 1);
    });
}

#[test]
fn an_anchor_that_is_no_block_of_this_chain() {
    expect(ReadingVerdict::ANCHOR_UNKNOWN, |mut reading| {
        reading.anchor.block_hash = [9; 32];
        reading
    });
    expect(ReadingVerdict::ANCHOR_UNKNOWN, |mut reading| {
        reading.anchor.block_number += 1;
        reading
    });
    expect(ReadingVerdict::ANCHOR_UNKNOWN, |reading| IntervalReading {
        anchor: Anchor { block_number: u32::MAX, block_hash: [0; 32] },
        ..reading
    });
}

#[test]
fn a_stale_anchor() {
    run(|| {
        let old = anchor(System::block_number() - 1);
        go_to(FIRST + 13);
        // 49 blocks of 3 s after the anchor, and then one and two more.
        let mut grid = Meter::new(GRID);
        while System::block_number() - u64::from(old.block_number) < 50 {
            next_block();
        }
        let reading = IntervalReading { anchor: old, ..grid.peek(FIRST + 12, 1, 0) };
        assert!(!verdict_of(grid.note(reading)).contains(ReadingVerdict::ANCHOR_STALE));
        next_block();
        let reading = IntervalReading { anchor: old, ..grid.peek(FIRST + 13, 1, 0) };
        go_to(FIRST + 14);
        let verdict = verdict_of(grid.note(reading));
        assert_eq!(verdict, ReadingVerdict::ANCHOR_STALE);
        assert_eq!(shown(FIRST + 13), Default::default());
    });
}

#[test]
fn a_reading_of_a_closed_slot() {
    run(|| {
        close(FIRST + 1);
        let mut grid = Meter::new(GRID);
        assert_eq!(verdict_of(grid.read(FIRST + 1, 100, 0)), ReadingVerdict::LATE);
        assert_eq!(shown(FIRST + 1), Default::default());
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 1)), 0);
        go_to(FIRST + 3);
        assert_eq!(verdict_of(grid.read(FIRST + 2, 100, 0)), ReadingVerdict::GOOD);
    });
}

#[test]
fn all_remarks_are_kept() {
    run(|| {
        go_to(FIRST + 2);
        let mut reading = Meter::new(GRID).peek(FIRST + 1, 0, 2_000);
        reading.registers.import_close_mwh = 0;
        reading.quality = Quality::ESTIMATED;
        reading.anchor.block_hash = [1; 32];
        let expected = [
            ReadingVerdict::ESTIMATED,
            ReadingVerdict::BACKWARD,
            ReadingVerdict::ABOVE_RATED_POWER,
            ReadingVerdict::ANCHOR_UNKNOWN,
        ];
        let all = expected.into_iter().fold(ReadingVerdict::GOOD, ReadingVerdict::with);
        assert_eq!(verdict_of(reading), all);
    });
}

#[test]
fn extreme_registers_are_judged_without_overflow() {
    run(|| {
        go_to(FIRST + 2);
        let mut grid = Meter::new(GRID);
        let most = RegisterSpan { import_close_mwh: u64::MAX, export_close_mwh: u64::MAX, ..Default::default() };
        let reading = IntervalReading { registers: most, ..grid.peek(FIRST + 1, 0, 0) };
        assert_eq!(verdict_of(grid.note(reading)), ReadingVerdict::ABOVE_RATED_POWER);
    });
}
