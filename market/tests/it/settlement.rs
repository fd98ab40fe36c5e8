//! Amounts add up to the µ€, and nobody ends worse than at their limit.

use crate::market::{Market, any_market, buy, cleared, limited, network, root, sell};
use deren_market::{
    Amounts, Outcome, SettleError, Step, bid_limit, buyer_pays_ueur, clear, clearing_steps, hold_ueur,
    seller_receives_ueur, settle,
};
use deren_primitives::{OrderStepId, Side, ZoneId};
use proptest::prelude::*;

fn settled(market: &Market, protocol_fee_bp: u16) -> (Outcome, Amounts) {
    let outcome = cleared(&market.zones, &clearing_steps(&market.steps, protocol_fee_bp));
    let amounts = settle(&network(&market.zones), &market.steps, &outcome, protocol_fee_bp).expect("settles");
    (outcome, amounts)
}

fn given(amounts: &Amounts) -> u128 {
    let network_fees: u128 = amounts.network_fees.iter().map(|(_, fee)| fee).sum();
    amounts.received_ueur + network_fees + amounts.congestion_rent_ueur + amounts.protocol_fee_ueur + amounts.dust_ueur
}

#[test]
fn a_worked_example_settles_as_on_paper() {
    // A seller at 10 ct behind an edge of 1.2 ct for 1 000 Wh; a buyer at 24 ct with 1% protocol fee.
    let market = Market {
        zones: vec![root(0), limited(0, 1, 12_000, Some(1_000), None)],
        steps: vec![sell(1, 1, 1_333, 100_000), buy(2, 0, 1_500, 240_000), sell(3, 0, 400, 180_001)],
    };
    let (outcome, amounts) = settled(&market, 100);
    assert_eq!(outcome.volume_wh, 1_400);
    // The buyer is at the margin: floor(240 000 × 10⁴ / 10 100) = 237 623.
    assert_eq!(outcome.zones[0].price_ueur_per_kwh, Some(237_623));
    // 237 623 × 1.01 × 1.4 = 335 998.922
    assert_eq!(amounts.paid_ueur, 335_999);
    // 100 000 × 1.0 + floor(237 623 × 0.4 = 95 049.2)
    assert_eq!(amounts.received_ueur, 195_049);
    assert_eq!(amounts.network_fees, [(ZoneId(1), 12_000)]);
    // (237 623 − 100 000 − 12 000) × 1.0
    assert_eq!(amounts.congestion_rent_ueur, 125_623);
    // floor(237 623 × 1.4 × 0.01 = 3 326.722)
    assert_eq!(amounts.protocol_fee_ueur, 3_326);
    assert_eq!((amounts.dust_ueur, amounts.amounts_rounded), (1, 6));
    let ids_and_amounts: Vec<_> = amounts.fills.iter().map(|fill| (fill.id.0, fill.amount_ueur)).collect();
    assert_eq!(ids_and_amounts, [(1, 100_000), (2, 335_999), (3, 95_049)]);
}

#[test]
fn nothing_traded_moves_nothing() {
    let market = Market { zones: vec![root(0)], steps: vec![buy(1, 0, 10, 5)] };
    let (_, amounts) = settled(&market, 100);
    assert_eq!(amounts, Amounts { amounts_rounded: 1, ..Amounts::default() });
}

#[test]
fn one_rounding_a_fill() {
    assert_eq!(buyer_pays_ueur(1, 0, 1), 1);
    assert_eq!(buyer_pays_ueur(1_000, 1, 1), 2);
    assert_eq!(buyer_pays_ueur(200_000, 100, 1_000), 202_000);
    assert_eq!(seller_receives_ueur(999, 1), 0);
    assert_eq!(seller_receives_ueur(200_000, 1_500), 300_000);
}

#[test]
fn a_hold_rounds_each_step_up() {
    assert_eq!(hold_ueur([(240_000, 1_500), (1, 1), (0, 7)]), 360_001);
    assert_eq!(hold_ueur([]), 0);
    let most = u128::from(u32::MAX);
    assert_eq!(hold_ueur([(u32::MAX, u32::MAX); 8]), 8 * (most * most).div_ceil(1000));
}

#[test]
fn bid_limits_leave_room_for_the_fee() {
    assert_eq!(bid_limit(240_000, 0), 240_000);
    assert_eq!(bid_limit(240_000, 100), 237_623);
    assert_eq!(bid_limit(u32::MAX, u16::MAX), 568_606_248);
    assert_eq!(bid_limit(0, 100), 0);
}

