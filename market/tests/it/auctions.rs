//! Published single-zone auctions clear as published.

use crate::market::{buy, cleared, price, root, sell};
use deren_market::Step;

/// Price and volume of an auction in one zone; each side's orders are (quantity, price).
fn auction(bids: &[(u32, u32)], offers: &[(u32, u32)]) -> (Option<i64>, u64) {
    let bids = bids.iter().zip(0..).map(|((quantity, limit), id)| buy(id, 0, *quantity, *limit));
    let offers = offers.iter().zip(100..).map(|((quantity, limit), id)| sell(id, 0, *quantity, *limit));
    let steps: Vec<Step> = bids.chain(offers).collect();
    let outcome = cleared(&[root(0)], &steps);
    (price(&outcome, 0), outcome.volume_wh)
}

fn units(prices: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    prices.into_iter().map(|price| (1, price)).collect()
}

#[test]
fn units_from_1_to_7_clear_at_4() {
    assert_eq!(auction(&units(1..=7), &units(1..=7)), (Some(4), 4));
}

#[test]
fn units_from_8_to_14_clear_at_11() {
    assert_eq!(auction(&units(8..=14), &units(8..=14)), (Some(11), 4));
}

#[test]
fn three_bids_of_10_clear_against_seven_offers_of_10() {
    assert_eq!(auction(&units([1, 2, 3, 4, 10, 10, 10]), &units([10; 7])), (Some(10), 3));
}

#[test]
fn seven_bids_of_5_clear_against_the_offers_up_to_5() {
    assert_eq!(auction(&units([5; 7]), &units([1, 2, 5, 5, 5, 6, 7])), (Some(5), 5));
}

#[test]
fn three_bids_and_three_offers_clear_at_2() {
    assert_eq!(auction(&[(1, 3), (2, 4), (5, 1)], &[(4, 2), (1, 1), (5, 6)]), (Some(2), 3));
}

#[test]
fn a_short_bid_at_the_price_cap_clears_at_the_offer() {
    assert_eq!(auction(&[(50, 3000)], &[(100, 21)]), (Some(21), 50));
}
