//! Makes the steps of a clearing from orders and from what was measured. It must never offer or ask for more than was
//! measured.

use crate::{Step, bid_limit};
use alloc::vec::Vec;
use deren_primitives::{OrderStepId, Side, SiteEnergy, SiteId, ZoneId};

/// Cuts a site's order on one side to the slot's measured energy: each step takes what is left, up to its cap, until
/// nothing is. The order's price steps are (limit in µ€/kWh, cap in Wh), best first.
pub fn cut_to_measured(
    (site, side, zone): (SiteId, Side, ZoneId),
    order: impl IntoIterator<Item = (u32, u32)>,
    energy: SiteEnergy,
) -> impl Iterator<Item = Step> {
    let mut left_wh = match side {
        Side::Buy => energy.demand_wh,
        Side::Sell => energy.surplus_wh,
    };
    order.into_iter().zip(0u8..).filter_map(move |((limit_ueur_per_kwh, cap_wh), number)| {
        let quantity_wh = u32::try_from(left_wh).unwrap_or(u32::MAX).min(cap_wh);
        left_wh = left_wh.saturating_sub(quantity_wh.into());
        let id = OrderStepId::new(site, side, number);
        (quantity_wh > 0).then_some(Step { id, zone, side, limit_ueur_per_kwh, quantity_wh })
    })
}

/// Steps with their owners' own limits as they enter the clearing and market files: buy limits without the
/// protocol fee.
pub fn clearing_steps(steps: &[Step], protocol_fee_bp: u16) -> Vec<Step> {
    let bid = |step: &Step| match step.side {
        Side::Sell => step.limit_ueur_per_kwh,
        Side::Buy => bid_limit(step.limit_ueur_per_kwh, protocol_fee_bp),
    };
    steps.iter().map(|step| Step { limit_ueur_per_kwh: bid(step), ..*step }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(side: Side, order: &[(u32, u32)], surplus_wh: u64, demand_wh: u64) -> Vec<(u8, u32)> {
        let energy = SiteEnergy { surplus_wh, demand_wh, produced_wh: 0 };
        let steps = cut_to_measured((SiteId(7), side, ZoneId(1)), order.iter().copied(), energy);
        steps.map(|step| (step.id.step(), step.quantity_wh)).collect()
    }

    #[test]
    fn the_best_step_is_cut_last() {
        let order = [(300, 100), (200, 100), (100, 100)];
        assert_eq!(cut(Side::Buy, &order, 0, 150), [(0, 100), (1, 50)]);
        assert_eq!(cut(Side::Sell, &order, 250, 999), [(0, 100), (1, 100), (2, 50)]);
    }

    #[test]
    fn nothing_measured_is_no_step() {
        assert!(cut(Side::Buy, &[(300, 100)], 500, 0).is_empty());
        assert!(cut(Side::Sell, &[(300, 100)], 0, 500).is_empty());
    }

    #[test]
    fn only_buyers_leave_room_for_the_fee() {
        let step = |side| Step {
            id: OrderStepId::new(SiteId(1), side, 0),
            zone: ZoneId(1),
            side,
            limit_ueur_per_kwh: 101_000,
            quantity_wh: 5,
        };
        let limits: Vec<u32> = clearing_steps(&[step(Side::Buy), step(Side::Sell)], 100)
            .iter()
            .map(|step| step.limit_ueur_per_kwh)
            .collect();
        assert_eq!(limits, [100_000, 101_000]);
    }

    proptest! {
        #[test]
        fn never_more_than_measured_nor_than_the_caps(
            order in proptest::collection::vec(any::<(u32, u32)>(), 0..8), measured in any::<u64>(),
        ) {
            let cut = cut(Side::Sell, &order, measured, 0);
            let caps: u64 = order.iter().map(|(_, cap)| u64::from(*cap)).sum();
            let sum: u64 = cut.iter().map(|(_, wh)| u64::from(*wh)).sum();
            prop_assert_eq!(sum, measured.min(caps));
        }
    }
}
