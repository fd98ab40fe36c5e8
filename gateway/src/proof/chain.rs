//! One device's readings, in order: sequence numbers, chain of hashes, slots, samples, registers and their epochs.

use super::{FaultKind, line::Device};
use deren_market::reading::are_committed;
use deren_primitives::{
    DeviceId, DeviceRole, IntervalReading, MAX_LEAVES, Quality, ReadingHash, RegisterSpan, SampledReading, Slot,
};
use serde::Serialize;
use std::collections::VecDeque;

/// Number of a device's readings whose hashes are remembered. A second one with such a number is told from one that is
/// only out of order.
const RECENT: usize = 64;

/// What a device's readings show once all of them hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeviceSummary {
    /// Its pseudonym.
    pub device: DeviceId,
    /// What it measures, as the gateway says.
    pub role: Option<DeviceRole>,
    /// True if its chain of readings is here from the first one on; false if it began before this file.
    pub from_the_beginning: bool,
    /// How many readings.
    pub readings: u64,
    /// Number of the first one; null without readings.
    pub first_sequence: Option<u64>,
    /// Hash of the last one, by which a later file continues this one.
    pub last_hash: Option<ReadingHash>,
    /// Energy imported.
    pub import_wh: u64,
    /// Energy exported.
    pub export_wh: u64,
    /// How many readings are estimates.
    pub estimated_readings: u64,
    /// How often the registers were reset.
    pub register_epochs_begun: u64,
    /// Slots between readings that no reading covers.
    pub slots_missing: u64,
}

/// Follows a device's readings.
#[derive(Debug)]
pub(super) struct Chain {
    summary: DeviceSummary,
    last: Option<Last>,
    /// Hashes of the last readings, newest first.
    recent: VecDeque<ReadingHash>,
}

/// What the next reading must continue.
#[derive(Debug)]
struct Last {
    sequence: u64,
    hash: ReadingHash,
    end_slot: Slot,
    register_epoch: u32,
    registers: RegisterSpan,
}

type Checked = Result<(), (FaultKind, String)>;

impl Chain {
    pub(super) fn new(device: &Device) -> Self {
        Self {
            summary: DeviceSummary {
                device: DeviceId(device.device.0),
                role: device.role,
                from_the_beginning: device.first_sequence == Some(0),
                readings: 0,
                first_sequence: device.first_sequence,
                last_hash: None,
                import_wh: 0,
                export_wh: 0,
                estimated_readings: 0,
                register_epochs_begun: 0,
                slots_missing: 0,
            },
            last: None,
            recent: VecDeque::new(),
        }
    }

    /// Takes the next reading with its hash. It must be authentic.
    pub(super) fn take(&mut self, reading: &IntervalReading, hash: ReadingHash) -> Checked {
        let end_slot = end_of(reading)?;
        match &self.last {
            None => check_first(reading, self.summary.first_sequence)?,
            Some(last) => {
                self.check_one_truth(reading, hash, last)?;
                check_place(reading, last)?;
                check_epoch(reading, last)?;
            }
        }
        if !reading.registers.is_forward() {
            return Err((FaultKind::RegisterWentBack, "a register is lower at the end than at the start".to_owned()));
        }
        self.add(reading);
        self.recent.truncate(RECENT - 1);
        self.recent.push_front(hash);
        self.last = Some(Last {
            sequence: reading.sequence,
            hash,
            end_slot,
            register_epoch: reading.register_epoch,
            registers: reading.registers,
        });
        Ok(())
    }

    /// A number that came before may not come with another hash.
    fn check_one_truth(&self, reading: &IntervalReading, hash: ReadingHash, last: &Last) -> Checked {
        let ago = last.sequence.checked_sub(reading.sequence).and_then(|ago| usize::try_from(ago).ok());
        match ago.and_then(|ago| self.recent.get(ago)).filter(|before| **before != hash) {
            None => Ok(()),
            Some(before) => {
                let why = format!(
                    "equivocation: the gateway signed this reading, whose hash is {hash}, and another with the same \
                     number, whose hash is {before}"
                );
                Err((FaultKind::Equivocation, why))
            }
        }
    }

