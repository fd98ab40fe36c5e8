//! A chain's first state with many homes, for load tests: half of a city on one machine.
//!
//! The pallets' own calls make it, a market at a time, so that it is what registration leaves. Nothing of it is secret:
//! everyone can derive the keys, so that it belongs on a development chain alone.

use crate::{
    AccountId, Assets, Matching, Registry, Runtime, RuntimeOrigin, System,
    units::{EUR, EUR_ASSET},
};
use alloc::{format, string::String, vec::Vec};
use codec::Encode;
use core::ops::Range;
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, Side, SiteId, Source, Sources, ZoneId, link_message, point_commitment,
};
use frame_support::traits::fungibles::Mutate as _;
use pallet_deren_matching::{PriceStep, Steps};
use pallet_deren_on_ramp::Supply;
use pallet_deren_registry::{NextMarket, NextZone, PointTerms};
use sp_core::{H256, Pair, ed25519, storage::Storage};
use sp_io::hashing::{blake2_256, twox_128};
use sp_runtime::DispatchError;
use sp_state_machine::BasicExternalities;

/// Homes of a market, all but the last one's: as many as a big substation has.
pub const HOMES_A_MARKET: u32 = 2_000;
/// Homes below one feeder.
const HOMES_A_FEEDER: u32 = 100;
/// What every owner and operator has at first: an operator deposits something for each point.
const EUROS: u128 = 1_000 * EUR;
/// Fee of a feeder's line, in µ€/kWh.
const LINE_FEE_UEUR_PER_KWH: u32 = 12_000;
/// End of every link code's time.
const EXPIRES_UNIX_S: u64 = u64::MAX;
/// Power of a home's connection point, W.
const POINT_W: u32 = 22_000;

/// Items that are a market's or a home's own, by pallet: no later market looks at them.
const OF_ONE_MARKET: [(&str, &[&str]); 5] = [
    (
        "Registry",
        &[
            "ZonesOf",
            "Zones",
            "Points",
            "Nullifiers",
            "Sites",
            "SiteDevices",
            "Devices",
            "SiteGateways",
            "Gateways",
            "GatewaySites",
            "GatewayDevices",
            "SiteDeposits",
            "PointDeposits",
        ],
    ),
    ("Matching", &["Orders", "OrderCount", "MarketOfSite"]),
    ("Assets", &["Account"]),
    ("Purse", &["Purses"]),
    ("System", &["Account"]),
];

/// Keys of state with their values.
pub type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// One home of such a chain, by its number from 0, which is its site's too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home(pub u32);

impl Home {
    /// Its market.
    pub fn market(self) -> MarketId {
        MarketId(self.0.checked_div(HOMES_A_MARKET).unwrap_or_default())
    }

    /// Its site.
    pub fn site(self) -> SiteId {
        SiteId(self.0)
    }

    /// Whose it is. Nobody has the key of this account.
    pub fn owner(self) -> AccountId {
        AccountId::new(self.named("owner"))
    }

    /// Its gateway's key.
    pub fn gateway_key(self) -> ed25519::Pair {
        ed25519::Pair::from_seed(&self.named("gateway"))
    }

    /// Two homes in five have sun, and sell.
    pub fn has_sun(self) -> bool {
        self.0 % 5 < 2
    }

    /// Its grid meter, and the inverter of one that has sun.
    pub fn devices(self) -> impl Iterator<Item = (DeviceId, DeviceRole)> {
        let roles = [DeviceRole::Grid, DeviceRole::Production];
        let count = if self.has_sun() { 2 } else { 1 };
        roles.into_iter().take(count).map(move |role| (DeviceId(self.named(role.as_str())), role))
    }

    /// The step of its order: what it sells or buys of each slot, and at which limit.
    fn order(self) -> (Side, PriceStep) {
        let spread = (self.0 % 97).saturating_mul(1_000);
        let (side, limit_ueur_per_kwh) = if self.has_sun() {
            (Side::Sell, 60_000u32.saturating_add(spread))
        } else {
            (Side::Buy, 180_000u32.saturating_add(spread))
        };
        (side, PriceStep { limit_ueur_per_kwh, cap_wh: 1_000 })
    }

    fn named(self, what: &str) -> [u8; 32] {
        blake2_256(&("DeREN load", what, self.0).encode())
    }
}

/// The first state of a chain with many homes, as it is made.
pub struct FirstState {
    storage: Storage,
    homes: Range<u32>,
    now_ms: u64,
    own: Vec<[u8; 32]>,
    /// Keys that have such a prefix, but are of the account in which all purses' euros lie.
    of_all: [Vec<u8>; 2],
}

