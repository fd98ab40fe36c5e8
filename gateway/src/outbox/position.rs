//! How a device's chain of readings here compares to what a finalised block says of it.

use super::{
    Outbox, Reading, Tail,
    batches::drop_needless,
    tables::{PROGRESS, READINGS, SIGNATURES, SUPERSEDED, TAILS, from_sequence},
};
use crate::{error::GatewayError, slots::Progress};
use codec::Encode;
use deren_primitives::{DeviceCursor, DeviceId, ReadingHash};
use redb::{ReadableDatabase, ReadableTableMetadata};

/// At most so many displaced readings are kept as evidence.
const MAX_SUPERSEDED: u64 = 10_000;

/// How the two compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxPosition {
    /// The device's chain has not begun here.
    NotBegun,
    /// What the chain accepted last is ours, and everything after it waits here.
    InStep,
    /// The chain shows less than was final before: the node is still catching up.
    NodeBehind,
    /// The chain has accepted readings of this device that this outbox never held: it is an old copy, or another
    /// gateway has the same key.
    ChainAhead,
    /// The chain has accepted another reading than ours: another gateway has the same key.
    Forked,
}

impl Outbox {
    /// Compares the device's chain with `cursor`, taken from a finalised block.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn position(&self, device: DeviceId, cursor: &DeviceCursor) -> Result<OutboxPosition, GatewayError> {
        let Some((oldest, tail)) = self.extent(device)? else {
            return Ok(OutboxPosition::NotBegun);
        };
        let next = cursor.next_sequence;
        if next > tail.next_sequence {
            return Ok(OutboxPosition::ChainAhead);
        }
        if next < oldest {
            return Ok(OutboxPosition::NodeBehind);
        }
        let ours = if next == tail.next_sequence {
            Some(tail.last_hash)
        } else {
            self.reading(device, next)?.map(|reading| reading.previous)
        };
        let first = next == 0 && ours == Some(ReadingHash::default());
        Ok(if first || ours == Some(cursor.last_hash) { OutboxPosition::InStep } else { OutboxPosition::Forked })
    }

    fn reading(&self, device: DeviceId, sequence: u64) -> Result<Option<Reading>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<Option<Vec<u8>>, redb::Error> {
            let read = database.begin_read()?;
            Ok(read.open_table(READINGS)?.get((&device.0, sequence))?.map(|row| row.value().to_vec()))
        };
        let bytes = find().map_err(|error| self.failed(error))?;
        bytes.map(|bytes| Reading::of_bytes(&bytes).map_err(|reason| self.broken(reason))).transpose()
    }

    /// Continues the device where the chain says that it ends, and sets what waits here aside as evidence. Only after
    /// [`OutboxPosition::ChainAhead`] or [`OutboxPosition::Forked`]: what is set aside can never be accepted. Returns
    /// how many.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`]; then nothing has changed.
    pub fn adopt(&self, device: DeviceId, cursor: &DeviceCursor, progress: &Progress) -> Result<u64, GatewayError> {
        let database = self.database()?;
        let store = || -> Result<u64, redb::Error> {
            let write = database.begin_write()?;
            let mut aside = 0;
            {
                let mut readings = write.open_table(READINGS)?;
                let mut superseded = write.open_table(SUPERSEDED)?;
                for row in readings.extract_from_if(from_sequence(&device, 0), |_, _| true)? {
                    let (key, reading) = row?;
                    if superseded.len()? < MAX_SUPERSEDED {
                        superseded.insert(key.value(), reading.value())?;
                    }
                    aside += 1;
                }
                let mut signatures = write.open_table(SIGNATURES)?;
                for row in signatures.extract_from_if(from_sequence(&device, 0), |_, _| true)? {
                    row?;
                }
                let tail = Tail { next_sequence: cursor.next_sequence, last_hash: cursor.last_hash };
                write.open_table(TAILS)?.insert(&device.0, &*tail.encode())?;
                write.open_table(PROGRESS)?.insert(&device.0, &*progress.encode())?;
            }
            drop_needless(&write)?;
            write.commit()?;
            Ok(aside)
        };
        store().map_err(|error| self.failed(error))
    }
}
