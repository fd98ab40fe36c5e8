//! What has been measured and is not yet on the chain for good, on disk. Every change is one transaction that is
//! flushed before it counts: whatever is killed, nothing is lost and nothing is doubled.
//!
//! A disk that is full, read-only or broken is an alarm and no end. What could not be stored is stored later, and the
//! chain of hashes goes on where it stands on disk.
//!
//! A reading is stored apart from what signs it, because a rotated key signs anew and never changes a reading. One of
//! version 1 has a signature of its own; those of version 2 are signed as batches. The samples that a reading commits
//! to are stored in the same transaction with it.

mod append;
mod archive;
mod arrived;
mod batches;
mod bounds;
mod page;
mod position;
mod queue;
mod reading;
mod samples;
mod secret;
mod tables;
#[cfg(test)]
mod tests;

pub use append::{Seal, Update};
pub use archive::{Archived, Sealed, SignedBy, archived};
pub use bounds::Bounds;
pub use position::OutboxPosition;
pub use queue::Queued;
pub use reading::Reading;
pub use samples::Samples;
pub use tables::Tail;

use crate::{
    codes::{GatewayCode, Mishap},
    error::GatewayError,
    files,
    slots::Progress,
};
use archive::Archive;
use deren_primitives::{Anchor, DeviceId};
use redb::{Database, ReadableDatabase, ReadableTableMetadata};
use secret::SampleSecret;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tables::{
    ANCHOR, BATCHES, GOOD_MS, META, PROGRESS, READINGS, SAMPLES, SIGNATURES, SIGNERS, SUPERSEDED, TAILS, decode,
};

const FILE: &str = "outbox.redb";
/// Of the database's own memory; all the rest is the operating system's cache, which it can take back.
const CACHE_BYTES: usize = 2 * 1024 * 1024;
/// Time for which a disk that failed is left alone.
const REST: Duration = Duration::from_secs(2);

/// The durable queue of readings, with each device's chain of hashes.
#[derive(Debug)]
pub struct Outbox {
    database: Mutex<State>,
    path: PathBuf,
    bounds: Bounds,
    archive: Archive,
    secret: SampleSecret,
}

/// The database, or why there is none. One that failed once answers nothing any more, and is opened again.
#[derive(Debug, Default)]
struct State {
    open: Option<Arc<Database>>,
    failed: Option<(Instant, GatewayCode, String)>,
    /// Since the disk failed nothing has been written.
    alarm: Option<Mishap>,
    /// The same of the archive.
    archive_alarm: Option<Mishap>,
}

impl State {
    /// Which kind of fault the database tells of. After the first it says no more than that there was one.
    fn code_of(&self, error: &redb::Error) -> GatewayCode {
        match error {
            redb::Error::Io(error) => GatewayCode::of_disk(error.kind()),
            redb::Error::PreviousIo => self.failed.as_ref().map_or(GatewayCode::DiskBroken, |(_, code, _)| *code),
            redb::Error::DatabaseAlreadyOpen => GatewayCode::OutboxTaken,
            _ => GatewayCode::OutboxDamaged,
        }
    }
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
    /// Opens the outbox of `data_folder`, or makes it.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`] if it is damaged or another gateway has it open; or why there is no sample secret.
    pub fn open(data_folder: &Path, bounds: Bounds) -> Result<Self, GatewayError> {
        files::make_folder(data_folder)?;
        let outbox = Self {
            database: Mutex::default(),
            path: data_folder.join(FILE),
            bounds,
            archive: Archive::new(data_folder, bounds.archive_max_mb),
            secret: SampleSecret::open(data_folder)?,
        };
        let database = outbox.database()?;
        outbox.make_tables(&database).map_err(|error| outbox.failed(error))?;
        Ok(outbox)
    }

