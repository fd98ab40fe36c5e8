//! What is left at the price is shared by the tie rule. Every outcome here has passed the verifier as well.

use crate::market::{below, buy, cleared, export, fills, limited, root, sell};

#[test]
fn steps_at_the_price_share_by_quantity() {
    let steps = [sell(1, 0, 30, 5), sell(2, 0, 20, 5), sell(3, 0, 10, 5), buy(4, 0, 12, 9)];
    assert_eq!(fills(&cleared(&[root(0)], &steps)), [(1, 6), (2, 4), (3, 2), (4, 12)]);
}

#[test]
fn what_does_not_divide_goes_to_the_largest_remainders() {
    // 10 of 7 + 5 + 3: 4.67, 3.33, 2.00.
    let steps = [sell(1, 0, 3, 5), sell(2, 0, 5, 5), sell(3, 0, 7, 5), buy(4, 0, 10, 9)];
    assert_eq!(fills(&cleared(&[root(0)], &steps)), [(1, 2), (2, 3), (3, 5), (4, 10)]);
}

#[test]
fn what_still_does_not_divide_goes_to_the_smaller_ids() {
    let steps = [sell(9, 0, 3, 5), sell(8, 0, 3, 5), sell(7, 0, 3, 5), buy(4, 0, 4, 9)];
    assert_eq!(fills(&cleared(&[root(0)], &steps)), [(4, 4), (7, 2), (8, 1), (9, 1)]);
}

#[test]
fn buyers_at_the_price_share_as_sellers_do() {
    let steps = [buy(1, 0, 3, 5), buy(2, 0, 5, 5), buy(3, 0, 7, 5), sell(4, 0, 10, 1)];
    assert_eq!(fills(&cleared(&[root(0)], &steps)), [(1, 2), (2, 3), (3, 5), (4, 10)]);
}

#[test]
fn better_steps_are_whole_before_any_share() {
    let steps = [sell(1, 0, 8, 4), sell(2, 0, 10, 5), sell(3, 0, 10, 5), sell(4, 0, 10, 6), buy(5, 0, 12, 9)];
    assert_eq!(fills(&cleared(&[root(0)], &steps)), [(1, 8), (2, 2), (3, 2), (5, 12)]);
}

#[test]
fn trade_at_the_margin_is_maximal() {
    let steps = [sell(1, 0, 5, 5), buy(2, 0, 5, 5)];
    assert_eq!(fills(&cleared(&[root(0)], &steps)), [(1, 5), (2, 5)]);
}

#[test]
fn a_zone_shares_with_its_children_before_its_steps_share() {
    // 9 Wh at 5: the root's own 20 (two steps of 10) and the two children's 5 each.
    let zones = [root(0), below(0, 1, 0), below(0, 2, 0)];
    let steps =
        [sell(1, 0, 10, 5), sell(2, 0, 10, 5), sell(3, 1, 5, 5), sell(4, 2, 2, 5), sell(5, 2, 3, 5), buy(6, 0, 9, 9)];
    let outcome = cleared(&zones, &steps);
    // 9 × 20/30 = 6; 9 × 5/30 = 1.5 each, the Wh left to the smaller zone.
    assert_eq!((export(&outcome, 1), export(&outcome, 2)), (2, 1));
    assert_eq!(fills(&outcome), [(1, 3), (2, 3), (3, 2), (5, 1), (6, 9)]);
}

#[test]
fn a_childs_share_is_of_what_its_edge_lets_through() {
    // The child has 30 to sell, but an edge for 10: it shares as 10 with the root's 10.
    let zones = [root(0), limited(0, 1, 0, Some(10), None)];
    let outcome = cleared(&zones, &[sell(1, 0, 10, 5), sell(2, 1, 30, 5), buy(3, 0, 8, 9)]);
    assert_eq!(fills(&outcome), [(1, 4), (2, 4), (3, 8)]);
}

#[test]
fn children_share_demand_as_they_forgo_it() {
    // 6 Wh for two zones that want 6 each at the margin: each forgoes 3.
    let zones = [root(0), below(0, 1, 2), below(0, 2, 2)];
    let outcome = cleared(&zones, &[sell(1, 0, 6, 1), buy(2, 1, 6, 7), buy(3, 2, 6, 7)]);
    assert_eq!((export(&outcome, 1), export(&outcome, 2)), (-3, -3));
    // 5 Wh: 7 are forgone, the Wh that does not divide by the smaller zone.
    let outcome = cleared(&zones, &[sell(1, 0, 5, 1), buy(2, 1, 6, 7), buy(3, 2, 6, 7)]);
    assert_eq!((export(&outcome, 1), export(&outcome, 2)), (-2, -3));
}

#[test]
fn supply_anywhere_comes_before_forgone_demand_anywhere() {
    // At 5 the root's buyer could forgo, and the child could supply: trade is maximal if the child supplies.
    let zones = [root(0), below(0, 1, 0)];
    let outcome = cleared(&zones, &[buy(1, 0, 10, 5), sell(2, 1, 10, 5), sell(3, 0, 4, 1)]);
    assert_eq!((outcome.volume_wh, fills(&outcome)), (10, vec![(1, 10), (2, 6), (3, 4)]));
}

#[test]
fn equal_quantities_in_many_zones_differ_by_one_at_most() {
    let mut zones = vec![root(0)];
    zones.extend((1..=50).map(|id| below(0, id, 1)));
    let mut steps: Vec<_> = (1..=50).map(|id| sell(u64::from(id), id, 100, 3)).collect();
    steps.push(buy(1000, 0, 1234, 9));
    let outcome = cleared(&zones, &steps);
    // 1234 = 50 × 24 + 34: one more for the 34 smallest ids.
    for id in 1..=50 {
        assert_eq!(export(&outcome, id), if id <= 34 { 25 } else { 24 });
    }
}
