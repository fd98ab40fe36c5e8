//! The administration's and the operator's part.

use super::{People, council, missing};
use crate::{
    NeighbourhoodError, Result,
    chain::{Account, Wallet},
    layout::{FEEDERS, Home},
    node::Preset,
};
use codec::{Decode, Encode};
use deren_primitives::{MarketId, Source, Sources, ZoneId, point_commitment};
use deren_runtime::{
    RuntimeCall, RuntimeEvent,
    units::{EUR, REN},
};
use pallet_deren_registry::PointTerms;
use sp_core::H256;
use sp_crypto_hashing::{blake2_256, twox_128};

/// The buyer's fee to the treasury: 1%.
const PROTOCOL_FEE_BP: u16 = 100;
/// The highest network fee of any line: 5 ct/kWh.
const MAX_FEE_UEUR_PER_KWH: u32 = 50_000;
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
        max_fee_ueur_per_kwh: MAX_FEE_UEUR_PER_KWH,
    });
    let mut calls: Vec<RuntimeCall> = people.owners.iter().flat_map(endow).collect();
    let events = match preset {
        Preset::Dev => {
            calls.push(RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(create) }));
            wallet.send(&people.on_ramp, "opening the market", together(calls)).await?.events
        }
        Preset::Local => {
            wallet.send(&people.on_ramp, "taking prepayments", together(calls)).await?;
            council::decide(wallet, people, create).await?
        }
    };
    events
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::Registry(pallet_deren_registry::Event::MarketCreated { market, .. }) => Some(*market),
            _ => None,
        })
        .ok_or_else(|| missing("MarketCreated"))
}

pub(crate) fn endow(owner: &Account) -> [RuntimeCall; 2] {
    [
        RuntimeCall::OnRamp(pallet_deren_on_ramp::Call::issue { to: owner.id(), amount_ueur: PREPAID_UEUR }),
        RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest: owner.id().into(), value: FIRST_REN }),
    ]
}

/// Draws the tree of zones and approves a connection point for each home, in one transaction. Zones are numbered in the
/// order of their making, and nobody else makes any.
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
        calls.push(approval(zone, *point, owner, home.simulated.connection_w));
    }
    let done = wallet.send(&people.operator, "drawing the grid", together(calls)).await?;
    let made: Vec<ZoneId> = done
        .events
        .iter()
        .filter_map(|event| match event {
            RuntimeEvent::Registry(pallet_deren_registry::Event::ZoneCreated { zone, .. }) => Some(*zone),
            _ => None,
        })
        .collect();
    if made.first() == Some(&substation) && made.get(1..) == Some(feeders.as_slice()) {
        let points = points.into_iter().map(|salted| named(market, salted)).collect();
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

/// The operator's approval of a point where the sun may produce. Who salts what everybody knows needs no other
/// nullifier.
pub(crate) fn approval(zone: ZoneId, salted: H256, owner: &Account, max_power_w: u32) -> RuntimeCall {
    let terms = PointTerms::new(max_power_w, Sources::of(&[Source::Solar]));
    let (nullifier, owner) = (salted, owner.id());
    RuntimeCall::Registry(pallet_deren_registry::Call::approve_point { zone, salted, nullifier, owner, terms })
}

/// The name of a market's point on the chain.
pub(crate) fn named(market: MarketId, salted: H256) -> H256 {
    H256(point_commitment(market, salted.as_fixed_bytes()))
}

/// The salted commitment to a home's official point of delivery. The salt is the operator's and the owner's secret;
/// here it is as well known as all else.
fn point(home: &Home) -> H256 {
    blake2_256(&("DEREN demonstration salt", format!("DE0001234567890000000{}", home.account)).encode()).into()
}
