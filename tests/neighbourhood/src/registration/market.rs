//! The administration's and the operator's part.

use super::People;
use crate::{
    NeighbourhoodError, Result,
    chain::{Account, FeeIn, Included, Wallet},
    layout::{FEEDERS, Home},
    node::Preset,
};
use codec::{Decode, Encode};
use deren_primitives::{MarketId, ZoneId};
use deren_runtime::{
    RuntimeCall, RuntimeEvent,
    units::{EUR, EUR_ASSET, REN},
};
use sp_core::H256;
use sp_crypto_hashing::{blake2_256, twox_128};
use sp_runtime::traits::{BlakeTwo256, Hash as _};

/// The buyer's fee to the treasury: 1%.
const PROTOCOL_FEE_BP: u16 = 100;
/// A demonstration shows aggregates of fewer homes than people's markets do.
const PRIVACY_THRESHOLD: u32 = 3;
/// What each home has prepaid.
const PREPAID_UEUR: u128 = 50 * EUR;
/// REN that each home has at first, so that the smallest reward can be received.
const FIRST_REN: u128 = REN;

/// The zones, and each home's approved connection point.
pub(super) struct Grid {
    pub(super) substation: ZoneId,
    pub(super) feeders: Vec<ZoneId>,
    pub(super) points: Vec<H256>,
}

/// One transaction for several calls, all or nothing.
pub(crate) fn together(calls: Vec<RuntimeCall>) -> RuntimeCall {
    RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })
}

/// Creates the market, and gives every owner what they prepaid.
pub(super) async fn open(wallet: &Wallet<'_>, preset: Preset, people: &People) -> Result<MarketId> {
    let create = RuntimeCall::Registry(pallet_deren_registry::Call::create_market {
        operator: people.operator.id(),
        privacy_threshold: PRIVACY_THRESHOLD,
        protocol_fee_bp: PROTOCOL_FEE_BP,
    });
    let mut calls: Vec<RuntimeCall> = people.owners.iter().flat_map(endow).collect();
    let opened = match preset {
        Preset::Dev => {
            calls.push(RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(create) }));
            wallet.send(&people.on_ramp, "opening the market", together(calls), FeeIn::Ren).await?
        }
        Preset::Local => {
            wallet.send(&people.on_ramp, "taking prepayments", together(calls), FeeIn::Ren).await?;
            decide(wallet, people, create).await?
        }
    };
    opened
        .events
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::Registry(pallet_deren_registry::Event::MarketCreated { market, .. }) => Some(*market),
            _ => None,
        })
        .ok_or_else(|| missing("MarketCreated"))
}

pub(crate) fn endow(owner: &Account) -> [RuntimeCall; 2] {
    [
        RuntimeCall::Assets(pallet_assets::Call::mint {
            id: EUR_ASSET.into(),
            beneficiary: owner.id().into(),
            amount: PREPAID_UEUR,
        }),
        RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest: owner.id().into(), value: FIRST_REN }),
    ]
}

/// The council's way: one proposes, all vote, one closes.
async fn decide(wallet: &Wallet<'_>, people: &People, call: RuntimeCall) -> Result<Included> {
    let hash = BlakeTwo256::hash_of(&call);
    let length_bound = u32::try_from(call.encoded_size()).unwrap_or(u32::MAX);
    let threshold = u32::try_from(people.council.len()).unwrap_or(u32::MAX);
    let [first, ..] = people.council.as_slice() else {
        return Err(NeighbourhoodError::Configuration("a council has at least one member".into()));
    };
    let propose =
        RuntimeCall::Council(pallet_collective::Call::propose { threshold, proposal: Box::new(call), length_bound });
    let proposed = wallet.send(first, "proposing to the council", propose, FeeIn::Ren).await?;
    let index = proposed
        .events
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::Council(pallet_collective::Event::Proposed { proposal_index, .. }) => Some(*proposal_index),
            _ => None,
        })
        .ok_or_else(|| missing("Proposed"))?;
    let vote = || RuntimeCall::Council(pallet_collective::Call::vote { proposal: hash, index, approve: true });
    let votes = people.council.iter().map(|member| wallet.send(member, "voting in the council", vote(), FeeIn::Ren));
    futures::future::try_join_all(votes).await?;
    let close = RuntimeCall::Council(pallet_collective::Call::close {
        proposal_hash: hash,
        index,
        proposal_weight_bound: deren_runtime::configs::MaxProposalWeight::get(),
        length_bound,
    });
    wallet.send(first, "closing the council's vote", close, FeeIn::Ren).await
}

/// Draws the tree of zones and approves a connection point for each home, in one transaction: zones are numbered in
/// the order of their making, and nobody else makes any.
pub(super) async fn draw(wallet: &Wallet<'_>, people: &People, homes: &[Home], market: MarketId) -> Result<Grid> {
    let next = next_zone(wallet).await?;
    let substation = ZoneId(next);
    let feeders: Vec<ZoneId> = (next + 1..).map(ZoneId).take(FEEDERS.len()).collect();
    let points: Vec<H256> = homes.iter().map(point).collect();

    let mut calls = vec![RuntimeCall::Registry(pallet_deren_registry::Call::create_zone { market, parent: None })];
    calls.extend(FEEDERS.iter().map(|feeder| {
        let edge = (substation, feeder.fee_ueur_per_kwh, Some(feeder.capacity_up_wh), Some(feeder.capacity_down_wh));
        RuntimeCall::Registry(pallet_deren_registry::Call::create_zone { market, parent: Some(edge) })
    }));
    for ((home, owner), point) in homes.iter().zip(&people.owners).zip(&points) {
        let zone = *feeders.get(home.feeder).ok_or_else(|| missing("a feeder"))?;
        calls.push(RuntimeCall::Registry(pallet_deren_registry::Call::approve_point {
            zone,
            commitment: *point,
            owner: owner.id(),
            max_power_w: home.simulated.connection_w,
        }));
    }
    let done = wallet.send(&people.operator, "drawing the grid", together(calls), FeeIn::Ren).await?;
    let made: Vec<ZoneId> = done
        .events
        .iter()
        .filter_map(|event| match event {
            RuntimeEvent::Registry(pallet_deren_registry::Event::ZoneCreated { zone, .. }) => Some(*zone),
            _ => None,
        })
        .collect();
    if made.first() == Some(&substation) && made.get(1..) == Some(feeders.as_slice()) {
        Ok(Grid { substation, feeders, points })
    } else {
        Err(NeighbourhoodError::Configuration(format!("somebody else makes zones on this chain: got {made:?}")))
    }
}

/// The id that the next zone will have.
pub(crate) async fn next_zone(wallet: &Wallet<'_>) -> Result<u32> {
    let key = [twox_128(b"Registry"), twox_128(b"NextZone")].concat();
    let head = wallet.rpc().best().await?;
    match wallet.rpc().storage(&key, head.hash).await? {
        None => Ok(0),
        Some(bytes) => u32::decode(&mut bytes.as_slice())
            .map_err(|error| NeighbourhoodError::Decode { what: "the next zone".into(), reason: error.to_string() }),
    }
}

/// The salted commitment to a home's official point of delivery. The salt is the operator's and the owner's secret;
/// here it is as well known as all else.
fn point(home: &Home) -> H256 {
    blake2_256(&("DEREN demonstration salt", format!("DE0001234567890000000{}", home.account)).encode()).into()
}

/// An event that must have been there.
pub(crate) fn missing(what: &str) -> NeighbourhoodError {
    NeighbourhoodError::Decode { what: "what a transaction caused".into(), reason: format!("{what} is not in it") }
}
