//! The public keys that this gateway handed over to, with the signatures that did it, in a file beside the outbox. By
//! them an outsider follows the gateway from its first key to its present one. It holds nothing secret.

use super::line::{Key, MAX_KEYS};
use crate::{
    error::GatewayError,
    files::{self, Readers},
};
use deren_primitives::{GatewayId, Hex, PublicKey, Signature};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const FILE: &str = "rotations.json";

/// A key that the gateway has, had or is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownKey {
    /// The key.
    pub public_key: Hex<[u8; 32]>,
    /// The signature by which the key before handed over to it, if this gateway made one.
    pub rotation_signature: Option<Hex<[u8; 64]>>,
}

/// The keys by epoch.
#[derive(Debug)]
pub struct KeyBook {
    path: PathBuf,
    keys: BTreeMap<u32, KnownKey>,
}

impl KeyBook {
    /// The book of `data_folder`; empty if there is none yet.
    ///
    /// # Errors
    /// [`GatewayError::File`] if it is there and cannot be read or understood.
    pub fn load(data_folder: &Path) -> Result<Self, GatewayError> {
        let path = data_folder.join(FILE);
        let keys = match files::read(&path)? {
            None => BTreeMap::new(),
            Some(content) => serde_json::from_slice(&content)
                .map_err(|error| GatewayError::file(&path, format!("not a list of rotations: {error}")))?,
        };
        Ok(Self { path, keys })
    }

    /// Takes a key that something else shows to have been in use; nothing is written.
    pub(super) fn note(&mut self, key_epoch: u32, public_key: &PublicKey) {
        if self.keys.get(&key_epoch).is_none_or(|known| known.public_key.0 != *public_key) {
            self.keys.insert(key_epoch, KnownKey { public_key: Hex(*public_key), rotation_signature: None });
        }
    }

    /// Writes down the key that is to come, with the signature that hands over to it.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the book cannot be written.
    pub fn learn_rotation(
        &mut self,
        key_epoch: u32,
        public_key: &PublicKey,
        signature: &Signature,
    ) -> Result<(), GatewayError> {
        let known = KnownKey { public_key: Hex(*public_key), rotation_signature: Some(Hex(*signature)) };
        if self.keys.get(&key_epoch) == Some(&known) {
            return Ok(());
        }
        self.keys.insert(key_epoch, known);
        while self.keys.len() > MAX_KEYS {
            self.keys.pop_first();
        }
        let content = serde_json::to_vec_pretty(&self.keys).map_err(|error| GatewayError::file(&self.path, error))?;
        files::replace(&self.path, &content, Readers::Everyone)
    }

    /// The keys of a file that is exported while the key of `key_epoch` is in use. The first one is always known: the
    /// gateway is named by it.
    pub(super) fn for_header(&self, gateway: GatewayId, key_epoch: u32, present: &PublicKey) -> Vec<Key> {
        let mut keys: BTreeMap<u32, KnownKey> =
            self.keys.range(1..).filter(|(epoch, _)| **epoch <= key_epoch).map(|(e, k)| (*e, k.clone())).collect();
        keys.insert(0, KnownKey { public_key: Hex(gateway.0), rotation_signature: None });
        if keys.get(&key_epoch).is_none_or(|known| known.public_key.0 != *present) {
            keys.insert(key_epoch, KnownKey { public_key: Hex(*present), rotation_signature: None });
        }
        while keys.len() > MAX_KEYS {
            keys.pop_first();
        }
        let known: Vec<u32> = keys.keys().copied().collect();
        keys.into_iter()
            .map(|(key_epoch, KnownKey { public_key, rotation_signature })| {
                // Without the key before, its signature shows nothing.
                let before = key_epoch.checked_sub(1).is_some_and(|before| known.contains(&before));
                Key { key_epoch, public_key, rotation_signature: rotation_signature.filter(|_| before) }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_keys_are_remembered_with_what_handed_over_to_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut book = KeyBook::load(folder.path()).expect("empty");
        book.learn_rotation(1, &[2; 32], &[9; 64]).expect("stored");
        let mut again = KeyBook::load(folder.path()).expect("there");
        again.note(1, &[2; 32]);
        let keys = again.for_header(GatewayId([1; 32]), 1, &[2; 32]);
        let expected = [(0, Hex([1; 32]), None), (1, Hex([2; 32]), Some(Hex([9; 64])))];
        assert_eq!(
            keys.iter().map(|k| (k.key_epoch, k.public_key, k.rotation_signature)).collect::<Vec<_>>(),
            expected
        );
    }

    #[test]
    fn a_key_that_was_only_prepared_is_not_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut book = KeyBook::load(folder.path()).expect("empty");
        book.learn_rotation(1, &[2; 32], &[9; 64]).expect("stored");
        assert_eq!(book.for_header(GatewayId([1; 32]), 0, &[1; 32]).len(), 1);
        // The owner put another key in its place: the signature is of the one that never came.
        book.note(1, &[3; 32]);
        let keys = book.for_header(GatewayId([1; 32]), 1, &[3; 32]);
        assert_eq!(keys.last().map(|key| (key.public_key, key.rotation_signature)), Some((Hex([3; 32]), None)));
    }

    #[test]
    fn keys_of_before_this_book_leave_a_gap() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut book = KeyBook::load(folder.path()).expect("empty");
        book.learn_rotation(3, &[4; 32], &[9; 64]).expect("stored");
        let keys = book.for_header(GatewayId([1; 32]), 3, &[4; 32]);
        let epochs: Vec<_> = keys.iter().map(|key| (key.key_epoch, key.rotation_signature.is_some())).collect();
        assert_eq!(epochs, [(0, false), (3, false)]);
    }
}
