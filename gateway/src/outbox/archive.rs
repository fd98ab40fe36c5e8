//! Readings that are final on the chain, kept for proof: with them the owner shows anyone what was signed. Plain files
//! to which is only ever appended, so that they wear out no SD card and can be read while the gateway runs.
//!
//! A file holds the readings that begin in [`SLOTS_PER_FILE`] slots, as frames: length, checksum, SCALE bytes of an
//! [`Entry`]. After a crash a reading may stand there twice, or the last frame be torn: reading skips both.

mod frames;
mod read;
#[cfg(test)]
mod tests;

pub use read::{Archived, archived};

use crate::{error::GatewayError, files, signer::Signer};
use codec::{Decode, Encode};
use deren_primitives::{BatchProof, GatewayId, IntervalReading, PublicKey, SampledReading, SignedReading, Slot};
use std::{
    fs::{File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

const FOLDER: &str = "archive";
const ENDING: &str = "readings";
/// A week of quarter hours.
const SLOTS_PER_FILE: u32 = 672;

/// Who signed a reading: what a verifier must know besides the reading and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedBy {
    /// The chain for which it was signed.
    pub genesis: [u8; 32],
    /// The gateway's name.
    pub gateway: GatewayId,
    /// Which of its keys; from 0.
    pub key_epoch: u32,
    /// That key.
    pub public_key: PublicKey,
}

impl SignedBy {
    /// The signer's present key, on the chain with this genesis hash.
    pub fn now(signer: &Signer, genesis: [u8; 32]) -> Self {
        let (gateway, key_epoch, public_key) = (signer.gateway(), signer.key_epoch(), signer.public_key());
        Self { genesis, gateway, key_epoch, public_key }
    }
}

/// A reading with what shows that its gateway signed it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Sealed {
    /// Of version 1, with its own signature.
    Signed(SignedReading),
    /// Of version 2, with its place in a signed batch; without, if the batch that brought it was another gateway's.
    Batched(SampledReading, Option<BatchProof>),
}

impl Sealed {
    /// What the reading says.
    pub fn reading(&self) -> &IntervalReading {
        match self {
            Self::Signed(signed) => &signed.reading,
            Self::Batched(reading, _) => &reading.interval,
        }
    }
}

/// What a frame holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum Entry {
    /// Who signed what follows in this file.
    SignedBy(SignedBy),
    /// A reading of version 1.
    Signed(SignedReading),
    /// A reading of version 2.
    Batched(SampledReading, Option<BatchProof>),
}

impl From<&Sealed> for Entry {
    fn from(sealed: &Sealed) -> Self {
        match sealed.clone() {
            Sealed::Signed(signed) => Self::Signed(signed),
            Sealed::Batched(reading, proof) => Self::Batched(reading, proof),
        }
    }
}

/// The files of one gateway, as it writes them.
#[derive(Debug)]
pub(super) struct Archive {
    folder: PathBuf,
    max_bytes: u64,
    open: Mutex<Option<Open>>,
}

/// The file that is written now.
#[derive(Debug)]
struct Open {
    number: u32,
    file: File,
    /// Everything before is whole.
    len: u64,
    signed_by: Option<SignedBy>,
}

impl Archive {
    /// The archive in `data_folder`, of at most about `max_mb` megabytes.
    pub(super) fn new(data_folder: &Path, max_mb: u32) -> Self {
        let max_bytes = u64::from(max_mb) * 1024 * 1024;
        Self { folder: data_folder.join(FOLDER), max_bytes, open: Mutex::default() }
    }

    /// Writes `readings` and flushes them to disk.
    ///
    /// # Errors
    /// [`GatewayError::File`]; then some of them may be there, and all can be written again.
    pub(super) fn append(&self, readings: &[(SignedBy, Sealed)]) -> Result<(), GatewayError> {
        let mut readings = readings.to_vec();
        readings.sort_by_key(number);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for some in readings.chunk_by(|one, next| number(one) == number(next)) {
            let Some(number) = some.first().map(number) else {
                continue;
            };
            let mut file = match open.take().filter(|open| open.number == number) {
                Some(open) => open,
                None => self.open_file(number)?,
            };
            let path = self.path(number);
            file.append(some).map_err(|error| GatewayError::disk(&path, &error))?;
            *open = Some(file);
        }
        Ok(())
    }

    /// Deletes files with nothing from `oldest` on, and then the oldest while all together are too large. Returns how
    /// many were deleted.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the folder cannot be read or a file not be deleted.
    pub(super) fn prune(&self, oldest: Slot) -> Result<u32, GatewayError> {
        let files = files_in(&self.folder)?;
        let mut bytes: u64 = files.iter().map(|(_, len)| len).sum();
        let mut deleted = 0;
        let newest = files.last().map_or(0, |(number, _)| *number);
        for (number, len) in files {
            let too_old = number < oldest.0 / SLOTS_PER_FILE;
            // The newest is being written.
            if number == newest || (!too_old && bytes <= self.max_bytes) {
                break;
            }
            let path = self.path(number);
            std::fs::remove_file(&path).map_err(|error| GatewayError::disk(&path, &error))?;
            bytes = bytes.saturating_sub(len);
            deleted += 1;
        }
        Ok(deleted)
    }

    fn path(&self, number: u32) -> PathBuf {
        self.folder.join(format!("{number:08}.{ENDING}"))
    }

    fn open_file(&self, number: u32) -> Result<Open, GatewayError> {
        files::make_folder(&self.folder)?;
        let path = self.path(number);
        let open = || {
            let is_new = !path.exists();
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            if is_new {
                File::open(&self.folder)?.sync_all()?;
            }
            let (len, damaged) = frames::whole_bytes(&file)?;
            if damaged {
                // What follows the damage is cut off here, so a copy stays for whoever wants to look.
                std::fs::copy(&path, path.with_extension("damaged"))?;
                tracing::warn!(path = %path.display(), "a part is damaged: a copy is kept beside it");
            }
            Ok(Open { number, file, len, signed_by: None })
        };
        open().map_err(|error: std::io::Error| GatewayError::disk(&path, &error))
    }
}

impl Open {
    fn append(&mut self, readings: &[(SignedBy, Sealed)]) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        let mut signed_by = self.signed_by.clone();
        for (by, sealed) in readings {
            if signed_by.as_ref() != Some(by) {
                signed_by = Some(by.clone());
                frames::put(&mut bytes, &Entry::SignedBy(by.clone()));
            }
            frames::put(&mut bytes, &Entry::from(sealed));
        }
        // What a failed or interrupted write left behind is written over.
        self.file.set_len(self.len)?;
        self.file.seek(SeekFrom::Start(self.len))?;
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        self.len = self.len.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        self.signed_by = signed_by;
        Ok(())
    }
}

fn number((_, sealed): &(SignedBy, Sealed)) -> u32 {
    sealed.reading().first_slot.0 / SLOTS_PER_FILE
}

/// Numbers and lengths of the files, in order.
fn files_in(folder: &Path) -> Result<Vec<(u32, u64)>, GatewayError> {
    let list = || {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(ENDING)?.strip_suffix('.')?.parse().ok());
            if let Some(number) = number {
                files.push((number, entry.metadata()?.len()));
            }
        }
        files.sort_unstable();
        Ok(files)
    };
    list().map_err(|error: std::io::Error| GatewayError::disk(folder, &error))
}
