//! The samples behind a reading: what a gateway saw within the slot, each as one leaf of a Merkle tree.
//!
//! A reading names the tree's root, so that its gateway can show any sample later, and make none up. The salt keeps
//! whoever knows one sample from guessing the others.

use crate::{DeviceId, blake2_256, ids::scale};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One sample of a device's registers, as a leaf.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct SampleLeaf {
    /// The sample's index within its reading, from 0.
    pub number: u16,
    /// What [`sample_salt`] gives for it.
    pub salt: [u8; 16],
    /// Milliseconds since the start of the slot.
    pub time_ms: u32,
    /// Import register, mWh.
    pub import_mwh: u64,
    /// Export register, mWh.
    pub export_mwh: u64,
    /// Power at that moment, W, import positive; 0 where the device does not say.
    pub power_w: i32,
}

/// The salt of a sample: the first half of blake2_256(secret ‖ device ‖ sequence ‖ number). The secret never leaves the
/// gateway.
pub fn sample_salt(secret: &[u8; 32], device: DeviceId, sequence: u64, number: u16) -> [u8; 16] {
    blake2_256(&scale(&(secret, device, sequence, number))).first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MerkleTree;

    /// Any other implementation must give these bytes and this root.
    #[test]
    fn golden_vector() {
        let leaf = SampleLeaf {
            number: 3,
            salt: sample_salt(&[0x44; 32], DeviceId([0x11; 32]), 41, 3),
            time_ms: 10_000,
            import_mwh: 3_844_917_000,
            export_mwh: 12_000,
            power_w: -1_500,
        };
        let expected = [
            "0300",                             // number
            "fd37e0d57c2576c33c07e793aec294fc", // salt
            "10270000",                         // time_ms
            "08c72ce500000000",                 // import_mwh
            "e02e000000000000",                 // export_mwh
            "24faffff",                         // power_w
        ]
        .concat();
        assert_eq!(hex::encode(scale(&leaf)), expected);
        let root = MerkleTree::of([leaf]).expect("one leaf").root();
        assert_eq!(hex::encode(root), "77e7f6cfe1db31e9c08e96ed00ee9147396a8cdc31373135bd7dcc351345e5ec");
    }

    #[test]
    fn a_salt_depends_on_every_part() {
        let base = sample_salt(&[1; 32], DeviceId([2; 32]), 3, 4);
        assert_ne!(base, sample_salt(&[9; 32], DeviceId([2; 32]), 3, 4));
        assert_ne!(base, sample_salt(&[1; 32], DeviceId([9; 32]), 3, 4));
        assert_ne!(base, sample_salt(&[1; 32], DeviceId([2; 32]), 9, 4));
        assert_ne!(base, sample_salt(&[1; 32], DeviceId([2; 32]), 3, 9));
    }
}
