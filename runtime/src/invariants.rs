//! The design's invariants on the whole state, as one function.
//!
//! `try_state` of each pallet calls its own part of it, the runtime's query and every end-to-end test call all of it.
//! It reads everything, so it must never be called in a block.

use crate::{
    Custody, Matching, Metering, Notice, OnRamp, Purse, Registry, Rewards, Runtime, Validators,
    configs::{Eur, ProtocolAccounts},
    units::EUR_ASSET,
};
use alloc::string::String;
use frame_support::{
    ensure,
    traits::{Contains, fungible::Inspect},
};
use pallet_deren_matching::FeesPaid;
use pallet_deren_purse::FeeNote;

/// `Err` with the first violation, in words.
pub fn check() -> Result<(), String> {
    Validators::check_invariants()?;
    Purse::check_invariants()?;
    Registry::check_invariants()?;
    Metering::check_invariants()?;
    Matching::check_invariants()?;
    Rewards::check_invariants()?;
    OnRamp::check_invariants()?;
    Custody::check_invariants()?;
    Notice::check_invariants()?;
    check_protocol_accounts()?;
    check_purses()?;
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

/// What is on hold in all purses is what orders hold, and what is deposited there is what the registry asked for. Each
/// pallet looks at the accounts that it knows of; here nobody has more.
fn check_purses() -> Result<(), String> {
    let sum = |of: fn(&pallet_deren_purse::Purse) -> u128| {
        pallet_deren_purse::Purses::<Runtime>::iter_values().map(|purse| of(&purse)).fold(0u128, u128::saturating_add)
    };
    let orders = pallet_deren_matching::Orders::<Runtime>::iter_values().map(|order| order.held_ueur);
    let (held, of_orders) = (sum(|purse| purse.held_ueur), orders.fold(0u128, u128::saturating_add));
    ensure!(held == of_orders, alloc::format!("{held} µ€ are on hold in purses, {of_orders} for orders"));
    let of_points = pallet_deren_registry::PointDeposits::<Runtime>::iter_values().map(|(_, ueur)| ueur);
    let deposits = pallet_deren_registry::SiteDeposits::<Runtime>::iter_values().chain(of_points);
    let (deposited, asked) = (sum(|purse| purse.deposits_ueur), deposits.fold(0u128, u128::saturating_add));
    ensure!(deposited == asked, alloc::format!("{deposited} µ€ are deposited in purses, {asked} were asked for"));
    for (who, purse) in pallet_deren_purse::Purses::<Runtime>::iter() {
        let is_listed = |note: &FeeNote| FeesPaid::<Runtime>::contains_key((note.market, note.era, &who));
        ensure!(purse.fees.iter().all(is_listed), alloc::format!("{who:?}: fees of an era that does not list it"));
    }
    Ok(())
}

/// What all accounts have in EUR is what the on-ramp issued and has not taken back. Settlement
/// neither makes nor loses a µ€.
fn check_euros() -> Result<(), String> {
    let issued = Eur::total_issuance();
    let held = pallet_assets::Account::<Runtime>::iter_prefix(EUR_ASSET)
        .map(|(_, account)| account.balance)
        .fold(0u128, u128::saturating_add);
    ensure!(held == issued, alloc::format!("accounts have {held} µ€ in all, and {issued} were issued"));
    Ok(())
}

/// No account in which the chain's own rules keep money is frozen: its market would stop.
fn check_protocol_accounts() -> Result<(), String> {
    use pallet_assets::AccountStatus::Liquid;
    let frozen = pallet_assets::Account::<Runtime>::iter_prefix(EUR_ASSET)
        .find(|(who, account)| ProtocolAccounts::contains(who) && account.status != Liquid);
    ensure!(frozen.is_none(), alloc::format!("a protocol account is frozen: {frozen:?}"));
    Ok(())
}
