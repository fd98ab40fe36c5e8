//! Keys in a file that only its owner may read, encrypted under a passphrase or not. Written whole or not at all.

use super::{
    Secret,
    sealed::{self, Sealed},
    secret_from, secret_from_credential,
};
use crate::{
    error::GatewayError,
    files::{self, Readers},
};
use deren_primitives::{PublicKey, Signature};
use ed25519_dalek::{Signer as _, SigningKey};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};
use zeroize::Zeroizing;

/// Holds the passphrase of an encrypted key file, where no file does.
const PASSPHRASE_VARIABLE: &str = "DEREN_GATEWAY_KEY_PASSPHRASE";
/// The name of the credential with which systemd hands the passphrase over (`LoadCredential=`).
const CREDENTIAL: &str = "key-passphrase";
/// A file holds the present key, the next one, and what an interrupted change left.
const MAX_KEYS: usize = 8;

/// What the file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Content {
    /// Seeds in hexadecimal digits.
    Keys(Vec<Secret>),
    /// The same list, encrypted.
    Encrypted(Sealed),
}

/// The keys of one file.
pub struct FileKeys {
    path: PathBuf,
    keys: Mutex<Vec<SigningKey>>,
    passphrase: Option<Zeroizing<String>>,
}

impl FileKeys {
    pub(super) fn open(path: &Path, passphrase: Option<&Path>) -> Result<Self, GatewayError> {
        let content = read(path)?;
        let named = passphrase.is_some();
        // Without a file yet, a passphrase that is named at all is the one to encrypt it under.
        let encrypted = matches!(content, Some(Content::Encrypted(_))) || (content.is_none() && named);
        let passphrase = if encrypted { Some(find_passphrase(path, passphrase)?) } else { None };
        if named && !encrypted {
            tracing::warn!(path = %path.display(), "the key file is not encrypted: run `deren-gateway keys encrypt`");
        }
        let keys = match content {
            Some(content) => unlocked(path, content, passphrase.as_deref().map(String::as_str))?,
            None => Vec::new(),
        };
        Ok(Self { path: path.to_owned(), keys: Mutex::new(keys), passphrase })
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SigningKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the file again: another process may have added a key.
    pub(super) fn list(&self) -> Result<Vec<PublicKey>, GatewayError> {
        if let Some(content) = read(&self.path)? {
            *self.lock() = unlocked(&self.path, content, self.passphrase.as_deref().map(String::as_str))?;
        }
        Ok(self.lock().iter().map(public).collect())
    }

    pub(super) fn generate(&self) -> Result<PublicKey, GatewayError> {
        let mut seed = Zeroizing::new([0; 32]);
        OsRng
            .try_fill_bytes(&mut *seed)
            .map_err(|error| GatewayError::file(&self.path, format!("no randomness from the system: {error}")))?;
        let key = SigningKey::from_bytes(&seed);
        let mut keys = self.lock();
        if keys.len() >= MAX_KEYS {
            return Err(GatewayError::file(&self.path, format!("already holds {MAX_KEYS} keys")));
        }
        let mut more = keys.clone();
        more.push(key.clone());
        self.store(&more)?;
        *keys = more;
        Ok(public(&key))
    }

    pub(super) fn keep_only(&self, keep: &[PublicKey]) -> Result<(), GatewayError> {
        let mut keys = self.lock();
        let kept: Vec<SigningKey> = keys.iter().filter(|key| keep.contains(&public(key))).cloned().collect();
        if kept.len() < keys.len() {
            self.store(&kept)?;
            *keys = kept;
        }
        Ok(())
    }

    pub(super) fn sign(&self, by: &PublicKey, message: &[u8]) -> Result<Signature, GatewayError> {
        let keys = self.lock();
        let key = keys.iter().find(|key| public(key) == *by);
        let key = key.ok_or_else(|| GatewayError::Key {
            key: format!("file:{}", self.path.display()),
            reason: format!("does not hold the key 0x{}", hex::encode(by)),
        })?;
        Ok(key.sign(message).to_bytes())
    }

    /// Encrypts the file under `passphrase` from now on.
    pub(super) fn encrypt(mut self, passphrase: Zeroizing<String>) -> Result<(), GatewayError> {
        self.passphrase = Some(passphrase);
        let keys = self.lock().clone();
        self.store(&keys)
    }

    fn store(&self, keys: &[SigningKey]) -> Result<(), GatewayError> {
        let seeds: Vec<_> = keys.iter().map(|key| Secret(Zeroizing::new(hex::encode(key.as_bytes())))).collect();
        let failed = |error: &dyn ToString| GatewayError::file(&self.path, error.to_string());
        let content = match &self.passphrase {
            None => Content::Keys(seeds),
            Some(passphrase) => {
                let plain = Zeroizing::new(serde_json::to_vec(&seeds).map_err(|error| failed(&error))?);
                Content::Encrypted(sealed::seal(&plain, passphrase).map_err(|error| failed(&error))?)
            }
        };
        let bytes = Zeroizing::new(serde_json::to_vec_pretty(&content).map_err(|error| failed(&error))?);
        files::replace(&self.path, &bytes, Readers::Owner)
    }
}

/// Encrypts the key file at `path` under the passphrase that is found as when the gateway starts.
///
/// # Errors
/// [`GatewayError::File`] if there is no file, no passphrase, or it is encrypted already.
pub(super) fn encrypt(path: &Path, passphrase: Option<&Path>) -> Result<(), GatewayError> {
    match read(path)? {
        None => Err(GatewayError::file(path, "is not there: run the gateway, or `deren-gateway keys`, first")),
        Some(Content::Encrypted(_)) => Err(GatewayError::file(path, "is encrypted already")),
        Some(content) => {
            let keys = Mutex::new(unlocked(path, content, None)?);
            let passphrase = find_passphrase(path, passphrase)?;
            FileKeys { path: path.to_owned(), keys, passphrase: None }.encrypt(passphrase)
        }
    }
}

fn read(path: &Path) -> Result<Option<Content>, GatewayError> {
    let Some(bytes) = files::read_private(path)?.map(Zeroizing::new) else {
        return Ok(None);
    };
    // What is wrong is said without quoting the file.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        GatewayError::file(path, format!("not a gateway's key file: {place}"))
    })
}

