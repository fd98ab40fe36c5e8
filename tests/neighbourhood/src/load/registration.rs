//! The fleet comes onto the chain by the same calls as a home, many in a transaction.

use super::fleet::Fleet;
use crate::{
    NeighbourhoodError, Result, Watcher,
    chain::{Account, Included, Wallet},
    registration::missing,
};
use codec::Encode;
use deren_primitives::{DeviceRole, MarketId, Side, SiteId, Source, Sources, ZoneId, point_commitment};
use deren_runtime::{
    RuntimeCall, RuntimeEvent,
    units::{EUR, REN},
};
use deren_testing::unix_s;
use futures::future::try_join_all;
use pallet_deren_matching::{Call as Matching, PriceStep, Steps};
use pallet_deren_registry::{Call as Registry, Event, PointTerms};
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::time::Instant;

/// Sites that one account owns.
pub(super) const SITES_PER_OWNER: usize = 20;
/// Sites that are registered, and linked, by one transaction: each has five calls to make.
const SITES_PER_TRANSACTION: usize = 5;
/// Points that the operator approves by one transaction.
const POINTS_PER_TRANSACTION: usize = 100;

/// Registers everything; the sites' ids are written into the fleet.
pub(super) async fn register(wallet: &Wallet<'_>, fleet: &mut Fleet, watcher: &dyn Watcher) -> Result<MarketId> {
    let start = Instant::now();
    let owners = owners(fleet.gateways.len())?;
    let points: Vec<H256> = fleet.gateways.iter().map(|gateway| blake2_256(&gateway.id.encode()).into()).collect();
    let (market, sites) = connect(wallet, &owners, &points, watcher).await?;
    for (gateway, site) in fleet.gateways.iter_mut().zip(sites) {
        gateway.site = Some(site);
    }
    let fleet = &*fleet;
    try_join_all((0..owners.len()).zip(&owners).map(|(number, owner)| link(wallet, fleet, number, owner))).await?;
    watcher.done("the fleet's registration", start.elapsed());
    Ok(market)
}

/// The accounts that this many sites need.
pub(super) fn owners(sites: usize) -> Result<Vec<Account>> {
    (0..sites.div_ceil(SITES_PER_OWNER))
        .map(|number| Account::derived(format!("owner {number}"), &format!("//bench-{number}")))
        .collect()
}

/// Opens a market with one feeder, and registers a site at each of these points, [`SITES_PER_OWNER`] an owner.
pub(super) async fn connect(
    wallet: &Wallet<'_>,
    owners: &[Account],
    points: &[H256],
    watcher: &dyn Watcher,
) -> Result<(MarketId, Vec<SiteId>)> {
    let start = Instant::now();
    let admin = Account::derived("Alice", "//Alice")?;
    let operator = Account::derived("Ferdie", "//Ferdie")?;
    let market = open(wallet, &admin, &operator, owners).await?;
    let zone = zones(wallet, &operator, market).await?;
    approve(wallet, &operator, owners, zone, points).await?;
    let sites = try_join_all(owners.iter().zip(points.chunks(SITES_PER_OWNER)).map(|(owner, points)| {
        watcher.waiting("the fleet's registration", start.elapsed());
        sites(wallet, owner, market, points)
    }))
    .await?;
    Ok((market, sites.into_iter().flatten().collect()))
}

async fn open(wallet: &Wallet<'_>, admin: &Account, operator: &Account, owners: &[Account]) -> Result<MarketId> {
    let create = RuntimeCall::Registry(Registry::create_market {
        operator: operator.id(),
        privacy_threshold: 15,
        protocol_fee_bp: 100,
        max_fee_ueur_per_kwh: 50_000,
    });
    let mut calls = vec![RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(create) })];
    for owner in owners {
        let prepaid = pallet_deren_on_ramp::Call::issue { to: owner.id(), amount_ueur: 1_000 * EUR };
        calls.push(RuntimeCall::OnRamp(prepaid));
        let (dest, value) = (owner.id().into(), REN);
        calls.push(RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest, value }));
    }
    let done = all(wallet, admin, "opening the market", calls).await?;
    one(&done, |event| match event {
        Event::MarketCreated { market, .. } => Some(*market),
        _ => None,
    })
}

