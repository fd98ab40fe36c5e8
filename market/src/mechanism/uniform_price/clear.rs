//! The clearing: the trade of most welfare on a tree of zones, exactly, by sorting and linear passes.
//!
//! *Up*, each zone's net-export curve is made of its steps and its children's curves. At the *root* the price is
//! where the curve crosses 0. *Down*, each zone learns its flow, finds its price and shares out what is left at it.
//! Nothing here may depend on the order of the steps, nor on anything but its arguments.

use super::{
    ClearError,
    book::Book,
    curve::{Curve, Prices},
    ration::{Part, divide},
};
use crate::{Fill, Network, Outcome, Step, ZoneOutcome, network::Node};
use alloc::{vec, vec::Vec};
use deren_primitives::Side;

/// Clears these steps: the trade of most welfare within quantities and capacities, with the prices and the shares
/// of the market's rules. The order of the steps does not matter.
///
/// ```
/// use deren_market::{Network, Step, Zone, clear};
/// use deren_primitives::{OrderStepId, Side, SiteId, ZoneId};
///
/// let network = Network::new(vec![Zone { id: ZoneId(0), edge: None }])?;
/// let step = |site, side, limit_ueur_per_kwh, quantity_wh| {
///     let id = OrderStepId::new(SiteId(site), side, 0);
///     Step { id, zone: ZoneId(0), side, limit_ueur_per_kwh, quantity_wh }
/// };
/// let steps = [step(1, Side::Sell, 100_000, 2_000), step(2, Side::Buy, 240_000, 1_500)];
///
/// let outcome = clear(&network, &steps)?;
/// assert_eq!(outcome.volume_wh, 1_500);
/// // The seller has energy left, so that its limit is the price.
/// assert_eq!(outcome.zones[0].price_ueur_per_kwh, Some(100_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn clear(network: &Network, steps: &[Step]) -> Result<Outcome, ClearError> {
    let book = Book::new(network, steps)?;
    let curves = up(network, &book);
    let down = Down::new(network, &book, &curves, steps.len()).run();
    Ok(outcome(network, &book, &down.zones, &down.filled_wh))
}

/// Every zone's curve, by place.
fn up(network: &Network, book: &Book) -> Vec<Curve> {
    let nodes = network.nodes();
    let mut curves = vec![Curve::default(); nodes.len()];
    let mut rest = curves.as_mut_slice();
    for (place, node) in nodes.iter().enumerate().rev() {
        let Some((curve, above)) = rest.split_last_mut() else { break };
        curve.reserve(book.count_in_zone(place));
        book.in_zone(place).for_each(|(_, step)| curve.add_step(step.side, step.limit_ueur_per_kwh, step.quantity_wh));
        curve.seal();
        if let (Some(edge), Some(parent)) = (&node.edge, above.get_mut(node.parent)) {
            parent.add_child(curve, edge);
        }
        rest = above;
    }
    curves
}

/// A zone with its net export, and its price once it is known.
#[derive(Clone, Copy, Debug, Default)]
struct Cleared {
    price: Option<i64>,
    flow_wh: i64,
}

/// The way down: prices, flows and fills, parents before children.
struct Down<'a> {
    network: &'a Network,
    book: &'a Book<'a>,
    curves: &'a [Curve],
    /// By place.
    zones: Vec<Cleared>,
    /// By a step's index.
    filled_wh: Vec<u32>,
    /// Who shares the supply at a zone's price, and who the forgone demand; kept from one zone to the next.
    supply: Vec<Part>,
    demand: Vec<Part>,
}

impl<'a> Down<'a> {
    fn new(network: &'a Network, book: &'a Book<'a>, curves: &'a [Curve], steps: usize) -> Self {
        let zones = vec![Cleared::default(); network.nodes().len()];
        Self { network, book, curves, zones, filled_wh: vec![0; steps], supply: Vec::new(), demand: Vec::new() }
    }

    fn run(mut self) -> Self {
        for (place, (node, curve)) in self.network.nodes().iter().zip(self.curves).enumerate() {
            let parent = self.zones.get(node.parent).and_then(|parent| parent.price);
            let Some(zone) = self.zones.get_mut(place) else { break };
            let own = curve.prices_at(zone.flow_wh);
            zone.price = match (&node.edge, parent) {
                (Some(edge), Some(parent)) => price_below(own, zone.flow_wh, parent, edge.fee()),
                _ => middle(own),
            };
            let Cleared { price: Some(price), flow_wh } = *zone else { continue };
            let margin = curve.at(price);
            let taken_wh = flow_wh.saturating_sub(margin.foot_wh);
            // Supply before forgone demand, so that trade at the margin is maximal.
            let supplied_wh = taken_wh.min(margin.supply_wh);
            self.fill_better(place, price);
            self.ask_at_margin(place, node, price);
            let own_supplied = share(&mut self.zones, place, &mut self.supply, supplied_wh);
            let forgone_wh = taken_wh.saturating_sub(supplied_wh);
            let own_forgone = share(&mut self.zones, place, &mut self.demand, forgone_wh);
            self.fill_at_margin(place, price, own_supplied, own_forgone);
        }
        self
    }

    /// Fills whole what is strictly better than the price.
    fn fill_better(&mut self, place: usize, price: i64) {
        for (index, step) in self.book.in_zone(place) {
            let limit = i64::from(step.limit_ueur_per_kwh);
            let is_better = match step.side {
                Side::Sell => limit < price,
                Side::Buy => limit > price,
            };
            if is_better && let Some(filled) = self.filled_wh.get_mut(index) {
                *filled = step.quantity_wh;
            }
        }
    }

