//! The gateway's secrets: its Ed25519 key, the key that is to replace it, and the seed of its devices' salts. They
//! live in one file that only its owner may read, and are never printed, logged or sent.

use crate::{
    error::GatewayError,
    files::{self, Readers},
};
use blake2::{Blake2b, Digest, digest::consts::U32};
use codec::Encode;
use deren_meters::Identity;
use deren_primitives::{DeviceId, GatewayId, PublicKey, Signature, SiteId, link_message, rotate_message};
use ed25519_dalek::{Signer as _, SigningKey};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// Domain of a device's salt.
const SALT_DOMAIN: &[u8; 21] = b"DEREN/device-salt/v1\0";

/// What the key file holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Secrets {
    /// Public: the gateway's first public key.
    gateway: GatewayId,
    /// How often the key was changed.
    key_epoch: u32,
    /// The key's seed.
    secret: Hidden,
    /// Seed of the key that replaces it once the chain says so.
    next_secret: Option<Hidden>,
    /// From which each device's salt is derived.
    salt_seed: Hidden,
}

/// 32 bytes that nothing prints.
#[derive(Clone, PartialEq, Eq)]
struct Hidden([u8; 32]);

impl Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        // The error must not quote the text.
        hex::decode_to_slice(&text, &mut bytes)
            .map_err(|_| serde::de::Error::custom("a secret is not 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

impl Hidden {
    fn random() -> Result<Self, String> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(|error| format!("no randomness from the system: {error}"))?;
        Ok(Self(bytes))
    }

    fn key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.0)
    }
}

/// Signs for the gateway.
#[derive(Clone)]
pub struct Signer {
    path: PathBuf,
    secrets: Secrets,
    key: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("gateway", &self.secrets.gateway)
            .field("key_epoch", &self.secrets.key_epoch)
            .finish_non_exhaustive()
    }
}

/// What a key rotation needs on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The key that is to replace the present one.
    pub new_key: PublicKey,
    /// The epoch that it begins.
    pub new_key_epoch: u32,
    /// The present key's signature over it.
    pub signature: Signature,
}

impl Signer {
    /// Reads the key file, or makes one with a new key if there is none.
    ///
    /// # Errors
    /// [`GatewayError::SecretsExposed`] if others may read it; [`GatewayError::File`] if it cannot be read, written
    /// or understood.
    pub fn load_or_create(path: &Path) -> Result<Self, GatewayError> {
        let secrets = match files::read_private(path)? {
            Some(content) => serde_json::from_slice(&content)
                .map_err(|error| GatewayError::file(path, format!("not a gateway's key file: {error}")))?,
            None => {
                let random = || Hidden::random().map_err(|error| GatewayError::file(path, error));
                let secret = random()?;
                let secrets = Secrets {
                    gateway: GatewayId(secret.key().verifying_key().to_bytes()),
                    key_epoch: 0,
                    secret,
                    next_secret: None,
                    salt_seed: random()?,
                };
                store(path, &secrets)?;
                tracing::info!(path = %path.display(), gateway = %secrets.gateway, "made the gateway's key");
                secrets
            }
        };
        let key = secrets.secret.key();
        if secrets.key_epoch == 0 && key.verifying_key().to_bytes() != secrets.gateway.0 {
            return Err(GatewayError::file(path, "the key is not the one that the gateway is named after"));
        }
        Ok(Self { path: path.to_owned(), key, secrets })
    }

    /// The gateway's name: its first public key.
    pub fn gateway(&self) -> GatewayId {
        self.secrets.gateway
    }

    /// The present public key.
    pub fn public_key(&self) -> PublicKey {
        self.key.verifying_key().to_bytes()
    }

    /// How often the key was changed.
    pub fn key_epoch(&self) -> u32 {
        self.secrets.key_epoch
    }

    /// Signs bytes that one of `deren-primitives`' message functions built.
    pub fn sign(&self, message: &[u8]) -> Signature {
        self.key.sign(message).to_bytes()
    }

    /// The code with which `owner` links this gateway to `site`.
    pub fn link_code(&self, genesis: &[u8; 32], owner: &[u8; 32], site: SiteId, expires_unix_s: u64) -> Signature {
        self.sign(&link_message(genesis, owner, site, expires_unix_s))
    }

    /// The device's pseudonym, salted so that nobody finds its serial number by trying. The same as long as the key
    /// file is.
    pub fn device_id(&self, identity: &Identity) -> DeviceId {
        let parts = (
            SALT_DOMAIN,
            &self.secrets.salt_seed.0,
            &identity.vendor,
            &identity.model,
            &identity.serial,
            identity.sub_unit,
        );
        let salt: [u8; 32] = Blake2b::<U32>::digest(parts.encode()).into();
        DeviceId::pseudonym(&salt, &identity.vendor, &identity.model, &identity.serial, identity.sub_unit)
    }