#[test]
fn outcomes_of_other_orders_are_refused() {
    let zones = vec![root(0), limited(0, 1, 2, None, None)];
    let orders = [sell(1, 1, 5, 5), buy(2, 0, 5, 20)];
    let outcome = cleared(&zones, &orders);
    let refused = |zones: &[_], orders: &[Step], outcome: &Outcome| {
        settle(&network(zones), orders, outcome, 0).expect_err("refused")
    };
    let (seller, buyer) = (OrderStepId(1), OrderStepId(2));
    assert_eq!(refused(&zones, &orders[..1], &outcome), SettleError::UnknownStep(buyer));
    assert_eq!(refused(&zones, &[orders[0], buy(2, 0, 4, 20)], &outcome), SettleError::Overfilled(buyer));
    assert_eq!(refused(&zones, &[orders[0], buy(2, 0, 5, 9)], &outcome), SettleError::BeyondLimit(buyer));
    assert_eq!(refused(&zones, &[sell(1, 1, 5, 15), orders[1]], &outcome), SettleError::BeyondLimit(seller));
    assert_eq!(refused(&zones, &[sell(1, 9, 5, 5), orders[1]], &outcome), SettleError::Zones(ZoneId(9)));
    assert_eq!(refused(&zones[..1], &orders, &outcome), SettleError::Zones(ZoneId(1)));
    let dearer = [root(0), limited(0, 1, 3, None, None)];
    assert_eq!(refused(&dearer, &orders, &outcome), SettleError::Loss(ZoneId(1)));
    let mut without_price = outcome.clone();
    without_price.zones[0].price_ueur_per_kwh = None;
    assert_eq!(refused(&zones, &orders, &without_price), SettleError::NoPrice(buyer));
    without_price.zones[0].price_ueur_per_kwh = Some(-1);
    assert_eq!(refused(&zones, &orders, &without_price), SettleError::NoPrice(buyer));
    let mut unbalanced = outcome.clone();
    unbalanced.fills.truncate(1);
    assert_eq!(refused(&zones, &orders, &unbalanced), SettleError::Unbalanced);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn money_is_conserved_to_the_ueur(market in any_market(40), bp in prop_oneof![Just(0), 0..500u16, any::<u16>()]) {
        let (_, amounts) = settled(&market, bp);
        prop_assert_eq!(amounts.paid_ueur, given(&amounts));
        prop_assert!(amounts.dust_ueur < u128::from(amounts.amounts_rounded));
        let side_sum = |side| amounts.fills.iter().filter(|fill| fill.side == side).map(|fill| fill.amount_ueur).sum();
        prop_assert_eq!(amounts.paid_ueur, side_sum(Side::Buy));
        prop_assert_eq!(amounts.received_ueur, side_sum(Side::Sell));
    }

    #[test]
    fn nobody_ends_worse_than_at_their_limit(market in any_market(40), bp in prop_oneof![Just(0), 0..500u16, any::<u16>()]) {
        let (outcome, amounts) = settled(&market, bp);
        prop_assert_eq!(amounts.fills.len(), outcome.fills.len());
        for fill in &amounts.fills {
            let order = market.steps.iter().find(|order| order.id == fill.id).expect("an order");
            let at_limit = u128::from(order.limit_ueur_per_kwh) * u128::from(fill.quantity_wh);
            match fill.side {
                Side::Buy => prop_assert!(fill.amount_ueur <= at_limit.div_ceil(1000)),
                Side::Sell => prop_assert!(fill.amount_ueur >= at_limit / 1000),
            }
        }
    }

    #[test]
    fn what_a_buyer_pays_is_held(market in any_market(40), bp in 0..500u16) {
        let (_, amounts) = settled(&market, bp);
        for fill in amounts.fills.iter().filter(|fill| fill.side == Side::Buy) {
            let order = market.steps.iter().find(|order| order.id == fill.id).expect("an order");
            prop_assert!(fill.amount_ueur <= hold_ueur([(order.limit_ueur_per_kwh, order.quantity_wh)]));
        }
    }

    #[test]
    fn the_order_of_orders_does_not_matter(
        (market, orders) in any_market(30).prop_flat_map(|market| {
            let orders = Just(market.steps.clone()).prop_shuffle();
            (Just(market), orders)
        })
    ) {
        let network = network(&market.zones);
        let outcome = clear(&network, &market.steps).expect("clears");
        prop_assert_eq!(settle(&network, &market.steps, &outcome, 0), settle(&network, &orders, &outcome, 0));
    }
}
