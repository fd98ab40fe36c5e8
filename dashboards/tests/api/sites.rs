//! A site's devices, orders and readings, and who may see them.

use crate::{
    fixture::{ANNA, BEN, CLARA, OPERATOR, START, STRANGER, hour},
    helpers::{App, spawn_street, ss58},
};
use serde_json::{Value, json};

/// Fields of one point, in the order in which people ask.
fn point(point: &Value) -> [i64; 8] {
    ["import_wh", "export_wh", "produced_wh", "used_wh", "bought_wh", "paid_ueur", "sold_wh", "received_ueur"]
        .map(|name| point[name].as_i64().expect("a number"))
}

async fn points(app: &App, account: [u8; 32], site: u32, query: &str) -> Vec<Value> {
    let answer = app.logged_in(account).await.get(&format!("/api/v1/sites/{site}/readings?{query}")).await.ok();
    answer["points"].as_array().expect("points").clone()
}

#[tokio::test]
async fn anothers_site_is_refused_alike_whether_it_exists_or_not() {
    let app = spawn_street().await;
    for path in ["", "/readings"] {
        app.client().get(&format!("/api/v1/sites/0{path}")).await.is_problem(401, "login-required");
        for account in [BEN, STRANGER] {
            let client = app.logged_in(account).await;
            let exists = client.get(&format!("/api/v1/sites/0{path}")).await;
            let does_not = client.get(&format!("/api/v1/sites/999{path}")).await;
            exists.is_problem(403, "forbidden");
            assert_eq!((exists.status, exists.text), (does_not.status, does_not.text));
        }
    }
}

#[tokio::test]
async fn owner_and_operator_see_a_site_with_its_devices_and_orders() {
    let app = spawn_street().await;
    for account in [ANNA, OPERATOR] {
        let site = app.logged_in(account).await.get("/api/v1/sites/0").await.ok();
        assert_eq!((&site["owner"], &site["active"]), (&json!(ss58(ANNA)), &json!(true)));
        assert_eq!((&site["zone"], &site["max_power_w"], &site["name"]), (&json!(1), &json!(11000), &Value::Null));
        let devices = site["devices"].as_array().expect("devices");
        assert_eq!(devices.iter().map(|device| &device["role"]).collect::<Vec<_>>(), ["grid", "production"]);
        assert_eq!(devices[0]["last_slot"], 1_900_002);
        assert_eq!(devices[0]["last_at_unix_s"], START + 3 * 900);
        assert_eq!(devices[0]["until_slot"], Value::Null);
        let gateway = json!([{"gateway": format!("0x{:064x}", 200), "active": true, "key_epoch": 0, "last_reading_at_unix_s": START + 2700}]);
        assert_eq!(site["gateways"], gateway);
        let steps =
            json!([{"limit_ueur_per_kwh": 50000, "cap_wh": 500}, {"limit_ueur_per_kwh": 80000, "cap_wh": 5000}]);
        let order = json!([{"side": "sell", "steps": steps, "state": "active", "from_slot": 1_900_000, "held_ueur": 0,
            "missing_ueur": null, "finalized": true}]);
        assert_eq!(site["orders"], order);
    }
}

#[tokio::test]
async fn orders_are_shown_in_the_state_that_they_are_in() {
    let app = spawn_street().await;
    let client = app.logged_in(BEN).await;
    let order = async || client.get("/api/v1/sites/1").await.ok()["orders"].clone();
    let row = |event: u32, change: &str, missing: &str| {
        format!(
            "INSERT INTO tail_order_versions SELECT hash, 6, {event}, 0, 1, 'buy', parent_hash, '{change}', \
             {slot}, NULL, NULL, NULL, {missing} FROM tail_blocks",
            slot = if change == "removed" { "NULL" } else { "1900010" }
        )
    };
    app.sql(&row(50, "paused", "123")).await;
    let paused = order().await;
    assert_eq!((&paused[0]["state"], &paused[0]["missing_ueur"]), (&json!("paused"), &json!(123)));
    assert_eq!((&paused[0]["held_ueur"], &paused[0]["finalized"]), (&json!(0), &json!(false)));
    assert_eq!(paused[0]["steps"][0]["cap_wh"], 2000);
    app.sql(&row(51, "cancelled", "NULL")).await;
    assert_eq!(order().await[0]["state"], "cancelled");
    app.sql(&row(52, "removed", "NULL")).await;
    assert_eq!(order().await, json!([]));
}

#[tokio::test]
async fn a_device_that_was_replaced_says_until_when_it_served() {
    let app = spawn_street().await;
    app.sql("INSERT INTO device_removals SELECT 5, 70, device, 0, 'grid', 1900002, NULL FROM devices WHERE event_index = 30").await;
    let site = app.logged_in(ANNA).await.get("/api/v1/sites/0").await.ok();
    assert_eq!(site["devices"][0]["until_slot"], 1_900_002);
}

