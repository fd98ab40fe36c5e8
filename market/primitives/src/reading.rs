//! The interval reading: what a gateway says a device's registers were at the boundaries of a slot.
//!
//! Field order and widths are fixed: a reading's hash and signature are over its SCALE bytes, and the golden
//! vector in the tests pins them.

use crate::{DeviceId, GatewayId, MerklePath, MerkleTree, ReadingHash, Signature, Slot, ids::scale};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How many readings one batch carries at most.
pub const MAX_READINGS_PER_BATCH: u32 = 64;
/// The last attempt at which a batch may be sent; then they begin again.
pub const MAX_ATTEMPT: u32 = 15;
/// The chain knows each block whose number this divides for a month, so that it is an anchor where finality lags.
pub const LASTING_ANCHOR_BLOCKS: u32 = 100;

/// Cumulative registers at the two ends of a reading, in mWh.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct RegisterSpan {
    /// Import register at the start of the first slot.
    pub import_open_mwh: u64,
    /// Import register at the end of the last slot.
    pub import_close_mwh: u64,
    /// Export register at the start of the first slot.
    pub export_open_mwh: u64,
    /// Export register at the end of the last slot.
    pub export_close_mwh: u64,
}

impl RegisterSpan {
    /// Whole Wh imported: `floor(close/1000) − floor(open/1000)`, so that rounding never accumulates.
    /// `None` if the register went back.
    pub fn import_wh(&self) -> Option<u64> {
        (self.import_close_mwh / 1000).checked_sub(self.import_open_mwh / 1000)
    }

    /// Whole Wh exported, as [`RegisterSpan::import_wh`].
    pub fn export_wh(&self) -> Option<u64> {
        (self.export_close_mwh / 1000).checked_sub(self.export_open_mwh / 1000)
    }

    /// The larger of what was imported and what was exported, mWh; a register that went back counts as 0.
    pub fn largest_mwh(&self) -> u64 {
        let imported_mwh = self.import_close_mwh.saturating_sub(self.import_open_mwh);
        let exported_mwh = self.export_close_mwh.saturating_sub(self.export_open_mwh);
        imported_mwh.max(exported_mwh)
    }

    /// True if neither register went back, to the mWh.
    pub fn is_forward(&self) -> bool {
        self.import_open_mwh <= self.import_close_mwh && self.export_open_mwh <= self.export_close_mwh
    }

    /// True if this span starts exactly where `earlier` ended.
    pub fn continues(&self, earlier: &Self) -> bool {
        self.import_open_mwh == earlier.import_close_mwh && self.export_open_mwh == earlier.export_close_mwh
    }
}

/// What the gateway itself says about a reading's quality, as bits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Quality(pub u16);

impl Quality {
    /// Measured throughout.
    pub const GOOD: Self = Self(0);
    /// A gap longer than half a slot, or nothing sampled at all: the share of each slot is a guess.
    pub const ESTIMATED: Self = Self(1);
    /// The gateway's clock was not synchronised for a part of the time.
    pub const CLOCK_UNSYNCHRONISED: Self = Self(1 << 1);
    /// The first reading of a new register epoch: the device's registers were reset.
    pub const EPOCH_RAISED: Self = Self(1 << 2);
    /// The device itself, or its driver, marked samples as doubtful.
    pub const SUSPECT: Self = Self(1 << 3);

    /// True if all bits of `other` are set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A finalised block, which shows that a reading was not signed before it: a recent one, or a hundredth one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Anchor {
    /// The block's number.
    pub block_number: u32,
    /// The block's hash.
    pub block_hash: [u8; 32],
}

/// What a device's registers were at the boundaries of one slot, or of several in which nothing could be sampled.
///
/// ```
/// use deren_primitives::{Anchor, DeviceId, IntervalReading, Quality, ReadingHash, RegisterSpan, Slot};
///
/// let reading = IntervalReading {
///     device: DeviceId([0x11; 32]),
///     first_slot: Slot(2_000_001),
///     slot_count: 1,
///     register_epoch: 0,
///     registers: RegisterSpan { import_open_mwh: 1_999, import_close_mwh: 252_000, ..RegisterSpan::default() },
///     quality: Quality::GOOD,
///     clock_error_ms: 20,
///     samples: 90,
///     max_gap_ms: 10_500,
///     sequence: 0,
///     previous: ReadingHash::default(),
///     anchor: Anchor::default(),
/// };
/// assert_eq!(reading.end_slot(), Slot(2_000_002));
/// // Both ends are rounded down before they are compared: 252 − 1.
/// assert_eq!(reading.registers.import_wh(), Some(251));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct IntervalReading {
    /// Whose registers.
    pub device: DeviceId,
    /// The first slot that the reading covers.
    pub first_slot: Slot,
    /// How many slots it covers, from 1.
    pub slot_count: u16,
    /// Rises by one each time that the device's registers are reset.
    pub register_epoch: u32,
    /// The four boundary registers.
    pub registers: RegisterSpan,
    /// What the gateway says of its quality.
    pub quality: Quality,
    /// Bound on the error of the gateway's clock, in milliseconds.
    pub clock_error_ms: u32,
    /// Samples within the slots covered.
    pub samples: u32,
    /// The longest time without a sample, in milliseconds.
    pub max_gap_ms: u32,
    /// The device's readings are numbered from 0, without gaps.
    pub sequence: u64,
    /// Hash of the device's previous reading; zero for the first.
    pub previous: ReadingHash,
    /// A recent finalised block.
    pub anchor: Anchor,
}