    /// Prepares a new key, the same one each time until it is in use, and signs it over with the present one.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the key file cannot be written.
    pub fn prepare_rotation(&mut self, genesis: &[u8; 32]) -> Result<Rotation, GatewayError> {
        let next = match self.secrets.next_secret.clone() {
            Some(next) => next,
            None => {
                let next = Hidden::random().map_err(|error| GatewayError::file(&self.path, error))?;
                let secrets = Secrets { next_secret: Some(next.clone()), ..self.secrets.clone() };
                store(&self.path, &secrets)?;
                self.secrets = secrets;
                next
            }
        };
        let new_key = next.key().verifying_key().to_bytes();
        let new_key_epoch = self.secrets.key_epoch.saturating_add(1);
        let signature = self.sign(&rotate_message(genesis, self.gateway(), new_key_epoch, &new_key));
        Ok(Rotation { new_key, new_key_epoch, signature })
    }

    /// Takes the prepared key into use if it is the one that the chain now names. True if anything changed. The file
    /// is read again first: the key may have been prepared by another process.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the key file cannot be read or written; then the old key stays.
    pub fn follow(&mut self, public_key: &PublicKey, key_epoch: u32) -> Result<bool, GatewayError> {
        if self.public_key() == *public_key && self.key_epoch() == key_epoch {
            return Ok(false);
        }
        let on_disk = Self::load_or_create(&self.path)?;
        let next = on_disk.secrets.next_secret.clone();
        let Some(next) = next.filter(|next| next.key().verifying_key().to_bytes() == *public_key) else {
            return Ok(false);
        };
        let secrets = Secrets { key_epoch, secret: next, next_secret: None, ..on_disk.secrets };
        store(&self.path, &secrets)?;
        self.key = secrets.secret.key();
        self.secrets = secrets;
        Ok(true)
    }
}

fn store(path: &Path, secrets: &Secrets) -> Result<(), GatewayError> {
    let content = serde_json::to_vec_pretty(secrets).map_err(|error| GatewayError::file(path, error))?;
    files::replace(path, &content, Readers::Owner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::verify;
    use std::os::unix::fs::PermissionsExt;

    fn identity(serial: &str) -> Identity {
        Identity {
            vendor: "Eastron".into(),
            model: "SDM630".into(),
            serial: serial.into(),
            has_serial: true,
            sub_unit: 0,
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys/gateway.key");
        let first = Signer::load_or_create(&path).expect("made");
        let second = Signer::load_or_create(&path).expect("read");
        assert_eq!((first.gateway(), first.public_key()), (second.gateway(), second.public_key()));
        assert_eq!(first.gateway().0, first.public_key());
        assert_eq!(first.device_id(&identity("1")), second.device_id(&identity("1")));
        assert_ne!(first.device_id(&identity("1")), first.device_id(&identity("2")));
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_key_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.key");
        Signer::load_or_create(&path).expect("made");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        assert!(matches!(Signer::load_or_create(&path), Err(GatewayError::SecretsExposed { .. })));
    }

    #[test]
    fn a_broken_key_file_is_an_error_that_shows_no_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.key");
        let signer = Signer::load_or_create(&path).expect("made");
        let secret = hex::encode(signer.secrets.secret.0);
        let text = std::fs::read_to_string(&path).expect("text").replace(&secret, &secret[..60]);
        files::replace(&path, text.as_bytes(), Readers::Owner).expect("written");
        let error = Signer::load_or_create(&path).expect_err("broken").to_string();
        assert!(error.contains("gateway.key") && !error.contains(&secret[..60]), "{error}");
        assert!(!format!("{signer:?}").contains(&secret));
    }

    #[test]
    fn link_codes_verify_as_the_chain_verifies() {
        let folder = tempfile::tempdir().expect("a folder");
        let signer = Signer::load_or_create(&folder.path().join("gateway.key")).expect("made");
        let code = signer.link_code(&[1; 32], &[2; 32], SiteId(3), 4);
        assert!(verify(&signer.public_key(), &link_message(&[1; 32], &[2; 32], SiteId(3), 4), &code));
        assert!(!verify(&signer.public_key(), &link_message(&[1; 32], &[2; 32], SiteId(3), 5), &code));
    }

    #[test]
    fn a_key_is_replaced_only_when_the_chain_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.key");
        let mut running = Signer::load_or_create(&path).expect("made");
        let old_key = running.public_key();
        let mut tool = Signer::load_or_create(&path).expect("read");
        let rotation = tool.prepare_rotation(&[1; 32]).expect("prepared");
        assert_eq!(tool.prepare_rotation(&[1; 32]).expect("again"), rotation);
        let message = rotate_message(&[1; 32], running.gateway(), 1, &rotation.new_key);
        assert!(verify(&old_key, &message, &rotation.signature));
        assert!(!running.follow(&old_key, 0).expect("nothing to do"));
        assert!(!running.follow(&[7; 32], 1).expect("a key that is not ours"));
        assert_eq!(running.public_key(), old_key);
        assert!(running.follow(&rotation.new_key, 1).expect("followed"));
        let again = Signer::load_or_create(&path).expect("read");
        assert_eq!((again.public_key(), again.key_epoch()), (rotation.new_key, 1));
        assert_eq!(again.gateway().0, old_key);
    }
}
