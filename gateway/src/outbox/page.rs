//! Waiting readings in small steps, for those who read all of them.

use super::{
    Outbox, Queued, Reading, SignedBy,
    tables::{READINGS, SIGNATURES, SIGNERS, decode, from_sequence},
};
use crate::error::GatewayError;
use deren_primitives::DeviceId;
use redb::{ReadableDatabase, ReadableTable};
use std::path::Path;

/// Bytes of a reading, and of its signature if there is one.
type Row = (Vec<u8>, Option<Vec<u8>>);

impl Outbox {
    /// True if there is one in `data_folder`.
    pub fn exists(data_folder: &Path) -> bool {
        data_folder.join(super::FILE).exists()
    }

    /// Who signed readings that this outbox held, by key epoch.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn signers(&self) -> Result<Vec<SignedBy>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<Vec<Vec<u8>>, redb::Error> {
            let signers = database.begin_read()?.open_table(SIGNERS)?;
            signers.iter()?.map(|row| Ok(row?.1.value().to_vec())).collect()
        };
        let rows = find().map_err(|error| self.failed(error))?;
        rows.iter().map(|by| decode(by)).collect::<Result<_, _>>().map_err(|reason| self.broken(reason))
    }

    /// At most `limit` waiting readings of the device, from this sequence number on.
    ///
    /// # Errors
    /// [`GatewayError::Outbox`], also if what is stored cannot be understood.
    pub fn waiting_from(&self, device: DeviceId, sequence: u64, limit: usize) -> Result<Vec<Queued>, GatewayError> {
        let database = self.database()?;
        let find = || -> Result<Vec<Row>, redb::Error> {
            let read = database.begin_read()?;
            let (readings, signatures) = (read.open_table(READINGS)?, read.open_table(SIGNATURES)?);
            let mut rows = Vec::new();
            for row in readings.range(from_sequence(&device, sequence))?.take(limit) {
                let (key, reading) = row?;
                let signature = signatures.get(key.value())?.map(|row| row.value().to_vec());
                rows.push((reading.value().to_vec(), signature));
            }
            Ok(rows)
        };
        let queued = |(reading, signature): Row| -> Result<Queued, String> {
            let signature = signature.as_deref().map(decode).transpose()?;
            Ok(Queued { reading: Reading::of_bytes(&reading)?, signature })
        };
        let rows = find().map_err(|error| self.failed(error))?;
        rows.into_iter().map(queued).collect::<Result<_, _>>().map_err(|reason| self.broken(reason))
    }
}
