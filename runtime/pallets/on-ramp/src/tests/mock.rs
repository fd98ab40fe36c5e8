//! A runtime whose balances are euros, and how tests drive it.

use crate as pallet_deren_on_ramp;
use frame_support::{PalletId, derive_impl, parameter_types};
use frame_system::EnsureRoot;
use sp_core::H256;
use sp_runtime::{BuildStorage, DispatchResult};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        OnRamp: pallet_deren_on_ramp,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig as pallet_balances::DefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = u128;
    type ExistentialDeposit = frame_support::traits::ConstU128<1>;
}

parameter_types! {
    pub static Today: u32 = 0;
    pub const PayoutDays: u32 = 14;
    pub const MinPayoutUeur: u128 = 10;
    pub const MaxRequestsPerAccount: u32 = 2;
    pub const MaxRequests: u32 = 4;
    pub const WaitingId: PalletId = PalletId(*b"drn/ramp");
}

impl crate::Config for Test {
    type AdminOrigin = EnsureRoot<u64>;
    type Eur = Balances;
    type MaxRequests = MaxRequests;
    type MaxRequestsPerAccount = MaxRequestsPerAccount;
    type MinPayoutUeur = MinPayoutUeur;
    type PalletId = WaitingId;
    type PayoutDays = PayoutDays;
    type Today = Today;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = BenchmarkDays;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct BenchmarkDays;

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper for BenchmarkDays {
    fn begin(day: u32) {
        Today::set(day);
    }
}

/// The on-ramp.
pub const RAMP: u64 = 1;
/// Somebody who has [`AT_FIRST`] at first.
pub const ANNA: u64 = 2;
/// Somebody who has nothing.
pub const BEN: u64 = 3;
/// What Anna has at first.
pub const AT_FIRST: u128 = 1_000;
/// How much may be issued a day.
pub const CAP: u128 = 500;
/// The first day.
pub const DAY: u32 = 20_000;

/// A chain with an on-ramp.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Today::set(DAY);
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig { balances: vec![(ANNA, AT_FIRST)], ..Default::default() },
        on_ramp: crate::GenesisConfig { on_ramp: Some(RAMP), daily_cap_ueur: CAP },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = genesis.build_storage().expect("a genesis").into();
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// Runs a test; after it, every invariant holds.
pub fn run(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        assert_eq!(OnRamp::check_invariants(), Ok(()));
    });
}

/// The on-ramp issues.
pub fn issue(to: u64, amount: u128) -> DispatchResult {
    OnRamp::issue(RuntimeOrigin::signed(RAMP), to, amount)
}

/// A holder wants euros in a bank.
pub fn request(owner: u64, amount: u128) -> DispatchResult {
    OnRamp::request_payout(RuntimeOrigin::signed(owner), amount, H256::repeat_byte(9))
}

/// What waits to be paid out.
pub fn waiting() -> u128 {
    Balances::free_balance(OnRamp::waiting_account())
}
