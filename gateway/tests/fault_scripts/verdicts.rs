//! What the chain makes of the readings, and whether what it would trade is true.

use crate::{
    device::Device,
    gateway::{Recorded, every_ms},
    homes::WEEK_MS,
};
use deren_gateway::{outbox::Samples, slots::boundary_error_mwh};
use deren_market::{
    Energies,
    reading::{self, ChainTime, Facts},
};
use deren_primitives::{
    DeviceCursor, IntervalReading, Quality, ReadingVerdict, RegisterSpan, SampledReading, Slot, SlotClock,
};
use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    ops::{Add, AddAssign},
};

/// Once what it shows is believed: the slot of the moment, the first of the new epoch, and one that trades.
const SLOTS_TO_RECOVER: u64 = 3;

const DAY_MS: u64 = 86_400_000;

/// What came of scripts, to show that they show something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub faults: u64,
    pub good: u64,
    pub flagged: u64,
    pub epochs_raised: u64,
    pub swaps: u64,
    pub wraps: u64,
    /// Scripts at whose end the device has withheld its energy for too long to be believed again: see
    /// `Device::evidence_ms`.
    pub mute: u64,
    /// Scripts whose last reading begins while the device shows less than it once did: see `Device::shows_less_than`.
    pub below: u64,
    /// Scripts at whose end the device counts nothing, after its power said that it should: see `Device::stood_before`.
    pub still: u64,
    /// The largest error of an unflagged reading, in thousandths of what it declares.
    pub worst_error_permille: u64,
}

