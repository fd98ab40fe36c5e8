//! A runtime with real balances, assets and purses, and how tests drive it.

use super::world::{Meters, Registry, Rewards, World, measure, root, world};
use crate as pallet_deren_matching;
use crate::{PriceStep, Steps, SubAccounts, WeightInfo};
use deren_market::Zone;
use deren_primitives::{MarketId, Side, SiteId, Slot, SlotSummary, ZoneId};
use deren_runtime_apis::{Purses as _, SettlementProgress, SiteView};
use frame_support::{
    PalletId, assert_ok, derive_impl,
    pallet_prelude::{DispatchResult, Weight},
    parameter_types,
    traits::{AsEnsureOriginWithArg, Hooks, fungible, fungible::Inspect as _},
};
use frame_system::{EnsureRoot, EnsureSigned};
use sp_runtime::{
    AccountId32, BuildStorage,
    traits::{Convert, IdentityLookup},
};

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Assets: pallet_assets,
        Purse: pallet_deren_purse,
        Matching: pallet_deren_matching,
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

/// EUR as if it were the only asset.
pub type Eur = fungible::ItemOf<Assets, EurId, AccountId32>;

impl pallet_deren_purse::Config for Test {
    type Eur = Eur;
    type PalletId = PurseId;
    type WeightInfo = pallet_deren_purse::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::world::Meters;
}

/// The asset's number.
pub const EUR: u32 = 1;

parameter_types! {
    pub const EurId: u32 = EUR;
    pub const PotId: PalletId = PalletId(*b"drn/mtch");
    pub const PurseId: PalletId = PalletId(*b"drn/purs");
    pub const MaxOrders: u32 = 64;
    pub const MaxZones: u32 = 16;
    pub static PageSize: u32 = 4;
    pub static HoldSlots: u32 = 1;
    pub const KeepSlots: u32 = 5;
    pub const SlotsPerEra: u32 = 4;
    pub const MaxSkippedSlots: u32 = 3;
    pub static BlockBudget: Weight = Weight::MAX;
    /// If it is set, a block in which the market settles has room for so many full pages.
    pub static PagesPerBlock: Option<u32> = None;
    pub Treasury: AccountId32 = account(200);
}

impl crate::Config for Test {
    type Purses = Purse;
    type Registry = Registry;
    type Metering = Meters;
    type Rewards = Rewards;
    type CommunityPot = SubAccounts<PotId>;
    type Treasury = Treasury;
    type SlotsPerEra = SlotsPerEra;
    type UrgentOrigin = EnsureRoot<AccountId32>;
    type HoldSlots = HoldSlots;
    type MaxOrders = MaxOrders;
    type MaxZones = MaxZones;
    type PageSize = PageSize;
    type KeepSlots = KeepSlots;
    type MaxSkippedSlots = MaxSkippedSlots;
    type BlockBudget = BlockBudget;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = super::world::Meters;
}

/// The market of most tests.
pub const MARKET: MarketId = MarketId(0);
/// The slot that is current when a test begins, and the first of an era.
pub const START: u32 = 100;
/// What each of the accounts 1 to 40 owns at first, in µ€.
pub const PURSE: u128 = 1_000_000;

/// A person by number.
pub fn account(number: u8) -> AccountId32 {
    AccountId32::new([number; 32])
}

/// Who issues EUR, and can freeze and block.
pub fn onramp() -> AccountId32 {
    account(255)
}

/// A market of these zones in slot [`START`], with EUR for accounts 1 to 40. Site n is account n's, in the zone that
/// is given for it.
pub fn new_test_ext(zones: Vec<Zone>, zone_of_site: &[(u32, u32)]) -> sp_io::TestExternalities {
    let sites = zone_of_site.iter().map(|(site, zone)| {
        let owner = account(u8::try_from(*site).expect("small"));
        (SiteId(*site), SiteView { market: MARKET, zone: ZoneId(*zone), owner })
    });
    let operators = zones.iter().map(|zone| (zone.id, account(210))).collect();
    world(|world| {
        *world = World {
            now: Slot(START),
            closed: Slot(START - 1),
            markets: [(MARKET, zones)].into(),
            sites: sites.collect(),
            operators,
            ..World::default()
        }
    });
    PageSize::set(4);
    HoldSlots::set(1);
    BlockBudget::set(Weight::MAX);
    PagesPerBlock::set(None);
    let storage = RuntimeGenesisConfig {
        assets: pallet_assets::GenesisConfig {
            assets: vec![(EUR, onramp(), true, 1)],
            accounts: (1..=40).map(|number| (EUR, account(number), PURSE)).collect(),
            ..Default::default()
        },
        ..Default::default()
    };
    let mut ext: sp_io::TestExternalities = storage.build_storage().expect("a genesis").into();
    ext.execute_with(|| {
        System::set_block_number(1);
        // The chain has seen the market once.
        next_block();
    });
    ext
}

/// What a block needs that settles so many full pages, or that clears.
fn room_for(pages: u32) -> Weight {
    type W = crate::weights::SubstrateWeight<Test>;
    if crate::Progress::<Test>::get(MARKET).is_none_or(|progress| progress.settling.is_none()) {
        return Weight::MAX;
    }
    let markets = world(|world| world.markets.len()) as u32;
    W::look_at_markets(markets).saturating_add(crate::work::Work::most::<Test>().saturating_mul(pages.into()))
}

