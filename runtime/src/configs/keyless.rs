//! Accounts without a key: only the runtime's own rules move what is in them.

use crate::AccountId;
use frame_support::PalletId;
use sp_runtime::traits::AccountIdConversion;

fn keyless(name: [u8; 8]) -> AccountId {
    PalletId(name).into_account_truncating()
}

/// Where fees go: the chain's treasury.
pub fn treasury_account() -> AccountId {
    keyless(*b"drn/trsy")
}

/// Owns EUR and has all roles over it. It has no key, so only [`super::PowersOverEuros`] uses them.
pub fn euro_roles_account() -> AccountId {
    keyless(*b"drn/euro")
}