#[tokio::test]
async fn readings_by_slot_show_what_was_measured_traded_and_earned() {
    let app = spawn_street().await;
    let points = points(&app, ANNA, 0, &hour()).await;
    assert_eq!(points.len(), 4);
    assert_eq!(point(&points[0]), [0, 1000, 1500, 500, 0, 0, 1000, 100_000]);
    assert_eq!((&points[0]["quality"], &points[0]["finalized"]), (&json!("good"), &json!(true)));
    assert_eq!(point(&points[1]), [0, 800, 1000, 200, 0, 0, 300, 27_000]);
    assert_eq!((&points[1]["quality"], &points[1]["finalized"]), (&json!("estimated"), &json!(false)));
    assert_eq!(point(&points[2]), [100, 0, 0, 100, 0, 0, 0, 0]);
    // The era's REN stands at its last slot.
    let starts: Vec<_> = points.iter().map(|point| point["start_unix_s"].as_i64()).collect();
    assert_eq!(starts, [0, 1, 2, 3].map(|n| Some(START + n * 900)));
    assert_eq!(points[3]["minted_ren"], "20000000000000000001");
    assert!(points.iter().all(|point| point["duration_s"] == 900));
}

#[tokio::test]
async fn late_and_missing_readings_are_named() {
    let app = spawn_street().await;
    let ben = points(&app, BEN, 1, &hour()).await;
    assert_eq!(ben.iter().map(|point| &point["quality"]).collect::<Vec<_>>(), ["good", "late"]);
    assert_eq!(point(&ben[0]), [600, 0, 0, 600, 600, 66_660, 0, 0]);
    let clara = points(&app, CLARA, 2, &hour()).await;
    assert_eq!(clara.iter().map(|point| &point["quality"]).collect::<Vec<_>>(), ["good", "missing"]);
}

#[tokio::test]
async fn hours_days_and_months_add_slots_up() {
    let app = spawn_street().await;
    for (resolution, start, duration_s) in
        [("hour", START, 3600), ("day", START - 16 * 3600, 86_400), ("month", 1_709_251_200, 31 * 86_400)]
    {
        let points = points(&app, ANNA, 0, &format!("{}&resolution={resolution}", hour())).await;
        assert_eq!(points.len(), 1, "{resolution}");
        assert_eq!(point(&points[0]), [100, 1800, 2500, 800, 0, 0, 1300, 127_000]);
        assert_eq!(
            (points[0]["start_unix_s"].as_i64(), points[0]["duration_s"].as_i64()),
            (Some(start), Some(duration_s))
        );
        assert_eq!((&points[0]["quality"], &points[0]["finalized"]), (&json!("estimated"), &json!(false)));
        assert_eq!(points[0]["minted_ren"], "20000000000000000001");
    }
}

#[tokio::test]
async fn a_day_begins_at_local_midnight_also_when_clocks_change() {
    let app = spawn_street().await;
    // The day of 31 March 2024 had 23 hours in Berlin: from 30 March 23:00 UTC.
    let midnight = 1_711_839_600;
    app.sql(&format!("UPDATE readings SET first_slot = {}, starts_at = to_timestamp({midnight})", midnight / 900))
        .await;
    let query = format!("from={}&to={}&resolution=day&tz=Europe/Berlin", midnight - 900, midnight + 900);
    let points = points(&app, BEN, 1, &query).await;
    assert_eq!((&points[0]["start_unix_s"], &points[0]["duration_s"]), (&json!(midnight), &json!(23 * 3600)));
}

#[tokio::test]
async fn a_time_zone_that_does_not_exist_is_refused() {
    let app = spawn_street().await;
    let client = app.logged_in(ANNA).await;
    for zone in ["Mars/Base", "'; DROP TABLE readings; --", ""] {
        let zone: String = url::form_urlencoded::byte_serialize(zone.as_bytes()).collect();
        let answer = client.get(&format!("/api/v1/sites/0/readings?{}&resolution=day&tz={zone}", hour())).await;
        answer.is_problem(400, "bad-request");
    }
}

#[tokio::test]
async fn a_reading_of_several_slots_covers_them() {
    let app = spawn_street().await;
    app.sql("UPDATE readings SET slot_count = 2, verdict = 1 WHERE site = 2").await;
    let points = points(&app, CLARA, 2, &hour()).await;
    assert_eq!(points.len(), 1);
    assert_eq!((&points[0]["duration_s"], &points[0]["quality"]), (&json!(1800), &json!("estimated")));
}
