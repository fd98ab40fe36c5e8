//! The PIN of the page: eight digits in a file for the gateway's user alone. Whoever prepares a gateway for somebody
//! may write the file before its first start, and print the PIN on its label.

use crate::{
    error::GatewayError,
    files::{self, Readers},
};
use rand::{TryRngCore, rngs::OsRng};
use std::{fmt, path::Path};

/// The file in the data folder.
pub(super) const FILE: &str = "page-pin";
const DIGITS: usize = 8;
/// Numbers from here on would make some PINs likelier than others.
const FAIR_BELOW: u32 = u32::MAX - u32::MAX % 100_000_000;

/// The PIN.
pub(super) struct Passcode(String);

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode(…)")
    }
}

impl Passcode {
    /// Reads the PIN, or makes one and logs it this once.
    pub(super) fn load_or_create(data_folder: &Path) -> Result<Self, GatewayError> {
        let path = data_folder.join(FILE);
        if let Some(content) = files::read_private(&path)? {
            let text = String::from_utf8_lossy(&content).trim().to_owned();
            return Self::parse(text).ok_or_else(|| {
                GatewayError::file(&path, "is not a PIN of eight digits: correct it, or remove it to get a new one")
            });
        }
        let pin = Self::random().map_err(|error| GatewayError::file(&path, error))?;
        files::replace(&path, format!("{}\n", pin.0).as_bytes(), Readers::Owner)?;
        tracing::info!(pin = pin.0, path = %path.display(), "made the PIN of this gateway's page; it is logged only now");
        Ok(pin)
    }

    fn parse(text: String) -> Option<Self> {
        (text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(text))
    }

    fn random() -> Result<Self, rand::rand_core::OsError> {
        loop {
            let number = OsRng.try_next_u32()?;
            if number < FAIR_BELOW {
                return Ok(Self(format!("{:08}", number % 100_000_000)));
            }
        }
    }

    /// True if it was typed right; blanks and dashes do not count. It takes as long for any wrong one.
    pub(super) fn is(&self, typed: &str) -> bool {
        let typed: Vec<u8> = typed.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).collect();
        is_same(self.0.as_bytes(), &typed)
    }
}

/// Compares secrets without telling by its time where they differ.
pub(super) fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn a_pin_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Passcode::load_or_create(folder.path()).expect("made");
        assert!(first.0.len() == DIGITS && first.0.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(Passcode::load_or_create(folder.path()).expect("read").is(&first.0));
        let mode = fs::metadata(folder.path().join(FILE)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{first:?}").contains(&first.0));
    }

    #[test]
    fn a_label_written_before_the_first_start_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        files::replace(&folder.path().join(FILE), b"00420042\n", Readers::Owner).expect("written");
        let pin = Passcode::load_or_create(folder.path()).expect("read");
        assert!(pin.is("00420042") && pin.is(" 0042-0042 "));
        for wrong in ["", "00420043", "0042004", "004200420", "0042004x"] {
            assert!(!pin.is(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_pin_that_others_can_read_or_that_is_none_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(FILE);
        files::replace(&path, b"1234\n", Readers::Owner).expect("written");
        assert!(Passcode::load_or_create(folder.path()).expect_err("short").to_string().contains("eight digits"));
        files::replace(&path, b"12345678\n", Readers::Everyone).expect("written");
        assert!(matches!(Passcode::load_or_create(folder.path()), Err(GatewayError::SecretsExposed { .. })));
    }
}
