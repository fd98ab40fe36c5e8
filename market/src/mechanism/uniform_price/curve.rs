//! A zone's net export as a function of price. Nothing here knows zones, ids or shares.
//!
//! The curve never falls. It is made of jumps. A sell step of quantity Q and limit p is a jump of Q at p (*supply*). A
//! buy step starts the curve Q lower and jumps by Q at its limit (*forgone demand*). At a jump's price the zone may
//! export anything between the jump's foot and its top; in between jumps the curve is flat.
//!
//! Quantities are `i64` throughout. With at most [`crate::MAX_STEPS`] steps of 32 bits no sum passes 2⁵², and prices
//! stay within 2³² ± 8 fees. So saturating operations are exact here.

use crate::Edge;
use alloc::vec::Vec;
use deren_primitives::Side;

/// What a curve does at one price: from `foot_wh`, first by `supply_wh`, then by `demand_wh`, neither negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Jump {
    /// Where it is.
    pub price: i64,
    /// Net export just below the price.
    pub foot_wh: i64,
    /// What sellers add at the price.
    pub supply_wh: i64,
    /// What buyers forgo at the price.
    pub demand_wh: i64,
}

impl Jump {
    /// Net export just above the price.
    pub fn top_wh(&self) -> i64 {
        self.foot_wh.saturating_add(self.supply_wh).saturating_add(self.demand_wh)
    }

    /// The part of the jump in which net export is from `least_wh` to `most_wh`.
    pub fn clipped(&self, least_wh: i64, most_wh: i64) -> Self {
        let clip = |wh: i64| wh.max(least_wh).min(most_wh);
        let foot_wh = clip(self.foot_wh);
        let after_supply = clip(self.foot_wh.saturating_add(self.supply_wh));
        let top_wh = clip(self.top_wh());
        Self {
            price: self.price,
            foot_wh,
            supply_wh: after_supply.saturating_sub(foot_wh),
            demand_wh: top_wh.saturating_sub(after_supply),
        }
    }

    /// Whether nothing happens here.
    fn is_empty(&self) -> bool {
        self.supply_wh == 0 && self.demand_wh == 0
    }
}

/// The prices at which a curve takes some flow: from the first to the second, `None` where there is no end.
pub(crate) type Prices = (Option<i64>, Option<i64>);

/// A net-export curve. Add what it is made of, then [`Curve::seal`] it, then ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curve {
    start_wh: i64,
    jumps: Vec<Jump>,
}

impl Curve {
    /// Room for so many more jumps.
    pub fn reserve(&mut self, jumps: usize) {
        self.jumps.reserve(jumps);
    }

    /// Adds a step.
    pub fn add_step(&mut self, side: Side, limit_ueur_per_kwh: u32, quantity_wh: u32) {
        let (price, wh) = (i64::from(limit_ueur_per_kwh), i64::from(quantity_wh));
        let (supply_wh, demand_wh) = match side {
            Side::Sell => (wh, 0),
            Side::Buy => (0, wh),
        };
        self.start_wh = self.start_wh.saturating_sub(demand_wh);
        self.push(Jump { price, foot_wh: 0, supply_wh, demand_wh });
    }

    /// Adds a child's sealed curve as it reaches this zone over `edge`: clipped to its capacities, imports worth
    /// less here by the fee, exports more.
    pub fn add_child(&mut self, child: &Curve, edge: &Edge) {
        let (fee, least, most) = (edge.fee(), edge.most_down_wh(), edge.most_up_wh());
        self.start_wh = self.start_wh.saturating_add(child.start_wh.max(least));
        for jump in &child.jumps {
            self.push(Jump { price: jump.price.saturating_sub(fee), ..jump.clipped(least, 0) });
            self.push(Jump { price: jump.price.saturating_add(fee), ..jump.clipped(0, most) });
        }
    }

    /// Puts the jumps in order, one a price.
    pub fn seal(&mut self) {
        // The stable sort: it merges runs, and the own steps and each child's jumps come in runs.
        self.jumps.sort_by_key(|jump| jump.price);
        self.jumps.dedup_by(|next, jump| {
            let same = next.price == jump.price;
            if same {
                jump.supply_wh = jump.supply_wh.saturating_add(next.supply_wh);
                jump.demand_wh = jump.demand_wh.saturating_add(next.demand_wh);
            }
            same
        });
        let mut foot_wh = self.start_wh;
        for jump in &mut self.jumps {
            jump.foot_wh = foot_wh;
            foot_wh = jump.top_wh();
        }
    }

    /// What the curve does at this price; where it is flat, an empty jump.
    pub fn at(&self, price: i64) -> Jump {
        let next = self.jumps.partition_point(|jump| jump.price < price);
        let flat = |foot_wh| Jump { price, foot_wh, supply_wh: 0, demand_wh: 0 };
        match self.jumps.get(next) {
            Some(jump) if jump.price == price => *jump,
            Some(jump) => flat(jump.foot_wh),
            None => flat(self.jumps.last().map_or(self.start_wh, Jump::top_wh)),
        }
    }

