//! The lines of a file of exported readings. Field names and their order are the format: a change of either is a new
//! [`VERSION`]. Numbers are whole, units are the last part of a name, bytes are [`Hex`].

use deren_primitives::{
    Anchor, BatchProof, DeviceId, DeviceRole, Hex, IntervalReading, MerklePath, Quality, ReadingHash, RegisterSpan,
    SampledReading, Signature, Slot,
};
use serde::{Deserialize, Serialize};

/// What the first and the last line call themselves.
pub const FORMAT: &str = "deren-readings";
/// The version of the format that this program writes. Version 1 had no readings of version 2; it is read as well.
pub const VERSION: u32 = 2;
/// All versions of the format that this program reads.
pub(super) const VERSIONS: std::ops::RangeInclusive<u32> = 1..=VERSION;
/// The version that a [`SampledLine`] says.
const SAMPLED: u32 = 2;
/// How a [`SampledLine`] begins; no other line may.
pub(super) const SAMPLED_PREFIX: &[u8] = b"{\"reading_version\":2,";
/// At most so many keys; a key is changed once a year, perhaps.
pub(super) const MAX_KEYS: usize = 1024;
/// At most so many devices, present and past.
pub(super) const MAX_DEVICES: usize = 1024;
/// No header is longer: all keys and devices fit.
pub(super) const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// No other line is longer.
pub(super) const MAX_LINE_BYTES: usize = 4096;

/// The first line: whose readings, of which time, and by which keys they can be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Hash of the chain's block 0.
    pub genesis: Hex<[u8; 32]>,
    /// The gateway: its first public key.
    pub gateway: Hex<[u8; 32]>,
    /// Length of a slot.
    pub slot_seconds: u32,
    /// The metered time that a slot stands for.
    pub slot_energy_seconds: u32,
    /// The first slot of the time exported.
    pub from_slot: u32,
    /// The first slot after it.
    pub to_slot: u32,
    /// The gateway's keys as far as it knows them, oldest first.
    pub keys: Vec<Key>,
    /// The devices whose readings follow, in the order of their ids.
    pub devices: Vec<Device>,
}

/// A key of the gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// How often the key had been changed.
    pub key_epoch: u32,
    /// The Ed25519 public key.
    pub public_key: Hex<[u8; 32]>,
    /// The signature of the key before over [`deren_primitives::rotate_message`]; null if the gateway does not have it.
    /// Then only the chain, or somebody who has looked there, can say that the key is the gateway's.
    pub rotation_signature: Option<Hex<[u8; 64]>>,
}

/// A device whose readings follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Its pseudonym.
    pub device: Hex<[u8; 32]>,
    /// What it measures; null if the gateway no longer knows.
    pub role: Option<DeviceRole>,
    /// Its rated power; null if it is not known.
    pub rated_power_w: Option<u32>,
    /// Sequence number of its first reading here: above 0, its chain of readings began before this file. Null if it
    /// has none here.
    pub first_sequence: Option<u64>,
}

/// What both versions of a reading say. The fields are those of [`IntervalReading`], in its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntervalFields {
    /// Whose registers.
    pub device: Hex<[u8; 32]>,
    /// The first slot that it covers.
    pub first_slot: u32,
    /// How many.
    pub slot_count: u16,
    /// How often the device's registers had been reset.
    pub register_epoch: u32,
    /// Import register at the start of the first slot.
    pub import_open_mwh: u64,
    /// Import register at the end of the last slot.
    pub import_close_mwh: u64,
    /// Export register at the start of the first slot.
    pub export_open_mwh: u64,
    /// Export register at the end of the last slot.
    pub export_close_mwh: u64,
    /// [`Quality`], as a number.
    pub quality_bits: u16,
    /// Bound on the error of the gateway's clock.
    pub clock_error_ms: u32,
    /// Samples within the slots covered.
    pub samples: u32,
    /// The longest time without a sample.
    pub max_gap_ms: u32,
    /// Its number.
    pub sequence: u64,
    /// Hash of the reading before.
    pub previous: Hex<[u8; 32]>,
    /// Number of a finalised block that it was made after.
    pub anchor_block_number: u32,
    /// Hash of that block.
    pub anchor_block_hash: Hex<[u8; 32]>,
}

/// A reading of version 1 with its signature. An unknown field is no part of a line's one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingLine {
    /// What it says.
    #[serde(flatten)]
    pub interval: IntervalFields,
    /// Epoch of the key that signed.
    pub key_epoch: u32,
    /// Signature over [`deren_primitives::interval_message`].
    pub signature: Hex<[u8; 64]>,
}

