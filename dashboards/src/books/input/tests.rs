//! The input of a clearing from rows: every market file that comes out of random rows clears, verifies and settles.

use super::*;
use codec::Decode;
use deren_market::{Edge, Energies, clear, settle, verify};
use deren_primitives::DeviceRole;
use proptest::prelude::*;

fn feeder(id: u32, fee_ueur_per_kwh: u32, capacity_wh: Option<u64>) -> Zone {
    let edge = Edge { parent: ZoneId(0), fee_ueur_per_kwh, capacity_up_wh: capacity_wh, capacity_down_wh: capacity_wh };
    Zone { id: ZoneId(id), edge: Some(edge) }
}

fn measured(import_wh: u64, export_wh: u64, produced_wh: u64) -> SlotEnergies {
    let mut energies = SlotEnergies::default();
    energies.add(DeviceRole::Grid, 1_000, Energies { import_wh, export_wh });
    energies.add(DeviceRole::Production, 1_000, Energies { import_wh: 0, export_wh: produced_wh });
    energies
}

fn order(site: u32, side: Side, zone: u32, steps: &[(u32, u32)]) -> StandingOrder {
    StandingOrder { site: SiteId(site), side, zone: ZoneId(zone), steps: steps.to_vec() }
}

/// A seller of 700 measured Wh and a buyer of 600, with a fee of 1 %.
fn two_sites() -> SlotRows {
    SlotRows {
        zones: vec![Zone { id: ZoneId(0), edge: None }, feeder(1, 10_000, None), feeder(2, 10_000, Some(400))],
        protocol_fee_bp: 100,
        orders: vec![
            order(1, Side::Sell, 1, &[(90_000, 500), (95_000, 500)]),
            order(2, Side::Buy, 2, &[(250_000, 10_000)]),
        ],
        energies: BTreeMap::from([(SiteId(1), measured(0, 700, 800)), (SiteId(2), measured(600, 0, 0))]),
    }
}

fn quantities(input: &SlotInput) -> Vec<(u32, u32)> {
    input.steps.iter().map(|step| (step.id.site().0, step.quantity_wh)).collect()
}

#[test]
fn orders_are_cut_to_what_was_measured() {
    let input = SlotInput::from_rows(two_sites()).expect("sound rows");
    assert_eq!(quantities(&input), [(1, 500), (1, 200), (2, 600)]);
    let limits: Vec<u32> = input.market().steps.iter().map(|step| step.limit_ueur_per_kwh).collect();
    assert_eq!(limits, [90_000, 95_000, 247_524], "only the buyer's limit leaves room for the fee");
}

#[test]
fn a_site_without_a_good_reading_brings_nothing() {
    let mut rows = two_sites();
    rows.energies.remove(&SiteId(1));
    assert_eq!(quantities(&SlotInput::from_rows(rows).expect("sound rows")), [(2, 600)]);
}

#[test]
fn what_production_does_not_show_is_not_offered() {
    let mut rows = two_sites();
    rows.energies.insert(SiteId(1), measured(0, 700, 300));
    assert_eq!(quantities(&SlotInput::from_rows(rows).expect("sound rows")), [(1, 300), (2, 600)]);
}

#[test]
fn a_site_of_a_zone_that_is_not_there_yet_brings_nothing() {
    let mut rows = two_sites();
    rows.zones.pop();
    assert_eq!(quantities(&SlotInput::from_rows(rows).expect("sound rows")), [(1, 500), (1, 200)]);
}

#[test]
fn rows_that_are_no_tree_are_an_error() {
    let mut rows = two_sites();
    rows.zones.push(feeder(1, 0, None));
    assert!(SlotInput::from_rows(rows).is_err());
}

#[test]
fn the_hash_is_of_zones_and_steps_in_that_order() {
    let market = SlotInput::from_rows(two_sites()).expect("sound rows").market();
    let zones: Vec<Zone> = market.network.zones().collect();
    let bytes = [zones.encode(), market.steps.encode()].concat();
    assert_eq!(input_hash(&market), blake2_256(&bytes));
    let read = <(Vec<Zone>, Vec<Step>)>::decode(&mut bytes.as_slice()).expect("SCALE");
    assert_eq!(read, (zones, market.steps));
}

prop_compose! {
    fn any_site()(
        zone in 0..4u32, (import_wh, export_wh) in (0..3_000u64, 0..3_000u64), produced_wh in 0..4_000u64,
        buys in proptest::collection::btree_map(0..400_000u32, 0..2_000u32, 0..4),
        sells in proptest::collection::btree_map(0..400_000u32, 0..2_000u32, 0..4),
    ) -> (u32, SlotEnergies, Vec<(u32, u32)>, Vec<(u32, u32)>) {
        (zone, measured(import_wh, export_wh, produced_wh), buys.into_iter().rev().collect(), sells.into_iter().collect())
    }
}

proptest! {
    #[test]
    fn any_rows_clear_verify_and_settle(
        sites in proptest::collection::vec(any_site(), 0..24), protocol_fee_bp in 0..2_000u16,
        edges in proptest::collection::vec((0..50_000u32, proptest::option::of(0..4_000u64)), 3),
    ) {
        let mut rows = SlotRows { protocol_fee_bp, ..SlotRows::default() };
        rows.zones.push(Zone { id: ZoneId(0), edge: None });
        rows.zones.extend((1..).zip(edges).map(|(id, (fee, capacity_wh))| feeder(id, fee, capacity_wh)));
        for (site, (zone, energies, buys, sells)) in (0..).zip(sites) {
            rows.energies.insert(SiteId(site), energies);
            rows.orders.push(order(site, Side::Buy, zone, &buys));
            rows.orders.push(order(site, Side::Sell, zone, &sells));
        }
        let input = SlotInput::from_rows(rows).expect("a tree");
        let market = input.market();
        let read = Market::from_json(market.to_json().expect("JSON").as_bytes()).expect("a market file");
        prop_assert_eq!(&read, &market);
        prop_assert_eq!(input_hash(&read), input_hash(&market));
        let outcome = clear(&read.network, &read.steps).expect("clears");
        let result = outcome.to_json().expect("JSON");
        let result = deren_market::Outcome::from_json(result.as_bytes()).expect("a result");
        prop_assert_eq!(verify(&market.network, &market.steps, &result), Ok(()));
        let amounts = settle(&input.network, &input.steps, &result, input.protocol_fee_bp).expect("settles");
        let fees: u128 = amounts.network_fees.iter().map(|(_, ueur)| *ueur).sum();
        let others = amounts.congestion_rent_ueur + amounts.protocol_fee_ueur + amounts.dust_ueur;
        prop_assert_eq!(amounts.paid_ueur, amounts.received_ueur + fees + others);
    }
}
