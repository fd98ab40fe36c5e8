//! The edge cases of the rules, one by one. Every outcome here has passed the verifier as well.

use crate::market::{below, buy, cleared, export, fills, limited, price, root, sell};

#[test]
fn without_orders_there_are_no_prices() {
    let outcome = cleared(&[root(0), below(0, 1, 5)], &[]);
    assert_eq!((price(&outcome, 0), price(&outcome, 1)), (None, None));
    assert_eq!((outcome.volume_wh, outcome.welfare_neur), (0, 0));
}

#[test]
fn orders_of_nothing_are_as_none() {
    let outcome = cleared(&[root(0)], &[buy(1, 0, 0, 10), sell(2, 0, 0, 1)]);
    assert_eq!((price(&outcome, 0), fills(&outcome)), (None, vec![]));
}

#[test]
fn a_flat_curve_clears_in_its_middle_rounded_down() {
    assert_eq!(price(&cleared(&[root(0)], &[buy(1, 0, 5, 10), sell(2, 0, 5, 3)]), 0), Some(6));
}

#[test]
fn an_interval_with_one_end_clears_at_it() {
    assert_eq!(price(&cleared(&[root(0)], &[buy(1, 0, 5, 10), buy(2, 0, 5, 7)]), 0), Some(10));
    assert_eq!(price(&cleared(&[root(0)], &[sell(1, 0, 5, 10), sell(2, 0, 5, 7)]), 0), Some(7));
}

#[test]
fn the_fee_lies_between_exporter_and_importer() {
    let zones = [root(0), below(0, 1, 3), below(0, 2, 4)];
    let outcome = cleared(&zones, &[sell(1, 1, 10, 20), buy(2, 2, 4, 50)]);
    assert_eq!((price(&outcome, 1), price(&outcome, 0), price(&outcome, 2)), (Some(20), Some(23), Some(27)));
    assert_eq!((export(&outcome, 1), export(&outcome, 2)), (4, -4));
    assert_eq!(outcome.welfare_neur, 4 * (50 - 20 - 3 - 4));
}

#[test]
fn fees_can_keep_neighbours_apart() {
    let zones = [root(0), below(0, 1, 20), below(0, 2, 20)];
    let outcome = cleared(&zones, &[sell(1, 1, 10, 20), buy(2, 2, 4, 50)]);
    assert_eq!(outcome.volume_wh, 0);
    // The root's curve is flat from 50 − 20 to 20 + 20. Below it, each zone is where its curve and no arbitrage allow.
    // The seller's zone is between 15 and 20, the buyer's between 50 and 55.
    assert_eq!((price(&outcome, 0), price(&outcome, 1), price(&outcome, 2)), (Some(35), Some(17), Some(52)));
}

#[test]
fn a_full_edge_separates_prices() {
    let zones = [root(0), limited(0, 1, 1, Some(3), None)];
    let outcome = cleared(&zones, &[sell(1, 1, 10, 5), buy(2, 0, 10, 30)]);
    assert_eq!((price(&outcome, 1), price(&outcome, 0)), (Some(5), Some(30)));
    assert_eq!((export(&outcome, 1), outcome.volume_wh), (3, 3));
}

#[test]
fn an_edge_that_is_just_full_keeps_the_zone_near_its_parent() {
    // All 3 Wh of the exporter go up. Its own curve takes that at any price from 5, and 29 is nearest to the root's 30.
    let zones = [root(0), limited(0, 1, 1, Some(3), None)];
    let outcome = cleared(&zones, &[sell(1, 1, 3, 5), buy(2, 0, 10, 30)]);
    assert_eq!((price(&outcome, 1), price(&outcome, 0)), (Some(29), Some(30)));
}

#[test]
fn a_closed_edge_leaves_two_markets() {
    let zones = [root(0), limited(0, 1, 2, Some(0), Some(0))];
    let steps = [sell(1, 1, 4, 5), buy(2, 1, 4, 9), buy(3, 0, 4, 30), sell(4, 0, 4, 40)];
    let outcome = cleared(&zones, &steps);
    assert_eq!((price(&outcome, 0), export(&outcome, 1)), (Some(35), 0));
    // Its own curve takes 0 from 5 to 9; nearest to 33…37 is 9.
    assert_eq!((price(&outcome, 1), fills(&outcome)), (Some(9), vec![(1, 4), (2, 4)]));
}

