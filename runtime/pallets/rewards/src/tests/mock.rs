//! A runtime with real balances, and how tests drive it.

use crate as pallet_deren_rewards;
use deren_market::rewards::{FeeBase, Schedule};
use deren_primitives::{MarketId, SiteId, Slot, ZoneId};
use deren_runtime_apis::{ProductionRewards, SettlementProgress};
use frame_support::{
    derive_impl, parameter_types,
    traits::{Get, Hooks},
};
use sp_runtime::{BuildStorage, FixedU128};
use std::{cell::RefCell, collections::BTreeMap, num::NonZeroU32};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Rewards: pallet_deren_rewards,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<u128>;
}

/// The least that an account must have.
pub const EXISTENTIAL_DEPOSIT: u128 = 100;

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig as pallet_balances::DefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = frame_support::traits::ConstU128<EXISTENTIAL_DEPOSIT>;
}

parameter_types! {
    /// REN's smallest units for a µ€.
    pub static Rate: FixedU128 = FixedU128::from_u32(10);
    pub static SlotsPerEra: u32 = 4;
    pub static PageSize: u32 = 2;
    pub static MaxEarners: u32 = 20;
    pub const MaxZones: u32 = 50;
    pub const MaxSkippedEras: u32 = 3;
    pub const KeepEras: u32 = 5;
    pub static Plan: Schedule = plan();
}

/// 1 000 000 an era, of which a zone gets at most 200 000; halved every 10 eras, 9 000 000 in all.
pub fn plan() -> Schedule {
    Schedule {
        first_era_emission: 1_000_000,
        eras_per_halving: NonZeroU32::new(10).expect("not zero"),
        hard_cap: 9_000_000,
    }
}

thread_local! {
    /// Through which slot each market is settled.
    static MARKETS: RefCell<BTreeMap<MarketId, u32>> = RefCell::default();
}

/// Reads or changes how far markets are.
fn markets<R>(change: impl FnOnce(&mut BTreeMap<MarketId, u32>) -> R) -> R {
    MARKETS.with(|markets| change(&mut markets.borrow_mut()))
}

/// Settlement of the test's markets.
pub struct Progress;

/// The test's markets.
pub struct Markets;

impl Get<Vec<MarketId>> for Markets {
    fn get() -> Vec<MarketId> {
        markets(|markets| markets.keys().copied().collect())
    }
}

impl SettlementProgress for Progress {
    fn settled_through(market: MarketId) -> Slot {
        Slot(markets(|markets| markets.get(&market).copied().unwrap_or_default()))
    }
}

impl crate::Config for Test {
    type Ren = Balances;
    type Settlement = Progress;
    type Markets = Markets;
    type Schedule = Plan;
    type RenPerUeur = Rate;
    type SlotsPerEra = SlotsPerEra;
    type MaxEarners = MaxEarners;
    type MaxZones = MaxZones;
    type PageSize = PageSize;
    type MaxSkippedEras = MaxSkippedEras;
    type KeepEras = KeepEras;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = BenchmarkSettlement;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct BenchmarkSettlement;

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for BenchmarkSettlement {
    fn settle_through(slot: Slot) {
        markets(|markets| *markets = [(MARKET, slot.0)].into());
    }
}

/// The era in which tests begin, and which the schedule counts as 0; its slots are 400 to 403.
pub const FIRST_ERA: u32 = 100;

/// The market of most tests, and another one.
pub const MARKET: MarketId = MarketId(0);
pub const OTHER: MarketId = MarketId(1);

/// A chain with one market, on which everything through slot 399 is settled.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Rate::set(FixedU128::from_u32(10));
    SlotsPerEra::set(4);
    PageSize::set(2);
    MaxEarners::set(20);
    Plan::set(plan());
    markets(|markets| *markets = [(MARKET, 399)].into());
    let mut ext: sp_io::TestExternalities =
        frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis").into();
    ext.execute_with(|| {
        System::set_block_number(1);
        next_block();
    });
    ext
}

/// One block more. After it, whatever it did, every invariant holds.
pub fn next_block() {
    let block = System::block_number() + 1;
    System::set_block_number(block);
    Rewards::on_initialize(block);
    assert_eq!(Rewards::check_invariants(), Ok(()));
}

/// Makes `count` blocks.
pub fn blocks(count: u32) {
    (0..count).for_each(|_| next_block());
}

/// In this market, slot and zone, others paid so much protocol fee for as many Wh of the owner's site (of the same
/// number).
pub fn sold_in(market: MarketId, zone: u32, slot: u32, owner: u64, fee_ueur: u128) {
    let slot = Slot(slot);
    <Rewards as ProductionRewards<u64>>::protocol_fee_paid(market, slot, fee_ueur);
    let (site, zone, rewarded_wh) = (SiteId(owner as u32), ZoneId(zone), fee_ueur as u64);
    let base = FeeBase { site, zone, owner, rewarded_wh, fee_ueur };
    <Rewards as ProductionRewards<u64>>::sold_to_others(market, slot, base);
    assert_eq!(Rewards::check_invariants(), Ok(()));
}

/// The same in a zone of the owner's number. A µ€ of fees is worth 9 of REN's units.
pub fn sold(slot: u32, owner: u64, fee_ueur: u128) {
    sold_in(MARKET, owner as u32, slot, owner, fee_ueur);
}

/// There is another market too, settled as far as the first.
pub fn open_other() {
    markets(|markets| markets.insert(OTHER, markets[&MARKET]));
}

/// Everything through the slot is settled in this market; of the fees of each era that ends, these come back.
pub fn settle_with_rebates(market: MarketId, slot: u32, fees_ueur: u128, rebates_ueur: u128) {
    let before = markets(|markets| markets.insert(market, slot)).expect("a market");
    for era in Rewards::era_of(Slot(before + 1))..Rewards::era_of(Slot(slot + 1)) {
        <Rewards as ProductionRewards<u64>>::era_closed(market, era, fees_ueur, rebates_ueur);
    }
}

/// Everything through the slot is settled in this market, and no fees come back.
pub fn settle_in(market: MarketId, slot: u32) {
    settle_with_rebates(market, slot, 0, 0);
}

/// The same in the first market.
pub fn settle(slot: u32) {
    settle_in(MARKET, slot);
}

/// The pallet's events since the last call, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
    let all = System::read_events_for_pallet::<crate::Event<Test>>();
    System::reset_events();
    all
}
