//! Writes a file of exported readings, line by line; nothing is held back.

use super::line::{End, FORMAT, Header, ProvenReading, ReadingLine, SampledLine, SealedReading};
use blake2::{Blake2b, Digest, digest::consts::U32};
use deren_primitives::{GatewayId, Hex, Signature, export_message};
use serde::Serialize;
use std::io::{self, Write};

/// Writes one file.
pub struct Writer<W> {
    out: W,
    hash: Blake2b<U32>,
    genesis: [u8; 32],
    gateway: GatewayId,
    readings: u64,
}

/// A line as the file has it, with its end.
pub(super) fn line_of(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

impl<W: Write> Writer<W> {
    /// Begins the file.
    ///
    /// # Errors
    /// What `out` says.
    pub fn begin(out: W, header: &Header) -> io::Result<Self> {
        let gateway = GatewayId(header.gateway.0);
        let mut writer = Self { out, hash: Blake2b::new(), genesis: header.genesis.0, gateway, readings: 0 };
        writer.put(header)?;
        Ok(writer)
    }

    /// Writes a reading of version 1. A device's readings come in the order of their sequence numbers.
    ///
    /// # Errors
    /// What `out` says.
    pub fn reading(&mut self, sealed: &SealedReading) -> io::Result<()> {
        self.readings = self.readings.saturating_add(1);
        self.put(&ReadingLine::from(sealed))
    }

    /// Writes a reading of version 2; the file's own version must be 2.
    ///
    /// # Errors
    /// What `out` says.
    pub fn proven(&mut self, proven: &ProvenReading) -> io::Result<()> {
        self.readings = self.readings.saturating_add(1);
        self.put(&SampledLine::from(proven))
    }

    /// Ends the file with a signature by the key of this epoch, and gives `out` back.
    ///
    /// # Errors
    /// What `out` or `sign` says.
    pub fn end(mut self, key_epoch: u32, sign: impl FnOnce(&[u8]) -> io::Result<Signature>) -> io::Result<W> {
        let file_hash: [u8; 32] = self.hash.finalize().into();
        let signature = sign(&export_message(&self.genesis, self.gateway, key_epoch, &file_hash))?;
        let end = End {
            end: FORMAT.to_owned(),
            readings: self.readings,
            file_hash: Hex(file_hash),
            key_epoch,
            signature: Hex(signature),
        };
        self.out.write_all(&line_of(&end)?)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn put(&mut self, value: &impl Serialize) -> io::Result<()> {
        let line = line_of(value)?;
        self.hash.update(&line);
        self.out.write_all(&line)
    }
}
