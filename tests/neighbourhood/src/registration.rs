//! How everybody comes onto the chain, by the chain's own calls, as people would do it. The administration opens a
//! market. Its operator draws the zones and approves connection points. Owners register sites, link their gateways by
//! code, register devices, and place orders.

mod council;
mod market;
mod newcomer;
mod owners;

pub(crate) use market::{approval, endow, named, next_zone, together};
pub(crate) use newcomer::no_street;
pub use newcomer::{NEWCOMER, NEWCOMER_PATH, expect_newcomer};
pub(crate) use owners::{expires_unix_s, source_of, steps};

use crate::{
    NeighbourhoodError, Result, Watcher,
    chain::{Account, Wallet},
    gateway::Gateway,
    layout::Home,
    node::Preset,
    wait::shown,
};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, MarketId, SiteId, ZoneId};
use deren_simulator::serving::Serving;

/// Who runs the grid: a well-known account of a development chain.
pub const OPERATOR: &str = "Ferdie";

/// Everyone who takes part by name.
#[derive(Debug)]
pub struct People {
    /// Turns euros into EUR; in the development preset also the administration.
    pub on_ramp: Account,
    /// Who decides where there is no single key.
    pub council: Vec<Account>,
    /// Runs the grid.
    pub operator: Account,
    /// One a home, in the homes' order.
    pub owners: Vec<Account>,
}

impl People {
    /// The well-known accounts of a development chain, and one derived account a home.
    pub fn of(homes: &[Home]) -> Result<Self> {
        let known = |name: &str| Account::derived(name, &format!("//{name}"));
        Ok(Self {
            on_ramp: known("Alice")?,
            council: ["Alice", "Bob", "Charlie"].into_iter().map(known).collect::<Result<_>>()?,
            operator: known(OPERATOR)?,
            owners: homes.iter().map(|home| Account::derived(&home.name, &home.account)).collect::<Result<_>>()?,
        })
    }
}

/// A home as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredHome {
    /// Its site.
    pub site: SiteId,
    /// The zone of its feeder.
    pub zone: ZoneId,
    /// Its gateway.
    pub gateway: GatewayId,
    /// Its devices with their roles.
    pub devices: Vec<(DeviceId, DeviceRole)>,
}

/// What was registered.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The market.
    pub market: MarketId,
    /// The root of its zones.
    pub substation: ZoneId,
    /// The feeders' zones, in the order of [`crate::layout::FEEDERS`].
    pub feeders: Vec<ZoneId>,
    /// In the homes' order.
    pub homes: Vec<RegisteredHome>,
}

/// Registers everything. The gateways must be prepared, and their devices must answer.
pub async fn register(
    wallet: &Wallet<'_>,
    preset: Preset,
    people: &People,
    homes: &[Home],
    serving: &Serving,
    gateways: &[Gateway],
    watcher: &dyn Watcher,
) -> Result<Registered> {
    let market = shown("the market", watcher, market::open(wallet, preset, people)).await?;
    let grid =
        shown("the grid's zones and connection points", watcher, market::draw(wallet, people, homes, market)).await?;
    let owners = owners::register(wallet, people, homes, serving, gateways, &grid);
    let homes = shown("the owners' sites, gateways, devices and orders", watcher, owners).await?;
    Ok(Registered { market, substation: grid.substation, feeders: grid.feeders, homes })
}

/// An event that must have been there.
pub(crate) fn missing(what: &str) -> NeighbourhoodError {
    NeighbourhoodError::Decode { what: "what a transaction caused".into(), reason: format!("{what} is not in it") }
}
