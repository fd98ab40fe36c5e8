use super::*;
use crate::report::{Fill, SlotReport, Totals, ZoneResult};
use deren_primitives::{OrderStepId, Side, Slot, SlotState, SlotSummary};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A slot in which a home of zone 1 sells to one of zone 2, as the books have it.
fn books(slot: u32, wh: u32) -> SlotReport {
    let fill = |site, side, zone, amount_ueur| Fill {
        step: OrderStepId::new(SiteId(site), side, 0),
        zone: ZoneId(zone),
        quantity_wh: wh,
        price_ueur_per_kwh: 100_000,
        amount_ueur,
    };
    let zone = |net_export_wh| ZoneResult { price_ueur_per_kwh: Some(100_000), net_export_wh };
    let fills = if wh == 0 { Vec::new() } else { vec![fill(1, Side::Sell, 1, 40), fill(2, Side::Buy, 2, 50)] };
    SlotReport {
        slot: Slot(slot),
        summary: SlotSummary {
            state: SlotState::Settled,
            cleared_in_block: 4,
            settled_in_block: 5,
            readings: 2,
            bought_wh: wh.into(),
            sold_wh: wh.into(),
            paid_ueur: 50,
            received_ueur: 40,
            network_fees_ueur: 5,
            congestion_rent_ueur: 2,
            protocol_fee_ueur: 2,
            dust_ueur: 1,
            amounts_rounded: 3,
        },
        zones: BTreeMap::from([(ZoneId(1), zone(i64::from(wh))), (ZoneId(2), zone(-i64::from(wh)))]),
        fills,
        minted_ren: BTreeMap::from([(SiteId(1), 7_000_000_000_000_000_000_000)]),
        finalized_block: 6,
    }
}

/// The API's answer for the same slot.
fn shown(slot: u32, wh: u32) -> SlotShown {
    let zone = |zone: u32, net: i64, bought: u32, sold: u32| {
        json!({ "zone": zone, "price_ueur_per_kwh": (bought + sold > 0).then_some(100_000), "net_export_wh": net,
                "bought_wh": bought, "sold_wh": sold, "measured": null })
    };
    let text = json!({
        "slot": slot, "start_unix_s": slot * 12, "end_unix_s": slot * 12 + 12, "state": "settled", "finalized": true,
        "readings": 2, "volume_wh": wh, "paid_ueur": 50, "received_ueur": 40, "network_fees_ueur": 5,
        "congestion_rent_ueur": 2, "protocol_fee_ueur": 2, "dust_ueur": 1, "cleared_in_block": 4,
        "settled_in_block": 5, "minted_ren": "7000000000000000000000",
        "zones": [zone(0, 0, 0, 0), zone(1, i64::from(wh), 0, wh), zone(2, -i64::from(wh), wh, 0)],
    });
    serde_json::from_value(text).expect("a slot")
}

#[test]
fn a_slot_that_agrees_has_no_differences() {
    assert_eq!(differences(&shown(9, 500), &books(9, 500)), Vec::<String>::new());
}

#[test]
fn each_difference_is_named_with_both_values() {
    let mut wrong = shown(9, 500);
    wrong.dust_ueur = 2;
    wrong.minted_ren = None;
    wrong.zones[1].net_export_wh = 499;
    let found = differences(&wrong, &books(9, 500)).join("; ");
    for part in ["dust: the API says 2, the books 1", "minted REN", "zone 1", "499", "finalised: true"] {
        assert!(found.contains(part), "`{part}` is missing in: {found}");
    }
}

#[test]
fn a_price_where_nothing_was_traded_is_a_difference() {
    let mut wrong = shown(9, 500);
    wrong.zones[0].price_ueur_per_kwh = Some(1);
    assert_eq!(differences(&wrong, &books(9, 500)).len(), 1);
}

#[test]
fn what_is_not_settled_is_not_counted() {
    let mut later = shown(10, 500);
    later.state = "cleared".into();
    later.settled_in_block = None;
    let slots = [shown(9, 0), later, shown(11, 500)];
    let missing = totals(&slots, 1, 3).expect_err("slot 10 comes first");
    assert!(missing.contains("slot 10 is cleared"), "{missing}");
    assert!(totals(&slots[..1], 1, 3).expect_err("no trade").contains("0 of 1"));
}

proptest! {
    #[test]
    fn sums_are_those_of_the_books(amounts in proptest::collection::vec(0..1000u32, 1..20)) {
        let mut expected = Totals::default();
        let mut slots = Vec::new();
        for (slot, wh) in (1u32..).zip(&amounts) {
            let report = books(slot, *wh);
            if report.traded() {
                expected.add(&report);
            }
            slots.push(shown(slot, *wh));
        }
        if expected.slots > 0 {
            prop_assert_eq!(totals(&slots, expected.slots, 6).expect("all are done"), expected);
        }
    }
}

#[tokio::test]
async fn an_api_that_is_not_there_is_named() {
    let port = deren_testing::free_port();
    let api = Api::new(port).expect("a client");
    let error = api.status().await.expect_err("nobody listens").to_string();
    assert!(error.contains("/api/v1/status"), "{error}");
    assert!(api.ready().await.is_err());
}
