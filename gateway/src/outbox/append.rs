//! New readings: numbered, chained and stored in one transaction with their samples and the progress that made them.
//! They are signed later, when a batch of them is formed.

use super::{
    Outbox, Tail,
    samples::Row,
    tables::{ANCHOR, GOOD_MS, META, PROGRESS, READINGS, TAILS, decode},
};
use crate::{
    error::GatewayError,
    slots::{Progress, Span},
};
use codec::Encode;
use deren_primitives::{Anchor, DeviceId, IntervalReading, SampledReading, Slot};
use redb::ReadableTable;

/// What came of a device's samples.
#[derive(Clone, Debug)]
pub struct Update {
    /// Whose.
    pub device: DeviceId,
    /// Complete spans, in order; each becomes a reading.
    pub spans: Vec<Span>,
    /// Where its slots continue after them.
    pub progress: Progress,
}

/// What a reading gets besides its span.
#[derive(Clone, Copy, Debug)]
pub struct Seal {
    /// The latest finalised block known.
    pub anchor: Anchor,
    /// Bound on the error of this machine's clock.
    pub clock_error_ms: u32,
    /// Now, if the clock is known to be right; else the end of what is made. No reading is made before this time any
    /// more, in milliseconds since 1970.
    pub good_ms: Option<u64>,
    /// A slot's length, by which samples grow old.
    pub slot_seconds: u32,
}

impl Seal {
    fn reading(&self, device: DeviceId, span: &Span, tail: Tail, samples: u32) -> IntervalReading {
        IntervalReading {
            device,
            first_slot: span.first_slot,
            slot_count: span.slot_count,
            register_epoch: span.register_epoch,
            registers: span.registers,
            quality: span.quality,
            clock_error_ms: self.clock_error_ms,
            samples,
            max_gap_ms: span.max_gap_ms,
            sequence: tail.next_sequence,
            previous: tail.last_hash,
            anchor: self.anchor,
        }
    }
}

impl Outbox {
    /// Begins a device's chain of readings here, if it has not begun: at `tail`, with slots from `progress`.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`]; then nothing has changed.
    pub fn begin(&self, device: DeviceId, tail: Tail, progress: &Progress) -> Result<(), GatewayError> {
        let database = self.database()?;
        let store = || -> Result<(), redb::Error> {
            let write = database.begin_write()?;
            {
                let mut tails = write.open_table(TAILS)?;
                if tails.get(&device.0)?.is_none() {
                    tails.insert(&device.0, &*tail.encode())?;
                    write.open_table(PROGRESS)?.insert(&device.0, &*progress.encode())?;
                }
            }
            Ok(write.commit()?)
        };
        store().map_err(|error| self.failed(error))
    }

    /// Stores all of `updates` in one transaction: every span becomes the next reading of its device, with its samples.
    /// A device whose chain has not begun only has its progress stored, and must have no span. Returns the readings.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`]; then nothing has changed, and the same updates can be stored later.
    pub fn append(&self, updates: Vec<Update>, seal: &Seal) -> Result<Vec<SampledReading>, GatewayError> {
        let (mut readings, mut samples) = (Vec::new(), Vec::new());
        let database = self.database()?;
        let write = database.begin_write().map_err(|error| self.failed(error))?;
        for update in updates {
            let mut tail = self.tail_in(&write, update.device)?;
            for span in update.spans {
                let Some(now) = tail else {
                    return Err(self.broken(format!("device {} has no chain of readings yet", update.device)));
                };
                let (reading, row) = self.make(update.device, span, now, seal);
                let store = || -> Result<(), redb::Error> {
                    let key = (&update.device.0, now.next_sequence);
                    write.open_table(READINGS)?.insert(key, &*reading.encode())?;
                    Ok(())
                };
                store().map_err(|error| self.failed(error))?;
                let next_sequence = now.next_sequence.saturating_add(1);
                tail = Some(Tail { next_sequence, last_hash: reading.hash() });
                readings.push(reading);
                samples.extend(row);
            }
            let store = || -> Result<(), redb::Error> {
                if let Some(tail) = tail {
                    write.open_table(TAILS)?.insert(&update.device.0, &*tail.encode())?;
                }
                write.open_table(PROGRESS)?.insert(&update.device.0, &*update.progress.encode())?;
                Ok(())
            };
            store().map_err(|error| self.failed(error))?;
        }
        let newest = readings.iter().map(|reading| reading.interval.end_slot()).max();
        let finish = || -> Result<(), redb::Error> {
            note(&write, seal, newest.is_some())?;
            if let Some(newest) = newest {
                let oldest = newest.0.saturating_sub(self.bounds.samples_slots(seal.slot_seconds));
                self.keep_samples(&write, &samples, Slot(oldest))?;
            }
            Ok(write.commit()?)
        };
        finish().map_err(|error| self.failed(error))?;
        self.works();
        Ok(readings)
    }

    /// The reading that a span becomes, and its samples if it has any.
    fn make(&self, device: DeviceId, span: Span, tail: Tail, seal: &Seal) -> (SampledReading, Option<Row>) {
        let samples = self.samples_of(device, tail.next_sequence, &span.samples);
        let interval = seal.reading(device, &span, tail, samples.count());
        let row = Row { device, sequence: tail.next_sequence, first_slot: span.first_slot, points: span.samples };
        (SampledReading { interval, samples_root: samples.root() }, (samples.count() > 0).then_some(row))
    }

    fn tail_in(&self, write: &redb::WriteTransaction, device: DeviceId) -> Result<Option<Tail>, GatewayError> {
        let find = || -> Result<Option<Vec<u8>>, redb::Error> {
            Ok(write.open_table(TAILS)?.get(&device.0)?.map(|row| row.value().to_vec()))
        };
        let bytes = find().map_err(|error| self.failed(error))?;
        bytes.map(|bytes| decode(&bytes).map_err(|reason| self.broken(reason))).transpose()
    }
}

/// Notes what a restart must know: the last reading's anchor, and until when the clock was right.
fn note(write: &redb::WriteTransaction, seal: &Seal, any_reading: bool) -> Result<(), redb::Error> {
    let mut meta = write.open_table(META)?;
    if any_reading {
        meta.insert(ANCHOR, &*seal.anchor.encode())?;
    }
    let before: Option<u64> = meta.get(GOOD_MS)?.and_then(|row| decode(row.value()).ok());
    if let Some(good_ms) = seal.good_ms.filter(|good_ms| before.is_none_or(|before| before < *good_ms)) {
        meta.insert(GOOD_MS, &*good_ms.encode())?;
    }
    Ok(())
}
