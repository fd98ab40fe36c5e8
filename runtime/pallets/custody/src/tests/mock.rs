//! A runtime with two kinds of balances, and how tests drive it.

use crate::{self as pallet_deren_custody, Money, OverEuros};
use frame_support::{
    derive_impl, parameter_types,
    traits::{Contains, fungible::Mutate, tokens::Preservation},
};
use frame_system::EnsureRoot;
use sp_runtime::{BuildStorage, DispatchResult};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Ren: pallet_balances,
        Eur: pallet_balances::<Instance2>,
        Custody: pallet_deren_custody,
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
    type ExistentialDeposit = frame_support::traits::ConstU128<10>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig as pallet_balances::DefaultConfig)]
impl pallet_balances::Config<pallet_balances::Instance2> for Test {
    type AccountStore = frame_support::traits::StorageMapShim<
        pallet_balances::Account<Test, pallet_balances::Instance2>,
        u64,
        pallet_balances::AccountData<u128>,
    >;
    type Balance = u128;
    type ExistentialDeposit = frame_support::traits::ConstU128<1>;
}

parameter_types! {
    pub static Today: u32 = 0;
    pub static FrozenAccounts: Vec<u64> = Vec::new();
    pub const WindowDays: u32 = 30;
    pub const EurCap: u128 = 500;
    pub const RenCap: u128 = 50;
    pub const Treasury: u64 = TREASURY;
}

/// The list of frozen accounts, and moves on balances.
pub struct Powers;

impl OverEuros<u64> for Powers {
    fn freeze(who: &u64) -> DispatchResult {
        FrozenAccounts::mutate(|frozen| frozen.push(*who));
        Ok(())
    }

    fn thaw(who: &u64) -> DispatchResult {
        FrozenAccounts::mutate(|frozen| frozen.retain(|other| other != who));
        Ok(())
    }

    fn force_transfer(from: &u64, to: &u64, amount_ueur: u128) -> DispatchResult {
        <Eur as Mutate<u64>>::transfer(from, to, amount_ueur, Preservation::Expendable).map(|_| ())
    }
}

/// Accounts from 100 on have no key.
pub struct Keyless;

impl Contains<u64> for Keyless {
    fn contains(who: &u64) -> bool {
        *who >= 100
    }
}

impl crate::Config for Test {
    type AdminOrigin = EnsureRoot<u64>;
    type Eur = Eur;
    type EurCap = EurCap;
    type Euros = Powers;
    type ProtocolAccounts = Keyless;
    type Ren = Ren;
    type RenCap = RenCap;
    type Today = Today;
    type Treasury = Treasury;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
    type WindowDays = WindowDays;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = BenchmarkFunds;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct BenchmarkFunds;

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<u64> for BenchmarkFunds {
    fn fund(who: &u64, ueur: u128) {
        assert!(<Eur as Mutate<u64>>::mint_into(who, ueur).is_ok());
    }
}

/// Without a key.
pub const TREASURY: u64 = 100;
/// A market's pot, without a key.
pub const POT: u64 = 101;
/// Somebody.
pub const ANNA: u64 = 2;
/// Somebody else.
pub const BEN: u64 = 3;
/// What the treasury has of each money, and Anna of euros.
pub const FUNDS: u128 = 2_000;
/// The first day of a window.
pub const DAY: u32 = 30 * 600;

/// A chain with a full treasury.
pub fn new_test_ext() -> sp_io::TestExternalities {
    Today::set(DAY);
    FrozenAccounts::set(Vec::new());
    let balances = vec![(TREASURY, FUNDS), (POT, FUNDS), (ANNA, FUNDS)];
    let genesis = RuntimeGenesisConfig {
        ren: pallet_balances::GenesisConfig { balances: balances.clone(), ..Default::default() },
        eur: pallet_balances::GenesisConfig { balances, ..Default::default() },
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
        assert_eq!(Custody::check_invariants(), Ok(()));
    });
}

/// The administration spends.
pub fn spend(money: Money, to: u64, amount: u128) -> DispatchResult {
    Custody::spend(RuntimeOrigin::root(), money, to, amount)
}
