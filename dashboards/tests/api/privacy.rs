//! Sums over few sites are withheld, from everyone but those who see each site anyway.

use crate::{
    fixture::{BEN, OPERATOR, START},
    helpers::{App, Client, spawn_street},
};
use serde_json::{Value, json};

async fn measured(client: &Client) -> Vec<Value> {
    let answer = client.get(&format!("/api/v1/markets/0/slots?from={START}&to={}", START + 900)).await.ok();
    answer["slots"][0]["zones"].as_array().expect("zones").iter().map(|zone| zone["measured"].clone()).collect()
}

async fn set_threshold(app: &App, threshold: u32) {
    app.sql(&format!("UPDATE market_versions SET privacy_threshold = {threshold}")).await;
}

#[tokio::test]
async fn below_the_threshold_nothing_is_shown() {
    let app = spawn_street().await;
    let north = json!({"import_wh": 900, "export_wh": 1000});
    assert_eq!(measured(&app.client()).await, [Value::Null, north.clone(), Value::Null]);
    set_threshold(&app, 3).await;
    assert_eq!(measured(&app.client()).await, [Value::Null, Value::Null, Value::Null]);
    // A site's owner is not its neighbours' operator.
    assert_eq!(measured(&app.logged_in(BEN).await).await, [Value::Null, Value::Null, Value::Null]);
}

#[tokio::test]
async fn the_operator_sees_every_zone() {
    let app = spawn_street().await;
    set_threshold(&app, 15).await;
    let south = json!({"import_wh": 600, "export_wh": 0});
    assert_eq!(measured(&app.logged_in(OPERATOR).await).await[2], south);
}

#[tokio::test]
async fn nobody_hides_behind_or_dominates_a_large_group() {
    let app = spawn_street().await;
    set_threshold(&app, 15).await;
    let sites = "INSERT INTO sites SELECT 1, 500 + n, 500 + n, 0, 1, (SELECT owner FROM sites WHERE site = 1), hash, 1, 1 \
                 FROM generate_series(1, 20) AS n, blocks WHERE number = 1";
    app.sql(sites).await;
    // Twenty equal homes beside Anna and Clara, of whom Anna is the only one to export.
    let readings = "INSERT INTO readings SELECT 2, 500 + n, starts_at, 0, 500 + n, gateway, device, 'grid', first_slot, 1, 0, 0, \
                    0, 0, 0, 0, 500, :export, 0, 0, 0, 9, 0, hash FROM generate_series(1, 20) AS n, \
                    (SELECT * FROM readings WHERE site = 2 AND block_number = 2) AS clara";
    app.sql(&readings.replace(":export", "0")).await;
    assert_eq!(measured(&app.client()).await[1], Value::Null);
    app.sql("UPDATE readings SET export_wh = 500 WHERE event_index > 500").await;
    assert_eq!(measured(&app.client()).await[1], json!({"import_wh": 10_900, "export_wh": 11_000}));
}
