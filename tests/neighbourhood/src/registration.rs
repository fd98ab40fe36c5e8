//! How everybody comes onto the chain, by the chain's own calls, as people would do it: the administration opens a
//! market, its operator draws the zones and approves connection points, owners register sites, link their
//! gateways by code, register devices, and place orders.

mod market;
mod owners;

use crate::{
    Result, Watcher,
    chain::{Account, Wallet},
    gateway::Gateway,
    layout::Home,
    node::Preset,
};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, MarketId, SiteId, ZoneId};
use deren_simulator::serving::Serving;
use std::{
    pin::pin,
    time::{Duration, Instant},
};

/// How often it is told what is being waited for.
const TELL: Duration = Duration::from_millis(200);

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
            operator: known("Ferdie")?,
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
    let market = shown("the market to open", watcher, market::open(wallet, preset, people)).await?;
    let grid = shown("the grid to be drawn", watcher, market::draw(wallet, people, homes, market)).await?;
    let owners = owners::register(wallet, people, homes, serving, gateways, &grid);
    let homes = shown("owners to link their gateways and place orders", watcher, owners).await?;
    Ok(Registered { market, substation: grid.substation, feeders: grid.feeders, homes })
}

/// Waits for a step and tells about it; each transaction in it has a deadline of its own.
async fn shown<T>(what: &str, watcher: &dyn Watcher, step: impl Future<Output = Result<T>>) -> Result<T> {
    let start = Instant::now();
    let mut step = pin!(step);
    loop {
        match tokio::time::timeout(TELL, &mut step).await {
            Ok(done) => {
                let done = done?;
                watcher.done(what, start.elapsed());
                return Ok(done);
            }
            Err(_) => watcher.waiting(what, start.elapsed()),
        }
    }
}
