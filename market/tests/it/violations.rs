//! The verifier rejects every outcome but the right one, and says why.

use crate::market::{Market, any_market, below, buy, cleared, limited, network, root, sell};
use deren_market::{ClearError, Fill, Outcome, Step, Violation, Zone, ZoneOutcome, clear, verify};
use deren_primitives::{OrderStepId, Side, ZoneId};
use proptest::prelude::*;

const ROOT: ZoneId = ZoneId(0);
const CHILD: ZoneId = ZoneId(1);

fn zones() -> Vec<Zone> {
    vec![root(0), limited(0, 1, 2, Some(6), Some(6))]
}

/// The child sends 6 Wh up, all that its edge carries: prices 5 below and 8 above.
fn steps() -> Vec<Step> {
    vec![sell(1, 1, 6, 5), sell(2, 1, 6, 5), buy(3, 1, 2, 9), buy(4, 0, 10, 20), sell(5, 0, 3, 6), sell(6, 0, 4, 8)]
}

/// What the verifier says of the right outcome after `change`.
fn after(change: impl FnOnce(&mut Outcome)) -> Result<(), Violation> {
    let mut outcome = cleared(&zones(), &steps());
    change(&mut outcome);
    verify(&network(&zones()), &steps(), &outcome)
}

fn set_fill(outcome: &mut Outcome, id: u64, quantity_wh: u32) {
    let fill = outcome.fills.iter_mut().find(|fill| fill.id.0 == id).expect("a fill");
    fill.quantity_wh = quantity_wh;
}

fn set_price(outcome: &mut Outcome, zone: ZoneId, price: i64) {
    let zone = outcome.zones.iter_mut().find(|other| other.id == zone).expect("a zone");
    zone.price_ueur_per_kwh = Some(price);
}

#[test]
fn the_right_outcome_is_accepted() {
    assert_eq!(after(|_| {}), Ok(()));
    let outcome = cleared(&zones(), &steps());
    assert_eq!(outcome.fills.iter().map(|fill| fill.quantity_wh).collect::<Vec<_>>(), [4, 4, 2, 10, 3, 1]);
}

#[test]
fn steps_that_cannot_be_cleared() {
    let twice = [buy(1, 0, 1, 1), buy(1, 0, 1, 1)];
    let error = verify(&network(&zones()), &twice, &Outcome::default());
    assert_eq!(error, Err(Violation::Zones(ROOT)));
    let zones_only = |outcome: &mut Outcome| outcome.fills.clear();
    let mut outcome = cleared(&zones(), &[]);
    zones_only(&mut outcome);
    let verdict = |steps: &[Step]| verify(&network(&zones()), steps, &outcome);
    assert_eq!(verdict(&twice), Err(Violation::Steps(ClearError::DuplicateStep(OrderStepId(1)))));
    let (id, zone) = (OrderStepId(1), ZoneId(9));
    assert_eq!(verdict(&[buy(1, 9, 1, 1)]), Err(Violation::Steps(ClearError::UnknownZone { id, zone })));
}

#[test]
fn zones_that_are_not_the_markets() {
    assert_eq!(after(|outcome| outcome.zones.truncate(1)), Err(Violation::Zones(CHILD)));
    assert_eq!(after(|outcome| outcome.zones.reverse()), Err(Violation::Zones(ROOT)));
    let more = ZoneOutcome { id: ZoneId(2), price_ueur_per_kwh: None, net_export_wh: 0 };
    assert_eq!(after(|outcome| outcome.zones.push(more)), Err(Violation::Zones(ZoneId(2))));
}

#[test]
fn fills_out_of_order() {
    assert_eq!(after(|outcome| outcome.fills.swap(1, 2)), Err(Violation::FillOrder(OrderStepId(2))));
    let twice = after(|outcome| outcome.fills.insert(0, outcome.fills[0]));
    assert_eq!(twice, Err(Violation::FillOrder(OrderStepId(1))));
}

