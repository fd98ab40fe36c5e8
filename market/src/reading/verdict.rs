//! What a reading is worth. One that is flagged continues the device's chain and trades nothing.

use super::{MAX_CLOCK_ERROR_MS, are_committed, is_measured, most_mwh};
use deren_primitives::{DeviceCursor, IntervalReading, Quality, ReadingVerdict, SampledReading, Slot, SlotClock};

/// What the chain knows of a device in a reading's first slot, as far as the rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The device's rated power.
    pub rated_power_w: u32,
    /// The smallest step of its registers.
    pub register_step_mwh: u32,
    /// False if the slot is one before the device was registered at its site.
    pub in_service: bool,
}

/// What the chain knows of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainTime {
    /// How long a slot is.
    pub clock: SlotClock,
    /// The metered time that a slot stands for.
    pub slot_energy_seconds: u32,
    /// The newest slot that is closed.
    pub closed_through: Slot,
}

/// All remarks about a reading by itself and by the one before it, which left the chain at `cursor`. Its anchor is
/// judged by who knows the chain's blocks.
pub fn verdict(reading: &IntervalReading, cursor: &DeviceCursor, facts: &Facts, time: &ChainTime) -> ReadingVerdict {
    let measured = is_measured(reading.samples, reading.max_gap_ms, time.clock.slot_ms());
    let guessed = reading.quality != Quality::GOOD || reading.slot_count > 1 || !measured;
    let first = cursor.next_sequence == 0;
    let same_epoch = reading.register_epoch == cursor.register_epoch;
    let remarks = [
        (guessed, ReadingVerdict::ESTIMATED),
        (!first && !same_epoch, ReadingVerdict::EPOCH_CHANGED),
        (!first && same_epoch && !reading.registers.continues(&cursor.registers), ReadingVerdict::DISCONTINUOUS),
        (!reading.registers.is_forward(), ReadingVerdict::BACKWARD),
        (is_above_rated_power(reading, facts, time.slot_energy_seconds), ReadingVerdict::ABOVE_RATED_POWER),
        (reading.end_slot() <= time.closed_through.next(), ReadingVerdict::LATE),
        (!facts.in_service, ReadingVerdict::NOT_IN_SERVICE),
        (!first && reading.first_slot != cursor.next_slot, ReadingVerdict::SKIPPED),
        (reading.clock_error_ms > MAX_CLOCK_ERROR_MS, ReadingVerdict::CLOCK_UNSURE),
    ];
    remarks
        .into_iter()
        .filter(|(applies, _)| *applies)
        .fold(ReadingVerdict::GOOD, |verdict, (_, remark)| verdict.with(remark))
}

/// All remarks about a reading of version 2: those of [`verdict`], and what is to be remarked of its samples.
pub fn sampled_verdict(
    reading: &SampledReading,
    cursor: &DeviceCursor,
    facts: &Facts,
    time: &ChainTime,
) -> ReadingVerdict {
    let verdict = verdict(&reading.interval, cursor, facts, time);
    if are_committed(reading) { verdict } else { verdict.with(ReadingVerdict::SAMPLES_UNCOMMITTED) }
}

/// True if either direction shows more than [`most_mwh`] of the device's rated power.
fn is_above_rated_power(reading: &IntervalReading, facts: &Facts, slot_energy_seconds: u32) -> bool {
    let seconds = u64::from(slot_energy_seconds).saturating_mul(u64::from(reading.slot_count));
    reading.registers.largest_mwh() > most_mwh(facts.rated_power_w, seconds, facts.register_step_mwh.into())
}
