//! What holds of every clearing.

use crate::market::{Market, any_market, cleared, network};
use deren_market::{ClearError, MAX_STEPS, Outcome, Step, clear};
use deren_primitives::{OrderStepId, Side, ZoneId};
use proptest::prelude::*;

fn sum(market: &Market, outcome: &Outcome, side: Side) -> u64 {
    let steps = market.steps.iter().filter(|step| step.side == side);
    steps.map(|step| u64::from(outcome.filled_wh(step.id))).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_bought_is_sold(market in any_market(40)) {
        let outcome = cleared(&market.zones, &market.steps);
        prop_assert_eq!(sum(&market, &outcome, Side::Buy), outcome.volume_wh);
        prop_assert_eq!(sum(&market, &outcome, Side::Sell), outcome.volume_wh);
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        (market, steps, zones) in any_market(40).prop_flat_map(|market| {
            let (steps, zones) = (Just(market.steps.clone()).prop_shuffle(), Just(market.zones.clone()).prop_shuffle());
            (Just(market), steps, zones)
        })
    ) {
        prop_assert_eq!(cleared(&market.zones, &market.steps), cleared(&zones, &steps));
    }

    #[test]
    fn no_fill_is_worse_than_its_limit(market in any_market(40)) {
        let outcome = cleared(&market.zones, &market.steps);
        for step in market.steps.iter().filter(|step| outcome.filled_wh(step.id) > 0) {
            let price = outcome.zone(step.zone).and_then(|zone| zone.price_ueur_per_kwh).expect("a price");
            let limit = i64::from(step.limit_ueur_per_kwh);
            let gain = if step.side == Side::Buy { limit - price } else { price - limit };
            prop_assert!(gain >= 0);
            prop_assert!(outcome.filled_wh(step.id) <= step.quantity_wh);
            prop_assert!(price >= 0);
        }
    }

    #[test]
    fn no_edge_carries_more_than_its_capacity(market in any_market(40)) {
        let outcome = cleared(&market.zones, &market.steps);
        for zone in &market.zones {
            let flow = outcome.zone(zone.id).expect("a zone of the market").net_export_wh;
            let Some(edge) = zone.edge else { prop_assert_eq!(flow, 0); continue };
            let capacity = if flow > 0 { edge.capacity_up_wh } else { edge.capacity_down_wh };
            prop_assert!(capacity.is_none_or(|most| flow.unsigned_abs() <= most));
        }
    }

    #[test]
    fn more_room_never_means_less_welfare(market in any_market(40)) {
        let mut wider = market.zones.clone();
        for edge in wider.iter_mut().filter_map(|zone| zone.edge.as_mut()) {
            edge.capacity_up_wh = None;
            edge.capacity_down_wh = edge.capacity_down_wh.map(|wh| wh + 1);
        }
        let (before, after) = (cleared(&market.zones, &market.steps), cleared(&wider, &market.steps));
        prop_assert!(before.welfare_neur <= after.welfare_neur && before.welfare_neur >= 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn many_orders_clear_and_verify(market in any_market(3000)) {
        // Ids repeat above 1009 orders: number them anew.
        let steps: Vec<_> =
            market.steps.iter().zip(0..).map(|(step, id)| Step { id: OrderStepId(id), ..*step }).collect();
        cleared(&market.zones, &steps);
    }
}

#[test]
fn steps_of_unknown_zones_and_with_equal_ids_are_refused() {
    use crate::market::{buy, root, sell};
    let network = network(&[root(0)]);
    let unknown = clear(&network, &[buy(1, 0, 1, 1), sell(2, 5, 1, 1)]);
    assert_eq!(unknown, Err(ClearError::UnknownZone { id: OrderStepId(2), zone: ZoneId(5) }));
    let twice = clear(&network, &[buy(3, 0, 1, 1), sell(2, 0, 1, 1), sell(3, 0, 1, 1)]);
    assert_eq!(twice, Err(ClearError::DuplicateStep(OrderStepId(3))));
}

#[test]
fn more_steps_than_a_clearing_has_are_refused() {
    use crate::market::{buy, root};
    let steps = vec![buy(0, 0, 1, 1); MAX_STEPS + 1];
    assert_eq!(clear(&network(&[root(0)]), &steps), Err(ClearError::TooManySteps(MAX_STEPS + 1)));
}