fn unlocked(path: &Path, content: Content, passphrase: Option<&str>) -> Result<Vec<SigningKey>, GatewayError> {
    let seeds = match content {
        Content::Keys(seeds) => seeds,
        Content::Encrypted(sealed) => {
            let passphrase =
                passphrase.ok_or_else(|| GatewayError::file(path, "was encrypted meanwhile: start again"))?;
            let plain = sealed::open(&sealed, passphrase).map_err(|error| GatewayError::file(path, error))?;
            serde_json::from_slice(&plain).map_err(|_| GatewayError::file(path, "holds no list of keys"))?
        }
    };
    if seeds.len() > MAX_KEYS {
        return Err(GatewayError::file(path, format!("holds more than {MAX_KEYS} keys")));
    }
    let key = |seed: &Secret| {
        let mut bytes = Zeroizing::new([0; 32]);
        // The error must not quote the text.
        hex::decode_to_slice(seed.0.as_str(), &mut *bytes)
            .map_err(|_| GatewayError::file(path, "a key in it is not 64 hexadecimal digits"))?;
        Ok(SigningKey::from_bytes(&bytes))
    };
    seeds.iter().map(key).collect()
}

/// The passphrase: from the file that the key's name gives, else the credential from systemd, else the environment.
fn find_passphrase(path: &Path, named: Option<&Path>) -> Result<Zeroizing<String>, GatewayError> {
    if let Some(named) = named {
        return secret_from(named);
    }
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY").map(|folder| Path::new(&folder).join(CREDENTIAL));
    if let Some(credential) = credential.filter(|credential| credential.exists()) {
        return secret_from_credential(&credential);
    }
    match std::env::var(PASSPHRASE_VARIABLE) {
        Ok(passphrase) if !passphrase.is_empty() => Ok(Zeroizing::new(passphrase)),
        _ => Err(GatewayError::file(
            path,
            format!(
                "needs a passphrase: name its file with ?passphrase-source=file:/…, hand it over with \
                 LoadCredential={CREDENTIAL}:/… or set {PASSPHRASE_VARIABLE}"
            ),
        )),
    }
}

