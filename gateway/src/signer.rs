//! Who the gateway is, and what it signs. `identity.json` in the data folder has its name, which key is in use, and the
//! seed of its devices' salts. Only its owner may read it. The keys themselves lie where `key` names them.

use crate::{
    error::GatewayError,
    files::{self, Readers},
    keys::{KeyUri, Keys, Secret},
};
use codec::Encode;
use deren_meters::Identity;
use deren_primitives::{
    DeviceId, GatewayId, Hex, PublicKey, Signature, SiteId, blake2_256, link_message, rotate_message,
};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};
use zeroize::Zeroizing;

const FILE: &str = "identity.json";
/// Domain of a device's salt.
const SALT_DOMAIN: &[u8; 21] = b"DEREN/device-salt/v1\0";

/// What the identity file holds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    /// The gateway's first public key.
    gateway: GatewayId,
    /// How often the key was changed.
    key_epoch: u32,
    /// The key in use, in hexadecimal digits after `0x`.
    public_key: String,
    /// The key that replaces it once the chain says so.
    next_public_key: Option<String>,
    /// From which each device's salt is derived; secret.
    salt_seed: Secret,
}

/// Signs for the gateway.
#[derive(Clone)]
pub struct Signer {
    path: PathBuf,
    keys: Arc<Keys>,
    who: Who,
    public_key: PublicKey,
    salt_seed: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("gateway", &self.who.gateway)
            .field("key_epoch", &self.who.key_epoch)
            .finish_non_exhaustive()
    }
}

/// What a change of keys needs on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The key that is to replace the present one.
    pub new_key: PublicKey,
    /// The epoch that it begins.
    pub new_key_epoch: u32,
    /// The signature over it: by the present key, or by the new one if the present one is lost.
    pub signature: Signature,
    /// The new key's signature over the same: it shows that it is there.
    pub proof: Signature,
}

impl Signer {
    /// The gateway of `data_folder` with its key; at first start both are made.
    ///
    /// # Errors
    /// [`GatewayError::SecretsExposed`] if others may read a secret; [`GatewayError::KeyLost`] if the key in use is not
    /// where `key` says. [`GatewayError::File`] or [`GatewayError::Key`] if something cannot be read, written or used.
    pub fn open(key: &KeyUri, data_folder: &Path) -> Result<Self, GatewayError> {
        let keys = Keys::open(key)?;
        let path = data_folder.join(FILE);
        match read(&path)? {
            Some(who) => {
                let signer = Self::with(path, keys, who)?;
                if signer.keys.list()?.contains(&signer.public_key) {
                    return Ok(signer);
                }
                let public_key = signer.who.public_key;
                Err(GatewayError::KeyLost { key: key.to_string(), public_key })
            }
            None => {
                // A key that is there already was made by its owner, or by a first start that was cut short.
                let public_key = match keys.list()?.as_slice() {
                    [] => keys.generate()?,
                    [only] => *only,
                    many => {
                        let reason = format!("holds {} keys: leave the one that the gateway is to use", many.len());
                        return Err(GatewayError::Key { key: key.to_string(), reason });
                    }
                };
                let who = Who {
                    gateway: GatewayId(public_key),
                    key_epoch: 0,
                    public_key: text_of(&public_key),
                    next_public_key: None,
                    salt_seed: new_seed(&path)?,
                };
                store(&path, &who)?;
                tracing::info!(%key, gateway = %who.gateway, "made the gateway's identity");
                Self::with(path, keys, who)
            }
        }
    }

    /// Replaces the key of `gateway` that is lost: makes a new key, and uses it from now on as `new_key_epoch`. Returns
    /// what the gateway's owner puts on the chain. Done again, it is the same key. The devices keep their ids if the
    /// data folder still knows the gateway; else they get new ones.
    ///
    /// # Errors
    /// As [`Signer::open`]; also if the data folder is another gateway's.
    pub fn replace(
        key: &KeyUri,
        data_folder: &Path,
        gateway: GatewayId,
        new_key_epoch: u32,
        genesis: &[u8; 32],
    ) -> Result<(Self, Rotation), GatewayError> {
        let keys = Keys::open(key)?;
        let path = data_folder.join(FILE);
        let known = read(&path)?;
        if let Some(other) = gateway_of(&known).filter(|known| *known != gateway) {
            let what = format!("this data folder is of gateway {other}, not of {gateway}: use another data_folder");
            return Err(GatewayError::file(&path, what));
        }
        let again =
            known.as_ref().filter(|who| who.key_epoch == new_key_epoch).and_then(|who| Hex::parse(&who.public_key));
        let public_key = match again {
            Some(public_key) if keys.list()?.contains(&public_key) => public_key,
            _ => keys.generate()?,
        };
        let salt_seed = match known {
            Some(who) => who.salt_seed,
            None => new_seed(&path)?,
        };
        let who = Who {
            gateway,
            key_epoch: new_key_epoch,
            public_key: text_of(&public_key),
            next_public_key: None,
            salt_seed,
        };
        store(&path, &who)?;
        let signer = Self::with(path, keys, who)?;
        let signature = signer.sign(&rotate_message(genesis, gateway, new_key_epoch, &public_key))?;
        Ok((signer, Rotation { new_key: public_key, new_key_epoch, signature, proof: signature }))
    }

