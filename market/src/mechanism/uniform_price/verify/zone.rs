//! One zone under verification: what its fills imply, and whether what it states agrees.
//!
//! A zone's *bounds* are the prices that would support its own fills and its subtree's. A filled seller wants the price
//! at its limit or above, and one that is not filled whole at its limit or below. Buyers want the opposite. A child's
//! bounds count through its edge. A zone's *margin* is what is for sale, or can be forgone, exactly at its price.

use super::{fair::Fairness, trades::Trade};
use crate::{Step, Violation, network::Node};
use deren_primitives::Side;

/// A quantity that is there at a price, and the part of it that is taken; neither negative.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    there_wh: i64,
    taken_wh: i64,
}

impl Taken {
    fn add(&mut self, other: Taken) {
        self.there_wh = self.there_wh.saturating_add(other.there_wh);
        self.taken_wh = self.taken_wh.saturating_add(other.taken_wh);
    }
}

/// Supply and forgone demand at one price.
#[derive(Clone, Copy, Debug, Default)]
struct Margin {
    supply: Taken,
    demand: Taken,
}

/// A zone, what it states and what follows from the fills in its subtree.
pub(super) struct ZoneCheck<'a> {
    /// The zone in the tree.
    pub node: &'a Node,
    /// The stated price.
    pub price: Option<i64>,
    /// The stated net export.
    pub stated_wh: i64,
    /// What the fills add up to.
    flow_wh: i64,
    low: Option<i64>,
    high: Option<i64>,
    /// Of the zone's own steps.
    own: Margin,
    /// Of its own steps and its children.
    all: Margin,
    /// The part of it that its parent can reach at the parent's price.
    reached: Margin,
}

impl<'a> ZoneCheck<'a> {
    /// A zone in which nothing trades.
    pub fn new(node: &'a Node) -> Self {
        let (own, all, reached) = Default::default();
        Self { node, price: None, stated_wh: 0, flow_wh: 0, low: None, high: None, own, all, reached }
    }

    /// Counts a step of this zone; checks that it trades as its limit and the price want it.
    pub fn add_trade(&mut self, trade: &Trade) -> Result<(), Violation> {
        let step = trade.step;
        let (limit, filled, quantity) =
            (i64::from(step.limit_ueur_per_kwh), i64::from(trade.filled_wh), i64::from(step.quantity_wh));
        let (is_filled, is_whole) = (filled > 0, filled == quantity);
        let (wants_at_least, wants_at_most) = match step.side {
            Side::Sell => (is_filled, !is_whole),
            Side::Buy => (!is_whole, is_filled),
        };
        self.bound(wants_at_least.then_some(limit), wants_at_most.then_some(limit));
        match (step.side, self.price.map(|price| price.cmp(&limit))) {
            (_, None) => {}
            (Side::Sell, Some(core::cmp::Ordering::Less)) | (Side::Buy, Some(core::cmp::Ordering::Greater)) => {
                if is_filled {
                    return Err(Violation::WorseThanLimit(step.id));
                }
            }
            (Side::Sell, Some(core::cmp::Ordering::Equal)) => {
                self.own.supply.add(Taken { there_wh: quantity, taken_wh: filled });
            }
            (Side::Buy, Some(core::cmp::Ordering::Equal)) => {
                self.own.demand.add(Taken { there_wh: quantity, taken_wh: quantity.saturating_sub(filled) });
            }
            _ => {
                if !is_whole {
                    return Err(Violation::NotWhole(step.id));
                }
            }
        }
        self.flow_wh = match step.side {
            Side::Sell => self.flow_wh.saturating_add(filled),
            Side::Buy => self.flow_wh.saturating_sub(filled),
        };
        Ok(())
    }

