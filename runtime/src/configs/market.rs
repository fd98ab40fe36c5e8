//! The four pallets of the market, and who tells what to whom.

use super::{AdminOrigin, Eur, EurId, TreasuryAccount, UrgentOrigin};
use crate::{
    AccountId, Assets, Balances, Matching, Metering, Registry, Rewards, Runtime, RuntimeHoldReason, Timestamp,
    units::{MAX_BLOCK_WEIGHT, REN, share_of},
};
use alloc::vec::Vec;
use core::num::NonZeroU32;
use deren_market::rewards::Schedule;
use deren_primitives::MarketId;
use deren_runtime_apis::MarketRegistry;
use frame_support::{
    PalletId, parameter_types,
    traits::{ConstU32, ConstU64, Get, fungible::ItemOf},
    weights::Weight,
};
use pallet_deren_matching::SubAccounts;
use sp_runtime::Perbill;

/// The most markets of this chain.
pub type MaxMarkets = ConstU32<16>;
/// The most sites of a market: as many as are below a big substation.
pub type MaxPointsPerMarket = ConstU32<2_048>;
/// Each site has at most one order a side.
pub type MaxOrders = ConstU32<4_096>;

impl pallet_deren_registry::Config for Runtime {
    type AdminOrigin = AdminOrigin;
    // A day in production.
    type FeeNotice = SlotsPerEra;
    type MaxDevicesPerGateway = ConstU32<256>;
    type MaxMarkets = MaxMarkets;
    type MaxPointsPerMarket = MaxPointsPerMarket;
    type MaxSitesPerGateway = ConstU32<64>;
    type Metering = Metering;
    type Progress = Matching;
    type SlotEnergySeconds = SlotEnergySeconds;
    type Time = Timestamp;
    type WeightInfo = pallet_deren_registry::weights::SubstrateWeight<Runtime>;
}

impl pallet_deren_metering::Config for Runtime {
    type BatchLongevityBlocks = ConstU64<100>;
    type ForgottenPerBlock = ConstU32<256>;
    // An hour: as long as a slot, its grace and an outage that a router's restart ends.
    type MaxAnchorAgeBlocks = ConstU32<1_200>;
    type MaxMarkets = MaxMarkets;
    type Registry = Registry;
    type Time = Timestamp;
    type WeightInfo = pallet_deren_metering::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Names the keyless accounts in which matching keeps money.
    pub const PotId: PalletId = PalletId(*b"drn/mtch");
    /// What clearing and settling may take of a block: half of it.
    pub MatchingBudget: Weight = share_of(Perbill::from_percent(50), MAX_BLOCK_WEIGHT);
    /// 20 000 REN a day for four years, then half of it, and so on: 58 million in all, of which 50 may come to be;
    /// at most 1 REN for a kWh.
    pub RewardSchedule: Schedule = Schedule {
        first_era_emission: 20_000 * REN,
        eras_per_halving: const { NonZeroU32::new(1_461).unwrap() },
        hard_cap: 50_000_000 * REN,
        cap_per_kwh: REN,
    };
}

impl pallet_deren_matching::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type BlockBudget = MatchingBudget;
    type CommunityPot = SubAccounts<PotId>;
    type Eur = ItemOf<Assets, EurId, AccountId>;
    type EurHolds = Eur;
    // A week of quarter-hours.
    type KeepSlots = ConstU32<672>;
    // An hour of quarter-hours: a market that lags less cannot be escaped by moving money.
    type HoldSlots = ConstU32<4>;
    type MaxOrders = MaxOrders;
    type MaxSkippedSlots = ConstU32<16>;
    type MaxZones = ConstU32<1_024>;
    type Metering = Metering;
    type PageSize = ConstU32<200>;
    type PotId = PotId;
    type Registry = Registry;
    type Rewards = Rewards;
    type RuntimeHoldReason = RuntimeHoldReason;
    type Treasury = TreasuryAccount;
    type UrgentOrigin = UrgentOrigin;
    type WeightInfo = pallet_deren_matching::weights::SubstrateWeight<Runtime>;
}

/// The metered time that a slot stands for, as set at genesis.
pub struct SlotEnergySeconds;

impl Get<u32> for SlotEnergySeconds {
    fn get() -> u32 {
        Metering::parameters().slot_energy_seconds
    }
}

/// How many slots an era has, as set at genesis.
pub struct SlotsPerEra;

impl Get<u32> for SlotsPerEra {
    fn get() -> u32 {
        Metering::parameters().slots_per_era
    }
}

/// All markets of the registry.
pub struct Markets;

impl Get<Vec<MarketId>> for Markets {
    fn get() -> Vec<MarketId> {
        <Registry as MarketRegistry<AccountId>>::markets()
    }
}

impl pallet_deren_rewards::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type KeepEras = ConstU32<400>;
    // All markets' sites together.
    type Markets = Markets;
    type MaxEarners = ConstU32<32_768>;
    type MaxSkippedEras = ConstU32<16>;
    type PageSize = ConstU32<100>;
    type Ren = Balances;
    type Schedule = RewardSchedule;
    type Settlement = Matching;
    type SlotsPerEra = SlotsPerEra;
    type WeightInfo = pallet_deren_rewards::weights::SubstrateWeight<Runtime>;
}