    /// The gateway's name in `data_folder`, if it has one; needs no key.
    ///
    /// # Errors
    /// [`GatewayError::File`] or [`GatewayError::SecretsExposed`].
    pub fn known_gateway(data_folder: &Path) -> Result<Option<GatewayId>, GatewayError> {
        Ok(gateway_of(&read(&data_folder.join(FILE))?))
    }

    fn with(path: PathBuf, keys: Keys, who: Who) -> Result<Self, GatewayError> {
        let unusable = || GatewayError::file(&path, "a key or the salt in it is not 64 hexadecimal digits");
        let public_key = Hex::parse(&who.public_key).ok_or_else(unusable)?;
        let mut salt_seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(who.salt_seed.0.as_str(), &mut *salt_seed).map_err(|_| unusable())?;
        if who.key_epoch == 0 && public_key != who.gateway.0 {
            return Err(GatewayError::file(&path, "the key is not the one that the gateway is named after"));
        }
        Ok(Self { path, keys: Arc::new(keys), who, public_key, salt_seed })
    }

    /// The gateway's name: its first public key.
    pub fn gateway(&self) -> GatewayId {
        self.who.gateway
    }

    /// The present public key.
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// How often the key was changed.
    pub fn key_epoch(&self) -> u32 {
        self.who.key_epoch
    }

    /// Signs bytes that one of `deren-primitives`' message functions built.
    ///
    /// # Errors
    /// [`GatewayError::Key`] if the token does not answer.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, GatewayError> {
        self.keys.sign(&self.public_key, message)
    }

    /// The code with which `owner` links this gateway to `site`.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn link_code(
        &self,
        genesis: &[u8; 32],
        owner: &[u8; 32],
        site: SiteId,
        expires_unix_s: u64,
    ) -> Result<Signature, GatewayError> {
        self.sign(&link_message(genesis, owner, site, expires_unix_s))
    }

    /// The device's pseudonym, salted so that nobody finds its serial number by trying. The same as long as the
    /// identity is, whatever becomes of the key.
    pub fn device_id(&self, identity: &Identity) -> DeviceId {
        let parts =
            (SALT_DOMAIN, &*self.salt_seed, &identity.vendor, &identity.model, &identity.serial, identity.sub_unit);
        let salt = blake2_256(&parts.encode());
        DeviceId::pseudonym(&salt, &identity.vendor, &identity.model, &identity.serial, identity.sub_unit)
    }

    /// Prepares a new key, the same one each time until it is in use, and signs it over with the present one and
    /// itself.
    ///
    /// # Errors
    /// [`GatewayError::File`] or [`GatewayError::Key`] if the new key cannot be made or stored.
    pub fn prepare_rotation(&mut self, genesis: &[u8; 32]) -> Result<Rotation, GatewayError> {
        let new_key = match self.next_key()? {
            Some(next) => next,
            None => {
                self.keys.keep_only(&[self.public_key])?;
                let next = self.keys.generate()?;
                let who = Who { next_public_key: Some(text_of(&next)), ..self.who.clone() };
                store(&self.path, &who)?;
                self.who = who;
                next
            }
        };
        let new_key_epoch = self.who.key_epoch.saturating_add(1);
        let message = rotate_message(genesis, self.gateway(), new_key_epoch, &new_key);
        let (signature, proof) = (self.sign(&message)?, self.keys.sign(&new_key, &message)?);
        Ok(Rotation { new_key, new_key_epoch, signature, proof })
    }

    /// The key that was prepared, if it is still there.
    fn next_key(&self) -> Result<Option<PublicKey>, GatewayError> {
        let Some(next) = self.who.next_public_key.as_deref().and_then(Hex::parse) else {
            return Ok(None);
        };
        Ok(self.keys.list()?.contains(&next).then_some(next))
    }

    /// Takes the prepared key into use if it is the one that the chain now names. True if anything changed. The file
    /// is read again first: the key may have been prepared by another process.
    ///
    /// # Errors
    /// [`GatewayError::File`] or [`GatewayError::Key`] if what is stored cannot be read or written; then the old key
    /// stays.
    pub fn follow(&mut self, public_key: &PublicKey, key_epoch: u32) -> Result<bool, GatewayError> {
        if self.public_key == *public_key && self.key_epoch() == key_epoch {
            return Ok(false);
        }
        let Some(on_disk) = read(&self.path)? else {
            return Ok(false);
        };
        let named = [on_disk.next_public_key.as_deref(), Some(on_disk.public_key.as_str())];
        let prepared = named.into_iter().flatten().any(|key| Hex::parse(key).as_ref() == Some(public_key));
        if !prepared || !self.keys.list()?.contains(public_key) {
            return Ok(false);
        }
        let who = Who { key_epoch, public_key: text_of(public_key), next_public_key: None, ..on_disk };
        store(&self.path, &who)?;
        self.who = who;
        self.public_key = *public_key;
        // The old key signs nothing any more.
        self.keys.keep_only(&[*public_key])?;
        Ok(true)
    }
}