    /// Checks the net export, once all that is below is counted.
    pub fn check_flow(&mut self) -> Result<(), Violation> {
        self.all.supply.add(self.own.supply);
        self.all.demand.add(self.own.demand);
        let (zone, flow_wh) = (self.node.id, self.flow_wh);
        if self.stated_wh != flow_wh {
            return Err(Violation::NetExport { zone, stated_wh: self.stated_wh, actual_wh: flow_wh });
        }
        let (least, most) = self.capacity();
        if flow_wh < least || flow_wh > most {
            return match self.node.edge {
                Some(_) => Err(Violation::Capacity { zone, flow_wh }),
                None => Err(Violation::Unbalanced { surplus_wh: flow_wh }),
            };
        }
        Ok(())
    }

    /// Checks that nobody could gain by sending more or less over the edge to a parent with this price.
    pub fn check_edge(&self, parent: Option<i64>) -> Result<(), Violation> {
        let (Some(parent), Some(price)) = (parent, self.price) else {
            let is_still = self.flow_wh == 0;
            return if is_still { Ok(()) } else { Err(Violation::FlowWithoutPrice(self.node.id)) };
        };
        let (gain_up, fee, (least, most)) = (parent.saturating_sub(price), self.fee(), self.capacity());
        let gain_down = gain_up.saturating_neg();
        let fits = (self.flow_wh >= most || gain_up <= fee)
            && (self.flow_wh <= least || gain_down <= fee)
            && (self.flow_wh <= 0 || gain_up >= fee)
            && (self.flow_wh >= 0 || gain_down >= fee);
        if fits { Ok(()) } else { Err(Violation::Arbitrage { zone: self.node.id, difference_ueur_per_kwh: gain_up }) }
    }

    /// Counts this zone, checked, in its parent: its flow, its bounds, and what the parent can reach of its margin.
    pub fn join(&mut self, parent: &mut ZoneCheck) {
        let (fee, (least, most), flow_wh) = (self.fee(), self.capacity(), self.flow_wh);
        parent.flow_wh = parent.flow_wh.saturating_add(flow_wh);
        let more = |price: Option<i64>| price.map(|price| price.saturating_add(fee));
        let less = |price: Option<i64>| price.map(|price| price.saturating_sub(fee));
        let (low, high) = (self.low, self.high);
        parent.bound(less(low).filter(|_| flow_wh > least), more(high).filter(|_| flow_wh < most));
        parent.bound(more(low).filter(|_| flow_wh > 0), less(high).filter(|_| flow_wh < 0));

        let (Some(price), Some(above)) = (self.price, parent.price) else { return };
        let exports = if above.saturating_sub(price) == fee { most } else { 0 };
        let imports = if price.saturating_sub(above) == fee { least } else { 0 };
        self.reached = self.margin_between(imports, exports);
        parent.all.supply.add(self.reached.supply);
        parent.all.demand.add(self.reached.demand);
    }

    /// Checks the price by the price rule, below a parent with this price.
    pub fn check_price(&self, parent: Option<i64>) -> Result<(), Violation> {
        let ruled = self.ruled_price(parent.filter(|_| self.node.edge.is_some()));
        if ruled == self.price {
            return Ok(());
        }
        Err(Violation::PriceRule { zone: self.node.id, stated: self.price, ruled })
    }

    /// Checks what the zone's own steps together and each of these children, all that it has, have of its margin.
    pub fn check_shares(&self, children: &[ZoneCheck]) -> Result<(), Violation> {
        let Margin { supply, demand } = self.all;
        if demand.taken_wh > 0 && supply.taken_wh < supply.there_wh {
            return Err(Violation::ZoneShares(self.node.id));
        }
        for part in [|margin: &Margin| margin.supply, |margin: &Margin| margin.demand] {
            let all = part(&self.all);
            let mut fairness = Fairness::new(all.taken_wh.unsigned_abs(), all.there_wh.unsigned_abs());
            let own = core::iter::once((self.node, part(&self.own)));
            for (node, share) in own.chain(children.iter().map(|child| (child.node, part(&child.reached)))) {
                let (there_wh, taken_wh) = (share.there_wh.unsigned_abs(), share.taken_wh.unsigned_abs());
                if !fairness.read(node.id.0.into(), there_wh, taken_wh) {
                    return Err(Violation::ZoneShares(self.node.id));
                }
            }
            if fairness.passed_over().is_some() {
                return Err(Violation::ZoneShares(self.node.id));
            }
        }
        Ok(())
    }

