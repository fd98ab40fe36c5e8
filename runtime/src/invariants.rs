//! The design's invariants on the whole state, as one function.
//!
//! `try_state` of each pallet calls its own part of it, the runtime's query and every end-to-end test call all of it.
//! It reads everything, so it must never be called in a block.

use crate::{
    AccountId, Assets, Custody, Matching, Metering, Notice, OnRamp, Registry, Rewards, Validators,
    configs::ProtocolAccounts, units::EUR_ASSET,
};
use alloc::string::String;
use frame_support::{
    ensure,
    traits::{Contains, fungibles::Inspect},
};

/// `Err` with the first violation, in words.
pub fn check() -> Result<(), String> {
    Validators::check_invariants()?;
    Registry::check_invariants()?;
    Metering::check_invariants()?;
    Matching::check_invariants()?;
    Rewards::check_invariants()?;
    OnRamp::check_invariants()?;
    Custody::check_invariants()?;
    Notice::check_invariants()?;
    check_protocol_accounts()?;
    check_euros()
}

/// The same for whoever asks a node over its RPC. On a chain with real homes the answer would take a node minutes, so
/// only a development chain gives it. Elsewhere `try-runtime` checks a copy of the state.
pub fn check_for_anyone() -> Result<(), String> {
    ensure!(
        Metering::parameters().development,
        "only a development chain checks its invariants for anyone: let try-runtime check a copy of the state"
    );
    check()
}

/// What all accounts have in EUR, on hold or free, is what the on-ramp issued and has not taken back. Settlement
/// neither makes nor loses a µ€.
fn check_euros() -> Result<(), String> {
    let issued = Assets::total_issuance(EUR_ASSET);
    let held = pallet_assets::Account::<crate::Runtime>::iter_prefix(EUR_ASSET)
        .map(|(who, _): (AccountId, _)| <crate::AssetsHolder as Inspect<AccountId>>::total_balance(EUR_ASSET, &who))
        .fold(0u128, u128::saturating_add);
    ensure!(held == issued, alloc::format!("accounts have {held} µ€ in all, and {issued} were issued"));
    Ok(())
}

/// No account in which the chain's own rules keep money is frozen: its market would stop.
fn check_protocol_accounts() -> Result<(), String> {
    use pallet_assets::AccountStatus::Liquid;
    let frozen = pallet_assets::Account::<crate::Runtime>::iter_prefix(EUR_ASSET)
        .find(|(who, account)| ProtocolAccounts::contains(who) && account.status != Liquid);
    ensure!(frozen.is_none(), alloc::format!("a protocol account is frozen: {frozen:?}"));
    Ok(())
}