fn text_of(key: &PublicKey) -> String {
    Hex(key).to_string()
}

fn gateway_of(who: &Option<Who>) -> Option<GatewayId> {
    who.as_ref().map(|who| who.gateway)
}

/// 32 random bytes as hexadecimal digits, for the file at `path`.
///
/// # Errors
/// [`GatewayError::File`] if the system has no randomness.
pub(crate) fn new_seed(path: &Path) -> Result<Secret, GatewayError> {
    let mut seed = Zeroizing::new([0; 32]);
    OsRng
        .try_fill_bytes(&mut *seed)
        .map_err(|error| GatewayError::file(path, format!("no randomness from the system: {error}")))?;
    Ok(Secret(Zeroizing::new(hex::encode(*seed))))
}

fn read(path: &Path) -> Result<Option<Who>, GatewayError> {
    let Some(bytes) = files::read_private(path)?.map(Zeroizing::new) else {
        return Ok(None);
    };
    // What is wrong is said without quoting the file, which holds a secret.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        GatewayError::file(path, format!("not a gateway's identity: {place}"))
    })
}

fn store(path: &Path, who: &Who) -> Result<(), GatewayError> {
    let content = Zeroizing::new(serde_json::to_vec_pretty(who).map_err(|error| GatewayError::file(path, error))?);
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

    fn key(folder: &Path) -> KeyUri {
        KeyUri::parse("file:gateway.key", folder).expect("a name")
    }

    fn open(folder: &Path) -> Result<Signer, GatewayError> {
        Signer::open(&key(folder), folder)
    }

    #[test]
    fn key_and_identity_are_made_once_and_for_their_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (open(folder.path()).expect("made"), open(folder.path()).expect("read"));
        assert_eq!((first.gateway(), first.public_key()), (second.gateway(), second.public_key()));
        assert_eq!(first.gateway().0, first.public_key());
        assert_eq!(first.device_id(&identity("1")), second.device_id(&identity("1")));
        assert_ne!(first.device_id(&identity("1")), first.device_id(&identity("2")));
        for file in ["gateway.key", FILE] {
            let mode = std::fs::metadata(folder.path().join(file)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }

    #[test]
    fn files_that_others_can_read_are_refused() {
        for file in ["gateway.key", FILE] {
            let folder = tempfile::tempdir().expect("a folder");
            open(folder.path()).expect("made");
            let path = folder.path().join(file);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
            assert!(matches!(open(folder.path()), Err(GatewayError::SecretsExposed { .. })), "{file}");
        }
    }

    #[test]
    fn a_broken_identity_is_an_error_that_shows_no_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let signer = open(folder.path()).expect("made");
        let secret = signer.who.salt_seed.0.to_string();
        let path = folder.path().join(FILE);
        let whole = std::fs::read_to_string(&path).expect("text");
        for broken in [whole.replace(&secret, &secret[..60]), whole.replace(&secret, "\" \"")] {
            files::replace(&path, broken.as_bytes(), Readers::Owner).expect("written");
            let said = open(folder.path()).expect_err("broken").to_string();
            assert!(said.contains(FILE) && !said.contains(&secret[..16]), "{said}");
        }
        assert!(!format!("{signer:?}").contains(&secret));
    }

    #[test]
    fn a_key_that_is_gone_is_never_made_anew_in_silence() {
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = open(folder.path()).expect("made").gateway();
        std::fs::remove_file(folder.path().join("gateway.key")).expect("removed");
        let said = open(folder.path()).expect_err("lost").to_string();
        assert!(said.contains("keys replace") && said.contains(&hex::encode(gateway.0)), "{said}");
    }

    #[test]
    fn a_first_start_that_was_cut_short_goes_on_with_its_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let made = Keys::open(&key(folder.path())).expect("empty").generate().expect("made");
        assert_eq!(open(folder.path()).expect("made").gateway(), GatewayId(made));
    }

    #[test]
    fn a_lost_key_is_replaced_and_the_devices_keep_their_ids() {
        let folder = tempfile::tempdir().expect("a folder");
        let before = open(folder.path()).expect("made");
        std::fs::remove_file(folder.path().join("gateway.key")).expect("removed");
        let replace = |gateway| Signer::replace(&key(folder.path()), folder.path(), gateway, 1, &[1; 32]);
        let (signer, rotation) = replace(before.gateway()).expect("replaced");
        let message = rotate_message(&[1; 32], before.gateway(), 1, &rotation.new_key);
        assert!(verify(&rotation.new_key, &message, &rotation.signature), "the new key signs for itself");
        assert_eq!((signer.gateway(), signer.public_key()), (before.gateway(), rotation.new_key));
        assert_eq!(signer.device_id(&identity("1")), before.device_id(&identity("1")));
        assert_eq!(replace(before.gateway()).expect("again").1, rotation);
        let again = open(folder.path()).expect("read");
        assert_eq!((again.public_key(), again.key_epoch()), (rotation.new_key, 1));
        assert!(
            replace(GatewayId([9; 32])).expect_err("another").to_string().contains("this data folder is of gateway")
        );
    }

    #[test]
    fn on_a_new_machine_a_lost_gateway_is_taken_over_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = GatewayId([9; 32]);
        let replaced = Signer::replace(&key(folder.path()), folder.path(), gateway, 3, &[1; 32]).expect("replaced");
        let signer = open(folder.path()).expect("read");
        assert_eq!((signer.gateway(), signer.key_epoch()), (gateway, 3));
        assert_eq!(signer.public_key(), replaced.1.new_key);
    }

    #[test]
    fn link_codes_verify_as_the_chain_verifies() {
        let folder = tempfile::tempdir().expect("a folder");
        let signer = open(folder.path()).expect("made");
        let code = signer.link_code(&[1; 32], &[2; 32], SiteId(3), 4).expect("signed");
        assert!(verify(&signer.public_key(), &link_message(&[1; 32], &[2; 32], SiteId(3), 4), &code));
        assert!(!verify(&signer.public_key(), &link_message(&[1; 32], &[2; 32], SiteId(3), 5), &code));
    }

    #[test]
    fn a_key_is_replaced_only_when_the_chain_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut running = open(folder.path()).expect("made");
        let old_key = running.public_key();
        let mut tool = open(folder.path()).expect("read");
        let rotation = tool.prepare_rotation(&[1; 32]).expect("prepared");
        assert_eq!(tool.prepare_rotation(&[1; 32]).expect("again"), rotation);
        let message = rotate_message(&[1; 32], running.gateway(), 1, &rotation.new_key);
        assert!(verify(&old_key, &message, &rotation.signature));
        assert!(verify(&rotation.new_key, &message, &rotation.proof));
        assert!(!running.follow(&old_key, 0).expect("nothing to do"));
        assert!(!running.follow(&[7; 32], 1).expect("a key that is not ours"));
        assert_eq!(running.public_key(), old_key);
        assert!(running.follow(&rotation.new_key, 1).expect("followed"));
        let again = open(folder.path()).expect("read");
        assert_eq!((again.public_key(), again.key_epoch()), (rotation.new_key, 1));
        assert_eq!(again.gateway().0, old_key);
        assert_eq!(again.keys.list().expect("read"), [rotation.new_key], "the old key is gone");
    }
}