/// A substation with one feeder; gives the feeder.
async fn zones(wallet: &Wallet<'_>, operator: &Account, market: MarketId) -> Result<ZoneId> {
    let created = |done: &Included| {
        one(done, |event| match event {
            Event::ZoneCreated { zone, .. } => Some(*zone),
            _ => None,
        })
    };
    let root = RuntimeCall::Registry(Registry::create_zone { market, parent: None });
    let root = created(&all(wallet, operator, "drawing the substation", vec![root]).await?)?;
    let parent = Some((root, 10_000, None, None));
    let feeder = RuntimeCall::Registry(Registry::create_zone { market, parent });
    created(&all(wallet, operator, "drawing the feeder", vec![feeder]).await?)
}

async fn approve(
    wallet: &Wallet<'_>,
    operator: &Account,
    owners: &[Account],
    zone: ZoneId,
    points: &[H256],
) -> Result<()> {
    let owned = points.chunks(SITES_PER_OWNER).zip(owners).flat_map(|(points, owner)| {
        points.iter().map(|salted| {
            let (salted, owner, terms) = (*salted, owner.id(), PointTerms::new(22_000, Sources::ALL));
            RuntimeCall::Registry(Registry::approve_point { zone, salted, nullifier: salted, owner, terms })
        })
    });
    let calls: Vec<RuntimeCall> = owned.collect();
    for some in calls.chunks(POINTS_PER_TRANSACTION) {
        all(wallet, operator, "approving points", some.to_vec()).await?;
    }
    Ok(())
}

async fn sites(wallet: &Wallet<'_>, owner: &Account, market: MarketId, points: &[H256]) -> Result<Vec<SiteId>> {
    let calls = points.iter().map(|salted| {
        let commitment = H256(point_commitment(market, salted.as_fixed_bytes()));
        RuntimeCall::Registry(Registry::register_site { commitment })
    });
    let done = all(wallet, owner, "registering sites", calls.collect()).await?;
    Ok(done
        .events
        .iter()
        .filter_map(|event| match event {
            RuntimeEvent::Registry(Event::SiteRegistered { site, .. }) => Some(*site),
            _ => None,
        })
        .collect())
}

/// Links the owner's gateways, registers their devices, and places an order for each site.
async fn link(wallet: &Wallet<'_>, fleet: &Fleet, number: usize, owner: &Account) -> Result<()> {
    let expires_unix_s = unix_s() + 3600;
    let own = fleet.gateways.chunks(SITES_PER_OWNER).nth(number).unwrap_or_default();
    for some in own.chunks(SITES_PER_TRANSACTION) {
        let mut calls = Vec::new();
        for gateway in some {
            let site = gateway.site.ok_or_else(|| missing("SiteRegistered"))?;
            let code = fleet.link_code(gateway, &owner.id(), site, expires_unix_s);
            calls.push(RuntimeCall::Registry(Registry::link_gateway {
                site,
                gateway: gateway.id.0,
                expires_unix_s,
                code,
            }));
            for device in &gateway.devices {
                calls.push(RuntimeCall::Registry(Registry::register_device {
                    site,
                    device: device.id,
                    role: device.role,
                    source: (device.role == DeviceRole::Production).then_some(Source::Solar),
                    rated_power_w: 11_000,
                    register_step_mwh: 1_000,
                    gateway: gateway.id,
                }));
            }
            let (side, limit_ueur_per_kwh) = if gateway.sells { (Side::Sell, 90_000) } else { (Side::Buy, 250_000) };
            let steps = Steps::try_from(vec![PriceStep { limit_ueur_per_kwh, cap_wh: 1_000 }])
                .map_err(|_| NeighbourhoodError::Configuration("an order takes one step".into()))?;
            calls.push(RuntimeCall::Matching(Matching::place_order { site, side, steps }));
        }
        all(wallet, owner, "linking gateways and placing orders", calls).await?;
    }
    Ok(())
}

pub(super) async fn all(wallet: &Wallet<'_>, who: &Account, what: &str, calls: Vec<RuntimeCall>) -> Result<Included> {
    wallet.send(who, what, RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })).await
}

/// What the first event of the registry that `find` takes says.
fn one<T>(done: &Included, find: impl Fn(&Event<deren_runtime::Runtime>) -> Option<T>) -> Result<T> {
    let found = done.events.iter().find_map(|event| match event {
        RuntimeEvent::Registry(event) => find(event),
        _ => None,
    });
    found.ok_or_else(|| missing("an event of the registry"))
}
