//! What an indexer of some markets says of the others.

use crate::helpers::spawn_street;

/// The street is in market 0, and this server follows three more that are not there yet.
const FOLLOWED: &str = "UPDATE parameters SET markets = '0,4-6'";

#[tokio::test]
async fn status_says_which_markets_are_followed() {
    let app = spawn_street().await;
    app.sql(FOLLOWED).await;
    let status = app.client().get("/api/v1/status").await.ok();
    assert_eq!(status["markets"], serde_json::json!([{ "first": 0, "last": 0 }, { "first": 4, "last": 6 }]));
    let app = spawn_street().await;
    assert!(app.client().get("/api/v1/status").await.ok()["markets"].is_null());
}

#[tokio::test]
async fn a_market_of_another_indexer_is_told_from_one_that_is_not_there() {
    let app = spawn_street().await;
    app.sql(FOLLOWED).await;
    let client = app.client();
    client.get("/api/v1/markets/0").await.ok();
    client.get("/api/v1/markets/5").await.is_problem(404, "not-found");
    let slot = "1900000";
    for rest in ["", "/zones", "/slots", &format!("/slots/{slot}"), &format!("/slots/{slot}/market-file")] {
        let answer = client.get(&format!("/api/v1/markets/7{rest}")).await;
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains("markets 0,4-6") && detail.contains("market 7"), "{rest}: {detail}");
        answer.is_problem(404, "not-followed");
    }
}
