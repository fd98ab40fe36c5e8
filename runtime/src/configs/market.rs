//! The four pallets of the market, and who tells what to whom.

use super::{AdminOrigin, EurId, TreasuryAccount, UrgentOrigin, system::NORMAL_RESERVE};
use crate::{
    AccountId, Balances, Matching, Metering, Purse, Registry, Rewards, Runtime, Timestamp,
    units::{EUR, MAX_BLOCK_BYTES, MAX_BLOCK_WEIGHT, REN, share_of},
};
use alloc::vec::Vec;
use core::num::NonZeroU32;
use deren_market::rewards::Schedule;
use deren_primitives::MarketId;
use deren_runtime_apis::MarketRegistry;
use frame_support::{
    PalletId,
    pallet_prelude::DispatchResult,
    parameter_types,
    traits::{ConstU32, ConstU64, ConstU128, Get},
    weights::Weight,
};
use pallet_deren_matching::SubAccounts;
use sp_runtime::{FixedU128, Perbill};

/// The most markets of this chain.
pub type MaxMarkets = ConstU32<16>;
/// The most sites of a market: as many as are below a big substation.
pub type MaxPointsPerMarket = ConstU32<2_048>;
/// Each site has at most one order a side.
pub type MaxOrders = ConstU32<4_096>;

/// The most zones of a market.
pub type MaxZones = ConstU32<1_024>;

/// The registry's deposits, in purses.
pub struct RegistryDeposits;

impl pallet_deren_registry::Deposits<AccountId> for RegistryDeposits {
    fn hold(who: &AccountId, ueur: u128) -> DispatchResult {
        Purse::deposit(who, ueur)
    }

    fn release(who: &AccountId, ueur: u128) -> DispatchResult {
        Purse::give_deposit_back(who, ueur)
    }

    fn held(who: &AccountId) -> u128 {
        Purse::deposited_ueur(who)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn endow(who: &AccountId, ueur: u128) {
        use pallet_deren_matching::benchmarking::BenchmarkHelper;
        crate::benchmarks::Helper::fund(who, ueur);
    }
}

impl pallet_deren_registry::Config for Runtime {
    type AdminOrigin = AdminOrigin;
    type Deposits = RegistryDeposits;
    type DeviceDeposit = ConstU128<{ EUR / 20 }>;
    // A day in production.
    type FeeNotice = SlotsPerEra;
    type LinkDeposit = ConstU128<{ EUR / 20 }>;
    type MaxDevicesPerGateway = ConstU32<256>;
    type MaxMarkets = MaxMarkets;
    type MaxPointsPerMarket = MaxPointsPerMarket;
    type MaxSitesPerGateway = ConstU32<64>;
    type Metering = Metering;
    type Orders = Matching;
    type PointDeposit = ConstU128<{ EUR / 10 }>;
    type Progress = Matching;
    type SiteDeposit = ConstU128<{ EUR / 5 }>;
    type SlotEnergySeconds = SlotEnergySeconds;
    type Time = Timestamp;
    type UrgentOrigin = UrgentOrigin;
    type WeightInfo = pallet_deren_registry::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// What readings may take of a block's time: all but what is reserved for what pays.
    pub ReadingRefTime: u64 =
        MAX_BLOCK_WEIGHT.saturating_sub(share_of(NORMAL_RESERVE, MAX_BLOCK_WEIGHT)).ref_time();
    /// What readings may take of a block's bytes: some 11 800 readings, as many as its time has room for. What pays has
    /// a limit that counts all bytes, those of readings too. This leaves it more than a million.
    pub ReadingBytes: u32 = Perbill::from_percent(43).mul_floor(MAX_BLOCK_BYTES);
}

impl pallet_deren_metering::Config for Runtime {
    type BatchLongevityBlocks = ConstU64<100>;
    type ForgottenPerBlock = ConstU32<256>;
    // An hour: as long as a slot, its grace and an outage that a router's restart ends.
    type MaxAnchorAgeBlocks = ConstU32<1_200>;
    type MaxBytesInBlock = ReadingBytes;
    type MaxMarkets = MaxMarkets;
    type MaxRefTimeInBlock = ReadingRefTime;
    type Registry = Registry;
    type Time = Timestamp;
    type WeightInfo = pallet_deren_metering::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
    /// Names markets' community pots.
    pub const PotId: PalletId = PalletId(*b"drn/mtch");
    /// What clearing and settling may take of a block: half of it.
    pub MatchingBudget: Weight = share_of(Perbill::from_percent(50), MAX_BLOCK_WEIGHT);
    /// At most 20 000 REN a day for four years, then half of it, and so on. That is 58 million in all, of which 50 may
    /// come to be.
    pub RewardSchedule: Schedule = Schedule {
        first_era_emission: 20_000 * REN,
        eras_per_halving: const { NonZeroU32::new(1_461).unwrap() },
        hard_cap: 50_000_000 * REN,
    };
}

impl pallet_deren_matching::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type BlockBudget = MatchingBudget;
    type CommunityPot = SubAccounts<PotId>;
    // A week of quarter-hours.
    type KeepSlots = ConstU32<672>;
    // An hour of quarter-hours: a market that lags less cannot be escaped by moving money.
    type HoldSlots = ConstU32<4>;
    type MaxOrders = MaxOrders;
    type MaxSkippedSlots = ConstU32<16>;
    type MaxZones = MaxZones;
    type Metering = Metering;
    type PageSize = ConstU32<200>;
    type Purses = Purse;
    type Registry = Registry;
    type Rewards = Rewards;
    type SlotsPerEra = SlotsPerEra;
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

/// The rate at which fees can be paid in EUR, as the administration set it.
pub struct RenPerUeur;

impl Get<FixedU128> for RenPerUeur {
    fn get() -> FixedU128 {
        pallet_asset_rate::ConversionRateToNative::<Runtime>::get(EurId::get()).unwrap_or_default()
    }
}

impl pallet_deren_rewards::Config for Runtime {
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = crate::benchmarks::Helper;
    type KeepEras = ConstU32<400>;
    type Markets = Markets;
    // A market's sites, and as many again that came or went in an era.
    type MaxEarners = MaxOrders;
    type MaxSkippedEras = ConstU32<16>;
    type MaxZones = MaxZones;
    type PageSize = ConstU32<100>;
    type Ren = Balances;
    type RenPerUeur = RenPerUeur;
    type Schedule = RewardSchedule;
    type Settlement = Matching;
    type SlotsPerEra = SlotsPerEra;
    type WeightInfo = pallet_deren_rewards::weights::SubstrateWeight<Runtime>;
}
