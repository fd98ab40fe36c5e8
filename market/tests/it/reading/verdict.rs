//! What keeps a reading from trading.

use super::{cursor, reading};
use deren_market::reading::{ChainTime, Facts, MAX_CLOCK_ERROR_MS, verdict};
use deren_primitives::{DeviceCursor, IntervalReading, Quality, ReadingVerdict, Slot, SlotClock};
use std::num::NonZeroU32;

pub(super) const FACTS: Facts = Facts { rated_power_w: 5_000, register_step_mwh: 100, in_service: true };

pub(super) fn time(closed_through: u32) -> ChainTime {
    let clock = SlotClock::new(NonZeroU32::new(900).expect("not zero"));
    ChainTime { clock, slot_energy_seconds: 900, closed_through: Slot(closed_through) }
}

/// The verdict about the good reading after this change.
fn of(change: impl FnOnce(&mut IntervalReading)) -> ReadingVerdict {
    let mut reading = reading();
    change(&mut reading);
    verdict(&reading, &cursor(), &FACTS, &time(98))
}

#[test]
fn a_good_reading_trades() {
    assert_eq!(of(|_| {}), ReadingVerdict::GOOD);
}

#[test]
fn each_fault_has_a_bit_of_its_own() {
    assert_eq!(of(|reading| reading.quality = Quality::SUSPECT), ReadingVerdict::ESTIMATED);
    assert_eq!(of(|reading| reading.slot_count = 2), ReadingVerdict::ESTIMATED);
    assert_eq!(of(|reading| reading.samples = 5), ReadingVerdict::ESTIMATED);
    assert_eq!(of(|reading| reading.max_gap_ms = 450_001), ReadingVerdict::ESTIMATED);
    assert_eq!(of(|reading| reading.register_epoch = 3), ReadingVerdict::EPOCH_CHANGED);
    assert_eq!(of(|reading| reading.registers.import_open_mwh -= 1), ReadingVerdict::DISCONTINUOUS);
    assert_eq!(of(|reading| reading.registers.import_close_mwh = 0), ReadingVerdict::BACKWARD);
    assert_eq!(of(|reading| reading.first_slot = Slot(101)), ReadingVerdict::SKIPPED);
    assert_eq!(of(|reading| reading.clock_error_ms = MAX_CLOCK_ERROR_MS + 1), ReadingVerdict::CLOCK_UNSURE);
    let most_mwh = 1_375_000 + 200;
    assert_eq!(of(|reading| reading.registers.export_close_mwh = 70_000 + most_mwh), ReadingVerdict::GOOD);
    let above = of(|reading| reading.registers.export_close_mwh = 70_001 + most_mwh);
    assert_eq!(above, ReadingVerdict::ABOVE_RATED_POWER);
}

#[test]
fn a_closed_slot_is_late_and_one_before_service_does_not_trade() {
    assert_eq!(verdict(&reading(), &cursor(), &FACTS, &time(99)), ReadingVerdict::GOOD);
    assert_eq!(verdict(&reading(), &cursor(), &FACTS, &time(100)), ReadingVerdict::LATE);
    let not_yet = Facts { in_service: false, ..FACTS };
    assert_eq!(verdict(&reading(), &cursor(), &not_yet, &time(98)), ReadingVerdict::NOT_IN_SERVICE);
}

#[test]
fn a_first_reading_continues_nothing() {
    let first = IntervalReading { sequence: 0, ..reading() };
    assert_eq!(verdict(&first, &DeviceCursor::default(), &FACTS, &time(98)), ReadingVerdict::GOOD);
}

#[test]
fn all_that_is_wrong_is_remarked_together() {
    let wrong = IntervalReading { samples: 0, clock_error_ms: u32::MAX, register_epoch: 9, ..reading() };
    let remarks = ReadingVerdict::ESTIMATED.with(ReadingVerdict::CLOCK_UNSURE).with(ReadingVerdict::EPOCH_CHANGED);
    assert_eq!(verdict(&wrong, &cursor(), &FACTS, &time(100)), remarks.with(ReadingVerdict::LATE));
}