/// One block more. After it, whatever it did, every invariant holds and no µ€ was made or lost.
pub fn next_block() {
    let supply = Eur::total_issuance;
    let before = supply();
    let block = System::block_number() + 1;
    System::set_block_number(block);
    if let Some(pages) = PagesPerBlock::get() {
        BlockBudget::set(room_for(pages));
    }
    Matching::on_initialize(block);
    check();
    assert_eq!(supply(), before, "EUR were made or lost");
}

/// Every invariant holds, and purses hold exactly what orders do, and all that is in their account.
pub fn check() {
    assert_eq!(Matching::check_invariants(), Ok(()));
    assert_eq!(Purse::check_invariants(), Ok(()));
    let purses = || pallet_deren_purse::Purses::<Test>::iter_values();
    let in_purses: u128 = purses().map(|purse| purse.total_ueur()).sum();
    assert_eq!(Eur::balance(&Purse::account()), in_purses + Purse::in_transit_ueur());
    let all: u128 = purses().map(|purse| purse.held_ueur).sum();
    assert_eq!(all, crate::Orders::<Test>::iter_values().map(|order| order.held_ueur).sum::<u128>());
}

/// The slot is over and closed; the next one has begun.
pub fn close(slot: u32) {
    world(|world| {
        world.closed = Slot(slot);
        world.now = Slot(slot + 1);
    });
}

/// Through which slot all markets are settled.
pub fn settled() -> Slot {
    let markets = world(|world| world.markets.keys().copied().collect::<Vec<_>>());
    markets.into_iter().map(Matching::settled_through).min().expect("a market")
}

/// Makes `count` blocks.
pub fn blocks(count: u32) {
    (0..count).for_each(|_| next_block());
}

/// Blocks until everything through the slot is settled.
pub fn settle_through(slot: u32) {
    for _ in 0..1000 {
        if settled() >= Slot(slot) {
            return;
        }
        next_block();
    }
    panic!("slot {slot} is not settled after 1000 blocks");
}

/// The slot closes, and is settled; gives its sums.
pub fn trade(slot: u32) -> SlotSummary {
    close(slot);
    settle_through(slot);
    crate::Summaries::<Test>::get(MARKET, Slot(slot)).expect("kept")
}

/// Price steps from (limit in µ€/kWh, cap in Wh).
pub fn steps(of: &[(u32, u32)]) -> Steps {
    let all = of
        .iter()
        .map(|(limit_ueur_per_kwh, cap_wh)| PriceStep { limit_ueur_per_kwh: *limit_ueur_per_kwh, cap_wh: *cap_wh });
    Steps::try_from(all.collect::<Vec<_>>()).expect("at most eight")
}

/// The site's owner places an order, as a transaction would: what fails changes nothing.
pub fn place(site: u32, side: Side, of: &[(u32, u32)]) -> DispatchResult {
    let owner = account(u8::try_from(site).expect("small"));
    let (site, steps) = (SiteId(site), steps(of));
    frame_support::storage::with_storage_layer(|| {
        Matching::place_order(RuntimeOrigin::signed(owner), site, side, steps)
    })
}

/// A buy order.
pub fn buy(site: u32, of: &[(u32, u32)]) -> DispatchResult {
    place(site, Side::Buy, of)
}

/// A sell order.
pub fn sell(site: u32, of: &[(u32, u32)]) -> DispatchResult {
    place(site, Side::Sell, of)
}

/// Site 1 may buy of site 2, and nothing of the slots from `START + 1` on is measured yet.
pub fn ordered() -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]);
    ext.execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        close(START);
        settle_through(START);
    });
    ext
}

/// The same after `START + 1`, in which site 1 took 800 Wh and site 2 gave 900.
pub fn one_closed() -> sp_io::TestExternalities {
    let mut ext = ordered();
    ext.execute_with(|| {
        measure(1, START + 1, -800);
        measure(2, START + 1, 900);
        close(START + 1);
    });
    ext
}

/// The first market's community pot.
pub fn community() -> AccountId32 {
    SubAccounts::<PotId>::convert(MARKET)
}

/// What an account has free, in its purse and in EUR together, in µ€.
pub fn free(who: &AccountId32) -> u128 {
    Eur::balance(who) + Purse::free_ueur(who)
}

/// What an account has on hold, in µ€.
pub fn held(who: &AccountId32) -> u128 {
    Purse::held_ueur(who)
}

/// An account draws what is free in its purse.
pub fn draw_all(who: &AccountId32) {
    let free_ueur = Purse::free_ueur(who);
    if free_ueur > 0 {
        assert_ok!(Purse::draw(RuntimeOrigin::signed(who.clone()), free_ueur));
    }
}

/// The pallet's events since the last call, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
    let all = System::read_events_for_pallet::<crate::Event<Test>>();
    System::reset_events();
    all
}

/// Takes an account's money away, down to `left` µ€ free.
pub fn leave_free(who: &AccountId32, left: u128) {
    use frame_support::traits::{fungible::Mutate, tokens::Preservation};
    draw_all(who);
    let rest = free(who) - left;
    assert_ok!(Eur::transfer(who, &onramp(), rest, Preservation::Expendable));
}

/// An empty chain for benchmarks.
#[cfg(feature = "runtime-benchmarks")]
pub fn benchmark_ext() -> sp_io::TestExternalities {
    let mut ext = new_test_ext(Vec::new(), &[]);
    ext.execute_with(|| world(|world| world.markets.clear()));
    ext
}
