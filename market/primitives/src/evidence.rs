//! A reading together with what shows that its gateway signed it, for whoever was not there when it came.

use crate::{
    BatchProof, GatewayId, IntervalReading, ReadingHash, SampledReading, Signature, SignedReading, interval_message,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A reading of either version, and its gateway's signature.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum ReadingEvidence {
    /// Version 1, which has a signature of its own.
    Interval {
        /// With which of its keys the gateway signed; from 0.
        key_epoch: u32,
        /// The reading and its signature.
        signed: SignedReading,
    },
    /// Version 2, which was in a signed batch.
    Sampled {
        /// The reading.
        reading: SampledReading,
        /// Its place in the batch, and the batch's signature.
        proof: BatchProof,
    },
}

impl ReadingEvidence {
    /// What both versions say.
    pub fn interval(&self) -> &IntervalReading {
        match self {
            Self::Interval { signed, .. } => &signed.reading,
            Self::Sampled { reading, .. } => &reading.interval,
        }
    }

    /// The reading's hash.
    pub fn hash(&self) -> ReadingHash {
        match self {
            Self::Interval { signed, .. } => signed.reading.hash(),
            Self::Sampled { reading, .. } => reading.hash(),
        }
    }

    /// With which of its keys the gateway signed; from 0.
    pub fn key_epoch(&self) -> u32 {
        match self {
            Self::Interval { key_epoch, .. } => *key_epoch,
            Self::Sampled { proof, .. } => proof.key_epoch,
        }
    }

    /// What the gateway signed, and its signature; `None` if the proof has no such form.
    pub fn signed(&self, genesis: &[u8; 32], gateway: GatewayId) -> Option<(Vec<u8>, &Signature)> {
        match self {
            Self::Interval { key_epoch, signed } => {
                Some((interval_message(genesis, gateway, *key_epoch, self.hash()), &signed.signature))
            }
            Self::Sampled { proof, .. } => Some((proof.message(genesis, gateway, self.hash())?, &proof.signature)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Anchor, DeviceId, MerklePath, MerkleTree, Quality, RegisterSpan, SampledBatch, Slot, verify};
    use ed25519_dalek::{Signer, SigningKey};

    const GENESIS: [u8; 32] = [5; 32];

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn gateway() -> GatewayId {
        GatewayId(key().verifying_key().to_bytes())
    }

    fn interval(sequence: u64) -> IntervalReading {
        IntervalReading {
            device: DeviceId([1; 32]),
            first_slot: Slot(9),
            slot_count: 1,
            register_epoch: 0,
            registers: RegisterSpan::default(),
            quality: Quality::GOOD,
            clock_error_ms: 0,
            samples: 90,
            max_gap_ms: 10_000,
            sequence,
            previous: ReadingHash::default(),
            anchor: Anchor::default(),
        }
    }

    fn is_authentic(evidence: &ReadingEvidence) -> bool {
        let signed = evidence.signed(&GENESIS, gateway());
        signed.is_some_and(|(message, signature)| verify(&gateway().0, &message, signature))
    }

    #[test]
    fn a_reading_of_version_1_is_shown_by_its_own_signature() {
        let reading = interval(3);
        let signature = key().sign(&interval_message(&GENESIS, gateway(), 2, reading.hash())).to_bytes();
        let evidence = |key_epoch, sequence| ReadingEvidence::Interval {
            key_epoch,
            signed: SignedReading { reading: interval(sequence), signature },
        };
        let good = evidence(2, 3);
        assert_eq!((good.hash(), good.key_epoch(), good.interval()), (reading.hash(), 2, &reading));
        assert!(is_authentic(&good));
        assert!(!is_authentic(&evidence(1, 3)));
        assert!(!is_authentic(&evidence(2, 4)));
    }

    #[test]
    fn a_reading_of_version_2_is_shown_by_its_place_in_a_batch() {
        let readings: Vec<_> =
            (0..3).map(|n| SampledReading { interval: interval(n), samples_root: [n as u8; 32] }).collect();
        let batch = SampledBatch {
            genesis: GENESIS,
            gateway: gateway(),
            key_epoch: 2,
            attempt: 1,
            readings: readings.clone().try_into().expect("few"),
        };
        let signature = key().sign(&batch.message()).to_bytes();
        let proof = BatchProof { key_epoch: 2, attempt: 1, path: batch.tree().path(2).expect("a third"), signature };
        let evidence = |proof: BatchProof, n: usize| ReadingEvidence::Sampled { reading: readings[n].clone(), proof };
        let good = evidence(proof.clone(), 2);
        assert_eq!((good.hash(), good.key_epoch()), (readings[2].hash(), 2));
        assert_eq!(good.interval(), &readings[2].interval);
        assert!(is_authentic(&good));
        assert!(!is_authentic(&evidence(proof.clone(), 1)));
        assert!(!is_authentic(&evidence(BatchProof { attempt: 0, ..proof.clone() }, 2)));
        assert!(!is_authentic(&evidence(BatchProof { key_epoch: 1, ..proof.clone() }, 2)));
        let elsewhere = MerklePath { index: 1, ..proof.path.clone() };
        assert!(!is_authentic(&evidence(BatchProof { path: elsewhere, ..proof.clone() }, 2)));
        let alone = MerkleTree::of([good.hash()]).and_then(|tree| tree.path(0)).expect("one");
        assert!(!is_authentic(&evidence(BatchProof { path: alone, ..proof }, 2)));
    }
}