    /// For what the zone's own steps at its price sold and bought.
    pub fn own_fairness(&self) -> (Fairness, Fairness) {
        let Margin { supply, demand } = self.own;
        let bought_wh = demand.there_wh.saturating_sub(demand.taken_wh);
        let fairness = |wh: i64, of: Taken| Fairness::new(wh.unsigned_abs(), of.there_wh.unsigned_abs());
        (fairness(supply.taken_wh, supply), fairness(bought_wh, demand))
    }

    /// Whether the step, of this zone, has the zone's price as its limit.
    pub fn is_at_price(&self, step: &Step) -> bool {
        self.price == Some(step.limit_ueur_per_kwh.into())
    }

    /// Fee × |flow| over the zone's edge.
    pub fn fees_neur(&self) -> i128 {
        i128::from(self.fee()).saturating_mul(self.flow_wh.unsigned_abs().into())
    }

    /// The price that the price rule names.
    fn ruled_price(&self, parent: Option<i64>) -> Option<i64> {
        let floor_middle = |low: i64, high: i64| low.saturating_add(high).div_euclid(2);
        let Some(parent) = parent else {
            return match (self.low, self.high) {
                (Some(low), Some(high)) => Some(floor_middle(low, high)),
                (one_end, None) | (None, one_end) => one_end,
            };
        };
        if self.low.is_none() && self.high.is_none() {
            return None;
        }
        let above_low = |price: i64| self.low.map_or(price, |low| price.max(low));
        let within = |price: i64| self.high.map_or(above_low(price), |high| above_low(price).min(high));
        let (cheapest, dearest) = (parent.saturating_sub(self.fee()), parent.saturating_add(self.fee()));
        Some(match self.flow_wh.signum() {
            1 => within(cheapest),
            -1 => within(dearest),
            // Both are the same where no price is without arbitrage: then it is the nearest.
            _ => floor_middle(within(cheapest), within(dearest)),
        })
    }

    /// The part of the margin in which net export goes from `least_wh` to `most_wh`: supply lies below forgone demand,
    /// and is taken first.
    fn margin_between(&self, least_wh: i64, most_wh: i64) -> Margin {
        let Margin { supply, demand } = self.all;
        let taken_wh = supply.taken_wh.saturating_add(demand.taken_wh);
        let foot_wh = self.flow_wh.saturating_sub(taken_wh);
        let after_supply = foot_wh.saturating_add(supply.there_wh);
        let top_wh = after_supply.saturating_add(demand.there_wh);
        let between = |from: i64, to: i64| to.min(most_wh).saturating_sub(from.max(least_wh)).max(0);
        let part =
            |from: i64, to: i64| Taken { there_wh: between(from, to), taken_wh: between(from, to.min(self.flow_wh)) };
        Margin { supply: part(foot_wh, after_supply), demand: part(after_supply, top_wh) }
    }

    /// The price is at least this and at most that.
    fn bound(&mut self, at_least: Option<i64>, at_most: Option<i64>) {
        // `None` is below every price: the larger of two lower ends, but not of two upper ones.
        self.low = self.low.max(at_least);
        self.high = match (self.high, at_most) {
            (Some(high), Some(most)) => Some(high.min(most)),
            (high, most) => high.or(most),
        };
    }

    fn fee(&self) -> i64 {
        self.node.edge.as_ref().map_or(0, |edge| edge.fee_ueur_per_kwh.into())
    }

    /// The least and the most net export; the root has none.
    fn capacity(&self) -> (i64, i64) {
        let Some(edge) = &self.node.edge else { return (0, 0) };
        let wh = |capacity: Option<u64>| capacity.and_then(|wh| i64::try_from(wh).ok()).unwrap_or(i64::MAX);
        (wh(edge.capacity_down_wh).saturating_neg(), wh(edge.capacity_up_wh))
    }
}
