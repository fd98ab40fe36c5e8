//! Status, health, readiness and metrics.

use crate::{
    helpers::{App, answer, spawn_app, spawn_street},
    peer::ask_peer,
};
use reqwest::Method;

#[tokio::test]
async fn status_says_which_chain_and_how_far() {
    let app = spawn_street().await;
    let status = app.client().get("/api/v1/status").await.ok();
    assert_eq!(status["chain"]["name"], "Test street");
    assert_eq!(status["chain"]["genesis_hash"], format!("0x{}", "11".repeat(32)));
    assert_eq!(status["chain"]["slot_seconds"], 900);
    assert_eq!(status["chain"]["ss58_prefix"], 42);
    assert_eq!(status["best"]["number"], 6);
    assert_eq!(status["finalized"]["number"], 5);
    assert_eq!(status["finalized"]["at_unix_s"], 1_710_000_005);
    assert_eq!(status["lag_blocks"], 1);
    assert!(status["current_slot"].as_i64() > Some(1_900_000));
    assert!(status["reconciled_through_era"].is_null());
    assert_eq!(status["retail_ueur_per_kwh"], 320_000);
    assert_eq!(status["development_accounts"][0]["role"], "owner");
    assert_eq!(status["chain"]["market_clock"]["speed_permille"], 75_000);
}

#[tokio::test]
async fn development_accounts_and_a_market_clock_are_shown_on_a_development_chain_only() {
    let app = spawn_street().await;
    app.sql("UPDATE parameters SET development = false").await;
    let status = app.client().get("/api/v1/status").await.ok();
    assert_eq!(status["development_accounts"].as_array().map(Vec::len), Some(0));
    assert!(status["chain"]["market_clock"].is_null());
}

#[tokio::test]
async fn an_era_that_does_not_agree_ends_what_is_reconciled() {
    let app = spawn_street().await;
    let insert = "INSERT INTO reconciliations SELECT e, e * 4, e * 4 + 3, 5, decode(repeat('00', 32), 'hex'), ";
    app.sql(&format!("{insert} true, NULL FROM generate_series(10, 14) AS e")).await;
    let through = async || app.client().get("/api/v1/status").await.ok()["reconciled_through_era"].clone();
    assert_eq!(through().await, 14);
    app.sql(&format!("{insert} false, 'paid' FROM generate_series(15, 16) AS e")).await;
    assert_eq!(through().await, 14);
}

#[tokio::test]
async fn before_the_indexer_has_seen_the_chain_answers_are_not_available() {
    let app = spawn_app().await;
    let client = app.client();
    client.get("/api/v1/status").await.is_problem(503, "unavailable");
    assert_eq!(client.get("/health").await.status, 200);
    let ready = client.get("/ready").await;
    assert_eq!((ready.status.as_u16(), ready.json()["database"].clone()), (503, true.into()));
}

/// The rows' newest block, which is number 6, was made just now.
async fn made_now(app: &App) {
    app.sql("UPDATE tail_blocks SET at_unix_ms = extract(epoch FROM now()) * 1000").await;
}

#[tokio::test]
async fn ready_says_so_while_rows_are_near_the_nodes_head() {
    let app = spawn_street().await;
    app.api.node_head().heard(25);
    let ready = app.client().get("/ready").await.ok();
    assert_eq!((&ready["ready"], &ready["lag_blocks"], &ready["node_block"]), (&true.into(), &20.into(), &25.into()));
    assert!(ready["newest_block_age_s"].as_i64() > Some(60 * 86_400));
    app.api.node_head().heard(26);
    let behind = app.client().get("/ready").await;
    assert_eq!((behind.status.as_u16(), behind.json()["lag_blocks"].clone()), (503, 21.into()));
}

#[tokio::test]
async fn a_database_that_catches_up_is_not_ready_however_near_its_own_newest_block_is() {
    let app = spawn_street().await;
    app.sql("TRUNCATE tail_blocks CASCADE").await;
    app.api.node_head().heard(5_000);
    let behind = app.client().get("/ready").await;
    assert_eq!((behind.status.as_u16(), behind.json()["lag_blocks"].clone()), (503, 4_995.into()));
}

#[tokio::test]
async fn while_finality_stands_still_it_is_not_ready() {
    let app = spawn_street().await;
    app.api.node_head().heard(6);
    app.sql(
        "INSERT INTO tail_blocks SELECT n, decode(lpad(to_hex(n + 1), 64, '0'), 'hex'), hash, at_unix_ms, 1 \
             FROM generate_series(7, 40) AS n, tail_blocks",
    )
    .await;
    assert_eq!(app.client().get("/ready").await.status, 503);
}

#[tokio::test]
async fn while_the_node_is_away_only_fresh_rows_are_ready() {
    let app = spawn_street().await;
    let old = app.client().get("/ready").await;
    assert_eq!((old.status.as_u16(), old.json()["node_block"].clone()), (503, serde_json::Value::Null));
    made_now(&app).await;
    let fresh = app.client().get("/ready").await.ok();
    assert_eq!((&fresh["ready"], &fresh["lag_blocks"]), (&true.into(), &1.into()));
}

#[tokio::test]
async fn metrics_count_routes_and_not_addresses() {
    let app = spawn_street().await;
    let client = app.client();
    for market in 0..3 {
        client.get(&format!("/api/v1/markets/{market}")).await;
    }
    client.get("/api/v1/guess/12345").await;
    let count = |status: u16| {
        format!(
            "deren_dashboards_http_requests_total{{method=\"GET\",path=\"/api/v1/markets/{{id}}\",status=\"{status}\"}}"
        )
    };
    assert_eq!((app.metric(&count(200)).await, app.metric(&count(404)).await), (1.0, 2.0));
    let text = client.get("/metrics").await.text;
    assert!(text.contains("deren_dashboards_http_request_duration_seconds_bucket"), "{text}");
    assert!(!text.contains("12345"), "{text}");
}

#[tokio::test]
async fn metrics_are_written_as_the_reader_asks_and_others_parsers_read_both() {
    let app = spawn_street().await;
    let client = app.client();
    client.get("/api/v1/markets").await;
    let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    for (accept, content_type) in [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", open),
    ] {
        let metrics = answer(client.request(Method::GET, "/metrics").header("accept", accept)).await;
        assert_eq!(metrics.headers["content-type"], content_type);
        assert_eq!(metrics.headers["vary"], "accept");
        let read = ask_peer("read_metrics.py", &[content_type], &metrics.text);
        let counted = "deren_dashboards_http_requests_total counter Requests by route and status";
        let timed = "deren_dashboards_http_request_duration_seconds histogram Time until an answer began, by route";
        assert!(read.contains(counted) && read.contains(timed), "{read}");
    }
}
