//! A runtime with real balances and assets, and how tests drive it.

use crate as pallet_deren_purse;
use crate::{Event, Page};
use deren_runtime_apis::{PursePage, Purses, Touched};
use frame_support::{
    PalletId, derive_impl,
    pallet_prelude::DispatchResult,
    parameter_types,
    storage::with_storage_layer,
    traits::{AsEnsureOriginWithArg, fungible, fungible::Inspect as _},
};
use frame_system::{EnsureRoot, EnsureSigned};
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Assets: pallet_assets,
        Purse: pallet_deren_purse,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlock<Test>;
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig as pallet_balances::DefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig as pallet_assets::DefaultConfig)]
impl pallet_assets::Config for Test {
    type Balance = u128;
    type CreateOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId32>>;
    type ForceOrigin = EnsureRoot<AccountId32>;
    type Currency = Balances;
    type Holder = ();
}

/// The asset's number.
pub const EUR: u32 = 1;
/// What Anna and Ben have at first, in µ€.
pub const AT_FIRST: u128 = 1_000;

/// EUR as if it were the only asset.
pub type Eur = fungible::ItemOf<Assets, EurId, AccountId32>;

parameter_types! {
    pub const EurId: u32 = EUR;
    pub const PurseId: PalletId = PalletId(*b"drn/purs");
}

impl crate::Config for Test {
    type Eur = Eur;
    type PalletId = PurseId;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = Funds;
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Funds;

#[cfg(feature = "runtime-benchmarks")]
impl crate::benchmarking::BenchmarkHelper<AccountId32> for Funds {
    fn fund(who: &AccountId32, ueur: u128) {
        Assets::mint(RuntimeOrigin::signed(onramp()), EUR, who.clone(), ueur).expect("EUR are there");
    }
}

fn account(number: u8) -> AccountId32 {
    AccountId32::new([number; 32])
}

/// Who has [`AT_FIRST`] at first.
pub fn anna() -> AccountId32 {
    account(1)
}

/// Who has as much.
pub fn ben() -> AccountId32 {
    account(2)
}

/// Who has nothing.
pub fn carl() -> AccountId32 {
    account(3)
}

/// Who issues EUR, and can freeze and block.
pub fn onramp() -> AccountId32 {
    account(255)
}

/// Accounts 1 and 2 have [`AT_FIRST`] each.
pub fn new_test_ext() -> sp_io::TestExternalities {
    let storage = RuntimeGenesisConfig {
        assets: pallet_assets::GenesisConfig {
            assets: vec![(EUR, onramp(), true, 1)],
            accounts: [anna(), ben()].into_iter().map(|who| (EUR, who, AT_FIRST)).collect(),
            ..Default::default()
        },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = storage.build_storage().expect("a genesis").into();
    ext.execute_with(|| System::set_block_number(1));
    ext
}

/// What an account has in EUR, outside of its purse.
pub fn eur(who: &AccountId32) -> u128 {
    Eur::balance(who)
}

/// What is in an account's purse.
pub fn purse(who: &AccountId32) -> crate::Purse {
    crate::Purses::<Test>::get(who).unwrap_or_default()
}

/// What is free in a purse, and what is on hold.
pub fn free_and_held(who: &AccountId32) -> (u128, u128) {
    let of = purse(who);
    (of.free_ueur, of.held_ueur)
}

/// Its owner fills a purse, as a transaction would.
pub fn fill(who: &AccountId32, ueur: u128) -> DispatchResult {
    with_storage_layer(|| Purse::fill(RuntimeOrigin::signed(who.clone()), ueur))
}

/// Its owner draws, as a transaction would.
pub fn draw(who: &AccountId32, ueur: u128) -> DispatchResult {
    with_storage_layer(|| Purse::draw(RuntimeOrigin::signed(who.clone()), ueur))
}

/// Does this on a page, wholly or not at all.
pub fn on_page(does: impl FnOnce(&mut Page<Test>) -> DispatchResult) -> Result<Touched, sp_runtime::DispatchError> {
    let done = with_storage_layer(|| {
        let mut page = <Purse as Purses<AccountId32>>::page();
        does(&mut page)?;
        page.close()
    });
    check();
    done
}

/// Everything that must hold does, and the account has exactly what the books say.
pub fn check() {
    assert_eq!(Purse::check_invariants(), Ok(()));
    let in_purses: u128 = crate::Purses::<Test>::iter_values().map(|purse| purse.total_ueur()).sum();
    assert_eq!(eur(&Purse::account()), in_purses + Purse::in_transit_ueur());
}

/// The pallet's events since the last call, oldest first.
pub fn events() -> Vec<Event<Test>> {
    let all = System::read_events_for_pallet::<Event<Test>>();
    System::reset_events();
    all
}
