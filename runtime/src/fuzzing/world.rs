//! The world that every input begins in, and what is in it now. Calls make three markets with zones, lines, points,
//! sites, gateways, devices and orders.

use super::{
    blocks::{begin_block_at, merged},
    maker::{Fields, Maker},
    people::{COUNCIL, People, device, point},
    shapes::Name,
};
use crate::{
    AccountId, Balances, Executive, Metering, Runtime, RuntimeOrigin, System, genesis,
    units::{EUR, REN},
};
use codec::Encode;
use deren_primitives::{DeviceId, DeviceRole, GatewayId, MarketId, Side, SiteId, Slot, ZoneId};
use frame_support::traits::fungible;
use pallet_deren_matching::{PriceStep, Progress, Steps};
use pallet_deren_registry::{
    Devices, GatewaySites, Gateways, Markets, NextMarket, NextSite, NextZone, Points, Sites, Zones,
};
use sp_core::{H256, Pair};
use sp_runtime::traits::Dispatchable;

/// The moment of block 1.
pub const FIRST_BLOCK_MS: u64 = 1_790_000_001_000;
/// Markets and sites of each at the beginning.
const MARKETS: u32 = 3;
const SITES_A_MARKET: u32 = 4;
/// The account that operates market 0; the others follow.
const FIRST_OPERATOR: usize = COUNCIL;
/// The first account that owns a site.
const FIRST_OWNER: usize = FIRST_OPERATOR + MARKETS as usize;
/// One of the owners whose sites produce.
const OWNER_WITHOUT_REN: usize = FIRST_OWNER + 4;

/// Builds the first state, and block 1 with everyone and everything in it.
pub fn build(maker: &mut Maker<'_, '_>) {
    let preset = genesis::config(&Some(genesis::LOCAL.into())).expect("the preset exists");
    genesis::build_state(merged(&preset)).expect("the preset builds");
    endow(maker.people);
    begin_block_at(FIRST_BLOCK_MS);
    for market in 0..MARKETS {
        add_market(maker, market);
    }
    for site in 0..MARKETS * SITES_A_MARKET {
        add_site(maker, site);
    }
    Executive::finalize_block();
}

/// Accounts 17 to 19 are outsiders: the last two have nothing but a euro. One owner who produces has no REN.
fn endow(people: &People) {
    use fungible::Mutate as _;
    for number in 0..super::people::ACCOUNTS {
        let account = people.account(number);
        if number < 18 && number != OWNER_WITHOUT_REN {
            Balances::mint_into(&account, 2_000 * REN).expect("there is room");
        }
        let euros = if number < 18 { 500 * EUR } else { EUR };
        let on_ramp = pallet_deren_on_ramp::OnRamp::<Runtime>::get().map(RuntimeOrigin::signed);
        crate::OnRamp::issue(on_ramp.expect("the preset names it"), account, euros).expect("it is within the cap");
    }
}

/// Makes a call that must succeed.
fn run(maker: &mut Maker<'_, '_>, who: RuntimeOrigin, pallet: &str, call: &str, fields: Fields) {
    let name = Name { pallet: pallet.into(), call: call.into() };
    let made = maker.call_with(&name, fields).unwrap_or_else(|| panic!("{pallet}.{call} has other arguments now"));
    made.dispatch(who).unwrap_or_else(|error| panic!("the world needs {pallet}.{call}: {:?}", error.error));
}

/// Two sites of a gateway have one owner, but for the last four sites, whose owners are all different.
fn owner_number(site: u32) -> usize {
    FIRST_OWNER + if site < 8 { site / 2 } else { site - 4 } as usize
}

fn operator_number(market: u32) -> usize {
    FIRST_OPERATOR + market as usize
}

/// A root, a feeder below it and a street below that.
fn add_market(maker: &mut Maker<'_, '_>, market: u32) {
    let operator = maker.people.account(operator_number(market));
    let terms = vec![
        ("operator", operator.encode()),
        ("privacy_threshold", 3u32.encode()),
        ("protocol_fee_bp", 100u16.encode()),
        ("max_fee_ueur_per_kwh", 60_000u32.encode()),
    ];
    run(maker, RuntimeOrigin::root(), "Registry", "create_market", terms);
    for depth in 0..3u32 {
        let above = (market * 3 + depth).checked_sub(1).filter(|_| depth > 0).map(ZoneId);
        let parent: pallet_deren_registry::ParentEdge = above.map(|zone| (zone, 8_000, Some(50_000), Some(4_000)));
        let fields = vec![("market", MarketId(market).encode()), ("parent", parent.encode())];
        run(maker, RuntimeOrigin::signed(operator.clone()), "Registry", "create_zone", fields);
    }
}

