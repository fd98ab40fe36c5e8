//! The tables on disk and the bytes in them.

use codec::{Decode, DecodeAll, Encode};
use deren_primitives::{DeviceId, ReadingHash};
use redb::TableDefinition;

/// A device and a sequence number.
pub(super) type ReadingKey = (&'static [u8; 32], u64);

/// Device → [`Tail`].
pub(super) const TAILS: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("tails_v1");
/// Device → [`Progress`](crate::slots::Progress).
pub(super) const PROGRESS: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("progress_v1");
/// Device and sequence → [`Reading`](super::Reading), as its SCALE bytes.
pub(super) const READINGS: TableDefinition<ReadingKey, &[u8]> = TableDefinition::new("readings_v1");
/// Device and sequence → (key epoch, signature), of a reading of version 1.
pub(super) const SIGNATURES: TableDefinition<ReadingKey, &[u8]> = TableDefinition::new("signatures_v1");
/// Device and sequence → reading that another signer's reading has displaced; evidence, bounded.
pub(super) const SUPERSEDED: TableDefinition<ReadingKey, &[u8]> = TableDefinition::new("superseded_v1");
/// Number, rising → signed batch of readings of version 2.
pub(super) const BATCHES: TableDefinition<u64, &[u8]> = TableDefinition::new("batches_v1");
/// Device and sequence → (first slot, [`SamplePoint`](crate::slots::SamplePoint)s) of a reading of version 2.
pub(super) const SAMPLES: TableDefinition<ReadingKey, &[u8]> = TableDefinition::new("samples_v1");

/// Under [`ANCHOR`]: the anchor of the newest reading.
pub(super) const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta_v1");
/// See [`META`].
pub(super) const ANCHOR: &str = "anchor";
/// Under this in [`META`]: the newest time, in milliseconds since 1970, at which the clock was known to be right.
pub(super) const GOOD_MS: &str = "good_ms";
/// Under this in [`META`]: how many bytes [`SAMPLES`] takes.
pub(super) const SAMPLES_BYTES: &str = "samples_bytes";
/// Key epoch → [`SignedBy`](super::SignedBy).
pub(super) const SIGNERS: TableDefinition<u32, &[u8]> = TableDefinition::new("signers_v1");

/// Where a device's chain of readings continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Tail {
    /// Sequence number of the next reading.
    pub next_sequence: u64,
    /// Hash of the last reading; zero before the first.
    pub last_hash: ReadingHash,
}

/// The value that these bytes, all of them, stand for.
pub(super) fn decode<T: Decode>(bytes: &[u8]) -> Result<T, String> {
    T::decode_all(&mut &*bytes).map_err(|error| format!("a row cannot be understood: {error}"))
}

/// All keys of a device from `from` on.
pub(super) fn from_sequence(device: &DeviceId, from: u64) -> std::ops::RangeInclusive<(&[u8; 32], u64)> {
    (&device.0, from)..=(&device.0, u64::MAX)
}