    fn make_tables(&self, database: &Database) -> Result<(), redb::Error> {
        let write = database.begin_write()?;
        write.open_table(TAILS)?;
        write.open_table(PROGRESS)?;
        write.open_table(READINGS)?;
        write.open_table(SIGNATURES)?;
        write.open_table(SUPERSEDED)?;
        write.open_table(META)?;
        write.open_table(SIGNERS)?;
        write.open_table(BATCHES)?;
        write.open_table(SAMPLES)?;
        write.commit()?;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The database; opened again if it failed, but not at once.
    fn database(&self) -> Result<Arc<Database>, GatewayError> {
        let mut state = self.state();
        if let Some(open) = &state.open {
            return Ok(open.clone());
        }
        if let Some((_, code, reason)) = state.failed.as_ref().filter(|(at, ..)| at.elapsed() < REST) {
            return Err(self.error(*code, reason));
        }
        match Database::builder().set_cache_size(CACHE_BYTES).create(&self.path) {
            Ok(database) => Ok(state.open.insert(Arc::new(database)).clone()),
            Err(error) => {
                let error = redb::Error::from(error);
                let code = state.code_of(&error);
                let reason = match error {
                    redb::Error::DatabaseAlreadyOpen => {
                        "another deren-gateway has it open: stop that one, or use another data_folder".to_owned()
                    }
                    other => other.to_string(),
                };
                state.failed = Some((Instant::now(), code, reason.clone()));
                Err(self.error(code, reason))
            }
        }
    }

    /// Notes that the disk failed.
    fn failed(&self, error: impl Into<redb::Error>) -> GatewayError {
        let error = error.into();
        let reason = error.to_string();
        let mut state = self.state();
        let code = state.code_of(&error);
        if matches!(error, redb::Error::Io(_) | redb::Error::PreviousIo) {
            state.open = None;
            state.failed = Some((Instant::now(), code, reason.clone()));
            state.alarm.get_or_insert_with(|| (code, reason.clone()).into());
        }
        self.error(code, reason)
    }

    /// Notes that the disk took something.
    fn works(&self) {
        self.state().alarm = None;
    }

    /// Why nothing can be stored since a while: the disk is full, read-only or broken. `None` if all is well.
    pub fn alarm(&self) -> Option<Mishap> {
        let state = self.state();
        state.alarm.clone().or_else(|| state.archive_alarm.clone())
    }

    /// What is stored cannot be understood.
    fn broken(&self, reason: impl ToString) -> GatewayError {
        self.error(GatewayCode::OutboxDamaged, reason)
    }

    fn error(&self, code: GatewayCode, reason: impl ToString) -> GatewayError {
        GatewayError::Outbox { path: self.path.display().to_string(), reason: reason.to_string(), code }
    }

    /// How many readings wait.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`].
    pub fn len(&self) -> Result<u64, GatewayError> {
        let database = self.database()?;
        let count = || -> Result<u64, redb::Error> { Ok(database.begin_read()?.open_table(READINGS)?.len()?) };
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
        self.bounds.capacity_readings()
    }

    /// The anchor of the newest reading, for those that are made after a restart without a connection.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn last_anchor(&self) -> Result<Option<Anchor>, GatewayError> {
        self.meta(ANCHOR)
    }

    /// The newest time at which the clock was known to be right, in milliseconds since 1970.
    ///
    /// # Errors
    /// As [`Outbox::last_anchor`].
    pub fn last_good_ms(&self) -> Result<Option<u64>, GatewayError> {
        self.meta(GOOD_MS)
    }

    fn meta<T: codec::Decode>(&self, key: &str) -> Result<Option<T>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<_, redb::Error> {
            let meta = database.begin_read()?.open_table(META)?;
            Ok(meta.get(key)?.map(|row| row.value().to_vec()))
        };
        let bytes = find().map_err(|error| self.failed(error))?;
        bytes.map(|bytes| decode(&bytes).map_err(|reason| self.broken(reason))).transpose()
    }

    /// What is stored of a device; `None` if its chain of readings has not begun here.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn stored(&self, device: DeviceId) -> Result<Option<Stored>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<_, redb::Error> {
            let read = database.begin_read()?;
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
