//! What has been measured and is not yet on the chain for good, on disk. Every change is one transaction that is
//! flushed before it counts: whatever is killed, nothing is lost and nothing is doubled.
//!
//! A reading is stored apart from its signature, because a rotated key signs the reading again and never changes it.

mod append;
mod queue;
mod standing;
mod tables;
#[cfg(test)]
mod tests;

pub use append::{Seal, Update};
pub use queue::Queued;
pub use standing::Standing;
pub use tables::Tail;

use crate::{error::GatewayError, files, slots::Progress};
use deren_primitives::{Anchor, DeviceId};
use redb::{Database, ReadableDatabase, ReadableTableMetadata};
use std::path::{Path, PathBuf};
use tables::{ANCHOR, META, PROGRESS, READINGS, SIGNATURES, SUPERSEDED, TAILS, decode};

const FILE: &str = "outbox.redb";
/// Of the database's own memory; all the rest is the operating system's cache, which it can take back.
const CACHE_BYTES: usize = 2 * 1024 * 1024;
/// What a reading takes on disk with its signature, keys and a share of the tree's pages, generously.
const BYTES_PER_READING: u64 = 1024;

/// The durable queue of readings, with each device's chain of hashes.
#[derive(Debug)]
pub struct Outbox {
    database: Database,
    path: PathBuf,
    capacity: u64,
}

/// What is stored of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Where its chain of readings continues.
    pub tail: Tail,
    /// Where its slots continue.
    pub progress: Progress,
}

impl Outbox {
    /// Opens the outbox of `data_folder`, or makes it; it takes at most about `max_mb` megabytes.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`] if it is damaged or another gateway has it open.
    pub fn open(data_folder: &Path, max_mb: u32) -> Result<Self, GatewayError> {
        files::make_folder(data_folder)?;
        let path = data_folder.join(FILE);
        let failed = |error: redb::Error| {
            let reason = match error {
                redb::Error::DatabaseAlreadyOpen => {
                    "another deren-gateway has it open: stop that one, or use another data_folder".to_owned()
                }
                other => other.to_string(),
            };
            GatewayError::Outbox { path: path.display().to_string(), reason }
        };
        let database =
            Database::builder().set_cache_size(CACHE_BYTES).create(&path).map_err(|error| failed(error.into()))?;
        let capacity = u64::from(max_mb) * 1024 * 1024 / BYTES_PER_READING;
        let outbox = Self { database, path, capacity };
        outbox.make_tables().map_err(|error| outbox.failed(error))?;
        Ok(outbox)
    }

    fn make_tables(&self) -> Result<(), redb::Error> {
        let write = self.database.begin_write()?;
        write.open_table(TAILS)?;
        write.open_table(PROGRESS)?;
        write.open_table(READINGS)?;
        write.open_table(SIGNATURES)?;
        write.open_table(SUPERSEDED)?;
        write.open_table(META)?;
        write.commit()?;
        Ok(())
    }

    fn failed(&self, error: impl Into<redb::Error>) -> GatewayError {
        self.broken(error.into())
    }

    fn broken(&self, reason: impl ToString) -> GatewayError {
        GatewayError::Outbox { path: self.path.display().to_string(), reason: reason.to_string() }
    }

    /// How many readings wait.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`].
    pub fn len(&self) -> Result<u64, GatewayError> {
        let count = || -> Result<u64, redb::Error> { Ok(self.database.begin_read()?.open_table(READINGS)?.len()?) };
        count().map_err(|error| self.failed(error))
    }

    /// True if no reading waits.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`].
    pub fn is_empty(&self) -> Result<bool, GatewayError> {
        Ok(self.len()? == 0)
    }

    /// How many readings may wait. Beyond that no new one is made; what is measured then becomes part of a later,
    /// estimated one.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The anchor of the newest reading, for those that are made after a restart without a connection.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn last_anchor(&self) -> Result<Option<Anchor>, GatewayError> {
        let find = || -> Result<_, redb::Error> {
            let meta = self.database.begin_read()?.open_table(META)?;
            Ok(meta.get(ANCHOR)?.map(|row| row.value().to_vec()))
        };
        let bytes = find().map_err(|error| self.failed(error))?;
        bytes.map(|bytes| decode(&bytes).map_err(|reason| self.broken(reason))).transpose()
    }

    /// What is stored of a device; `None` if its chain of readings has not begun here.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn stored(&self, device: DeviceId) -> Result<Option<Stored>, GatewayError> {
        let find = || -> Result<_, redb::Error> {
            let read = self.database.begin_read()?;
            let tail = read.open_table(TAILS)?.get(&device.0)?.map(|row| row.value().to_vec());
            let progress = read.open_table(PROGRESS)?.get(&device.0)?.map(|row| row.value().to_vec());
            Ok((tail, progress))
        };
        let (tail, progress) = find().map_err(|error| self.failed(error))?;
        let Some(tail) = tail else {
            return Ok(None);
        };
        let progress = match progress {
            Some(bytes) => decode(&bytes).map_err(|reason| self.broken(reason))?,
            None => Progress::default(),
        };
        Ok(Some(Stored { tail: decode(&tail).map_err(|reason| self.broken(reason))?, progress }))
    }
}