#[test]
fn a_fill_of_a_step_that_is_not_there() {
    let stray = |id| Fill { id: OrderStepId(id), quantity_wh: 1 };
    let first = after(|outcome| outcome.fills.insert(0, stray(0)));
    assert_eq!(first, Err(Violation::UnknownStep(OrderStepId(0))));
    assert_eq!(after(|outcome| outcome.fills.push(stray(7))), Err(Violation::UnknownStep(OrderStepId(7))));
}

#[test]
fn a_fill_of_nothing_or_too_much() {
    assert_eq!(after(|outcome| set_fill(outcome, 5, 0)), Err(Violation::EmptyFill(OrderStepId(5))));
    let overfilled = Violation::Overfilled { id: OrderStepId(5), quantity_wh: 3, filled_wh: 4 };
    assert_eq!(after(|outcome| set_fill(outcome, 5, 4)), Err(overfilled));
}

#[test]
fn net_export_that_the_fills_do_not_show() {
    let wrong = after(|outcome| outcome.zones[1].net_export_wh = 5);
    assert_eq!(wrong, Err(Violation::NetExport { zone: CHILD, stated_wh: 5, actual_wh: 6 }));
}

#[test]
fn more_sold_than_bought() {
    let unbalanced = after(|outcome| {
        set_fill(outcome, 6, 2);
        outcome.zones[0].net_export_wh = 1;
    });
    assert_eq!(unbalanced, Err(Violation::Unbalanced { surplus_wh: 1 }));
}

#[test]
fn an_edge_beyond_its_capacity() {
    let beyond = after(|outcome| {
        set_fill(outcome, 1, 5);
        outcome.fills.retain(|fill| fill.id.0 != 6);
        outcome.zones[1].net_export_wh = 7;
    });
    assert_eq!(beyond, Err(Violation::Capacity { zone: CHILD, flow_wh: 7 }));
}

#[test]
fn a_step_that_trades_beyond_its_limit() {
    assert_eq!(after(|outcome| set_price(outcome, CHILD, 4)), Err(Violation::WorseThanLimit(OrderStepId(1))));
    assert_eq!(after(|outcome| set_price(outcome, ROOT, 21)), Err(Violation::WorseThanLimit(OrderStepId(4))));
}

#[test]
fn a_step_that_is_better_than_the_price_and_not_whole() {
    assert_eq!(after(|outcome| set_price(outcome, CHILD, 6)), Err(Violation::NotWhole(OrderStepId(1))));
    assert_eq!(after(|outcome| set_fill(outcome, 4, 9)), Err(Violation::NotWhole(OrderStepId(4))));
}

#[test]
fn a_flow_from_a_zone_without_price() {
    let none = after(|outcome| outcome.zones[1].price_ueur_per_kwh = None);
    assert_eq!(none, Err(Violation::FlowWithoutPrice(CHILD)));
}

#[test]
fn prices_that_leave_arbitrage() {
    // An open edge: the parent may be dearer by the fee of 2, not by 3, and if something flows not by 1 either.
    let zones = [root(0), below(0, 1, 2)];
    let steps = [sell(1, 1, 5, 5), buy(2, 0, 5, 20)];
    let mut outcome = cleared(&zones, &steps);
    assert_eq!((outcome.zones[0].price_ueur_per_kwh, outcome.zones[1].price_ueur_per_kwh), (Some(13), Some(11)));
    for (price, difference_ueur_per_kwh) in [(10, 3), (12, 1)] {
        set_price(&mut outcome, CHILD, price);
        let verdict = verify(&network(&zones), &steps, &outcome);
        assert_eq!(verdict, Err(Violation::Arbitrage { zone: CHILD, difference_ueur_per_kwh }));
    }
}

#[test]
fn prices_that_support_the_trade_but_are_not_the_rules() {
    let zones = [root(0), below(0, 1, 2)];
    let steps = [sell(1, 1, 5, 5), buy(2, 0, 5, 20)];
    let mut outcome = cleared(&zones, &steps);
    set_price(&mut outcome, CHILD, 12);
    set_price(&mut outcome, ROOT, 14);
    let verdict = verify(&network(&zones), &steps, &outcome);
    assert_eq!(verdict, Err(Violation::PriceRule { zone: ROOT, stated: Some(14), ruled: Some(13) }));
}

