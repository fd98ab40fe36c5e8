//! Which reading is a device's next one. A reading that is refused leaves no trace; one that is taken moves the
//! device's chain on, whatever its verdict.

use deren_primitives::{DeviceCursor, IntervalReading, ReadingError, ReadingHash, Slot};

/// Checks that a reading continues the device's chain at `cursor`. `current` is the slot that is not over yet.
///
/// # Errors
/// The first rule that the reading breaks: [`ReadingError::EmptySpan`], [`ReadingError::WrongSequence`],
/// [`ReadingError::WrongPreviousHash`], [`ReadingError::SlotAlreadyRead`] and [`ReadingError::SlotNotEnded`], in this
/// order.
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

/// Where the device's chain stands after this reading, whose hash is `hash`.
pub fn advance(reading: &IntervalReading, hash: ReadingHash) -> DeviceCursor {
    DeviceCursor {
        next_sequence: reading.sequence.saturating_add(1),
        last_hash: hash,
        register_epoch: reading.register_epoch,
        next_slot: reading.end_slot(),
        registers: reading.registers,
    }
}