/// A connection point, its site, a gateway (two sites have one together) and a grid meter. Each second site has a
/// production device, and the fourth a battery too.
fn add_site(maker: &mut Maker<'_, '_>, number: u32) {
    let market = number % MARKETS;
    let zone = ZoneId(market * 3 + (number / MARKETS) % 3);
    let owner = maker.people.account(owner_number(number));
    let operator = maker.people.account(operator_number(market));
    let approval = approval(zone, point(number as u8), &owner);
    run(maker, RuntimeOrigin::signed(operator), "Registry", "approve_point", approval);
    let (commitment, _) = free_points().into_iter().find(|(_, of)| *of == owner).expect("it was approved");
    let as_owner = || RuntimeOrigin::signed(owner.clone());
    run(maker, as_owner(), "Registry", "register_site", vec![("commitment", commitment.encode())]);
    let id = maker.people.gateway((number / 2) as usize).public().0;
    let (account, expires): ([u8; 32], u64) = (owner.clone().into(), 4_000_000_000);
    let message = deren_primitives::link_message(&genesis_hash(), &account, SiteId(number), expires);
    let code = maker.people.secret(&id).expect("ours").sign(&message).0;
    let link = vec![
        ("site", SiteId(number).encode()),
        ("gateway", id.encode()),
        ("expires_unix_s", expires.encode()),
        ("code", code.encode()),
    ];
    run(maker, as_owner(), "Registry", "link_gateway", link);
    let mut roles = vec![DeviceRole::Grid];
    if number.is_multiple_of(2) {
        roles.push(DeviceRole::Production);
    }
    if number.is_multiple_of(4) {
        roles.push(DeviceRole::Storage);
    }
    for (place, role) in roles.into_iter().enumerate() {
        let rated_power_w: u32 = if role == DeviceRole::Grid { 10_000 } else { 4_000 };
        let fields = vec![
            ("site", SiteId(number).encode()),
            ("device", device(number as u8 + 12 * place as u8).encode()),
            ("role", role.encode()),
            ("source", source_of(role)),
            ("rated_power_w", rated_power_w.encode()),
            ("register_step_mwh", 1_000u32.encode()),
            ("gateway", id.encode()),
        ];
        run(maker, as_owner(), "Registry", "register_device", fields);
    }
}

/// A point of 10 kW with usual registers and every source. Names that the call does not have are passed over.
fn approval(zone: ZoneId, named: H256, owner: &AccountId) -> Fields {
    vec![
        ("zone", zone.encode()),
        ("commitment", named.encode()),
        ("salted", named.encode()),
        ("nullifier", named.encode()),
        ("owner", owner.encode()),
        ("max_power_w", 10_000u32.encode()),
        ("terms", (10_000u32, 10_000u32, 0b1_1111u8).encode()),
    ]
}

/// The sun for what produces, and nothing for others.
pub fn source_of(role: DeviceRole) -> Vec<u8> {
    (role == DeviceRole::Production).then_some(0u8).encode()
}

/// Points without a site, each with who may register one there.
pub fn free_points() -> Vec<(H256, AccountId)> {
    let free = Points::<Runtime>::iter().filter(|(_, point)| point.site.is_none());
    let mut points: Vec<_> = free.map(|(commitment, point)| (commitment, point.owner)).collect();
    points.sort();
    points
}

/// A connection point that is approved.
pub fn commitment(maker: &mut Maker<'_, '_>) -> Option<H256> {
    let mut known: Vec<H256> = Points::<Runtime>::iter_keys().collect();
    known.sort();
    let commitment = *maker.bytes.pick(&known)?;
    let record = Points::<Runtime>::get(commitment)?;
    let market = Zones::<Runtime>::get(record.zone).and_then(|zone| Markets::<Runtime>::get(zone.market));
    maker.concerned.push(record.owner);
    maker.concerned.extend(market.map(|market| market.operator));
    Some(commitment)
}