#[test]
fn a_price_where_there_is_none_and_none_where_there_is_one() {
    let zones = [root(0), below(0, 1, 2)];
    let mut outcome = cleared(&zones, &[]);
    set_price(&mut outcome, ROOT, 0);
    let verdict = verify(&network(&zones), &[], &outcome);
    assert_eq!(verdict, Err(Violation::PriceRule { zone: ROOT, stated: Some(0), ruled: None }));
    let steps = [buy(1, 1, 5, 9)];
    let mut outcome = cleared(&zones, &steps);
    outcome.zones[1].price_ueur_per_kwh = None;
    let verdict = verify(&network(&zones), &steps, &outcome);
    assert_eq!(verdict, Err(Violation::PriceRule { zone: CHILD, stated: None, ruled: Some(9) }));
}

#[test]
fn extreme_prices_are_rejected_without_overflow() {
    for price in [i64::MIN, i64::MAX] {
        assert!(after(|outcome| set_price(outcome, ROOT, price)).is_err());
        assert!(
            after(|outcome| outcome.zones.iter_mut().for_each(|zone| zone.price_ueur_per_kwh = Some(price))).is_err()
        );
        assert!(after(|outcome| outcome.zones[0].net_export_wh = price).is_err());
    }
}

#[test]
fn another_zones_share() {
    let zones = [root(0), below(0, 1, 0)];
    let steps = [sell(1, 0, 10, 5), sell(2, 1, 10, 5), buy(3, 0, 10, 9)];
    let mut outcome = cleared(&zones, &steps);
    set_fill(&mut outcome, 1, 4);
    set_fill(&mut outcome, 2, 6);
    outcome.zones[1].net_export_wh = 6;
    assert_eq!(verify(&network(&zones), &steps, &outcome), Err(Violation::ZoneShares(ROOT)));
}

#[test]
fn demand_forgone_before_supply() {
    let steps = [sell(1, 0, 10, 5), buy(2, 0, 10, 5)];
    let mut outcome = cleared(&[root(0)], &steps);
    set_fill(&mut outcome, 1, 9);
    set_fill(&mut outcome, 2, 9);
    outcome.volume_wh = 9;
    assert_eq!(verify(&network(&[root(0)]), &steps, &outcome), Err(Violation::ZoneShares(ROOT)));
}

#[test]
fn another_steps_share() {
    // Not the proportion, and the proportion rounded the other way round.
    let moved = after(|outcome| {
        set_fill(outcome, 1, 6);
        set_fill(outcome, 2, 2);
    });
    assert_eq!(moved, Err(Violation::StepShare(OrderStepId(1))));
    let steps = [sell(1, 0, 3, 5), sell(2, 0, 3, 5), buy(3, 0, 3, 9)];
    let mut outcome = cleared(&[root(0)], &steps);
    set_fill(&mut outcome, 1, 1);
    set_fill(&mut outcome, 2, 2);
    let verdict = verify(&network(&[root(0)]), &steps, &outcome);
    assert_eq!(verdict, Err(Violation::StepShare(OrderStepId(1))));
}

#[test]
fn sums_that_are_not_the_sums() {
    let actual = cleared(&zones(), &steps());
    let (stated_wh, actual_wh) = (actual.volume_wh + 1, actual.volume_wh);
    let volume = after(|outcome| outcome.volume_wh += 1);
    assert_eq!(volume, Err(Violation::Volume { stated_wh, actual_wh }));
    let (stated_neur, actual_neur) = (actual.welfare_neur - 1, actual.welfare_neur);
    let welfare = after(|outcome| outcome.welfare_neur -= 1);
    assert_eq!(welfare, Err(Violation::Welfare { stated_neur, actual_neur }));
}

