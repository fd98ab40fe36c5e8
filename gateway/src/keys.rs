//! Where the gateway's Ed25519 keys are: in a file or on a token, as a URI names it. Secrets are made here, used here,
//! and never leave.

mod file;
mod sealed;
mod token;
mod uri;

pub use uri::KeyUri;

use crate::error::GatewayError;
use deren_primitives::{PublicKey, Signature};
use file::FileKeys;
use serde::{Deserialize, Serialize};
use token::TokenKeys;
use zeroize::Zeroizing;

/// An opened store of keys, each known by its public key.
pub enum Keys {
    /// In a file.
    File(FileKeys),
    /// On a PKCS #11 token.
    Token(TokenKeys),
}

impl Keys {
    /// Opens the store; a file that does not exist yet is an empty one.
    ///
    /// # Errors
    /// [`GatewayError::SecretsExposed`] if others may read a secret; [`GatewayError::File`] or [`GatewayError::Key`] if
    /// the store, or what unlocks it, cannot be read.
    pub fn open(uri: &KeyUri) -> Result<Self, GatewayError> {
        Ok(match uri {
            KeyUri::File { path, passphrase } => Self::File(FileKeys::open(path, passphrase.as_deref())?),
            KeyUri::Token(uri) => Self::Token(TokenKeys::open(uri)?),
        })
    }

    /// Encrypts the file that `uri` names under the passphrase that is found for it.
    ///
    /// # Errors
    /// [`GatewayError::File`] if there is no file or no passphrase, or it is encrypted already; [`GatewayError::Key`]
    /// if the keys are on a token.
    pub fn encrypt(uri: &KeyUri) -> Result<(), GatewayError> {
        match uri {
            KeyUri::File { path, passphrase } => file::encrypt(path, passphrase.as_deref()),
            KeyUri::Token(_) => {
                let reason = "is on a token, which keeps its secret itself".to_owned();
                Err(GatewayError::Key { key: uri.to_string(), reason })
            }
        }
    }

    /// The keys that are there now; another process may have made one since the last look.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn list(&self) -> Result<Vec<PublicKey>, GatewayError> {
        match self {
            Self::File(keys) => keys.list(),
            Self::Token(keys) => keys.list(),
        }
    }

    /// Makes a key that stays.
    ///
    /// # Errors
    /// [`GatewayError::File`] or [`GatewayError::Key`] if it cannot be made or stored.
    pub fn generate(&self) -> Result<PublicKey, GatewayError> {
        match self {
            Self::File(keys) => keys.generate(),
            Self::Token(keys) => keys.generate(),
        }
    }

    /// Deletes what is not in `keep` from a file. Keys on a token stay until their owner deletes them.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the file cannot be written.
    pub fn keep_only(&self, keep: &[PublicKey]) -> Result<(), GatewayError> {
        match self {
            Self::File(keys) => keys.keep_only(keep),
            Self::Token(_) => Ok(()),
        }
    }

    /// Signs with the key `by`.
    ///
    /// # Errors
    /// [`GatewayError::Key`] if it is not there, or the token does not answer.
    pub fn sign(&self, by: &PublicKey, message: &[u8]) -> Result<Signature, GatewayError> {
        match self {
            Self::File(keys) => keys.sign(by, message),
            Self::Token(keys) => keys.sign(by, message),
        }
    }
}

/// A text in a secret file, of which no copy stays in memory.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) Zeroizing<String>);

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

/// A passphrase or PIN from a file that only its owner may read, without the end of the line.
fn secret_from(path: &std::path::Path) -> Result<Zeroizing<String>, GatewayError> {
    line_of(path, crate::files::read_private(path)?)
}

/// As [`secret_from`], of a credential: systemd lets nobody else into its folder, and may show who may read it as the
/// file's group.
fn secret_from_credential(path: &std::path::Path) -> Result<Zeroizing<String>, GatewayError> {
    line_of(path, crate::files::read(path)?)
}

fn line_of(path: &std::path::Path, bytes: Option<Vec<u8>>) -> Result<Zeroizing<String>, GatewayError> {
    let bytes =
        bytes.ok_or_else(|| GatewayError::file(path, "is not there: it should hold what unlocks the gateway's key"))?;
    let text = Zeroizing::new(
        String::from_utf8(bytes)
            .map_err(|_| GatewayError::file(path, "is no text: it should be a passphrase or PIN"))?,
    );
    let line = text.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return Err(GatewayError::file(path, "is empty: it should hold what unlocks the gateway's key"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}
