//! A runtime with real balances, and how tests drive it.

use crate as pallet_deren_rewards;
use deren_market::rewards::Schedule;
use deren_primitives::{MarketId, SiteId, Slot};
use deren_runtime_apis::{ProductionRewards, SettlementProgress};
use frame_support::{derive_impl, parameter_types, traits::Hooks};
use sp_runtime::BuildStorage;
use std::num::NonZeroU32;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeTask,
        RuntimeHoldReason,
        RuntimeFreezeReason
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(2)]
    pub type Rewards = pallet_deren_rewards;
}

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
    pub static Settled: u32 = 0;
    pub Markets: Vec<MarketId> = vec![MarketId(0)];
    pub static SlotsPerEra: u32 = 4;
    pub static PageSize: u32 = 2;
    pub static MaxEarners: u32 = 20;
    pub const MaxSkippedEras: u32 = 3;
    pub const KeepEras: u32 = 5;
    pub static Plan: Schedule = plan();
}

/// 1 000 000 an era, halved every 10 eras, 9 000 000 in all, at most 1 000 a kWh.
pub fn plan() -> Schedule {
    Schedule {
        first_era_emission: 1_000_000,
        eras_per_halving: NonZeroU32::new(10).expect("not zero"),
        hard_cap: 9_000_000,
        cap_per_kwh: 1_000,
    }
}

/// Settlement of the test's number.
pub struct Progress;

impl SettlementProgress for Progress {
    fn settled_through(_: MarketId) -> Slot {
        Slot(Settled::get())
    }
}

impl crate::Config for Test {
    type Ren = Balances;
    type Settlement = Progress;
    type Markets = Markets;
    type Schedule = Plan;
    type SlotsPerEra = SlotsPerEra;
    type MaxEarners = MaxEarners;
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
        Settled::set(slot.0);
    }
}

/// The era in which tests begin, and which the schedule counts as 0; its slots are 400 to 403.
pub const FIRST_ERA: u32 = 100;

/// A chain on which everything through slot 399 is settled.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Settled::set(399);
    SlotsPerEra::set(4);
    PageSize::set(2);
    MaxEarners::set(20);
    Plan::set(plan());
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

/// So many blocks.
pub fn blocks(count: u32) {
    (0..count).for_each(|_| next_block());
}

/// The owner's site (of the same number) produced and sold so much in the slot.
pub fn sold(slot: u32, owner: u64, wh: u64) {
    <Rewards as ProductionRewards<u64>>::produced_and_sold(Slot(slot), SiteId(owner as u32), &owner, wh);
    assert_eq!(Rewards::check_invariants(), Ok(()));
}

/// Everything through the slot is settled.
pub fn settle(slot: u32) {
    Settled::set(slot);
}

/// The pallet's events since the last call, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
    let all = System::read_events_for_pallet::<crate::Event<Test>>();
    System::reset_events();
    all
}
