//! One zone without a network is the textbook's double auction, found by trying every price and every order.

use crate::market::{Market, any_market, cleared, price, root};
use deren_market::Step;
use deren_primitives::{Side, ZoneId};
use proptest::prelude::*;

/// Wh that the orders of this side would trade at this price, those with their limit there included or not.
fn traded(steps: &[Step], side: Side, price: i64, with_limit: bool) -> u64 {
    let better = |step: &&Step| {
        let limit = i64::from(step.limit_ueur_per_kwh);
        let gain = if side == Side::Buy { limit - price } else { price - limit };
        step.side == side && (gain > 0 || gain == 0 && with_limit)
    };
    steps.iter().filter(better).map(|step| u64::from(step.quantity_wh)).sum()
}

/// The prices, among all limits, at which supply can be equal to demand.
fn balancing_prices(steps: &[Step]) -> Vec<i64> {
    let mut prices: Vec<_> =
        steps.iter().filter(|step| step.quantity_wh > 0).map(|step| i64::from(step.limit_ueur_per_kwh)).collect();
    prices.sort();
    prices.dedup();
    prices.retain(|price| {
        traded(steps, Side::Buy, *price, true) >= traded(steps, Side::Sell, *price, false)
            && traded(steps, Side::Sell, *price, true) >= traded(steps, Side::Buy, *price, false)
    });
    prices
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn one_zone_clears_as_a_double_auction(market in any_market(30)) {
        let steps: Vec<_> = market.steps.iter().map(|step| Step { zone: ZoneId(0), ..*step }).collect();
        let Market { zones, .. } = Market { zones: vec![root(0)], ..market };
        let outcome = cleared(&zones, &steps);

        // A double auction trades the most that any price allows.
        let limits = steps.iter().map(|step| i64::from(step.limit_ueur_per_kwh));
        let volume = |price| traded(&steps, Side::Buy, price, true).min(traded(&steps, Side::Sell, price, true));
        prop_assert_eq!(outcome.volume_wh, limits.map(volume).max().unwrap_or(0));

        // Its price is in the middle of those that balance.
        let prices = balancing_prices(&steps);
        match (prices.first(), prices.last()) {
            (Some(first), Some(last)) => prop_assert_eq!(price(&outcome, 0), Some((first + last).div_euclid(2))),
            _ => prop_assert_eq!(price(&outcome, 0), None),
        }
    }
}