    /// What the curve, as it reaches the parent over `edge`, does at this price of the parent's.
    pub fn at_parent(&self, edge: &Edge, price: i64) -> Jump {
        let exports = self.at(price.saturating_sub(edge.fee())).clipped(0, edge.most_up_wh());
        let imports = self.at(price.saturating_add(edge.fee())).clipped(edge.most_down_wh(), 0);
        // The curve never falls: at most one of them is not 0, or there is no fee and they are two parts of one jump.
        Jump {
            price,
            foot_wh: imports.foot_wh.saturating_add(exports.foot_wh),
            supply_wh: imports.supply_wh.saturating_add(exports.supply_wh),
            demand_wh: imports.demand_wh.saturating_add(exports.demand_wh),
        }
    }

    /// The prices at which the curve takes this flow.
    pub fn prices_at(&self, flow_wh: i64) -> Prices {
        let begun = self.jumps.partition_point(|jump| jump.foot_wh < flow_wh);
        let done = self.jumps.partition_point(|jump| jump.top_wh() <= flow_wh);
        let price = |place: usize| self.jumps.get(place).map(|jump| jump.price);
        (begun.checked_sub(1).and_then(price), price(done))
    }

    fn push(&mut self, jump: Jump) {
        if !jump.is_empty() {
            self.jumps.push(jump);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::ZoneId;
    use proptest::prelude::*;

    fn edge(fee_ueur_per_kwh: u32, up: Option<u64>, down: Option<u64>) -> Edge {
        Edge { parent: ZoneId(0), fee_ueur_per_kwh, capacity_up_wh: up, capacity_down_wh: down }
    }

    fn curve(steps: &[(Side, u32, u32)]) -> Curve {
        let mut curve = Curve::default();
        steps.iter().for_each(|(side, limit, quantity)| curve.add_step(*side, *limit, *quantity));
        curve.seal();
        curve
    }

    #[test]
    fn a_curve_starts_at_all_demand_and_rises_at_each_limit() {
        let curve = curve(&[(Side::Buy, 9, 10), (Side::Sell, 5, 4), (Side::Sell, 9, 3), (Side::Buy, 2, 0)]);
        let foot = |price| curve.at(price).foot_wh;
        assert_eq!([foot(-1), foot(5), foot(6), foot(9), foot(10)], [-10, -10, -6, -6, 7]);
        assert_eq!(curve.at(9), Jump { price: 9, foot_wh: -6, supply_wh: 3, demand_wh: 10 });
        assert_eq!(curve.at(7), Jump { price: 7, foot_wh: -6, supply_wh: 0, demand_wh: 0 });
    }

    #[test]
    fn a_flow_is_taken_in_a_jump_or_between_two() {
        let curve = curve(&[(Side::Buy, 9, 10), (Side::Sell, 5, 4)]);
        assert_eq!(curve.prices_at(-10), (None, Some(5)));
        assert_eq!(curve.prices_at(-8), (Some(5), Some(5)));
        assert_eq!(curve.prices_at(-6), (Some(5), Some(9)));
        assert_eq!(curve.prices_at(0), (Some(9), Some(9)));
        assert_eq!(curve.prices_at(4), (Some(9), None));
    }

    #[test]
    fn an_edge_clips_and_shifts() {
        let child = curve(&[(Side::Buy, 9, 10), (Side::Sell, 9, 10), (Side::Sell, 20, 10)]);
        let mut parent = Curve::default();
        parent.add_child(&child, &edge(2, Some(7), Some(4)));
        parent.seal();
        // The jump at 9 from −10 to 10: imports from −4 at 7, exports to 7 at 11; nothing more at 22.
        let jumps = [
            Jump { price: 7, foot_wh: -4, supply_wh: 4, demand_wh: 0 },
            Jump { price: 11, foot_wh: 0, supply_wh: 0, demand_wh: 7 },
        ];
        assert_eq!(parent.jumps, jumps);
    }

    fn any_curve() -> impl Strategy<Value = Curve> {
        let side = prop_oneof![Just(Side::Buy), Just(Side::Sell)];
        prop::collection::vec((side, 0..20u32, 0..10u32), 0..20).prop_map(|steps| curve(&steps))
    }

    proptest! {
        #[test]
        fn what_a_parent_reads_over_an_edge_is_what_it_was_given(
            child in any_curve(), fee in 0..6u32,
            up in prop::option::of(0..30u64), down in prop::option::of(0..30u64), price in -10..30i64
        ) {
            let edge = edge(fee, up, down);
            let mut parent = Curve::default();
            parent.add_child(&child, &edge);
            parent.seal();
            prop_assert_eq!(child.at_parent(&edge, price), parent.at(price));
        }

        #[test]
        fn a_price_that_takes_a_flow_is_one_at_which_the_curve_has_it(curve in any_curve(), flow in -60..60i64, price in -5..25i64) {
            let (low, high) = curve.prices_at(flow);
            let jump = curve.at(price);
            let has_flow = (jump.foot_wh..=jump.top_wh()).contains(&flow);
            let (start, end) = (curve.at(i64::MIN).foot_wh, curve.at(i64::MAX).foot_wh);
            prop_assume!((start..=end).contains(&flow));
            prop_assert_eq!(low.is_none_or(|low| low <= price) && high.is_none_or(|high| price <= high), has_flow);
        }
    }
}
