//! The bytes that are signed, each built by one function with a domain of its own, and the one rule by which
//! signatures are judged.

use crate::{BatchProof, GatewayId, PublicKey, ReadingBatch, ReadingHash, SampledBatch, Signature, SiteId};
use alloc::vec::Vec;
use codec::Encode;

/// Domain of a reading's signature.
pub const INTERVAL_DOMAIN: &[u8; 18] = b"DEREN/interval/v1\0";
/// Domain of a batch's signature.
pub const BATCH_DOMAIN: &[u8; 15] = b"DEREN/batch/v1\0";
/// Domain of the signature of a batch of version 2.
pub const BATCH_DOMAIN_V2: &[u8; 15] = b"DEREN/batch/v2\0";
/// Domain of a link code.
pub const LINK_DOMAIN: &[u8; 14] = b"DEREN/link/v1\0";
/// Domain of a key rotation, signed by the old key.
pub const ROTATE_DOMAIN: &[u8; 16] = b"DEREN/rotate/v1\0";

/// Domain of the signature that ends a file of exported readings.
pub const EXPORT_DOMAIN: &[u8; 16] = b"DEREN/export/v1\0";

/// What a gateway signs for a reading: (domain, genesis hash, gateway, key epoch, reading hash).
pub fn interval_message(genesis: &[u8; 32], gateway: GatewayId, key_epoch: u32, reading: ReadingHash) -> Vec<u8> {
    (INTERVAL_DOMAIN, genesis, gateway, key_epoch, reading).encode()
}

/// What a gateway signs for a batch: (domain, genesis hash, gateway, key epoch, attempt, hash of the signed
/// readings). One check of it tells a transaction pool that nobody changed the batch on its way.
pub fn batch_message(batch: &ReadingBatch) -> Vec<u8> {
    (BATCH_DOMAIN, batch.genesis, batch.gateway, batch.key_epoch, batch.attempt, batch.readings_hash()).encode()
}

impl SampledBatch {
    /// What the gateway signs: (domain, genesis hash, gateway, key epoch, attempt, number of readings as u32, root of
    /// [`SampledBatch::tree`]). It stands for each of the readings.
    pub fn message(&self) -> Vec<u8> {
        let tree = self.tree();
        let place = (self.key_epoch, self.attempt);
        batch_message_v2(&self.genesis, self.gateway, place, (tree.leaves(), tree.root()))
    }
}

impl BatchProof {
    /// What the gateway signed if the reading with this hash was in the batch; `None` if the path has no such form.
    pub fn message(&self, genesis: &[u8; 32], gateway: GatewayId, reading: ReadingHash) -> Option<Vec<u8>> {
        let root = self.path.root(&reading)?;
        Some(batch_message_v2(genesis, gateway, (self.key_epoch, self.attempt), (self.path.leaves, root)))
    }
}

/// The bytes of [`SampledBatch::message`].
fn batch_message_v2(
    genesis: &[u8; 32],
    gateway: GatewayId,
    (key_epoch, attempt): (u32, u32),
    (readings, root): (u32, [u8; 32]),
) -> Vec<u8> {
    (BATCH_DOMAIN_V2, genesis, gateway, key_epoch, attempt, readings, root).encode()
}

/// What a gateway signs to be linked to a site: (domain, genesis hash, owner, site, expiry in seconds since 1970).
pub fn link_message(genesis: &[u8; 32], owner: &[u8; 32], site: SiteId, expires_unix_s: u64) -> Vec<u8> {
    (LINK_DOMAIN, genesis, owner, site, expires_unix_s).encode()
}

/// What a gateway's old key signs to hand over to a new one: (domain, genesis hash, gateway, new key epoch, new key).
pub fn rotate_message(genesis: &[u8; 32], gateway: GatewayId, new_key_epoch: u32, new_key: &PublicKey) -> Vec<u8> {
    (ROTATE_DOMAIN, genesis, gateway, new_key_epoch, new_key).encode()
}

/// What a gateway signs at the end of a file of exported readings: (domain, genesis hash, gateway, key epoch, file
/// hash). The file hash is blake2_256 of all bytes before the line with the signature: it shows that nothing was left
/// out.
pub fn export_message(genesis: &[u8; 32], gateway: GatewayId, key_epoch: u32, file_hash: &[u8; 32]) -> Vec<u8> {
    (EXPORT_DOMAIN, genesis, gateway, key_epoch, file_hash).encode()
}

/// True if `signature` is `key`'s over `message` by the rules of ZIP 215, which are the chain's. Stricter rules
/// (those of ed25519-dalek) refuse a few signatures that the chain takes; a verifier must judge as the chain does.
#[cfg(feature = "std")]
pub fn verify(key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
    ed25519_zebra::VerificationKey::try_from(*key)
        .and_then(|key| key.verify(&ed25519_zebra::Signature::from(*signature), message))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[9; 32])
    }

    #[test]
    fn dalek_signs_what_the_chain_accepts() {
        let message = interval_message(&[1; 32], GatewayId([2; 32]), 0, ReadingHash([3; 32]));
        let signature = key().sign(&message).to_bytes();
        assert!(verify(&key().verifying_key().to_bytes(), &message, &signature));
        assert!(!verify(&key().verifying_key().to_bytes(), &message[1..], &signature));
    }

    #[test]
    fn each_part_of_an_interval_message_counts() {
        let base = interval_message(&[1; 32], GatewayId([2; 32]), 0, ReadingHash([3; 32]));
        assert_ne!(base, interval_message(&[9; 32], GatewayId([2; 32]), 0, ReadingHash([3; 32])));
        assert_ne!(base, interval_message(&[1; 32], GatewayId([9; 32]), 0, ReadingHash([3; 32])));
        assert_ne!(base, interval_message(&[1; 32], GatewayId([2; 32]), 1, ReadingHash([3; 32])));
        assert_ne!(base, interval_message(&[1; 32], GatewayId([2; 32]), 0, ReadingHash([9; 32])));
        assert!(base.starts_with(b"DEREN/interval/v1\0"));
        assert_eq!(base.len(), 18 + 32 + 32 + 4 + 32);
    }

    #[test]
    fn the_end_of_an_export_is_never_a_reading() {
        let export = export_message(&[1; 32], GatewayId([2; 32]), 0, &[3; 32]);
        let reading = interval_message(&[1; 32], GatewayId([2; 32]), 0, ReadingHash([3; 32]));
        assert!(export.starts_with(b"DEREN/export/v1\0"));
        assert_eq!(export[16..], reading[18..], "the domain alone tells them apart");
    }

    /// With key and R of small order and S = 0 ZIP 215 takes any message; strict rules do not. The chain takes
    /// it, so our verifier must too.
    #[test]
    fn a_small_order_key_is_judged_as_the_chain_judges_it() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(verify(&identity, b"anything", &signature));
        let strict = ed25519_dalek::VerifyingKey::from_bytes(&identity).expect("a point");
        assert!(strict.verify_strict(b"anything", &ed25519_dalek::Signature::from_bytes(&signature)).is_err());
    }

    /// S + L is the same number as S modulo the group's order; every rule set refuses it.
    #[test]
    fn a_scalar_beyond_the_order_is_refused() {
        const L: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut signature = key().sign(b"message").to_bytes();
        assert!(verify(&key().verifying_key().to_bytes(), b"message", &signature));
        let mut carry = 0u16;
        for (byte, order) in signature[32..].iter_mut().zip(L) {
            carry += u16::from(*byte) + u16::from(order);
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        assert!(!verify(&key().verifying_key().to_bytes(), b"message", &signature));
    }
}
