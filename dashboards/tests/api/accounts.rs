//! What an account owns, bought, sold and saved.

use crate::{
    fixture::{ANNA, BEN, OPERATOR, STRANGER, hour},
    helpers::{spawn_street, ss58},
};
use serde_json::{Value, json};

#[tokio::test]
async fn an_account_is_shown_to_itself_only() {
    let app = spawn_street().await;
    for path in ["", "/summary", "/trades"] {
        let path = format!("/api/v1/accounts/{}{path}", ss58(BEN));
        app.client().get(&path).await.is_problem(401, "login-required");
        for other in [ANNA, OPERATOR, STRANGER] {
            app.logged_in(other).await.get(&path).await.is_problem(403, "forbidden");
        }
        app.logged_in(BEN).await.get(&path).await.ok();
    }
}

#[tokio::test]
async fn an_account_has_sites_and_markets_also_while_the_node_is_away() {
    let app = spawn_street().await;
    app.sql("INSERT INTO local.site_names VALUES (1, 'Ben''s <home>')").await;
    let ben = app.logged_in(BEN).await.get(&format!("/api/v1/accounts/{}", ss58(BEN))).await.ok();
    assert_eq!(ben["sites"], json!([{"id": 1, "name": "Ben's <home>", "market": 0, "zone": 2}]));
    assert_eq!((&ben["operates"], &ben["eur_free_ueur"], &ben["ren_free"]), (&json!([]), &Value::Null, &Value::Null));
    let operator = app.logged_in(OPERATOR).await.get(&format!("/api/v1/accounts/{}", ss58(OPERATOR))).await.ok();
    assert_eq!((&operator["sites"], &operator["operates"]), (&json!([]), &json!([0])));
}

#[tokio::test]
async fn a_summary_compares_with_the_supplier() {
    let app = spawn_street().await;
    let client = app.logged_in(BEN).await;
    let path = format!("/api/v1/accounts/{}", ss58(BEN));
    let summary = client.get(&format!("{path}/summary?{}", hour())).await.ok();
    assert_eq!((&summary["bought_wh"], &summary["paid_ueur"]), (&json!(600), &json!(66_660)));
    assert_eq!((&summary["retail_ueur"], &summary["saved_ueur"]), (&json!(192_000), &json!(125_340)));
    assert_eq!(summary["finalized"], true);
    let tariff = json!({"retail_ueur_per_kwh": 100_000});
    assert_eq!(client.put(&format!("{path}/retail-tariff"), &tariff).await.ok(), tariff);
    let summary = client.get(&format!("{path}/summary?{}", hour())).await.ok();
    assert_eq!((&summary["retail_ueur_per_kwh"], &summary["retail_ueur"]), (&json!(100_000), &json!(60_000)));
    assert_eq!(summary["saved_ueur"], -6_660);
}

#[tokio::test]
async fn a_summary_of_a_seller_has_receipts_and_ren() {
    let app = spawn_street().await;
    let path = format!("/api/v1/accounts/{}/summary?{}", ss58(ANNA), hour());
    let summary = app.logged_in(ANNA).await.get(&path).await.ok();
    assert_eq!((&summary["sold_wh"], &summary["received_ueur"]), (&json!(1300), &json!(127_000)));
    assert_eq!((&summary["minted_ren"], &summary["finalized"]), (&json!("20000000000000000001"), &json!(false)));
}

#[tokio::test]
async fn trades_are_listed_newest_first_with_their_states() {
    let app = spawn_street().await;
    let client = app.logged_in(ANNA).await;
    let path = format!("/api/v1/accounts/{}/trades?{}", ss58(ANNA), hour());
    let trades = client.get(&path).await.ok();
    let trades = trades["trades"].as_array().expect("trades");
    let brief: Vec<_> =
        trades.iter().map(|trade| (&trade["amount_ueur"], &trade["state"], &trade["finalized"])).collect();
    let (half, settled, cleared) = (json!(50_000), json!("settled"), json!("cleared"));
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(brief, [(&json!(27_000), &cleared, &no), (&half, &settled, &yes), (&half, &settled, &yes)]);
    let first = client.get(&format!("{path}&limit=1")).await.ok();
    assert_eq!(first["trades"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_tariff_is_plausible_and_of_someone_with_a_site() {
    let app = spawn_street().await;
    let put = async |account: [u8; 32], ueur: u64| {
        let path = format!("/api/v1/accounts/{}/retail-tariff", ss58(account));
        app.logged_in(account).await.put(&path, &json!({"retail_ueur_per_kwh": ueur})).await
    };
    put(BEN, 10_000_001).await.is_problem(400, "bad-request");
    put(BEN, u64::MAX).await.is_problem(400, "bad-request");
    put(STRANGER, 300_000).await.is_problem(403, "forbidden");
    put(BEN, 300_000).await.ok();
}

#[tokio::test]
async fn an_address_of_another_chain_is_told_apart() {
    let app = spawn_street().await;
    let answer =
        app.logged_in(BEN).await.get("/api/v1/accounts/15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5").await;
    answer.is_problem(400, "bad-request");
    assert!(answer.text.contains("another chain"), "{}", answer.text);
}
