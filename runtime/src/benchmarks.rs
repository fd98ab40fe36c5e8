//! What benchmarks need of other pallets: here they are the real ones.

use crate::{AccountId, Assets, Matching, Registry, Runtime, RuntimeOrigin, units::EUR_ASSET};
use alloc::{string::String, vec::Vec};
use deren_primitives::{MarketId, SiteEnergy, SiteId, Slot, Timeline, ZoneId};
use frame_benchmarking::{BenchmarkBatch, BenchmarkConfig, BenchmarkList, account};
use frame_support::traits::{
    Get as _, StorageInfo, StorageInfoTrait, WhitelistedStorageKeys,
    fungibles::{Inspect, Mutate as _},
};
use pallet_deren_metering::{ClosedThrough, Energies, ReadingCounts, SiteEnergies, SlotEnergies};
use pallet_deren_registry::{NextMarket, NextSite, SiteRecord, Sites, ZonesOf};
use sp_core::H256;

frame_benchmarking::define_benchmarks!(
    [pallet_deren_registry, Registry]
    [pallet_deren_metering, crate::Metering]
    [pallet_deren_purse, crate::Purse]
    [pallet_deren_matching, Matching]
    [pallet_deren_rewards, crate::Rewards]
    [pallet_deren_on_ramp, crate::OnRamp]
    [pallet_deren_custody, crate::Custody]
    [pallet_deren_notice, crate::Notice]
    [pallet_deren_validators, crate::Validators]
);

/// Which benchmarks there are, and how large what they touch is.
pub fn metadata(extra: bool) -> (Vec<BenchmarkList>, Vec<StorageInfo>) {
    let mut list = Vec::new();
    list_benchmarks!(list, extra);
    (list, crate::AllPalletsWithSystem::storage_info())
}

/// Runs one benchmark.
pub fn run(config: &BenchmarkConfig) -> Result<Vec<BenchmarkBatch>, String> {
    let whitelist = crate::AllPalletsWithSystem::whitelisted_storage_keys();
    let mut batches = Vec::new();
    let params = (config, &whitelist);
    add_benchmarks!(params, batches);
    Ok(batches)
}

/// Fills the real pallets. What fails here fails the benchmark that asked for it.
pub struct Helper;

fn ensure_euros() {
    if !<Assets as Inspect<AccountId>>::asset_exists(EUR_ASSET) {
        let owner = crate::configs::euro_roles_account();
        let created = Assets::force_create(RuntimeOrigin::root(), EUR_ASSET.into(), owner.into(), true, 1);
        debug_assert!(created.is_ok());
    }
}

/// What production shows where a site is to sell as much as it can without being shown whole.
fn shown_below(energy: SiteEnergy) -> u64 {
    match energy.surplus_wh {
        0 => energy.produced_wh.max(1),
        surplus_wh => surplus_wh.saturating_mul(100).checked_div(104).unwrap_or(surplus_wh),
    }
}

impl pallet_deren_matching::benchmarking::BenchmarkHelper<AccountId> for Helper {
    /// What is made in a slot holds from the next on, so the market is made one slot earlier.
    fn market(zones: u32) -> MarketId {
        let now = <crate::Metering as deren_runtime_apis::Metering>::current_slot();
        <Self as pallet_deren_matching::benchmarking::BenchmarkHelper<AccountId>>::begin(now.previous());
        let operator: AccountId = account("operator", 0, 0);
        let market = MarketId(NextMarket::<Runtime>::get());
        let created = Registry::create_market(RuntimeOrigin::root(), operator.clone(), 15, 100, 100_000);
        debug_assert!(created.is_ok());
        let root = ZoneId(pallet_deren_registry::NextZone::<Runtime>::get());
        for number in 0..zones {
            let parent = (number > 0).then_some((root, 10_000, Some(1_000_000_000), Some(1_000_000_000)));
            let created = Registry::create_zone(RuntimeOrigin::signed(operator.clone()), market, parent);
            debug_assert!(created.is_ok());
        }
        <Self as pallet_deren_matching::benchmarking::BenchmarkHelper<AccountId>>::begin(now);
        market
    }