    fn add(&mut self, reading: &IntervalReading) {
        let summary = &mut self.summary;
        summary.readings = summary.readings.saturating_add(1);
        summary.import_wh = summary.import_wh.saturating_add(reading.registers.import_wh().unwrap_or(0));
        summary.export_wh = summary.export_wh.saturating_add(reading.registers.export_wh().unwrap_or(0));
        let estimated = reading.slot_count > 1 || reading.quality.contains(Quality::ESTIMATED);
        summary.estimated_readings = summary.estimated_readings.saturating_add(u64::from(estimated));
        if let Some(last) = &self.last {
            let missing = u64::from(reading.first_slot.since(last.end_slot));
            summary.slots_missing = summary.slots_missing.saturating_add(missing);
            let begun = u64::from(reading.register_epoch != last.register_epoch);
            summary.register_epochs_begun = summary.register_epochs_begun.saturating_add(begun);
        }
    }

    /// What all of them show.
    ///
    /// # Errors
    /// The header promised a reading, and there is none.
    pub(super) fn finish(self) -> Result<DeviceSummary, (FaultKind, String)> {
        let mut summary = self.summary;
        match (self.last, summary.first_sequence) {
            (Some(last), _) => summary.last_hash = Some(last.hash),
            (None, Some(first)) => {
                let why = format!("the header promises readings from number {first} on, and there is none");
                return Err((FaultKind::WrongSequence, why));
            }
            (None, None) => {}
        }
        Ok(summary)
    }
}

/// What a reading of version 2 says of its samples, by the chain's rule.
pub(super) fn check_samples(reading: &SampledReading) -> Checked {
    if are_committed(reading) {
        return Ok(());
    }
    let IntervalReading { samples, slot_count, .. } = reading.interval;
    let root = if reading.samples_root == [0; 32] { "zeros" } else { "a root" };
    let why = format!(
        "names {samples} samples of {slot_count} slots, and {root}: a root goes with 1 to {MAX_LEAVES} samples of one \
         slot, and zeros with none"
    );
    Err((FaultKind::BadSamples, why))
}

fn end_of(reading: &IntervalReading) -> Result<Slot, (FaultKind, String)> {
    let end = reading.first_slot.0.checked_add(u32::from(reading.slot_count)).filter(|_| reading.slot_count > 0);
    end.map(Slot).ok_or_else(|| (FaultKind::BadSpan, format!("covers {} slots", reading.slot_count)))
}

fn check_first(reading: &IntervalReading, promised: Option<u64>) -> Checked {
    if promised != Some(reading.sequence) {
        let promised = promised.map_or("none".to_owned(), |sequence| sequence.to_string());
        let why = format!("the device's first reading here; the header promises {promised}");
        return Err((FaultKind::WrongSequence, why));
    }
    let is_first = reading.sequence == 0;
    if is_first != (reading.previous == ReadingHash::default()) {
        let why = if is_first {
            "the device's very first reading names one before it"
        } else {
            "names no reading before it, and is not the device's first"
        };
        return Err((FaultKind::WrongPreviousHash, why.to_owned()));
    }
    Ok(())
}

fn check_place(reading: &IntervalReading, last: &Last) -> Checked {
    if last.sequence.checked_add(1) != Some(reading.sequence) {
        let why = format!("comes after number {}: readings are missing, doubled or out of order", last.sequence);
        return Err((FaultKind::WrongSequence, why));
    }
    if reading.previous != last.hash {
        let why = format!("names {} as the reading before, whose hash is {}", reading.previous, last.hash);
        return Err((FaultKind::WrongPreviousHash, why));
    }
    if reading.first_slot < last.end_slot {
        let why = format!("begins with slot {}, but the one before ends with {}", reading.first_slot, last.end_slot);
        return Err((FaultKind::SlotsGoBack, format!("{why} exclusive")));
    }
    Ok(())
}

fn check_epoch(reading: &IntervalReading, last: &Last) -> Checked {
    let (before, now) = (last.register_epoch, reading.register_epoch);
    let flagged = reading.quality.contains(Quality::EPOCH_RAISED);
    let refuse = |why: String| Err((FaultKind::BadRegisterEpoch, why));
    if now == before {
        if flagged {
            return refuse(format!("says that a register epoch begins, and is of epoch {now} as the one before"));
        }
        if !reading.registers.continues(&last.registers) {
            let why = "does not start at the registers where the reading before ended, in the same register epoch";
            return Err((FaultKind::RegistersNotContinuous, why.to_owned()));
        }
        return Ok(());
    }
    if before.checked_add(1) != Some(now) {
        return refuse(format!("register epoch {now} after {before}: it may only rise by one"));
    }
    if !flagged {
        return refuse(format!("register epoch {now} after {before}, without the flag that says so"));
    }
    Ok(())
}
