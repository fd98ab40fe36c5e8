//! New readings: numbered, chained, signed and stored in one transaction with the progress that made them.

use super::{
    Outbox, SignedBy, Tail,
    tables::{ANCHOR, GOOD_MS, META, PROGRESS, READINGS, SIGNATURES, SIGNERS, TAILS, decode},
};
use crate::{
    error::GatewayError,
    slots::{Progress, Span},
};
use codec::Encode;
use deren_primitives::{Anchor, DeviceId, IntervalReading, ReadingHash, Signature};
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
pub struct Seal<'s> {
    /// The latest finalised block known.
    pub anchor: Anchor,
    /// Bound on the error of this machine's clock.
    pub clock_error_ms: u32,
    /// Now, if the clock is known to be right; else the end of what is signed. Nothing is signed before this time any
    /// more, in milliseconds since 1970.
    pub good_ms: Option<u64>,
    /// The present key, and for which chain it signs.
    pub by: SignedBy,
    /// Signs a reading's hash with the present key.
    pub sign: &'s dyn Fn(ReadingHash) -> Result<Signature, GatewayError>,
}

impl Seal<'_> {
    fn reading(&self, device: DeviceId, span: Span, tail: Tail) -> IntervalReading {
        IntervalReading {
            device,
            first_slot: span.first_slot,
            slot_count: span.slot_count,
            register_epoch: span.register_epoch,
            registers: span.registers,
            quality: span.quality,
            clock_error_ms: self.clock_error_ms,
            samples: span.samples,
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

    /// Stores all of `updates` in one transaction: every span becomes the next reading of its device, signed. A
    /// device whose chain has not begun only has its progress stored, and must have no span. Returns the readings.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], or why nothing can be signed; then nothing has changed, and the same updates can be
    /// stored later.
    pub fn append(&self, updates: Vec<Update>, seal: &Seal<'_>) -> Result<Vec<IntervalReading>, GatewayError> {
        let mut all_sealed = Vec::new();
        let database = self.database()?;
        let write = database.begin_write().map_err(|error| self.failed(error))?;
        for update in updates {
            let mut tail = self.tail_in(&write, update.device)?;
            for span in update.spans {
                let Some(now) = tail else {
                    return Err(self.broken(format!("device {} has no chain of readings yet", update.device)));
                };
                let reading = seal.reading(update.device, span, now);
                let hash = reading.hash();
                let signature = (seal.by.key_epoch, (seal.sign)(hash)?);
                let key = (&update.device.0, now.next_sequence);
                let store = || -> Result<(), redb::Error> {
                    write.open_table(READINGS)?.insert(key, &*reading.encode())?;
                    write.open_table(SIGNATURES)?.insert(key, &*signature.encode())?;
                    Ok(())
                };
                store().map_err(|error| self.failed(error))?;
                tail = Some(Tail { next_sequence: now.next_sequence.saturating_add(1), last_hash: hash });
                all_sealed.push(reading);
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
        let finish = || -> Result<(), redb::Error> {
            let mut meta = write.open_table(META)?;
            if !all_sealed.is_empty() {
                meta.insert(ANCHOR, &*seal.anchor.encode())?;
                write.open_table(SIGNERS)?.insert(seal.by.key_epoch, &*seal.by.encode())?;
            }
            let before: Option<u64> = meta.get(GOOD_MS)?.and_then(|row| decode(row.value()).ok());
            if let Some(good_ms) = seal.good_ms.filter(|good_ms| before.is_none_or(|before| before < *good_ms)) {
                meta.insert(GOOD_MS, &*good_ms.encode())?;
            }
            drop(meta);
            Ok(write.commit()?)
        };
        finish().map_err(|error| self.failed(error))?;
        self.works();
        Ok(all_sealed)
    }

    fn tail_in(&self, write: &redb::WriteTransaction, device: DeviceId) -> Result<Option<Tail>, GatewayError> {
        let find = || -> Result<Option<Vec<u8>>, redb::Error> {
            Ok(write.open_table(TAILS)?.get(&device.0)?.map(|row| row.value().to_vec()))
        };
        let bytes = find().map_err(|error| self.failed(error))?;
        bytes.map(|bytes| decode(&bytes).map_err(|reason| self.broken(reason))).transpose()
    }
}