fn public(key: &SigningKey) -> PublicKey {
    key.verifying_key().to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::verify;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/gateway.key");
        let keys = FileKeys::open(&path, None).expect("empty");
        assert_eq!(keys.list().expect("read"), [] as [PublicKey; 0]);
        let public = keys.generate().expect("made");
        assert_eq!(FileKeys::open(&path, None).expect("read").list().expect("read"), [public]);
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let signature = keys.sign(&public, b"message").expect("signed");
        assert!(verify(&public, b"message", &signature));
        assert!(keys.sign(&[1; 32], b"message").expect_err("not ours").to_string().contains("0x0101"));
    }

    #[test]
    fn an_encrypted_file_needs_its_passphrase_and_shows_no_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, passphrase) = (folder.path().join("gateway.key"), folder.path().join("passphrase"));
        files::replace(&passphrase, b"correct horse\n", Readers::Owner).expect("written");
        let plain = FileKeys::open(&path, None).expect("empty");
        let one = plain.generate().expect("made");
        let seed = hex::encode(plain.lock()[0].as_bytes());
        assert!(std::fs::read_to_string(&path).expect("text").contains(&seed));
        encrypt(&path, Some(&passphrase)).expect("encrypted");
        assert!(!std::fs::read_to_string(&path).expect("text").contains(&seed));
        assert!(encrypt(&path, Some(&passphrase)).expect_err("twice").to_string().contains("already"));
        let keys = FileKeys::open(&path, Some(&passphrase)).expect("unlocked");
        let two = keys.generate().expect("made");
        assert_eq!(FileKeys::open(&path, Some(&passphrase)).expect("unlocked").list().expect("read"), [one, two]);
        files::replace(&passphrase, b"wrong", Readers::Owner).expect("written");
        let said = FileKeys::open(&path, Some(&passphrase)).err().expect("locked").to_string();
        assert!(said.contains("passphrase is wrong"), "{said}");
        let said = FileKeys::open(&path, None).err().expect("locked").to_string();
        assert!(said.contains("LoadCredential"), "{said}");
    }

    #[test]
    fn a_passphrase_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let passphrase = folder.path().join("passphrase");
        std::fs::write(&passphrase, "p").expect("written");
        std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o644)).expect("set");
        let opened = FileKeys::open(&folder.path().join("gateway.key"), Some(&passphrase));
        assert!(matches!(opened.err(), Some(GatewayError::SecretsExposed { .. })));
    }

    #[test]
    fn a_broken_file_is_an_error_that_shows_no_secret() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.key");
        let keys = FileKeys::open(&path, None).expect("empty");
        keys.generate().expect("made");
        let whole = std::fs::read_to_string(&path).expect("text");
        let secret = hex::encode(keys.lock()[0].as_bytes());
        for broken in
            [whole.replace(&secret, &secret[..60]), whole.replace(&secret, &format!("{secret}\" \"")), "{".into()]
        {
            files::replace(&path, broken.as_bytes(), Readers::Owner).expect("written");
            let said = FileKeys::open(&path, None).err().expect("broken").to_string();
            assert!(said.contains("gateway.key") && !said.contains(&secret[..16]), "{said}");
        }
    }

    #[test]
    fn what_is_not_kept_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("gateway.key");
        let keys = FileKeys::open(&path, None).expect("empty");
        let (one, two) = (keys.generate().expect("made"), keys.generate().expect("made"));
        keys.keep_only(&[two]).expect("stored");
        assert_eq!(FileKeys::open(&path, None).expect("read").list().expect("read"), [two]);
        assert!(keys.sign(&one, b"m").is_err());
    }
}
