//! Readings that have arrived for good: they leave the queue for the archive.

use super::{
    Outbox, Reading, Sealed, SignedBy,
    batches::{Batches, drop_needless},
    tables::{READINGS, SIGNATURES, SIGNERS, decode},
};
use crate::error::GatewayError;
use deren_primitives::{DeviceId, Signature, SignedReading, Slot};
use redb::{ReadableDatabase, ReadableTable};
use std::collections::BTreeMap;

/// Maximum number of readings that are moved at once.
const MAX_AT_ONCE: usize = 1024;

/// Bytes of a reading and of its signature.
type Row = (Vec<u8>, Option<Vec<u8>>);

/// What has arrived, and what shows who signed it.
struct Arrived {
    rows: Vec<Row>,
    /// Who signed, by key epoch.
    signers: BTreeMap<u32, SignedBy>,
    batches: Batches,
}

impl Outbox {
    /// Moves to the archive what a finalised block shows to be accepted: every reading of the device before its
    /// sequence number. That must not be beyond its chain's end. Returns how many.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`] or, from the archive, [`GatewayError::File`]; then what was not moved can be moved
    /// later.
    pub fn remove_before(&self, arrived: &[(DeviceId, u64)]) -> Result<u64, GatewayError> {
        let mut removed = 0;
        loop {
            let some = self.first_before(arrived)?;
            if some.rows.is_empty() {
                return Ok(removed);
            }
            let mut readings = Vec::with_capacity(some.rows.len());
            let mut ends = BTreeMap::new();
            for (reading, signature) in &some.rows {
                let reading = Reading::of_bytes(reading).map_err(|reason| self.broken(reason))?;
                ends.insert(reading.device, reading.sequence.saturating_add(1));
                let signature = signature.as_deref().map(decode).transpose().map_err(|reason| self.broken(reason))?;
                readings.extend(some.sealed(reading, signature));
            }
            self.archive.append(&readings).inspect_err(|error| self.archive_failed(error))?;
            self.state().archive_alarm = None;
            removed += self.delete_before(&ends)?;
        }
    }

    /// Deletes from the archive what is older than its days, or beyond its size. It is `now` on a chain with slots of
    /// this length.
    ///
    /// # Errors
    /// [`GatewayError::File`].
    pub fn prune_archive(&self, now: Slot, slot_seconds: u32) -> Result<(), GatewayError> {
        let oldest = Slot(now.0.saturating_sub(self.bounds.archive_slots(slot_seconds)));
        let deleted = self.archive.prune(oldest).inspect_err(|error| self.archive_failed(error))?;
        if deleted > 0 {
            tracing::info!(files = deleted, "old readings left the archive");
        }
        Ok(())
    }

    fn first_before(&self, arrived: &[(DeviceId, u64)]) -> Result<Arrived, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<_, redb::Error> {
            let read = database.begin_read()?;
            let (readings, signatures) = (read.open_table(READINGS)?, read.open_table(SIGNATURES)?);
            let mut rows: Vec<Row> = Vec::new();
            for (device, next_sequence) in arrived {
                let room = MAX_AT_ONCE.saturating_sub(rows.len());
                for row in readings.range((&device.0, 0)..(&device.0, *next_sequence))?.take(room) {
                    let (key, reading) = row?;
                    let signature = signatures.get(key.value())?.map(|row| row.value().to_vec());
                    rows.push((reading.value().to_vec(), signature));
                }
            }
            let mut signers = Vec::new();
            let mut batches = Vec::new();
            if !rows.is_empty() {
                for row in read.open_table(SIGNERS)?.iter()? {
                    signers.push(row?.1.value().to_vec());
                }
                batches = Batches::rows(&read)?;
            }
            Ok((rows, signers, batches))
        };
        let (rows, signers, batches) = find().map_err(|error| self.failed(error))?;
        let by_epoch = |by: &Vec<u8>| decode(by).map(|by: SignedBy| (by.key_epoch, by));
        let signers = signers.iter().map(by_epoch).collect::<Result<_, _>>().map_err(|reason| self.broken(reason))?;
        Ok(Arrived { rows, signers, batches: Batches::of(&batches).map_err(|reason| self.broken(reason))? })
    }

    fn delete_before(&self, ends: &BTreeMap<DeviceId, u64>) -> Result<u64, GatewayError> {
        let database = self.database()?;
        let delete = || -> Result<u64, redb::Error> {
            let write = database.begin_write()?;
            let mut removed = 0;
            {
                let mut readings = write.open_table(READINGS)?;
                let mut signatures = write.open_table(SIGNATURES)?;
                for (device, end) in ends {
                    let range = || (&device.0, 0)..(&device.0, *end);
                    for row in readings.extract_from_if(range(), |_, _| true)? {
                        row?;
                        removed += 1;
                    }
                    for row in signatures.extract_from_if(range(), |_, _| true)? {
                        row?;
                    }
                }
            }
            drop_needless(&write)?;
            write.commit()?;
            Ok(removed)
        };
        let removed = delete().map_err(|error| self.failed(error))?;
        self.works();
        Ok(removed)
    }

    fn archive_failed(&self, error: &GatewayError) {
        self.state().archive_alarm = Some(error.into());
    }
}

impl Arrived {
    /// A reading for the archive, with who signed it.
    fn sealed(&self, reading: Reading, signature: Option<(u32, Signature)>) -> Option<(SignedBy, Sealed)> {
        match reading {
            Reading::Interval(reading) => {
                // Only one that was never sent has no signature.
                let (key_epoch, signature) = signature?;
                let by = self.signers.get(&key_epoch)?.clone();
                Some((by, Sealed::Signed(SignedReading { reading, signature })))
            }
            Reading::Sampled(reading) => {
                let proof = self.batches.proof(reading.hash());
                let by = match &proof {
                    Some(proof) => self.signers.get(&proof.key_epoch),
                    None => self.signers.values().next_back(),
                };
                Some((by?.clone(), Sealed::Batched(reading, proof)))
            }
        }
    }
}
