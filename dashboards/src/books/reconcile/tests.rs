//! Comparing is complete: whatever is different between rows and chain is said, with both values.

use super::*;
use deren_primitives::{MarketId, SlotState, SlotSummary};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn sums() -> SlotSummary {
    SlotSummary {
        state: SlotState::Settled,
        cleared_in_block: 10,
        settled_in_block: 11,
        readings: 3,
        bought_wh: 400,
        sold_wh: 400,
        paid_ueur: 60_600,
        received_ueur: 52_000,
        network_fees_ueur: 8_000,
        congestion_rent_ueur: 0,
        protocol_fee_ueur: 599,
        dust_ueur: 1,
        amounts_rounded: 4,
    }
}

fn era(slots: &[(u32, SlotSummary)]) -> EraSums {
    let slots = slots.iter().map(|(slot, sums)| ((MarketId(0), Slot(*slot)), sums.clone()));
    EraSums { slots: slots.collect(), minted_ren: Some(5) }
}

fn result(differences: Vec<String>) -> Reconciliation {
    Reconciliation { era: 4, first: Slot(8), through: Slot(9), differences, against: Against::State }
}

#[test]
fn equal_sums_agree() {
    let era = era(&[(8, sums()), (9, sums())]);
    assert!(differences(&era, &era).is_empty());
    assert_eq!(result(vec![]).difference(), None);
}

#[test]
fn one_wrong_watt_hour_is_named_with_both_values() {
    let dishonest = SlotSummary { bought_wh: 401, ..sums() };
    let found = differences(&era(&[(8, dishonest)]), &era(&[(8, sums())]));
    assert_eq!(found, ["market 0, slot 8: bought Wh 401 in the rows, 400 on the chain"]);
}

#[test]
fn a_slot_that_only_one_side_has_is_named() {
    let (with, without) = (era(&[(8, sums())]), era(&[]));
    assert_eq!(differences(&with, &without), ["market 0, slot 8: the chain has no such slot"]);
    assert_eq!(differences(&without, &with), ["market 0, slot 8: there are no rows of it"]);
}

#[test]
fn ren_that_was_not_minted_is_named() {
    let none = EraSums { slots: BTreeMap::new(), minted_ren: None };
    let some = EraSums { minted_ren: Some(7), ..none.clone() };
    assert_eq!(differences(&some, &none), ["minted REN 7 in the rows, none on the chain"]);
}

#[test]
fn the_text_is_bounded() {
    let text = result((0..1000).map(|number| number.to_string()).collect()).difference().expect("differences");
    assert!(text.starts_with("0; 1; 2;") && text.ends_with("19; and 980 more"), "{text}");
}

#[test]
fn eras_are_counted_by_how_they_came_out() {
    let metrics = ReconciliationMetrics::default();
    let mut registry = prometheus_client::registry::Registry::default();
    metrics.register(&mut registry);
    metrics.count(&result(vec![]));
    metrics.count(&result(vec!["a difference".into()]));
    assert_eq!(metrics.counts(), (1, 1));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).expect("text");
    for line in ["deren_dashboards_eras_reconciled_total 1", "deren_dashboards_eras_different_total 1"] {
        assert!(text.contains(line), "{text}");
    }
}

proptest! {
    #[test]
    fn any_changed_sum_is_found(place in 0..10usize, by in 1..1_000u64) {
        let mut dishonest = sums();
        match place {
            0 => dishonest.readings += 1,
            1 => dishonest.bought_wh += by,
            2 => dishonest.sold_wh += by,
            3 => dishonest.paid_ueur += u128::from(by),
            4 => dishonest.received_ueur += u128::from(by),
            5 => dishonest.network_fees_ueur += u128::from(by),
            6 => dishonest.congestion_rent_ueur += u128::from(by),
            7 => dishonest.protocol_fee_ueur += u128::from(by),
            8 => dishonest.dust_ueur += u128::from(by),
            _ => dishonest.state = SlotState::Cleared,
        }
        prop_assert_eq!(differences(&era(&[(8, dishonest)]), &era(&[(8, sums())])).len(), 1);
    }
}
