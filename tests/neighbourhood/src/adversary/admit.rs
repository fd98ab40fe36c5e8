//! What others do for the adversaries before they can begin: they are let in like anybody. The operator of the
//! neighbours' market even draws two closed streets for those who trade with themselves.

use super::{Kind, wash};
use crate::{
    Neighbourhood, Result,
    chain::{Account, Until, Wallet},
    registration::{approval, endow, missing, next_zone, together},
};
use deren_primitives::{MarketId, ZoneId};
use deren_runtime::{RuntimeCall, RuntimeEvent, units::REN};
use pallet_deren_registry::{Call as Registry, Event};

const MAX_POWER_W: u32 = 22_000;
const PRIVACY_THRESHOLD: u32 = 3;
/// The buyers' fee in the stuck market, and in the neighbours'.
pub const PROTOCOL_FEE_BP: u16 = 100;
/// What the stuck market's operator has for its fees.
const OPERATORS_REN: u128 = 10_000 * REN;
/// Its only euros: the deposits for its two points.
const OPERATORS_UEUR: u128 = 250_000;
/// No line of any market here costs more.
const MAX_FEE_UEUR_PER_KWH: u32 = 60_000;
/// A closed street must be wide enough for its points while they are approved.
const STREET_WH: u64 = 6_000;

/// What was prepared for them.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The market of the one who wants that it does not settle.
    pub stuck: MarketId,
    /// Who trades with itself.
    pub washers: Vec<Account>,
}

/// Lets all adversaries of this seed in, on a development chain.
pub async fn admit(neighbourhood: &Neighbourhood, seed: u64) -> Result<Admitted> {
    let wallet = Wallet::new(neighbourhood.rpc()?, Until::InBlock).await?;
    let washers = (0..wash::OWNERS).map(|number| Kind::Wash.account(number, seed)).collect::<Result<Vec<_>>>()?;
    let stuck = open(&wallet, neighbourhood, &washers, seed).await?;
    draw(&wallet, neighbourhood, &washers, seed).await?;
    Ok(Admitted { stuck, washers })
}

/// Takes their prepayments, and opens a market for the one who wants to run one.
async fn open(wallet: &Wallet<'_>, neighbourhood: &Neighbourhood, washers: &[Account], seed: u64) -> Result<MarketId> {
    let operator = Kind::Stuck.account(0, seed)?;
    let mut calls: Vec<RuntimeCall> = washers.iter().flat_map(endow).collect();
    for number in 1..=3 {
        calls.extend(endow(&Kind::Stuck.account(number, seed)?));
    }
    calls.extend(endow(&Kind::Flood.account(0, seed)?));
    let deposits = pallet_deren_on_ramp::Call::issue { to: operator.id(), amount_ueur: OPERATORS_UEUR };
    calls.push(RuntimeCall::OnRamp(deposits));
    let (dest, value) = (operator.id().into(), OPERATORS_REN);
    calls.push(RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest, value }));
    let create = RuntimeCall::Registry(Registry::create_market {
        operator: operator.id(),
        privacy_threshold: PRIVACY_THRESHOLD,
        protocol_fee_bp: PROTOCOL_FEE_BP,
        max_fee_ueur_per_kwh: MAX_FEE_UEUR_PER_KWH,
    });
    calls.push(RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(create) }));
    let on_ramp = &neighbourhood.people.on_ramp;
    let done = wallet.send(on_ramp, "letting the adversaries in", together(calls)).await?;
    let market = done.events.iter().find_map(|event| match event {
        RuntimeEvent::Registry(Event::MarketCreated { market, .. }) => Some(*market),
        _ => None,
    });
    market.ok_or_else(|| missing("MarketCreated"))
}

/// The closed streets, and every adversary's points in the neighbours' market.
async fn draw(wallet: &Wallet<'_>, neighbourhood: &Neighbourhood, washers: &[Account], seed: u64) -> Result<()> {
    let registered = &neighbourhood.registered;
    let first = next_zone(wallet).await?;
    let open = Some((registered.substation, 0, Some(STREET_WH), Some(STREET_WH)));
    let street = RuntimeCall::Registry(Registry::create_zone { market: registered.market, parent: open });
    let mut calls = vec![street.clone(), street];
    for (number, owner) in wash::SITES.iter().enumerate() {
        let zone = ZoneId(if number < wash::SITES.len() / 2 { first } else { first + 1 });
        let owner = washers.get(*owner).ok_or_else(|| missing("an owner"))?;
        calls.push(approve(zone, Kind::Wash, number, owner, seed));
    }
    calls.extend([first, first + 1].map(|zone| {
        RuntimeCall::Registry(Registry::set_edge {
            zone: ZoneId(zone),
            fee_ueur_per_kwh: 0,
            capacity_up_wh: Some(0),
            capacity_down_wh: Some(0),
        })
    }));
    let feeder = *registered.feeders.first().ok_or_else(|| missing("a feeder"))?;
    calls.push(approve(feeder, Kind::Flood, 0, &Kind::Flood.account(0, seed)?, seed));
    let operator = &neighbourhood.people.operator;
    wallet.send(operator, "approving the adversaries' points", together(calls)).await.map(drop)
}

/// An operator's approval of an adversary's point of this number.
pub(super) fn approve(zone: ZoneId, kind: Kind, number: usize, owner: &Account, seed: u64) -> RuntimeCall {
    approval(zone, kind.point(number, seed), owner, MAX_POWER_W)
}