impl IntervalReading {
    /// blake2_256 of the reading's SCALE bytes.
    pub fn hash(&self) -> ReadingHash {
        ReadingHash::of(&scale(self))
    }

    /// The first slot after the reading.
    pub fn end_slot(&self) -> Slot {
        self.first_slot.plus(u32::from(self.slot_count))
    }
}

/// A reading, version 2: version 1, and the root of the samples that it was made of. Its SCALE bytes are those of
/// version 1 and then the root. `interval.samples` is the number of the root's leaves. A reading of several slots, or
/// of one in which nothing was sampled, has no samples and a root of zeros.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SampledReading {
    /// What version 1 says.
    #[cfg_attr(feature = "std", serde(flatten))]
    pub interval: IntervalReading,
    /// Root of the Merkle tree of its [`SampleLeaf`](crate::SampleLeaf)s.
    pub samples_root: [u8; 32],
}

impl SampledReading {
    /// blake2_256 of the reading's SCALE bytes.
    pub fn hash(&self) -> ReadingHash {
        ReadingHash::of(&scale(self))
    }
}

/// A reading and its gateway's signature over [`interval_message`](crate::interval_message).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SignedReading {
    /// What was measured.
    pub reading: IntervalReading,
    /// Ed25519.
    pub signature: Signature,
}

/// Readings of one gateway on their way to the chain, in order for each device.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ReadingBatch {
    /// The chain for which the readings were signed.
    pub genesis: [u8; 32],
    /// Who signed.
    pub gateway: GatewayId,
    /// With which of its keys; from 0.
    pub key_epoch: u32,
    /// Raised when a batch is sent again, because a transaction pool bans a refused transaction's bytes for a while. At
    /// most [`MAX_ATTEMPT`].
    pub attempt: u32,
    /// At least one.
    pub readings: BoundedVec<SignedReading, ConstU32<MAX_READINGS_PER_BATCH>>,
}

impl ReadingBatch {
    /// blake2_256 of the SCALE bytes of the readings with their signatures, which the batch's signature covers.
    pub fn readings_hash(&self) -> [u8; 32] {
        crate::blake2_256(&self.readings.encode())
    }
}

/// Readings of version 2 of one gateway on their way to the chain, in order for each device. One signature over
/// [`SampledBatch::message`] stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct SampledBatch {
    /// The chain for which the batch was signed.
    pub genesis: [u8; 32],
    /// Who signed.
    pub gateway: GatewayId,
    /// With which of its keys; from 0.
    pub key_epoch: u32,
    /// Raised when the same readings are signed in another batch. At most [`MAX_ATTEMPT`].
    pub attempt: u32,
    /// At least one.
    pub readings: BoundedVec<SampledReading, ConstU32<MAX_READINGS_PER_BATCH>>,
}

impl SampledBatch {
    /// The Merkle tree of the readings' hashes, whose root the batch's signature covers.
    pub fn tree(&self) -> MerkleTree {
        MerkleTree::of(self.readings.iter().map(SampledReading::hash)).unwrap_or_default()
    }
}