/// The first orders, once the sites are active: producers sell, all buy.
pub fn place_orders(maker: &mut Maker<'_, '_>) {
    for number in 0..MARKETS * SITES_A_MARKET {
        let owner = maker.people.account(owner_number(number));
        let mut place = |side: Side, limit_ueur_per_kwh| {
            let step = PriceStep { limit_ueur_per_kwh, cap_wh: 4_000 };
            let steps = Steps::try_from(vec![step]).expect("one fits");
            let site = SiteId(number).encode();
            let fields = vec![("site", site), ("side", side.encode()), ("steps", steps.encode())];
            run(maker, RuntimeOrigin::signed(owner.clone()), "Matching", "place_order", fields);
        };
        place(Side::Buy, 250_000 + 1_000 * number);
        if number.is_multiple_of(2) {
            place(Side::Sell, 80_000 + 1_000 * number);
        }
    }
}

/// One of a count, or rarely the one that would come next.
fn id(maker: &mut Maker<'_, '_>, count: u32) -> u32 {
    if maker.bytes.one_in(32) { count } else { maker.bytes.below(count.max(1) as usize) as u32 }
}

/// A market.
pub fn market(maker: &mut Maker<'_, '_>) -> MarketId {
    let market = MarketId(id(maker, NextMarket::<Runtime>::get()));
    maker.concerned.extend(Markets::<Runtime>::get(market).map(|record| record.operator));
    market
}

/// A zone.
pub fn zone(maker: &mut Maker<'_, '_>) -> ZoneId {
    let zone = ZoneId(id(maker, NextZone::<Runtime>::get()));
    let record = Zones::<Runtime>::get(zone).and_then(|zone| Markets::<Runtime>::get(zone.market));
    maker.concerned.extend(record.map(|record| record.operator));
    zone
}

/// A site.
pub fn site(maker: &mut Maker<'_, '_>) -> SiteId {
    let site = SiteId(id(maker, NextSite::<Runtime>::get()));
    let record = Sites::<Runtime>::get(site);
    let operator = record.as_ref().and_then(|record| Markets::<Runtime>::get(record.market));
    maker.concerned.extend(record.and_then(|record| record.owner.latest().cloned()));
    maker.concerned.extend(operator.map(|record| record.operator));
    site
}

/// A gateway that the chain knows.
pub fn gateway(maker: &mut Maker<'_, '_>) -> Option<GatewayId> {
    let mut known: Vec<GatewayId> = Gateways::<Runtime>::iter_keys().collect();
    known.sort();
    maker.bytes.pick(&known).copied()
}

/// A slot in which something happens: the next to be settled of a market, or one around now.
pub fn slot(maker: &mut Maker<'_, '_>) -> Slot {
    use deren_runtime_apis::Metering as _;
    if maker.bytes.one_in(2) {
        let market = MarketId(maker.bytes.below(MARKETS as usize) as u32);
        if let Some(progress) = Progress::<Runtime>::get(market) {
            return progress.next;
        }
    }
    let around = maker.bytes.below(8) as u32;
    Slot(Metering::current_slot().0.saturating_add(2).saturating_sub(around))
}

/// Who owns the site.
pub fn owner(site: SiteId) -> Option<AccountId> {
    Sites::<Runtime>::get(site)?.owner.latest().cloned()
}

/// Who owns the site at which the device is.
pub fn owner_of_device(id: DeviceId) -> Option<AccountId> {
    owner(Devices::<Runtime>::get(id)?.site)
}

/// Who owns the first site of the gateway.
pub fn owner_of_gateway(id: [u8; 32]) -> Option<AccountId> {
    owner(*GatewaySites::<Runtime>::get(GatewayId(id)).first()?)
}

/// The chain's clock, in whole milliseconds of its newest block.
pub fn now_ms() -> u64 {
    pallet_timestamp::Now::<Runtime>::get()
}

/// The hash of block 0, which everything that is signed names.
pub fn genesis_hash() -> [u8; 32] {
    System::block_hash(0).0
}