impl FirstState {
    /// Begins with `storage`, which a chain's specification gives, at this moment.
    ///
    /// # Errors
    /// The chain has markets already, or is not for development.
    pub fn new(storage: Storage, homes: u32, now_ms: u64) -> Result<Self, String> {
        let own = OF_ONE_MARKET.iter().flat_map(|(pallet, items)| {
            items.iter().map(|item| {
                let mut prefix = [0; 32];
                let (of_pallet, of_item) = prefix.split_at_mut(16);
                of_pallet.copy_from_slice(&twox_128(pallet.as_bytes()));
                of_item.copy_from_slice(&twox_128(item.as_bytes()));
                prefix
            })
        });
        let purses = crate::Purse::account();
        let of_all = [
            pallet_assets::Account::<Runtime>::hashed_key_for(EUR_ASSET, &purses),
            frame_system::Account::<Runtime>::hashed_key_for(&purses),
        ];
        let mut first = Self { storage, homes: 0..homes, now_ms, own: own.collect(), of_all };
        first.within(|| {
            if !crate::Metering::parameters().development {
                return Err(String::from("homes whose keys everyone knows belong on a development chain alone"));
            }
            if NextMarket::<Runtime>::get() > 0 {
                return Err(String::from("the chain's specification has markets already"));
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// What the next market adds; `None` after the last one.
    ///
    /// # Errors
    /// A call is refused; the text says which, and why.
    pub fn next_market(&mut self) -> Result<Option<Entries>, String> {
        if self.homes.is_empty() {
            return Ok(None);
        }
        let end = self.homes.start.saturating_add(HOMES_A_MARKET).min(self.homes.end);
        let homes = self.homes.start..end;
        self.homes.start = end;
        let now_ms = self.now_ms;
        self.within(|| {
            pallet_timestamp::Now::<Runtime>::put(now_ms);
            let made = add_market(homes).map_err(|(what, error)| format!("{what}: {error:?}"));
            // The chain's time begins with its first block.
            pallet_timestamp::Now::<Runtime>::kill();
            System::reset_events();
            made
        })?;
        let top = core::mem::take(&mut self.storage.top);
        let is_own =
            |key: &Vec<u8>| self.own.iter().any(|prefix| key.starts_with(prefix)) && !self.of_all.contains(key);
        let (own, rest) = top.into_iter().partition(|(key, _)| is_own(key));
        self.storage.top = rest;
        let own: alloc::collections::BTreeMap<_, _> = own;
        Ok(Some(own.into_iter().collect()))
    }

    /// What is not one market's alone. To be asked for when there is no market left.
    pub fn rest(self) -> Entries {
        self.storage.top.into_iter().collect()
    }

    fn within<T>(&mut self, work: impl FnOnce() -> T) -> T {
        BasicExternalities::execute_with_storage(&mut self.storage, work)
    }
}

/// What was refused, and why.
type Refused = (&'static str, DispatchError);

/// Adds the market of these homes: a root, and a feeder for each hundred of them.
fn add_market(homes: Range<u32>) -> Result<(), Refused> {
    let market = MarketId(NextMarket::<Runtime>::get());
    let operator = AccountId::new(blake2_256(&("DeREN load", "operator", market).encode()));
    endow(&operator)?;
    let by_operator = || RuntimeOrigin::signed(operator.clone());
    let refused = |what| move |error| (what, error);
    Registry::create_market(RuntimeOrigin::root(), operator.clone(), 15, 100, LINE_FEE_UEUR_PER_KWH)
        .map_err(refused("create_market"))?;
    let root = ZoneId(NextZone::<Runtime>::get());
    Registry::create_zone(by_operator(), market, None).map_err(refused("create_zone"))?;
    let mut feeder = root;
    for (place, number) in homes.enumerate() {
        if place.checked_rem(HOMES_A_FEEDER as usize) == Some(0) {
            feeder = ZoneId(NextZone::<Runtime>::get());
            let line = Some((root, LINE_FEE_UEUR_PER_KWH, None, None));
            Registry::create_zone(by_operator(), market, line).map_err(refused("create_zone"))?;
        }
        add_home(Home(number), market, feeder, by_operator())?;
    }
    // A market that was never looked at begins with the chain's time.
    pallet_deren_matching::Progress::<Runtime>::remove(market);
    Ok(())
}

fn add_home(home: Home, market: MarketId, zone: ZoneId, by_operator: RuntimeOrigin) -> Result<(), Refused> {
    let refused = |what| move |error| (what, error);
    let owner = home.owner();
    endow(&owner)?;
    let by_owner = || RuntimeOrigin::signed(owner.clone());
    let salted = H256(home.named("point"));
    let terms = PointTerms::new(POINT_W, Sources::ALL);
    Registry::approve_point(by_operator, zone, salted, salted, owner.clone(), terms)
        .map_err(refused("approve_point"))?;
    let commitment = H256(point_commitment(market, salted.as_fixed_bytes()));
    Registry::register_site(by_owner(), commitment).map_err(refused("register_site"))?;
    let (site, key) = (home.site(), home.gateway_key());
    let gateway = key.public().0;
    let message = link_message(&System::block_hash(0).0, owner.as_ref(), site, EXPIRES_UNIX_S);
    Registry::link_gateway(by_owner(), site, gateway, EXPIRES_UNIX_S, key.sign(&message).0)
        .map_err(refused("link_gateway"))?;
    for (device, role) in home.devices() {
        let source = (role == DeviceRole::Production).then_some(Source::Solar);
        let gateway = GatewayId(gateway);
        Registry::register_device(by_owner(), site, device, role, source, POINT_W / 2, 1_000, gateway)
            .map_err(refused("register_device"))?;
    }
    let (side, step) = home.order();
    Matching::place_order(by_owner(), site, side, Steps::truncate_from(alloc::vec![step]))
        .map_err(refused("place_order"))
}

fn endow(who: &AccountId) -> Result<(), Refused> {
    Assets::mint_into(EUR_ASSET, who, EUROS).map_err(|error| ("mint", error))?;
    Supply::<Runtime>::mutate(|sums| sums.at_first = sums.at_first.saturating_add(EUROS));
    Ok(())
}
