//! A runtime with the registry alone, a clock that tests set, and helpers that build a market step by step.

use crate as pallet_deren_registry;
use crate::{Config, Deposits, Event, PointTerms, weights::SubstrateWeight};
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, PublicKey, Signature, SiteId, Slot, Source, Sources, ZoneId,
    link_message, point_commitment, rotate_message,
};
use deren_runtime_apis::{Metering, SettlementProgress, SiteOrders};
use ed25519_dalek::{Signer, SigningKey};
use frame_support::{assert_ok, derive_impl, parameter_types, traits::Time, weights::Weight};
use frame_system::EnsureRoot;
use sp_core::H256;
use sp_runtime::{AccountId32, BuildStorage, traits::IdentityLookup};
use std::collections::BTreeMap;

type Block = frame_system::mocking::MockBlock<Test>;
pub type Error = crate::Error<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Registry: pallet_deren_registry,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountId = AccountId32;
    type Lookup = IdentityLookup<AccountId32>;
    type Block = Block;
}

parameter_types! {
    pub static Current: u32 = 100;
    pub static Settled: u32 = 90;
    pub static NowMs: u64 = 1_000_000;
    /// What each account has on hold, and how much one may have.
    pub static Held: BTreeMap<AccountId32, u128> = BTreeMap::new();
    pub static MostHeld: u128 = u128::MAX;
    /// The sites whose orders were ended.
    pub static Ended: Vec<SiteId> = Vec::new();
}

pub struct Chain;

impl Time for Chain {
    type Moment = u64;

    fn now() -> u64 {
        NowMs::get()
    }
}

impl Metering for Chain {
    fn current_slot() -> Slot {
        Slot(Current::get())
    }

    fn closed_through() -> Slot {
        Slot(Current::get() - 1)
    }

    fn site_energy(_: SiteId, _: Slot) -> Option<deren_primitives::SiteEnergy> {
        None
    }

    fn readings(_: MarketId, _: Slot) -> u32 {
        0
    }

    fn forget(_: MarketId, _: Slot) {}
}

impl SettlementProgress for Chain {
    fn settled_through(_: MarketId) -> Slot {
        Slot(Settled::get())
    }
}

impl Deposits<AccountId32> for Chain {
    fn hold(who: &AccountId32, ueur: u128) -> sp_runtime::DispatchResult {
        let held = Self::held(who) + ueur;
        if held > MostHeld::get() {
            return Err(sp_runtime::TokenError::FundsUnavailable.into());
        }
        Held::mutate(|all| all.insert(who.clone(), held));
        Ok(())
    }

    fn release(who: &AccountId32, ueur: u128) -> sp_runtime::DispatchResult {
        let held = Self::held(who).checked_sub(ueur).ok_or(sp_runtime::TokenError::FundsUnavailable)?;
        Held::mutate(|all| all.insert(who.clone(), held));
        Ok(())
    }

    fn held(who: &AccountId32) -> u128 {
        Held::get().get(who).copied().unwrap_or_default()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn endow(_: &AccountId32, _: u128) {}
}

impl SiteOrders for Chain {
    fn end(site: SiteId) {
        Ended::mutate(|sites| sites.push(site));
    }