/// What shows that a reading was in a batch that its gateway signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct BatchProof {
    /// With which of its keys the gateway signed; from 0.
    pub key_epoch: u32,
    /// Which attempt the batch was.
    pub attempt: u32,
    /// Number of the batch's readings, the reading's index, and the way to the root.
    pub path: MerklePath,
    /// Ed25519, over [`SampledBatch::message`].
    pub signature: Signature,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> IntervalReading {
        IntervalReading {
            device: DeviceId([0x11; 32]),
            first_slot: Slot(1_988_000),
            slot_count: 1,
            register_epoch: 2,
            registers: RegisterSpan {
                import_open_mwh: 3_844_917_000,
                import_close_mwh: 3_845_000_999,
                export_open_mwh: 12_000,
                export_close_mwh: 12_100,
            },
            quality: Quality::ESTIMATED.with(Quality::EPOCH_RAISED),
            clock_error_ms: 20,
            samples: 90,
            max_gap_ms: 10_500,
            sequence: 41,
            previous: ReadingHash([0x22; 32]),
            anchor: Anchor { block_number: 70_000, block_hash: [0x33; 32] },
        }
    }

    /// Any other implementation must give these bytes and this hash for the reading above.
    #[test]
    fn golden_vector() {
        let expected = [
            "1111111111111111111111111111111111111111111111111111111111111111", // device
            "a0551e00",                                                         // first_slot
            "0100",                                                             // slot_count
            "02000000",                                                         // register_epoch
            "08c7 2ce5 0000 0000",                                              // import_open_mwh
            "270f 2ee5 0000 0000",                                              // import_close_mwh
            "e02e 0000 0000 0000",                                              // export_open_mwh
            "442f 0000 0000 0000",                                              // export_close_mwh
            "0500",                                                             // quality
            "14000000",                                                         // clock_error_ms
            "5a000000",                                                         // samples
            "04290000",                                                         // max_gap_ms
            "2900000000000000",                                                 // sequence
            "2222222222222222222222222222222222222222222222222222222222222222", // previous
            "70110100",                                                         // anchor.block_number
            "3333333333333333333333333333333333333333333333333333333333333333", // anchor.block_hash
        ]
        .concat()
        .replace(' ', "");
        assert_eq!(hex::encode(example().encode()), expected);
        assert_eq!(hex::encode(example().hash().0), "ea9f2064be311a225474380ca1c67fbb53a688d0d865fd0a3a0ff1b28f5ec2ae");
        assert_eq!(IntervalReading::max_encoded_len(), example().encode().len());
    }

    /// Any other implementation must give this hash for the reading above with the root of one sample.
    #[test]
    fn golden_vector_of_version_2() {
        let root = hex::decode("77e7f6cfe1db31e9c08e96ed00ee9147396a8cdc31373135bd7dcc351345e5ec").expect("hex");
        let sampled = SampledReading { interval: example(), samples_root: root.try_into().expect("32 bytes") };
        assert_eq!(sampled.encode(), [example().encode(), sampled.samples_root.to_vec()].concat());
        assert_eq!(hex::encode(sampled.hash().0), "0f2a2866f13425562e428374937935b15171f84cbbc64c95f4bfceec778e05f7");
        let batch = SampledBatch {
            genesis: [0x55; 32],
            gateway: GatewayId([0x66; 32]),
            key_epoch: 7,
            attempt: 2,
            readings: vec![sampled].try_into().expect("one"),
        };
        let expected = [
            "444552454e2f62617463682f763200",                                   // domain
            "5555555555555555555555555555555555555555555555555555555555555555", // genesis
            "6666666666666666666666666666666666666666666666666666666666666666", // gateway
            "07000000",                                                         // key_epoch
            "02000000",                                                         // attempt
            "01000000",                                                         // number of readings
            "3dbab560c915b33718ac12b1606f95680a076bac1625f04100bf8b4db0203116", // root
        ]
        .concat();
        let proof =
            BatchProof { key_epoch: 7, attempt: 2, path: batch.tree().path(0).expect("one"), signature: [0; 64] };
        let of_proof = proof.message(&batch.genesis, batch.gateway, batch.readings[0].hash());
        assert_eq!(of_proof, Some(batch.message()));
        assert_eq!(hex::encode(batch.message()), expected);
    }

    #[test]
    fn rounding_of_energy_never_accumulates() {
        let mut registers = RegisterSpan { import_open_mwh: 0, import_close_mwh: 1_999, ..Default::default() };
        let mut total = registers.import_wh().expect("forward");
        registers = RegisterSpan { import_open_mwh: 1_999, import_close_mwh: 3_500, ..Default::default() };
        total += registers.import_wh().expect("forward");
        assert_eq!(total, 3);
    }

    #[test]
    fn a_register_that_went_back_has_no_energy() {
        let back = RegisterSpan { export_open_mwh: 5_000, export_close_mwh: 3_000, ..Default::default() };
        assert_eq!(back.export_wh(), None);
        assert!(!back.is_forward());
    }

    proptest! {
        #[test]
        fn energies_of_consecutive_readings_add_up(marks in proptest::collection::vec(0..10_000_000u64, 2..20)) {
            let mut marks = marks;
            marks.sort_unstable();
            let sum: u64 = marks
                .windows(2)
                .map(|w| RegisterSpan { import_open_mwh: w[0], import_close_mwh: w[1], ..Default::default() })
                .map(|span| span.import_wh().expect("forward"))
                .sum();
            prop_assert_eq!(sum, marks[marks.len() - 1] / 1000 - marks[0] / 1000);
        }

        #[test]
        fn cut_bytes_are_an_error_and_never_a_panic(cut in 0..200usize) {
            let bytes = example().encode();
            let cut = cut.min(bytes.len() - 1);
            prop_assert!(IntervalReading::decode(&mut &bytes[..cut]).is_err());
        }
    }
}
