//! The secret from which the salts of samples are derived, in a file of its own beside the keys. It is made once. It
//! must never leave the gateway, nor be written in a log.

use crate::{
    error::GatewayError,
    files::{self, Readers},
    signer::new_seed,
};
use std::{fmt, path::Path};
use zeroize::Zeroizing;

const FILE: &str = "sample-secret";

/// The sample secret.
pub(super) struct SampleSecret(Zeroizing<[u8; 32]>);

impl fmt::Debug for SampleSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SampleSecret(…)")
    }
}

impl SampleSecret {
    /// The secret of `data_folder`; at first use it is made.
    ///
    /// # Errors
    /// [`GatewayError::SecretsExposed`] if others may read it; [`GatewayError::File`] if it cannot be read or written.
    pub(super) fn open(data_folder: &Path) -> Result<Self, GatewayError> {
        let path = data_folder.join(FILE);
        let digits = match files::read_private(&path)? {
            Some(digits) => Zeroizing::new(digits),
            None => {
                let digits = Zeroizing::new(new_seed(&path)?.0.as_bytes().to_vec());
                files::replace(&path, &digits, Readers::Owner)?;
                digits
            }
        };
        let mut secret = Zeroizing::new([0; 32]);
        // What is wrong is said without quoting the file.
        hex::decode_to_slice(digits.trim_ascii_end(), &mut *secret)
            .map_err(|_| GatewayError::file(&path, "should be 64 hexadecimal digits"))?;
        Ok(Self(secret))
    }

    /// Its bytes, for [`deren_primitives::sample_salt`] alone.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn it_is_made_once_for_its_owner_alone_and_never_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) =
            (SampleSecret::open(folder.path()).expect("made"), SampleSecret::open(folder.path()).expect("read"));
        assert_eq!(one.bytes(), two.bytes());
        assert_eq!(format!("{one:?}"), "SampleSecret(…)");
        let path = folder.path().join(FILE);
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        fs::write(&path, "aa").expect("written");
        let said = SampleSecret::open(folder.path()).expect_err("cut").to_string();
        assert!(said.contains(FILE) && !said.contains("aa"), "{said}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        assert!(matches!(SampleSecret::open(folder.path()), Err(GatewayError::SecretsExposed { .. })));
    }
}