    fn end_weight() -> Weight {
        Weight::zero()
    }
}

impl Config for Test {
    type AdminOrigin = EnsureRoot<AccountId32>;
    type UrgentOrigin = EnsureRoot<AccountId32>;
    type Orders = Chain;
    type Deposits = Chain;
    type SiteDeposit = frame_support::traits::ConstU128<200_000>;
    type LinkDeposit = frame_support::traits::ConstU128<50_000>;
    type DeviceDeposit = frame_support::traits::ConstU128<50_000>;
    type PointDeposit = frame_support::traits::ConstU128<100_000>;
    type Time = Chain;
    type Metering = Chain;
    type Progress = Chain;
    type FeeNotice = frame_support::traits::ConstU32<4>;
    type SlotEnergySeconds = frame_support::traits::ConstU32<900>;
    type MaxMarkets = frame_support::traits::ConstU32<3>;
    type MaxPointsPerMarket = frame_support::traits::ConstU32<20>;
    type MaxSitesPerGateway = frame_support::traits::ConstU32<4>;
    type MaxDevicesPerGateway = frame_support::traits::ConstU32<20>;
    type WeightInfo = SubstrateWeight<Test>;
}

/// Empty storage in block 1 of slot 100, everything before slot 91 settled. A memory keystore serves the benchmarks.
pub fn new_test_ext() -> sp_io::TestExternalities {
    let storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    let mut ext = sp_io::TestExternalities::new(storage);
    ext.register_extension(sp_keystore::KeystoreExt::new(sp_keystore::testing::MemoryKeystore::new()));
    ext.execute_with(|| {
        Current::set(100);
        Settled::set(90);
        NowMs::set(1_000_000);
        Ended::set(Vec::new());
        Held::set(BTreeMap::new());
        MostHeld::set(u128::MAX);
        System::set_block_number(1);
        frame_system::BlockHash::<Test>::insert(0, H256(GENESIS));
    });
    ext
}

/// Runs `test`, then looks at the invariants.
pub fn run(test: impl FnOnce()) {
    new_test_ext().execute_with(|| {
        test();
        assert_eq!(Registry::check_invariants(), Ok(()));
    });
}

pub const GENESIS: [u8; 32] = [0x47; 32];
pub const MARKET: MarketId = MarketId(0);
/// The highest network fee of these markets: 5 ct/kWh.
pub const MAX_FEE: u32 = 50_000;
pub const SITE: SiteId = SiteId(0);
pub const OPERATOR: AccountId32 = AccountId32::new([1; 32]);
pub const OWNER: AccountId32 = AccountId32::new([2; 32]);
pub const OTHER: AccountId32 = AccountId32::new([3; 32]);

pub fn by(who: AccountId32) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

pub fn key(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

pub fn public(n: u8) -> PublicKey {
    key(n).verifying_key().to_bytes()
}

pub fn gateway(n: u8) -> GatewayId {
    GatewayId(public(n))
}

pub fn device(n: u8) -> DeviceId {
    DeviceId([n; 32])
}

pub fn link_code(n: u8, owner: &AccountId32, site: SiteId, expires_unix_s: u64) -> Signature {
    key(n).sign(&link_message(&GENESIS, owner.as_ref(), site, expires_unix_s)).to_bytes()
}

/// What the key `signer` signs so that `gateway` gets the key `new`.
pub fn handover(signer: u8, gateway: GatewayId, epoch: u32, new: u8) -> Signature {
    key(signer).sign(&rotate_message(&GENESIS, gateway, epoch, &public(new))).to_bytes()
}

/// The rotation of gateway 7 from the key `old` to the key `new`, signed by both.
pub fn rotate(old: u8, epoch: u32, new: u8) -> sp_runtime::DispatchResult {
    let by_both = [old, new].map(|signer| handover(signer, gateway(7), epoch, new));
    Registry::rotate_key(by(OTHER), gateway(7), public(new), by_both[0], by_both[1])
}

/// A market with a root (zone 0) and a feeder below it (zone 1).
pub fn with_market() {
    assert_ok!(Registry::create_market(RuntimeOrigin::root(), OPERATOR, 15, 100, MAX_FEE));
    assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, None));
    assert_ok!(Registry::create_zone(by(OPERATOR), MARKET, Some((ZoneId(0), 12_000, Some(50_000), Some(40_000)))));
}

/// The salted commitment to point `n`; its nullifier is the same here.
pub fn salted(n: u8) -> H256 {
    H256([n; 32])
}

/// The name of point `n` of the market on the chain.
pub fn point(n: u8) -> H256 {
    H256(point_commitment(MARKET, &[n; 32]))
}

/// A point of this power, for every source, with the usual registers.
pub fn terms(max_power_w: u32) -> PointTerms {
    PointTerms::new(max_power_w, Sources::ALL)
}

/// Approves point `n` on the feeder for `owner`.
pub fn approve(n: u8, owner: AccountId32, max_power_w: u32) -> sp_runtime::DispatchResult {
    Registry::approve_point(by(OPERATOR), ZoneId(1), salted(n), salted(n), owner, terms(max_power_w))
}

/// Approves point `n` on the feeder, at which at most 30 kW may flow, and registers the owner's site there.
pub fn with_site(n: u8) {
    assert_ok!(approve(n, OWNER, 30_000));
    assert_ok!(Registry::register_site(by(OWNER), point(n)));
}

pub fn link(n: u8, site: SiteId) {
    assert_ok!(Registry::link_gateway(by(OWNER), site, public(n), 2_000, link_code(n, &OWNER, site, 2_000)));
}

/// A market, a site and gateway 7 linked to it.
pub fn with_gateway() {
    with_market();
    with_site(1);
    link(7, SITE);
}

/// What a production device of these tests makes power from.
pub fn source_of(role: DeviceRole) -> Option<Source> {
    (role == DeviceRole::Production).then_some(Source::Solar)
}

/// Registers device `n` with gateway 7 at the site.
pub fn register(n: u8, role: DeviceRole) -> sp_runtime::DispatchResult {
    register_at(SITE, n, role, 10_000)
}

/// Registers a device of this power with gateway 7 at a site.
pub fn register_at(site: SiteId, n: u8, role: DeviceRole, rated_power_w: u32) -> sp_runtime::DispatchResult {
    let source = source_of(role);
    Registry::register_device(by(OWNER), site, device(n), role, source, rated_power_w, 100, gateway(7))
}

pub fn last_event() -> Event<Test> {
    match System::events().pop().map(|record| record.event) {
        Some(RuntimeEvent::Registry(event)) => event,
        other => panic!("the registry deposited nothing, the last event is {other:?}"),
    }
}
