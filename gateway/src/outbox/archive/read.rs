//! Reads the archive, also while the gateway runs. Judges no signature: that is the verifier's.

use super::{Entry, FOLDER, SLOTS_PER_FILE, Sealed, SignedBy, files_in, frames};
use crate::error::GatewayError;
use deren_primitives::{DeviceId, Slot};
use std::{
    collections::HashMap,
    fs::File,
    io::BufReader,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    vec::IntoIter,
};

/// A reading that is final on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Who signed it; of a reading without a proof, who kept it.
    pub by: Arc<SignedBy>,
    /// The reading as the chain accepted it.
    pub sealed: Sealed,
}

/// The readings in the archive of `data_folder` that begin in one of `slots`, each once. Those of a device come in the
/// order of their sequence numbers. The gateway may be running.
///
/// # Errors
/// [`GatewayError::File`] if the folder cannot be read; from the iterator if a file cannot be read or is damaged.
pub fn archived(
    data_folder: &Path,
    slots: Range<Slot>,
) -> Result<impl Iterator<Item = Result<Archived, GatewayError>> + use<>, GatewayError> {
    let folder = data_folder.join(FOLDER);
    let (first, last) = (slots.start.0 / SLOTS_PER_FILE, slots.end.0.saturating_sub(1) / SLOTS_PER_FILE);
    let wanted = |(number, _): &(u32, u64)| (first..=last).contains(number);
    let paths: Vec<PathBuf> = files_in(&folder)?
        .into_iter()
        .filter(wanted)
        .map(|(number, _)| folder.join(format!("{number:08}.{}", super::ENDING)))
        .collect();
    Ok(Reader { paths: paths.into_iter(), slots, open: None, by: None, last: HashMap::new() })
}

struct Reader {
    paths: IntoIter<PathBuf>,
    slots: Range<Slot>,
    open: Option<(PathBuf, BufReader<File>)>,
    by: Option<Arc<SignedBy>>,
    /// Each device's last sequence number: what comes again was written again after a crash.
    last: HashMap<DeviceId, u64>,
}

impl Iterator for Reader {
    type Item = Result<Archived, GatewayError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some((path, file)) = &mut self.open else {
                let path = self.paths.next()?;
                match File::open(&path) {
                    Ok(file) => self.open = Some((path, BufReader::new(file))),
                    // Deleted meanwhile, because it is too old.
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Some(Err(GatewayError::disk(&path, &error))),
                }
                self.by = None;
                continue;
            };
            let entry = match frames::next(file) {
                Ok(frames::Next::Entry(entry)) => *entry,
                Ok(frames::Next::End) => {
                    self.open = None;
                    continue;
                }
                Ok(frames::Next::Damaged) => {
                    let error = GatewayError::file(path, "damaged: a frame is not as it was written");
                    self.open = None;
                    return Some(Err(error));
                }
                Err(error) => {
                    let error = GatewayError::disk(path, &error);
                    self.open = None;
                    return Some(Err(error));
                }
            };
            let sealed = match entry {
                Entry::SignedBy(by) => {
                    self.by = Some(Arc::new(by));
                    continue;
                }
                Entry::Signed(signed) => Sealed::Signed(signed),
                Entry::Batched(reading, proof) => Sealed::Batched(reading, proof),
            };
            let reading = sealed.reading();
            let again = self.last.get(&reading.device).is_some_and(|last| reading.sequence <= *last);
            if again {
                continue;
            }
            self.last.insert(reading.device, reading.sequence);
            if let Some(by) = self.by.clone().filter(|_| self.slots.contains(&reading.first_slot)) {
                return Some(Ok(Archived { by, sealed }));
            }
        }
    }
}