    /// Collects who can supply or forgo at the zone's price, the zone's own steps first; gives each child the flow
    /// that it has without.
    fn ask_at_margin(&mut self, place: usize, node: &Node, price: i64) {
        let own = |side| {
            let asked = at_price(self.book, place, price, side)
                .fold(0u64, |sum, (_, step)| sum.saturating_add(u64::from(step.quantity_wh)));
            Part::new(u64::from(node.id.0), place, asked)
        };
        let (supply, demand) = (own(Side::Sell), own(Side::Buy));
        self.supply.clear();
        self.demand.clear();
        self.supply.push(supply);
        self.demand.push(demand);
        for child in node.children.clone() {
            let (Some(node), Some(curve)) = (self.network.nodes().get(child), self.curves.get(child)) else { break };
            let Some(edge) = &node.edge else { break };
            let margin = curve.at_parent(edge, price);
            if let Some(zone) = self.zones.get_mut(child) {
                zone.flow_wh = margin.foot_wh;
            }
            let id = u64::from(node.id.0);
            self.supply.push(Part::new(id, child, margin.supply_wh.unsigned_abs()));
            self.demand.push(Part::new(id, child, margin.demand_wh.unsigned_abs()));
        }
    }

    /// Divides the zone's own shares among its steps at the price.
    fn fill_at_margin(&mut self, place: usize, price: i64, supplied: Part, forgone: Part) {
        let bought_wh = forgone.asked_wh.saturating_sub(forgone.share_wh);
        for (side, share_wh) in [(Side::Sell, supplied.share_wh), (Side::Buy, bought_wh)] {
            let parts = &mut self.supply;
            parts.clear();
            let steps = at_price(self.book, place, price, side);
            parts.extend(steps.map(|(index, step)| Part::new(step.id.0, index, u64::from(step.quantity_wh))));
            divide(share_wh, parts);
            for part in parts.iter() {
                // A share is at most the step's quantity, of 32 bits.
                if let (Some(filled), Ok(wh)) = (self.filled_wh.get_mut(part.owner), u32::try_from(part.share_wh)) {
                    *filled = wh;
                }
            }
        }
    }
}

/// The zone's own steps of this side with this price as their limit.
fn at_price<'a>(
    book: &'a Book<'a>,
    place: usize,
    price: i64,
    side: Side,
) -> impl Iterator<Item = (usize, &'a Step)> + 'a {
    let limit = u32::try_from(price).ok();
    limit.into_iter().flat_map(move |limit| book.at_limit(place, limit, side))
}

/// Divides `wh` among the parts, adds each child's share to its flow, and gives back the part of the zone itself.
fn share(zones: &mut [Cleared], place: usize, parts: &mut [Part], wh: i64) -> Part {
    divide(wh.unsigned_abs(), parts);
    let mut own = Part::default();
    for part in parts.iter() {
        if part.owner == place {
            own = *part;
        } else if let Some(zone) = zones.get_mut(part.owner) {
            zone.flow_wh = zone.flow_wh.saturating_add_unsigned(part.share_wh);
        }
    }
    own
}

/// The price where no line decides it: the middle of these, rounded down, or the end that there is.
fn middle(prices: Prices) -> Option<i64> {
    match prices {
        (Some(low), Some(high)) => Some(low.saturating_add(high) >> 1),
        (low, high) => low.or(high),
    }
}

/// The price of a zone whose curve takes its flow at `own` prices, below a zone with the price `parent`.
fn price_below(own: Prices, flow_wh: i64, parent: i64, fee: i64) -> Option<i64> {
    if own == (None, None) {
        return None;
    }
    let (low, high) = (own.0.unwrap_or(i64::MIN), own.1.unwrap_or(i64::MAX));
    // Without arbitrage an exporting zone is cheaper than its parent by the fee, an importing one dearer.
    let (least, most) = (parent.saturating_sub(fee), parent.saturating_add(fee));
    let price = match flow_wh {
        1.. => least.max(low).min(high),
        ..=-1 => most.max(low).min(high),
        // A closed line may leave no price at which nobody wants to use it: then the zone's own that is nearest.
        0 if low > most => low,
        0 if high < least => high,
        0 => low.max(least).saturating_add(high.min(most)) >> 1,
    };
    Some(price)
}

/// Prices, flows and fills as an outcome, in order of ids, with the sums.
fn outcome(network: &Network, book: &Book, zones: &[Cleared], filled_wh: &[u32]) -> Outcome {
    let mut outcome = Outcome::default();
    for (place, node) in network.by_id() {
        let Some(zone) = zones.get(place) else { break };
        let fee = node.edge.as_ref().map_or(0, |edge| edge.fee_ueur_per_kwh);
        let fees = i128::from(fee).saturating_mul(i128::from(zone.flow_wh.unsigned_abs()));
        outcome.welfare_neur = outcome.welfare_neur.saturating_sub(fees);
        outcome.zones.push(ZoneOutcome { id: node.id, price_ueur_per_kwh: zone.price, net_export_wh: zone.flow_wh });
    }
    for (index, step) in book.by_id() {
        let Some(quantity_wh) = filled_wh.get(index).copied().filter(|wh| *wh > 0) else { continue };
        outcome.fills.push(Fill { id: step.id, quantity_wh });
        let worth = i128::from(step.limit_ueur_per_kwh).saturating_mul(i128::from(quantity_wh));
        match step.side {
            Side::Buy => {
                outcome.welfare_neur = outcome.welfare_neur.saturating_add(worth);
                outcome.volume_wh = outcome.volume_wh.saturating_add(u64::from(quantity_wh));
            }
            Side::Sell => outcome.welfare_neur = outcome.welfare_neur.saturating_sub(worth),
        }
    }
    outcome
}