/// A reading of version 2 with its place in a signed batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampledLine {
    /// 2.
    pub reading_version: u32,
    /// What it says.
    #[serde(flatten)]
    pub interval: IntervalFields,
    /// Root of its samples; zeros without.
    pub samples_root: Hex<[u8; 32]>,
    /// Epoch of the key that signed the batch.
    pub key_epoch: u32,
    /// Which attempt the batch was.
    pub attempt: u32,
    /// Number of the batch's readings.
    pub batch_readings: u32,
    /// Its index among them, from 0.
    pub batch_index: u32,
    /// The hashes beside its way to the batch's root, from the leaf on.
    pub batch_path: Vec<Hex<[u8; 32]>>,
    /// Signature over [`deren_primitives::BatchProof::message`].
    pub signature: Hex<[u8; 64]>,
}

/// The last line: shows that the file is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// [`FORMAT`].
    pub end: String,
    /// How many readings there are.
    pub readings: u64,
    /// blake2_256 of all bytes before this line.
    pub file_hash: Hex<[u8; 32]>,
    /// Epoch of the key that signed.
    pub key_epoch: u32,
    /// Signature over [`deren_primitives::export_message`].
    pub signature: Hex<[u8; 64]>,
}

/// A reading of version 1, and the signature by which it can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedReading {
    /// The reading.
    pub reading: IntervalReading,
    /// Epoch of the key that signed it.
    pub key_epoch: u32,
    /// Its signature.
    pub signature: Signature,
}

/// A reading of version 2, and the proof by which it can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenReading {
    /// The reading.
    pub reading: SampledReading,
    /// Its place in a signed batch.
    pub proof: BatchProof,
}

impl From<&IntervalReading> for IntervalFields {
    fn from(reading: &IntervalReading) -> Self {
        Self {
            device: Hex(reading.device.0),
            first_slot: reading.first_slot.0,
            slot_count: reading.slot_count,
            register_epoch: reading.register_epoch,
            import_open_mwh: reading.registers.import_open_mwh,
            import_close_mwh: reading.registers.import_close_mwh,
            export_open_mwh: reading.registers.export_open_mwh,
            export_close_mwh: reading.registers.export_close_mwh,
            quality_bits: reading.quality.0,
            clock_error_ms: reading.clock_error_ms,
            samples: reading.samples,
            max_gap_ms: reading.max_gap_ms,
            sequence: reading.sequence,
            previous: Hex(reading.previous.0),
            anchor_block_number: reading.anchor.block_number,
            anchor_block_hash: Hex(reading.anchor.block_hash),
        }
    }
}

impl From<&IntervalFields> for IntervalReading {
    fn from(fields: &IntervalFields) -> Self {
        Self {
            device: DeviceId(fields.device.0),
            first_slot: Slot(fields.first_slot),
            slot_count: fields.slot_count,
            register_epoch: fields.register_epoch,
            registers: RegisterSpan {
                import_open_mwh: fields.import_open_mwh,
                import_close_mwh: fields.import_close_mwh,
                export_open_mwh: fields.export_open_mwh,
                export_close_mwh: fields.export_close_mwh,
            },
            quality: Quality(fields.quality_bits),
            clock_error_ms: fields.clock_error_ms,
            samples: fields.samples,
            max_gap_ms: fields.max_gap_ms,
            sequence: fields.sequence,
            previous: ReadingHash(fields.previous.0),
            anchor: Anchor { block_number: fields.anchor_block_number, block_hash: fields.anchor_block_hash.0 },
        }
    }
}

impl From<&SealedReading> for ReadingLine {
    fn from(sealed: &SealedReading) -> Self {
        let interval = IntervalFields::from(&sealed.reading);
        Self { interval, key_epoch: sealed.key_epoch, signature: Hex(sealed.signature) }
    }
}

impl From<&ReadingLine> for SealedReading {
    fn from(line: &ReadingLine) -> Self {
        let reading = IntervalReading::from(&line.interval);
        Self { reading, key_epoch: line.key_epoch, signature: line.signature.0 }
    }
}

impl From<&ProvenReading> for SampledLine {
    fn from(proven: &ProvenReading) -> Self {
        let BatchProof { key_epoch, attempt, path, signature } = &proven.proof;
        Self {
            reading_version: SAMPLED,
            interval: IntervalFields::from(&proven.reading.interval),
            samples_root: Hex(proven.reading.samples_root),
            key_epoch: *key_epoch,
            attempt: *attempt,
            batch_readings: path.leaves,
            batch_index: path.index,
            batch_path: path.siblings.iter().copied().map(Hex).collect(),
            signature: Hex(*signature),
        }
    }
}

impl TryFrom<&SampledLine> for ProvenReading {
    type Error = &'static str;

    fn try_from(line: &SampledLine) -> Result<Self, Self::Error> {
        let siblings: Vec<[u8; 32]> = line.batch_path.iter().map(|hash| hash.0).collect();
        let path = MerklePath {
            leaves: line.batch_readings,
            index: line.batch_index,
            siblings: siblings.try_into().map_err(|_| "its path is longer than any batch's")?,
        };
        let interval = IntervalReading::from(&line.interval);
        let proof = BatchProof { key_epoch: line.key_epoch, attempt: line.attempt, path, signature: line.signature.0 };
        Ok(Self { reading: SampledReading { interval, samples_root: line.samples_root.0 }, proof })
    }
}