impl Add for Tally {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            faults: self.faults + other.faults,
            good: self.good + other.good,
            flagged: self.flagged + other.flagged,
            epochs_raised: self.epochs_raised + other.epochs_raised,
            swaps: self.swaps + other.swaps,
            wraps: self.wraps + other.wraps,
            mute: self.mute + other.mute,
            below: self.below + other.below,
            still: self.still + other.still,
            worst_error_permille: self.worst_error_permille.max(other.worst_error_permille),
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

fn clock() -> SlotClock {
    SlotClock::new(NonZeroU32::new(900).unwrap())
}

/// Brings each meter's readings to the chain and compares what it would trade with what truly flowed.
pub fn check(device: &Device<'_>, meters: &BTreeMap<u32, Recorded>) -> Tally {
    let seed = device.seed;
    let mut tally = Tally { faults: device.script.faults().len() as u64, ..Tally::default() };
    tally.swaps = meters.len() as u64 - 1;
    let mut newest: Option<(&IntervalReading, ReadingVerdict)> = None;
    for recorded in meters.values() {
        tally.wraps += recorded.wraps;
        let mut cursor = DeviceCursor::default();
        for (sampled, samples) in recorded.readings.iter().zip(&recorded.samples) {
            let reading = &sampled.interval;
            assert_commits(seed, sampled, samples.as_ref());
            let verdict = accept(device, sampled, &mut cursor)
                .unwrap_or_else(|error| panic!("seed {seed}: the chain refuses {reading:?}: {error}"));
            let never = [
                ReadingVerdict::ABOVE_RATED_POWER,
                ReadingVerdict::DISCONTINUOUS,
                ReadingVerdict::BACKWARD,
                ReadingVerdict::SKIPPED,
            ];
            for verdict_that_must_not_be in never {
                assert!(!verdict.contains(verdict_that_must_not_be), "seed {seed}: {verdict:?} of {reading:?}");
            }
            if verdict.trades() {
                tally.good += 1;
                let permille = error_permille(device, reading);
                tally.worst_error_permille = tally.worst_error_permille.max(permille);
            } else {
                tally.flagged += 1;
                tally.epochs_raised += u64::from(verdict.contains(ReadingVerdict::EPOCH_CHANGED));
            }
            if newest.is_none_or(|(before, _)| before.end_slot() < reading.end_slot()) {
                newest = Some((reading, verdict));
            }
        }
        no_slot_twice(seed, &recorded.readings);
    }
    let (newest, verdict) = newest.unwrap_or_else(|| panic!("seed {seed}: nothing was read in a week"));
    let slots_ms = SLOTS_TO_RECOVER * 900_000;
    if device.evidence_ms(every_ms(seed)).is_none_or(|at_ms| at_ms + slots_ms + 2 * every_ms(seed) > WEEK_MS) {
        tally.mute += 1;
        return tally;
    }
    let end = clock().slot_at(device.home.start_ms + WEEK_MS);
    assert!(end.since(newest.end_slot()) <= 1, "seed {seed}: it never recovered: {newest:?}, the week ends at {end}");
    if !verdict.trades() {
        let from_ms = elapsed_ms(device, newest.first_slot);
        let RegisterSpan { import_open_mwh, export_open_mwh, .. } = newest.registers;
        let below = newest.quality.contains(Quality::SUSPECT)
            && device.shows_less_than(import_open_mwh, export_open_mwh, from_ms);
        let stood = newest.quality == Quality::ESTIMATED && device.stood_before(from_ms);
        let lately = going_wrong(device, WEEK_MS - DAY_MS, WEEK_MS);
        assert!(below || stood, "seed {seed}: after six quiet hours {newest:?} is {verdict:?}\n{lately}");
        tally.below += u64::from(below);
        tally.still += u64::from(!below);
    }
    tally
}

/// A slot's start, milliseconds after the device's week began.
fn elapsed_ms(device: &Device<'_>, slot: Slot) -> u64 {
    clock().start_ms(slot).saturating_sub(device.home.start_ms)
}

/// The chain's rules for one reading.
fn accept(
    device: &Device<'_>,
    sampled: &SampledReading,
    cursor: &mut DeviceCursor,
) -> Result<ReadingVerdict, deren_primitives::ReadingError> {
    let facts =
        Facts { rated_power_w: device.power.rated_w, register_step_mwh: device.step_mwh() as u32, in_service: true };
    let reading = &sampled.interval;
    reading::ensure_next(reading, cursor, Slot(u32::MAX))?;
    let slot_energy_seconds = device.power.slot_energy_seconds;
    let time = ChainTime { clock: clock(), slot_energy_seconds, closed_through: Slot(0) };
    let verdict = reading::verdict(reading, cursor, &facts, &time);
    *cursor = reading::advance(reading, sampled.hash());
    Ok(verdict)
}

/// Compares a reading that trades with the truth: how much of the error that it declares it has.
fn error_permille(device: &Device<'_>, reading: &IntervalReading) -> u64 {
    let (from_ms, to_ms) = (elapsed_ms(device, reading.first_slot), elapsed_ms(device, reading.end_slot()));
    let (before, after) = (device.home.truth(device.role, from_ms), device.home.truth(device.role, to_ms));
    let registers = &reading.registers;
    let booked = [
        registers.import_close_mwh - registers.import_open_mwh,
        registers.export_close_mwh - registers.export_open_mwh,
    ];
    let declared_mwh =
        2 * boundary_error_mwh(device.power, reading.max_gap_ms, reading.clock_error_ms, device.step_mwh());
    let shown = Energies::of(reading);
    let shows_nothing = *registers == RegisterSpan::default();
    let mut worst = 0;
    for (direction, booked_mwh) in booked.into_iter().enumerate() {
        let true_mwh = after[direction] - before[direction];
        let too_little_mwh = true_mwh.saturating_sub(booked_mwh).saturating_sub(device.hidden_mwh(
            direction,
            from_ms,
            to_ms,
            shows_nothing,
        ));
        let error_mwh = booked_mwh.saturating_sub(true_mwh).max(too_little_mwh);
        let seed = device.seed;
        assert!(
            error_mwh <= declared_mwh,
            "seed {seed}: {booked_mwh} mWh booked where {true_mwh} flowed, {declared_mwh} declared, from {from_ms} ms: {reading:?}\n{}",
            going_wrong(device, from_ms, to_ms)
        );
        worst = worst.max(error_mwh * 1000 / declared_mwh.max(1));
        let traded_wh = [shown.import_wh, shown.export_wh][direction];
        assert!(traded_wh.abs_diff(booked_mwh / 1000) <= 1, "seed {seed}: {shown:?} of {booked:?}");
    }
    worst
}

fn no_slot_twice(seed: u64, readings: &[SampledReading]) {
    for pair in readings.windows(2) {
        let (before, after) = (&pair[0].interval, &pair[1].interval);
        assert_eq!(before.end_slot(), after.first_slot, "seed {seed}: a gap between readings of one gateway");
        assert_eq!(after.sequence, before.sequence + 1, "seed {seed}");
        assert_eq!(after.previous, pair[0].hash(), "seed {seed}");
    }
}

/// A reading commits to what is on disk: samples of its slot, in order, with registers between its own.
fn assert_commits(seed: u64, sampled: &SampledReading, samples: Option<&Samples>) {
    let reading = &sampled.interval;
    let Some(samples) = samples else {
        assert_eq!((reading.samples, sampled.samples_root), (0, [0; 32]), "seed {seed}: {reading:?}");
        return;
    };
    assert_eq!((reading.samples, sampled.samples_root), (samples.count(), samples.root()), "seed {seed}: {reading:?}");
    assert_eq!(reading.slot_count, 1, "seed {seed}: {reading:?}");
    let RegisterSpan { import_open_mwh, import_close_mwh, export_open_mwh, export_close_mwh } = reading.registers;
    let leaves = samples.leaves();
    let is_of_it = leaves.iter().all(|leaf| {
        leaf.time_ms < 900_000
            && (import_open_mwh..=import_close_mwh).contains(&leaf.import_mwh)
            && (export_open_mwh..=export_close_mwh).contains(&leaf.export_mwh)
    });
    assert!(is_of_it, "seed {seed}: {reading:?} of {leaves:?}");
    assert!(leaves.windows(2).all(|pair| pair[0].time_ms < pair[1].time_ms), "seed {seed}: {leaves:?}");
}

/// What went wrong in the hours around a span, to find out why.
fn going_wrong(device: &Device<'_>, from_ms: u64, to_ms: u64) -> String {
    let near = |at_ms: u64, end_ms: u64| at_ms < to_ms + 3_600_000 && end_ms + 3_600_000 > from_ms;
    let faults = device.script.faults().iter().filter(|fault| {
        let end_s = fault.at_s + fault.for_s.unwrap_or(3_600);
        near(fault.at_s * 1000, end_s * 1000)
    });
    let faults: Vec<String> = faults.map(|fault| format!("{fault:?}")).collect();
    let troubles = crate::gateway::troubles(device.seed);
    let troubles = troubles.iter().filter(|trouble| near(trouble.from_ms, trouble.to_ms));
    let troubles: Vec<String> = troubles.map(|trouble| format!("{trouble:?}")).collect();
    format!("{}\n{}", faults.join("\n"), troubles.join("\n"))
}
