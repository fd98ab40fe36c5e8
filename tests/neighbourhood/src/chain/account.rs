//! Accounts of a development chain. Their keys are known to everyone: they must never hold anything of value.

use crate::{NeighbourhoodError, Result};
use deren_runtime::AccountId;
use sp_core::{Pair, sr25519};
use std::fmt;

/// Somebody who signs transactions.
#[derive(Clone)]
pub struct Account {
    name: String,
    pair: sr25519::Pair,
}

impl Account {
    /// The account with this path from the development phrase, such as `//Alice`.
    pub fn derived(name: impl Into<String>, path: &str) -> Result<Self> {
        let name = name.into();
        let phrase = format!("{}{path}", sp_core::crypto::DEV_PHRASE);
        match sr25519::Pair::from_string(&phrase, None) {
            Ok(pair) => Ok(Self { name, pair }),
            Err(error) => Err(NeighbourhoodError::Configuration(format!("no key for {name} at {path}: {error:?}"))),
        }
    }

    /// What it is called here.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its id on chain.
    pub fn id(&self) -> AccountId {
        AccountId::from(self.pair.public())
    }

    /// Its signature over these bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).0
    }

    pub(super) fn pair(&self) -> &sr25519::Pair {
        &self.pair
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {})", self.name, self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_account_is_the_well_known_one() {
        let alice = Account::derived("Alice", "//Alice").expect("a path");
        assert_eq!(alice.id(), sp_keyring::Sr25519Keyring::Alice.to_account_id());
        assert!(format!("{alice:?}").contains("5Grwva"), "{alice:?}");
    }

    #[test]
    fn a_path_that_is_none_is_refused_by_name() {
        let error = Account::derived("Mallory", "no path").expect_err("not a path");
        assert!(error.to_string().contains("Mallory"), "{error}");
    }
}