    fn site(market: MarketId, zone: u32, owner: &AccountId) -> SiteId {
        let site = SiteId(NextSite::<Runtime>::get());
        NextSite::<Runtime>::put(site.0.saturating_add(1));
        let zones = ZonesOf::<Runtime>::get(market);
        let record = SiteRecord {
            owner: Timeline::starting(Slot(0), owner.clone()),
            market,
            zone: zones.get(zone as usize).copied().unwrap_or_default(),
            commitment: H256(sp_io::hashing::blake2_256(&site.0.to_le_bytes())),
            active: Timeline::starting(Slot(0), true),
            closed: None,
        };
        Sites::<Runtime>::insert(site, record);
        site
    }

    fn measure(site: SiteId, slot: Slot, energy: SiteEnergy) {
        let Some(record) = Sites::<Runtime>::get(site) else { return };
        let energies = SlotEnergies {
            grid: Some(Energies { import_wh: energy.demand_wh, export_wh: energy.surplus_wh }),
            // A seller shows less than it exports, so that its excess is calculated, kept and said.
            production: Energies { import_wh: 0, export_wh: shown_below(energy) },
            readings: 2,
            ..Default::default()
        };
        SiteEnergies::<Runtime>::insert((record.market, slot), site, energies);
        ReadingCounts::<Runtime>::mutate(record.market, slot, |count| *count = count.saturating_add(2));
    }

    fn begin(slot: Slot) {
        pallet_timestamp::Now::<Runtime>::put(crate::Metering::clock().start_ms(slot));
        ClosedThrough::<Runtime>::put(slot.previous());
    }

    fn fund(who: &AccountId, ueur: u128) {
        ensure_euros();
        let minted = Assets::mint_into(EUR_ASSET, who, ueur);
        debug_assert!(minted.is_ok());
    }
}

impl pallet_deren_on_ramp::benchmarking::BenchmarkHelper for Helper {
    fn begin(day: u32) {
        ensure_euros();
        let slots_per_era = crate::Metering::parameters().slots_per_era.max(1);
        let slot = Slot(day.saturating_mul(slots_per_era));
        <Self as pallet_deren_matching::benchmarking::BenchmarkHelper<AccountId>>::begin(slot);
    }
}

impl pallet_deren_purse::benchmarking::BenchmarkHelper<AccountId> for Helper {
    fn fund(who: &AccountId, ueur: u128) {
        <Self as pallet_deren_matching::benchmarking::BenchmarkHelper<AccountId>>::fund(who, ueur);
    }
}

impl pallet_deren_custody::benchmarking::BenchmarkHelper<AccountId> for Helper {
    fn fund(who: &AccountId, ueur: u128) {
        <Self as pallet_deren_matching::benchmarking::BenchmarkHelper<AccountId>>::fund(who, ueur);
    }
}

impl pallet_deren_rewards::benchmarking::BenchmarkHelper for Helper {
    fn settle_through(slot: Slot) {
        use pallet_deren_matching::{benchmarking::BenchmarkHelper, types::MarketProgress};
        while NextMarket::<Runtime>::get() < <Runtime as pallet_deren_registry::Config>::MaxMarkets::get() {
            Self::market(1);
        }
        for market in 0..NextMarket::<Runtime>::get() {
            let progress = MarketProgress { next: slot.next(), settling: None };
            pallet_deren_matching::Progress::<Runtime>::insert(MarketId(market), progress);
        }
    }
}

impl pallet_assets::BenchmarkHelper<codec::Compact<u32>, ()> for Helper {
    fn create_asset_id_parameter(id: u32) -> codec::Compact<u32> {
        id.into()
    }

    fn create_reserve_id_parameter(_: u32) {}
}
