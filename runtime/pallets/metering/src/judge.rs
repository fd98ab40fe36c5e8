//! What a reading is worth: the pure rules, without storage. What is flagged continues the chain and trades nothing.

use crate::Energies;
use deren_primitives::{
    DeviceCursor, IntervalReading, MAX_CLOCK_ERROR_MS, Quality, ReadingError, ReadingVerdict, Slot, SlotClock,
    is_measured,
};
use deren_runtime_apis::DeviceView;

/// Refuses what is not the device's next reading, or not over yet by the chain's clock.
pub fn ensure_next(reading: &IntervalReading, cursor: &DeviceCursor, current: Slot) -> Result<(), ReadingError> {
    if reading.slot_count == 0 {
        return Err(ReadingError::EmptySpan);
    }
    if reading.sequence != cursor.next_sequence {
        return Err(ReadingError::WrongSequence);
    }
    if reading.previous != cursor.last_hash {
        return Err(ReadingError::WrongPreviousHash);
    }
    if reading.first_slot < cursor.next_slot {
        return Err(ReadingError::SlotAlreadyRead);
    }
    if reading.end_slot() > current {
        return Err(ReadingError::SlotNotEnded);
    }
    Ok(())
}

/// What there is to remark about a reading by itself and by the one before it; its anchor is judged elsewhere.
pub fn verdict(
    reading: &IntervalReading,
    cursor: &DeviceCursor,
    device: &DeviceView,
    (clock, slot_energy_seconds): (SlotClock, u32),
    closed_through: Slot,
) -> ReadingVerdict {
    let measured = is_measured(reading.samples, reading.max_gap_ms, clock.slot_ms());
    let guessed = reading.quality != Quality::GOOD || reading.slot_count > 1 || !measured;
    let first = cursor.next_sequence == 0;
    let same_epoch = reading.register_epoch == cursor.register_epoch;
    let remarks = [
        (guessed, ReadingVerdict::ESTIMATED),
        (!first && !same_epoch, ReadingVerdict::EPOCH_CHANGED),
        (!first && same_epoch && !reading.registers.continues(&cursor.registers), ReadingVerdict::DISCONTINUOUS),
        (!reading.registers.is_forward(), ReadingVerdict::BACKWARD),
        (above_rated_power(reading, device, slot_energy_seconds), ReadingVerdict::ABOVE_RATED_POWER),
        (reading.end_slot() <= closed_through.next(), ReadingVerdict::LATE),
        (!device.in_service, ReadingVerdict::NOT_IN_SERVICE),
        (!first && reading.first_slot != cursor.next_slot, ReadingVerdict::SKIPPED),
        (reading.clock_error_ms > MAX_CLOCK_ERROR_MS, ReadingVerdict::CLOCK_UNSURE),
    ];
    remarks
        .into_iter()
        .filter(|(applies, _)| *applies)
        .fold(ReadingVerdict::GOOD, |verdict, (_, remark)| verdict.with(remark))
}

/// True if either direction shows more than rated power × slot_energy_seconds × count × 1.1 + two register steps.
fn above_rated_power(reading: &IntervalReading, device: &DeviceView, slot_energy_seconds: u32) -> bool {
    // Both sides in mWh × 36 000, so that nothing is rounded: W × s = mWh × 3.6.
    let seconds = u128::from(slot_energy_seconds).saturating_mul(u128::from(reading.slot_count));
    let rated = u128::from(device.rated_power_w).saturating_mul(seconds).saturating_mul(11_000);
    let steps = u128::from(device.register_step_mwh).saturating_mul(72_000);
    let most = rated.saturating_add(steps);
    let registers = &reading.registers;
    let imported_mwh = registers.import_close_mwh.saturating_sub(registers.import_open_mwh);
    let exported_mwh = registers.export_close_mwh.saturating_sub(registers.export_open_mwh);
    u128::from(imported_mwh.max(exported_mwh)).saturating_mul(36_000) > most
}

/// Whole Wh; 0 where a register went back.
pub fn energies(reading: &IntervalReading) -> Energies {
    Energies {
        import_wh: reading.registers.import_wh().unwrap_or(0),
        export_wh: reading.registers.export_wh().unwrap_or(0),
    }
}

/// Where the device's chain stands after this reading.
pub fn advance(reading: &IntervalReading, hash: deren_primitives::ReadingHash) -> DeviceCursor {
    DeviceCursor {
        next_sequence: reading.sequence.saturating_add(1),
        last_hash: hash,
        register_epoch: reading.register_epoch,
        next_slot: reading.end_slot(),
        registers: reading.registers,
    }
}