#[test]
fn a_zone_beyond_closed_edges_has_its_own_middle_where_its_parent_has_no_price() {
    let zones = [root(0), limited(0, 1, 2, Some(0), Some(0)), below(0, 2, 0)];
    let outcome = cleared(&zones, &[sell(1, 1, 4, 5), buy(2, 1, 4, 9)]);
    assert_eq!((price(&outcome, 0), price(&outcome, 1), price(&outcome, 2)), (None, Some(7), None));
}

#[test]
fn an_edge_that_is_closed_one_way_is_open_the_other() {
    let steps = [buy(1, 1, 4, 9), sell(2, 0, 4, 1)];
    let closed_down = cleared(&[root(0), limited(0, 1, 2, None, Some(0))], &steps);
    assert_eq!((closed_down.volume_wh, price(&closed_down, 0), price(&closed_down, 1)), (0, Some(1), Some(9)));
    let closed_up = cleared(&[root(0), limited(0, 1, 2, Some(0), None)], &steps);
    // Flat from 1 (sell) to 9 − 2 (buy) at the root, 2 more in the zone.
    assert_eq!((closed_up.volume_wh, price(&closed_up, 0), price(&closed_up, 1)), (4, Some(4), Some(6)));
}

#[test]
fn a_closed_edge_hides_a_zone_from_a_parent_that_has_no_jump_of_its_own() {
    let outcome = cleared(&[root(0), limited(0, 1, 2, Some(5), Some(0))], &[buy(1, 1, 4, 9)]);
    assert_eq!((price(&outcome, 0), price(&outcome, 1)), (None, Some(9)));
}

#[test]
fn prices_fall_below_zero_where_only_fees_reach() {
    // Nobody sells; the root sees an order of 2 behind a fee of 10, and its price is its only end.
    let outcome = cleared(&[root(0), below(0, 1, 10)], &[buy(1, 1, 4, 2)]);
    assert_eq!((price(&outcome, 0), price(&outcome, 1)), (Some(-8), Some(2)));
    // A middle of negative prices is rounded down as well.
    let outcome = cleared(&[root(0), below(0, 1, 10), below(0, 2, 10)], &[buy(1, 1, 4, 2), sell(2, 2, 4, 0)]);
    assert_eq!((outcome.volume_wh, price(&outcome, 0)), (0, Some(1)));
    let outcome = cleared(&[root(0), below(0, 1, 10), below(0, 2, 3)], &[buy(1, 1, 4, 2), sell(2, 2, 4, 0)]);
    assert_eq!((outcome.volume_wh, price(&outcome, 0)), (0, Some(-3)));
}

#[test]
fn an_empty_zone_between_two_others_lets_through() {
    let zones = [root(5), below(5, 9, 1), below(9, 2, 1)];
    let outcome = cleared(&zones, &[sell(1, 2, 7, 10), buy(2, 5, 3, 20)]);
    assert_eq!((export(&outcome, 2), export(&outcome, 9)), (3, 3));
    assert_eq!((price(&outcome, 2), price(&outcome, 9), price(&outcome, 5)), (Some(10), Some(11), Some(12)));
}

#[test]
fn a_zone_in_balance_does_not_use_its_edge() {
    let outcome =
        cleared(&[root(0), below(0, 1, 4)], &[buy(1, 1, 5, 10), sell(2, 1, 5, 2), buy(3, 0, 5, 5), sell(4, 0, 5, 5)]);
    assert_eq!((export(&outcome, 1), outcome.volume_wh), (0, 10));
    // Its own curve allows 2 to 10, no arbitrage 1 to 9.
    assert_eq!((price(&outcome, 0), price(&outcome, 1)), (Some(5), Some(5)));
}

#[test]
fn the_largest_numbers_there_are_clear() {
    let most = u32::MAX;
    let mut zones = vec![root(0)];
    zones.extend((1..=8).map(|id| limited(id - 1, id, most, Some(u64::MAX), Some(u64::MAX))));
    let steps = [sell(u64::MAX, 8, most, most), buy(0, 0, most, most), sell(1, 0, most, 0)];
    let outcome = cleared(&zones, &steps);
    assert_eq!(outcome.welfare_neur, i128::from(most) * i128::from(most));
    // A buyer 8 fees below an offer for nothing.
    let outcome = cleared(&zones, &[buy(0, 8, most, most), sell(1, 0, most, 0)]);
    assert_eq!((outcome.volume_wh, price(&outcome, 0)), (0, Some((-7 * i64::from(most)).div_euclid(2))));
}
