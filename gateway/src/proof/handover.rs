//! Which of a file's keys are shown to be the gateway's.

use super::{
    Failure, Fault, FaultKind,
    line::{Header, Key, MAX_HEADER_BYTES},
    lines::{Lines, parse_header},
};
use deren_primitives::{GatewayId, PublicKey, rotate_message, verify as is_signed};
use std::{collections::BTreeMap, io::BufRead};

/// A key that the caller knows to be the gateway's, as the chain names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// How often the key had been changed.
    pub key_epoch: u32,
    /// The key.
    pub public_key: PublicKey,
}

/// The keys that a file names, as if they were trusted: for its own gateway, which needs no proof of them.
///
/// # Errors
/// [`Failure::Unreadable`] if it is no such file.
pub fn keys_of(file: impl BufRead) -> Result<Vec<TrustedKey>, Failure> {
    let first = Lines::new(file).next(MAX_HEADER_BYTES)?.unwrap_or_default();
    let keys = parse_header(&first)?.keys;
    Ok(keys.iter().map(|key| TrustedKey { key_epoch: key.key_epoch, public_key: key.public_key.0 }).collect())
}

/// The keys by epoch, all of them shown to be the gateway's. The first is its id. Each other one is handed over by the
/// key before, or the caller trusts it. Also the epochs of those.
pub(super) fn proven_keys(
    header: &Header,
    trusted: &[TrustedKey],
) -> Result<(BTreeMap<u32, PublicKey>, Vec<u32>), Fault> {
    let mut keys: BTreeMap<u32, PublicKey> = BTreeMap::new();
    let mut on_trust = Vec::new();
    for key in &header.keys {
        let Key { key_epoch, public_key, rotation_signature } = key;
        let before = key_epoch.checked_sub(1).and_then(|before| keys.get(&before));
        let message = rotate_message(&header.genesis.0, GatewayId(header.gateway.0), *key_epoch, &public_key.0);
        let handed_over = match (before, rotation_signature) {
            (Some(before), Some(signature)) => is_signed(before, &message, &signature.0),
            _ => false,
        };
        let is_first = *key_epoch == 0 && *public_key == header.gateway && rotation_signature.is_none();
        let vouched = trusted.contains(&TrustedKey { key_epoch: *key_epoch, public_key: public_key.0 });
        if rotation_signature.is_some() && !handed_over {
            let why = format!("the key of epoch {key_epoch} is not handed over by the key before it");
            return Err(Fault::at(1, FaultKind::KeyNotProven, why));
        }
        if !is_first && !handed_over {
            if !vouched {
                let why = format!(
                    "nothing here shows that the key of epoch {key_epoch} is the gateway's: look on the chain, and if it says {public_key}, vouch for it with --key {key_epoch}:{public_key}"
                );
                return Err(Fault::at(1, FaultKind::KeyNotProven, why));
            }
            on_trust.push(*key_epoch);
        }
        let is_weak =
            ed25519_dalek::VerifyingKey::from_bytes(&public_key.0).map_or(true, |public_key| public_key.is_weak());
        if is_weak {
            return Err(Fault::at(1, FaultKind::BadHeader, format!("the key of epoch {key_epoch} proves nothing")));
        }
        keys.insert(*key_epoch, public_key.0);
    }
    Ok((keys, on_trust))
}
