//! Markets, zones and slots.

use crate::{
    fixture::{OPERATOR, SLOT, START, hour},
    helpers::{App, spawn_street, ss58},
};
use serde_json::json;

#[tokio::test]
async fn markets_are_listed_with_what_they_have() {
    let app = spawn_street().await;
    let market = json!({"id": 0, "operator": ss58(OPERATOR), "privacy_threshold": 2, "protocol_fee_bp": 100, "zones": 3, "sites": 3});
    assert_eq!(app.client().get("/api/v1/markets").await.ok(), json!({"markets": [market]}));
    assert_eq!(app.client().get("/api/v1/markets/0").await.ok(), market);
    app.client().get("/api/v1/markets/1").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn zones_are_a_tree_with_terms_of_now_and_of_later() {
    let app = spawn_street().await;
    app.sql("INSERT INTO local.zone_names VALUES (1, 'North <b>row</b>')").await;
    let zones = app.client().get("/api/v1/markets/0/zones").await.ok();
    let root = json!({"id": 0, "parent": null, "depth": 0, "name": null, "operator": ss58(OPERATOR), "sites": 0,
        "fee_ueur_per_kwh": null, "capacity_up_wh": null, "capacity_down_wh": null, "pending": []});
    assert_eq!(zones["zones"][0], root);
    let north = &zones["zones"][1];
    assert_eq!(north["name"], "North <b>row</b>");
    assert_eq!((&north["parent"], &north["fee_ueur_per_kwh"], &north["sites"]), (&json!(0), &json!(5000), &json!(2)));
    assert_eq!((&north["capacity_up_wh"], &north["capacity_down_wh"]), (&json!(u64::MAX), &json!(9000)));
    let change = json!([{"from_slot": 4_000_000_000_u64, "fee_ueur_per_kwh": 9000, "capacity_up_wh": 7000, "capacity_down_wh": null}]);
    assert_eq!(zones["zones"][2]["pending"], change);
}

#[tokio::test]
async fn slots_come_newest_first_with_their_states() {
    let app = spawn_street().await;
    let answer = app.client().get(&format!("/api/v1/markets/0/slots?{}", hour())).await.ok();
    let slots = answer["slots"].as_array().expect("slots");
    let states: Vec<_> = slots.iter().map(|slot| (slot["slot"].as_i64(), slot["state"].as_str())).collect();
    let expected = [(2, "measured"), (1, "cleared"), (0, "settled")].map(|(n, state)| (Some(SLOT + n), Some(state)));
    assert_eq!(states, expected);
    assert_eq!(slots.iter().map(|slot| &slot["finalized"]).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(slots.iter().map(|slot| &slot["readings"]).collect::<Vec<_>>(), [1, 3, 4]);
    assert!(answer["next_to_unix_s"].is_null());
}

#[tokio::test]
async fn a_settled_slot_adds_up() {
    let app = spawn_street().await;
    let answer = app.client().get(&format!("/api/v1/markets/0/slots?from={START}&to={}", START + 1)).await.ok();
    let slot = &answer["slots"][0];
    let amount = |name: &str| slot[name].as_i64().expect("an amount");
    assert_eq!((amount("start_unix_s"), amount("end_unix_s")), (START, START + 900));
    assert_eq!((amount("volume_wh"), amount("paid_ueur"), amount("received_ueur")), (1000, 107_060, 100_000));
    let others = ["received_ueur", "network_fees_ueur", "congestion_rent_ueur", "protocol_fee_ueur", "dust_ueur"];
    assert_eq!(amount("paid_ueur"), others.iter().map(|name| amount(name)).sum::<i64>());
    assert_eq!((amount("cleared_in_block"), amount("settled_in_block")), (3, 4));
    // The market's own, and more than a JavaScript number holds.
    assert_eq!(slot["minted_ren"], "20000000000000000001");
    let zones = json!([
        // Nothing traded at the substation itself, so it shows no price.
        {"zone": 0, "price_ueur_per_kwh": null, "net_export_wh": 0, "bought_wh": 0, "sold_wh": 0, "measured": null},
        {"zone": 1, "price_ueur_per_kwh": 100_000, "net_export_wh": 600, "bought_wh": 400, "sold_wh": 1000,
         "measured": {"import_wh": 900, "export_wh": 1000}},
        {"zone": 2, "price_ueur_per_kwh": 110_000, "net_export_wh": -600, "bought_wh": 600, "sold_wh": 0, "measured": null},
    ]);
    assert_eq!(slot["zones"], zones);
}

#[tokio::test]
async fn a_limit_cuts_and_says_where_to_go_on() {
    let app = spawn_street().await;
    let client = app.client();
    let (mut to, mut seen) = (START + 3600, Vec::new());
    loop {
        let answer = client.get(&format!("/api/v1/markets/0/slots?from={START}&to={to}&limit=1")).await.ok();
        seen.extend(answer["slots"].as_array().expect("slots").iter().map(|slot| slot["slot"].as_i64()));
        match answer["next_to_unix_s"].as_i64() {
            Some(next) => to = next,
            None => break,
        }
    }
    assert_eq!(seen, [SLOT + 2, SLOT + 1, SLOT].map(Some));
}

/// A line whose limit changed in the second slot, and whose fee in the third.
async fn spawn_changing_street() -> App {
    let app = spawn_street().await;
    app.sql(
        "INSERT INTO edge_versions VALUES (5, 40, 1, 0, 5000, 700, 9000, 1900001, 1900001),
         (5, 41, 1, 0, 8000, 700, 9000, 1900001, 1900002)",
    )
    .await;
    app
}

#[tokio::test]
async fn slots_say_under_which_terms_each_is_cleared() {
    let app = spawn_changing_street().await;
    let client = app.client();
    let terms = |zone: u8, from_slot: i64, fee: u32, up: Option<u64>, down: Option<u32>| json!({"zone": zone, "from_slot": from_slot, "fee_ueur_per_kwh": fee, "capacity_up_wh": up, "capacity_down_wh": down});
    let answer = client.get(&format!("/api/v1/markets/0/slots?{}", hour())).await.ok();
    let expected = json!([
        terms(1, SLOT, 5000, Some(u64::MAX), Some(9000)),
        terms(1, SLOT + 1, 5000, Some(700), Some(9000)),
        terms(1, SLOT + 2, 8000, Some(700), Some(9000)),
        terms(2, SLOT, 5000, None, None),
    ]);
    assert_eq!(answer["terms"], expected);
    // Those of the oldest slot of the answer, not of the range that was asked for.
    let newest = client.get(&format!("/api/v1/markets/0/slots?{}&limit=1", hour())).await.ok();
    let expected = json!([terms(1, SLOT + 2, 8000, Some(700), Some(9000)), terms(2, SLOT + 2, 5000, None, None)]);
    assert_eq!(newest["terms"], expected);
    let none = client.get(&format!("/api/v1/markets/0/slots?from={}&to={}", START - 7200, START - 3600)).await.ok();
    assert_eq!((&none["slots"], &none["terms"]), (&json!([]), &json!([])));
    let second = client.get(&format!("/api/v1/markets/0/slots/{}", SLOT + 1)).await.ok();
    assert_eq!(second["zones"][1]["capacity_up_wh"], 700);
    assert_eq!(second["zones"][1]["fee_ueur_per_kwh"], 5000);
}

#[tokio::test]
async fn a_market_has_sums_of_hours_days_and_months() {
    let app = spawn_street().await;
    let client = app.client();
    let hourly = client.get(&format!("/api/v1/markets/0/sums?{}&resolution=hour", hour())).await.ok();
    let sums = json!({
        "start_unix_s": START, "slots": 1, "volume_wh": 1000, "paid_ueur": 107_060, "received_ueur": 100_000,
        "network_fees_ueur": 6000, "congestion_rent_ueur": 0, "protocol_fee_ueur": 1060, "dust_ueur": 0,
        "minted_ren": "20000000000000000001", "finalized": true,
    });
    assert_eq!(hourly, json!({"resolution": "hour", "points": [sums]}));
    // What is not final yet is in it, and said to be so.
    app.sql("INSERT INTO tail_slots_settled SELECT hash, 6, 9, 0, 1900001, 'settled', 6, 6, 3, 300, 300, 32000, 27000, 3000, 0, 320, 1680, 2 FROM tail_blocks").await;
    let months = client.get(&format!("/api/v1/markets/0/sums?{}&resolution=month&tz=Europe/Berlin", hour())).await.ok();
    let month = &months["points"][0];
    // March began an hour earlier in Berlin.
    assert_eq!(month["start_unix_s"], 1_709_247_600);
    assert_eq!((&month["slots"], &month["volume_wh"], &month["finalized"]), (&json!(2), &json!(1300), &json!(false)));
    assert_eq!(months["points"].as_array().map(Vec::len), Some(1));
    let days = client.get("/api/v1/markets/0/sums?from=0&to=31536000").await.ok();
    assert_eq!(days, json!({"resolution": "day", "points": []}));
    client.get(&format!("/api/v1/markets/0/sums?{}&tz=Nowhere", hour())).await.is_problem(400, "bad-request");
    client.get(&format!("/api/v1/markets/0/sums?{}&resolution=slot", hour())).await.is_problem(400, "bad-request");
    client.get(&format!("/api/v1/markets/1/sums?{}", hour())).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn one_slot_has_its_terms_and_its_proof() {
    let app = spawn_street().await;
    let slot = app.client().get(&format!("/api/v1/markets/0/slots/{SLOT}")).await.ok();
    assert_eq!(slot["state"], "settled");
    assert_eq!(slot["zones"][1]["fee_ueur_per_kwh"], 5000);
    assert_eq!(slot["zones"][1]["capacity_down_wh"], 9000);
    assert_eq!(slot["cleared_block_hash"], format!("0x{:064x}", 4));
    assert_eq!(slot["input_hash"], format!("0x{:064x}", 301));
    app.client().get("/api/v1/markets/0/slots/7").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn an_empty_and_a_voided_slot_say_so() {
    let app = spawn_street().await;
    app.sql("INSERT INTO slots_empty VALUES (5, 90, 0, 1899998)").await;
    app.sql("INSERT INTO slots_cleared SELECT 5, 91, 0, 1899999, 0, 0, 0, 0, hash, hash FROM blocks WHERE number = 1")
        .await;
    app.sql("INSERT INTO slots_voided VALUES (5, 92, 0, 1899999, 'NotCleared')").await;
    app.sql("INSERT INTO slots_settled VALUES (5, 93, 0, 1899999, 'settled', 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        .await;
    let answer = app.client().get(&format!("/api/v1/markets/0/slots?from={}&to={START}", START - 3600)).await.ok();
    assert_eq!((&answer["slots"][0]["state"], &answer["slots"][1]["state"]), (&json!("voided"), &json!("empty")));
    assert_eq!((&answer["slots"][0]["finalized"], &answer["slots"][1]["finalized"]), (&json!(true), &json!(true)));
}

#[tokio::test]
async fn a_market_file_that_the_chain_did_not_clear_is_not_given_out() {
    let app = spawn_street().await;
    let client = app.client();
    // The fixture's hashes are made up, so the file from its rows cannot have them.
    for what in ["market-file", "result"] {
        client.get(&format!("/api/v1/markets/0/slots/{SLOT}/{what}")).await.is_problem(500, "internal");
        client.get(&format!("/api/v1/markets/0/slots/{}/{what}", SLOT + 2)).await.is_problem(404, "not-found");
    }
}

/// The chain settles what was measured without a clearing, as long as nobody has an order that holds.
#[tokio::test]
async fn a_slot_that_settles_without_a_clearing_is_settled() {
    let app = spawn_street().await;
    app.sql("INSERT INTO slots_settled VALUES (5, 90, 0, 1899999, 'settled', 5, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        .await;
    let client = app.client();
    let answer = client.get(&format!("/api/v1/markets/0/slots?from={}&to={START}", START - 3600)).await.ok();
    let slot = &answer["slots"][0];
    assert_eq!(
        (&slot["slot"], &slot["state"], &slot["finalized"]),
        (&json!(SLOT - 1), &json!("settled"), &json!(true))
    );
    assert_eq!((&slot["readings"], &slot["volume_wh"]), (&json!(6), &json!(0)));
    assert_eq!((&slot["cleared_in_block"], &slot["settled_in_block"]), (&json!(5), &json!(5)));
    assert_eq!(client.get(&format!("/api/v1/markets/0/slots/{}", SLOT - 1)).await.ok()["state"], "settled");
}