/// The outcome with its net exports, volume and welfare as its fills have them.
fn consistent(market: &Market, mut outcome: Outcome) -> Outcome {
    let sign = |step: &Step| if step.side == Side::Sell { 1 } else { -1 };
    let mut welfare = 0i128;
    for zone in &mut outcome.zones {
        zone.net_export_wh = 0;
    }
    outcome.volume_wh = 0;
    for step in &market.steps {
        let filled = i64::from(outcome.filled_wh(step.id));
        welfare -= i128::from(sign(step) * filled) * i128::from(step.limit_ueur_per_kwh);
        outcome.volume_wh += if step.side == Side::Buy { filled as u64 } else { 0 };
        // To the zone and all above it.
        let mut at = Some(step.zone);
        while let Some(id) = at {
            let zone = outcome.zones.iter_mut().find(|zone| zone.id == id).expect("a zone");
            zone.net_export_wh += sign(step) * filled;
            at = market.zones.iter().find(|zone| zone.id == id).and_then(|zone| zone.edge).map(|edge| edge.parent);
        }
    }
    for edge in market.zones.iter().filter_map(|zone| Some((zone.id, zone.edge?))) {
        let flow = outcome.zone(edge.0).expect("a zone").net_export_wh;
        welfare -= i128::from(edge.1.fee_ueur_per_kwh) * i128::from(flow.unsigned_abs());
    }
    outcome.welfare_neur = welfare;
    outcome
}

fn fill_by(outcome: &mut Outcome, id: OrderStepId, by_wh: i64) {
    let wh = i64::from(outcome.filled_wh(id)) + by_wh;
    outcome.fills.retain(|fill| fill.id != id);
    if let (1.., Ok(quantity_wh)) = (wh, u32::try_from(wh)) {
        outcome.fills.push(Fill { id, quantity_wh });
        outcome.fills.sort_by_key(|fill| fill.id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_other_price_is_rejected(market in any_market(20), zone: prop::sample::Index, price in -40..40i64) {
        let (network, mut outcome) = (network(&market.zones), cleared(&market.zones, &market.steps));
        let zone = zone.index(outcome.zones.len());
        prop_assume!(outcome.zones[zone].price_ueur_per_kwh != Some(price));
        outcome.zones[zone].price_ueur_per_kwh = Some(price);
        prop_assert!(verify(&network, &market.steps, &outcome).is_err());
    }

    #[test]
    fn moving_a_wh_between_steps_is_rejected(
        market in any_market(20), from: prop::sample::Index, to: prop::sample::Index
    ) {
        let (network, mut outcome) = (network(&market.zones), cleared(&market.zones, &market.steps));
        if outcome.fills.is_empty() {
            return Ok(());
        }
        // One Wh less of the one; of the other one more if it is on the same side, else one less as well.
        let id = from.get(&outcome.fills).id;
        let from = market.steps.iter().find(|step| step.id == id).expect("a step");
        let to = to.get(&market.steps);
        fill_by(&mut outcome, from.id, -1);
        fill_by(&mut outcome, to.id, if from.side == to.side { 1 } else { -1 });
        let outcome = consistent(&market, outcome);
        let is_right = outcome == clear(&network, &market.steps).expect("clears");
        prop_assert_eq!(verify(&network, &market.steps, &outcome).is_ok(), is_right);
    }

    #[test]
    fn verifying_nonsense_does_not_panic(
        market in any_market(10),
        zones in prop::collection::vec((0..11u32, any::<Option<i64>>(), any::<i64>()), 0..10),
        fills in prop::collection::vec((0..40u64, any::<u32>()), 0..10),
        welfare_neur: i128, volume_wh: u64,
    ) {
        let zone = |(id, price_ueur_per_kwh, net_export_wh)| ZoneOutcome { id: ZoneId(id), price_ueur_per_kwh, net_export_wh };
        let fill = |(id, quantity_wh)| Fill { id: OrderStepId(id), quantity_wh };
        let outcome = Outcome {
            zones: zones.into_iter().map(zone).collect(),
            fills: fills.into_iter().map(fill).collect(),
            welfare_neur,
            volume_wh,
        };
        let _ = verify(&network(&market.zones), &market.steps, &outcome);
        let _ = deren_market::settle(&network(&market.zones), &market.steps, &outcome, 100);
    }
}
