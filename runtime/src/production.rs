//! What a chain beyond development must not begin with: a key over everything, or keys that everyone knows.

use crate::{AccountId, Metering, Runtime, SessionKeys, configs::CouncilCollective, units::EUR_ASSET};
use alloc::{format, string::String, vec::Vec};
use frame_support::ensure;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// `Err` with what is wrong, and what to do about it. A development chain may begin as it likes.
pub fn check() -> Result<(), String> {
    if Metering::parameters().development {
        return Ok(());
    }
    ensure!(
        pallet_sudo::Key::<Runtime>::get().is_none(),
        "genesis: sudo.key is set, and only a development chain has one: leave it out"
    );
    check_validators()?;
    check_council()?;
    let on_ramp = pallet_assets::Asset::<Runtime>::get(EUR_ASSET).map(|_| owner_of_euros());
    ensure!(
        !on_ramp.flatten().is_some_and(|account| is_public(&account)),
        "genesis: assets.assets: the owner of EUR is a well-known development account: name another"
    );
    match frame_system::Account::<Runtime>::iter_keys().find(is_public) {
        Some(account) => Err(format!("genesis: {account:?} is a well-known development account: endow another")),
        None => Ok(()),
    }
}

fn check_validators() -> Result<(), String> {
    let keys = pallet_session::QueuedKeys::<Runtime>::get();
    ensure!(!keys.is_empty(), "genesis: session.keys names no validator: name at least one");
    match keys.iter().find(|(account, keys)| is_public(account) || are_public(keys)) {
        Some((account, _)) => {
            Err(format!("genesis: session.keys: validator {account:?} has well-known development keys: make others"))
        }
        None => Ok(()),
    }
}

fn check_council() -> Result<(), String> {
    let members = pallet_collective::Members::<Runtime, CouncilCollective>::get();
    ensure!(!members.is_empty(), "genesis: council.members is empty, so nobody could decide: name some");
    match members.iter().find(|member| is_public(member)) {
        Some(member) => Err(format!("genesis: council.members: {member:?} is a well-known development account")),
        None => Ok(()),
    }
}

fn owner_of_euros() -> Option<AccountId> {
    use frame_support::traits::fungibles::roles::Inspect;
    <crate::Assets as Inspect<AccountId>>::owner(EUR_ASSET)
}

fn public_accounts() -> Vec<AccountId> {
    Sr25519Keyring::iter()
        .map(|key| key.to_account_id())
        .chain(Ed25519Keyring::iter().map(|key| key.to_account_id()))
        .collect()
}

fn is_public(account: &AccountId) -> bool {
    public_accounts().contains(account)
}

fn are_public(keys: &SessionKeys) -> bool {
    Sr25519Keyring::iter().any(|key| keys.babe == key.public().into())
        || Ed25519Keyring::iter().any(|key| keys.grandpa == key.public().into())
}
