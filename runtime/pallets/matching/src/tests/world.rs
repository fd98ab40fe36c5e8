//! The tables that stand in for the registry, metering and rewards.

use deren_market::{Edge, Network, Zone, rewards::FeeBase};
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, PublicKey, ReadingError, SiteEnergy, SiteId, Slot, ZoneId,
};
use deren_runtime_apis::{DeviceView, MarketRegistry, MarketTerms, Metering, ProductionRewards, SiteView};
use sp_runtime::AccountId32;
use std::{cell::RefCell, collections::BTreeMap};

/// What the stand-ins know.
#[derive(Clone, Default)]
pub struct World {
    pub now: Slot,
    pub closed: Slot,
    pub markets: BTreeMap<MarketId, Vec<Zone>>,
    pub protocol_fee_bp: u16,
    pub operators: BTreeMap<ZoneId, AccountId32>,
    pub sites: BTreeMap<SiteId, SiteView<AccountId32>>,
    pub energies: BTreeMap<(SiteId, Slot), SiteEnergy>,
    pub forgotten: Vec<(MarketId, Slot)>,
    pub rewarded: Vec<(Slot, FeeBase<AccountId32>)>,
    pub fees_ueur: u128,
    /// Market, era, fees, and what of them comes back.
    pub eras: Vec<(MarketId, u32, u128, u128)>,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::default();
}

/// Reads or changes the tables.
pub fn world<R>(change: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with(|world| change(&mut world.borrow_mut()))
}

/// A root without edges.
pub fn root(id: u32) -> Zone {
    Zone { id: ZoneId(id), edge: None }
}

/// A zone below another.
pub fn below(id: u32, parent: u32, fee_ueur_per_kwh: u32, capacity_wh: Option<u64>) -> Zone {
    let edge =
        Edge { parent: ZoneId(parent), fee_ueur_per_kwh, capacity_up_wh: capacity_wh, capacity_down_wh: capacity_wh };
    Zone { id: ZoneId(id), edge: Some(edge) }
}

/// What a site measured: `wh` above 0 is a surplus (all of it produced), below 0 a demand.
pub fn measure(site: u32, slot: u32, wh: i64) {
    let energy =
        SiteEnergy { surplus_wh: wh.max(0) as u64, demand_wh: (-wh).max(0) as u64, produced_wh: wh.max(0) as u64 };
    world(|world| world.energies.insert((SiteId(site), Slot(slot)), energy));
}

/// The registry of the tables. Sites and networks are the same in all slots.
pub struct Registry;

impl MarketRegistry<AccountId32> for Registry {
    fn markets() -> Vec<MarketId> {
        world(|world| world.markets.keys().copied().collect())
    }
    fn network(market: MarketId, _slot: Slot) -> Option<Network> {
        let zones = world(|world| world.markets.get(&market).cloned())?;
        Network::new(zones).ok()
    }
    fn zones(market: MarketId) -> u32 {
        world(|world| world.markets.get(&market).map_or(0, |zones| zones.len() as u32))
    }
    fn terms(_market: MarketId, _slot: Slot) -> Option<MarketTerms> {
        Some(MarketTerms { protocol_fee_bp: world(|world| world.protocol_fee_bp) })
    }
    fn operator(zone: ZoneId) -> Option<AccountId32> {
        world(|world| world.operators.get(&zone).cloned())
    }
    fn site(site: SiteId, _slot: Slot) -> Option<SiteView<AccountId32>> {
        world(|world| world.sites.get(&site).cloned())
    }
    fn devices(_site: SiteId, _slot: Slot) -> Vec<(DeviceId, DeviceRole)> {
        Vec::new()
    }
    fn gateway_key(_gateway: GatewayId) -> Result<(PublicKey, u32), ReadingError> {
        Err(ReadingError::UnknownGateway)
    }
    fn device(_gateway: GatewayId, _device: DeviceId, _slot: Slot) -> Result<DeviceView, ReadingError> {
        Err(ReadingError::UnknownDevice)
    }
}

/// Metering of the tables.
pub struct Meters;

impl Metering for Meters {
    fn current_slot() -> Slot {
        world(|world| world.now)
    }
    fn closed_through() -> Slot {
        world(|world| world.closed)
    }
    fn site_energy(site: SiteId, slot: Slot) -> Option<SiteEnergy> {
        world(|world| world.energies.get(&(site, slot)).copied())
    }
    fn readings(market: MarketId, slot: Slot) -> u32 {
        world(|world| {
            let of_market = |site: &SiteId| world.sites.get(site).is_some_and(|view| view.market == market);
            world.energies.keys().filter(|(site, at)| *at == slot && of_market(site)).count() as u32
        })
    }
    fn forget(market: MarketId, slot: Slot) {
        world(|world| world.forgotten.push((market, slot)));
    }
}

/// Rewards of the tables.
pub struct Rewards;

impl ProductionRewards<AccountId32> for Rewards {
    fn protocol_fee_paid(_market: MarketId, _slot: Slot, fee_ueur: u128) {
        world(|world| world.fees_ueur += fee_ueur);
    }
    fn sold_to_others(_market: MarketId, slot: Slot, base: FeeBase<AccountId32>) {
        world(|world| world.rewarded.push((slot, base)));
    }
    fn era_closed(market: MarketId, era: u32, fees_ueur: u128, rebates_ueur: u128) {
        world(|world| world.eras.push((market, era, fees_ueur, rebates_ueur)));
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl pallet_deren_purse::benchmarking::BenchmarkHelper<AccountId32> for Meters {
    fn fund(who: &AccountId32, ueur: u128) {
        <Self as crate::benchmarking::BenchmarkHelper<AccountId32>>::fund(who, ueur);
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<AccountId32> for Meters {
    fn market(zones: u32) -> MarketId {
        world(|world| {
            let market = MarketId(world.markets.len() as u32);
            let first = market.0 * 2000;
            let rest = (1..zones).map(|zone| below(first + zone, first, 1_000, None));
            world.markets.insert(market, std::iter::once(root(first)).chain(rest).collect());
            market
        })
    }
    fn site(market: MarketId, zone: u32, owner: &AccountId32) -> SiteId {
        world(|world| {
            let site = SiteId(world.sites.len() as u32);
            let view = SiteView { market, zone: ZoneId(market.0 * 2000 + zone), owner: owner.clone() };
            world.sites.insert(site, view);
            site
        })
    }
    fn measure(site: SiteId, slot: Slot, energy: SiteEnergy) {
        world(|world| world.energies.insert((site, slot), energy));
    }
    fn begin(slot: Slot) {
        world(|world| (world.now, world.closed) = (slot, Slot(slot.0 - 1)));
    }
    fn fund(who: &AccountId32, ueur: u128) {
        use super::mock::{Assets, EUR, RuntimeOrigin, onramp};
        Assets::mint(RuntimeOrigin::signed(onramp()), EUR, who.clone(), ueur).expect("EUR are there");
    }
}
