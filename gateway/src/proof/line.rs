//! The lines of a file of exported readings. Field names and their order are the format: a change of either is a new
//! [`VERSION`]. Numbers are whole, units are the last part of a name, bytes are [`Hex`].

use deren_primitives::{
    Anchor, DeviceId, DeviceRole, Hex, IntervalReading, Quality, ReadingHash, RegisterSpan, Signature, Slot,
};
use serde::{Deserialize, Serialize};

/// What the first and the last line call themselves.
pub const FORMAT: &str = "deren-readings";
/// The version of the format that this program writes and reads.
pub const VERSION: u32 = 1;
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

/// A reading with its signature. The fields are those of [`IntervalReading`], in its order, and what signs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingLine {
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
    /// Number of a finalised block that it was signed after.
    pub anchor_block_number: u32,
    /// Hash of that block.
    pub anchor_block_hash: Hex<[u8; 32]>,
    /// Epoch of the key that signed.
    pub key_epoch: u32,
    /// Signature over [`deren_primitives::interval_message`].
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

/// A reading, and the signature by which it can be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedReading {
    /// The reading.
    pub reading: IntervalReading,
    /// Epoch of the key that signed it.
    pub key_epoch: u32,
    /// Its signature.
    pub signature: Signature,
}

impl From<&SealedReading> for ReadingLine {
    fn from(sealed: &SealedReading) -> Self {
        let reading = &sealed.reading;
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
            key_epoch: sealed.key_epoch,
            signature: Hex(sealed.signature),
        }
    }
}

impl From<&ReadingLine> for SealedReading {
    fn from(line: &ReadingLine) -> Self {
        let reading = IntervalReading {
            device: DeviceId(line.device.0),
            first_slot: Slot(line.first_slot),
            slot_count: line.slot_count,
            register_epoch: line.register_epoch,
            registers: RegisterSpan {
                import_open_mwh: line.import_open_mwh,
                import_close_mwh: line.import_close_mwh,
                export_open_mwh: line.export_open_mwh,
                export_close_mwh: line.export_close_mwh,
            },
            quality: Quality(line.quality_bits),
            clock_error_ms: line.clock_error_ms,
            samples: line.samples,
            max_gap_ms: line.max_gap_ms,
            sequence: line.sequence,
            previous: ReadingHash(line.previous.0),
            anchor: Anchor { block_number: line.anchor_block_number, block_hash: line.anchor_block_hash.0 },
        };
        Self { reading, key_epoch: line.key_epoch, signature: line.signature.0 }
    }
}
