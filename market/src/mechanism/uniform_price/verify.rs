//! The verifier: whether an outcome is the one of its steps. Once the steps are by id, it takes one linear pass up and
//! down the tree.
//!
//! It must never share code with the clearing. It builds no curve. Fills and prices that are feasible and complementary
//! prove that no other trade has more welfare. The prices that would support the fills follow from the fills alone, so
//! that price and tie rules can be checked as well.

mod fair;
mod trades;
mod zone;

use crate::{Network, Outcome, Step, Violation};
use alloc::vec::Vec;
use deren_primitives::Side;
use trades::Trade;
use zone::ZoneCheck;

/// Whether this is the outcome of these steps: `Err` with the first rule that it breaks.
///
/// ```
/// use deren_market::{Network, Step, Zone, clear, verify};
/// use deren_primitives::{OrderStepId, Side, SiteId, ZoneId};
///
/// let network = Network::new(vec![Zone { id: ZoneId(0), edge: None }])?;
/// let step = |site, side, limit_ueur_per_kwh| {
///     let id = OrderStepId::new(SiteId(site), side, 0);
///     Step { id, zone: ZoneId(0), side, limit_ueur_per_kwh, quantity_wh: 500 }
/// };
/// let steps = [step(1, Side::Sell, 100_000), step(2, Side::Buy, 240_000)];
///
/// let mut outcome = clear(&network, &steps)?;
/// assert_eq!(verify(&network, &steps, &outcome), Ok(()));
/// outcome.volume_wh += 1;
/// assert!(verify(&network, &steps, &outcome).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(network: &Network, steps: &[Step], outcome: &Outcome) -> Result<(), Violation> {
    let mut zones = stated_zones(network, outcome)?;
    let trades = trades::read(network, steps, &outcome.fills)?;
    for trade in &trades {
        if let Some(zone) = zones.get_mut(trade.place) {
            zone.add_trade(trade)?;
        }
    }
    upwards(&mut zones)?;
    downwards(&zones)?;
    step_shares(&zones, &trades)?;
    sums(&zones, &trades, outcome)
}

/// The outcome's zones, by place, as they say that they are.
fn stated_zones<'a>(network: &'a Network, outcome: &Outcome) -> Result<Vec<ZoneCheck<'a>>, Violation> {
    let mut zones: Vec<_> = network.nodes().iter().map(ZoneCheck::new).collect();
    let mut stated = outcome.zones.iter();
    for (place, node) in network.by_id() {
        let of_this = stated.next().filter(|zone| zone.id == node.id).ok_or(Violation::Zones(node.id))?;
        if let Some(zone) = zones.get_mut(place) {
            zone.price = of_this.price_ueur_per_kwh;
            zone.stated_wh = of_this.net_export_wh;
        }
    }
    stated.next().map_or(Ok(zones), |more| Err(Violation::Zones(more.id)))
}

/// Adds up flows, the prices that support them and the margins, children before parents; checks flows, capacities and
/// prices along each edge.
fn upwards(zones: &mut [ZoneCheck]) -> Result<(), Violation> {
    let mut rest = zones;
    while let Some((zone, above)) = rest.split_last_mut() {
        zone.check_flow()?;
        if let Some(parent) = above.get_mut(zone.node.parent) {
            zone.check_edge(parent.price)?;
            zone.join(parent);
        }
        rest = above;
    }
    Ok(())
}

/// Checks each zone's price and the shares of its own steps and its children.
fn downwards(zones: &[ZoneCheck]) -> Result<(), Violation> {
    for zone in zones {
        let parent = zones.get(zone.node.parent).and_then(|parent| parent.price);
        zone.check_price(parent)?;
        zone.check_shares(zones.get(zone.node.children.clone()).unwrap_or_default())?;
    }
    Ok(())
}

/// Checks what each step at its zone's price has of the zone's own share.
fn step_shares(zones: &[ZoneCheck], trades: &[Trade]) -> Result<(), Violation> {
    let mut shares: Vec<_> = zones.iter().map(ZoneCheck::own_fairness).collect();
    for trade in trades {
        let is_at_price = zones.get(trade.place).is_some_and(|zone| zone.is_at_price(trade.step));
        let Some((sold, bought)) = shares.get_mut(trade.place).filter(|_| is_at_price) else { continue };
        let side = match trade.step.side {
            Side::Sell => sold,
            Side::Buy => bought,
        };
        if !side.read(trade.step.id.0, trade.step.quantity_wh.into(), trade.filled_wh.into()) {
            return Err(Violation::StepShare(trade.step.id));
        }
    }
    let passed_over = shares.iter().find_map(|(sold, bought)| sold.passed_over().or_else(|| bought.passed_over()));
    passed_over.map_or(Ok(()), |id| Err(Violation::StepShare(deren_primitives::OrderStepId(id))))
}

/// Checks welfare and volume.
fn sums(zones: &[ZoneCheck], trades: &[Trade], outcome: &Outcome) -> Result<(), Violation> {
    let mut volume_wh = 0u64;
    let mut welfare_neur = 0i128;
    for trade in trades {
        let worth = i128::from(trade.step.limit_ueur_per_kwh).saturating_mul(trade.filled_wh.into());
        welfare_neur = match trade.step.side {
            Side::Buy => welfare_neur.saturating_add(worth),
            Side::Sell => welfare_neur.saturating_sub(worth),
        };
        if trade.step.side == Side::Buy {
            volume_wh = volume_wh.saturating_add(trade.filled_wh.into());
        }
    }
    for zone in zones {
        welfare_neur = welfare_neur.saturating_sub(zone.fees_neur());
    }
    if volume_wh != outcome.volume_wh {
        return Err(Violation::Volume { stated_wh: outcome.volume_wh, actual_wh: volume_wh });
    }
    if welfare_neur != outcome.welfare_neur {
        return Err(Violation::Welfare { stated_neur: outcome.welfare_neur, actual_neur: welfare_neur });
    }
    Ok(())
}
