//! Statements, connections and requests are bounded.

use crate::helpers::{Options, spawn_app_with, spawn_street, until};
use deren_dashboards::api::ServeLimits;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn a_statement_that_takes_too_long_is_unavailable_and_frees_its_connection() {
    let app = spawn_street().await;
    // Any reader of this view now takes for ever.
    app.sql("ALTER VIEW seen_market_versions RENAME TO quick").await;
    app.sql(
        "CREATE VIEW seen_market_versions AS SELECT q.* FROM quick q, LATERAL (SELECT pg_sleep(60), q.market) AS slow",
    )
    .await;
    let begun = std::time::Instant::now();
    app.client().get("/api/v1/markets").await.is_problem(503, "unavailable");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    app.sql("DROP VIEW seen_market_versions; ALTER VIEW quick RENAME TO seen_market_versions").await;
    app.client().get("/api/v1/markets").await.ok();
}

#[tokio::test]
async fn connections_are_bounded_and_slow_headers_lose_theirs() {
    let limits = ServeLimits { connections: 2, headers: Duration::from_millis(300), ..ServeLimits::default() };
    let app = spawn_app_with(Options { limits, ..Options::default() }).await;
    let address = app.url.trim_start_matches("http://").to_owned();
    // Two peers take all places and never end their headers.
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut peer = TcpStream::connect(&address).await.expect("a connection");
        peer.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n").await.expect("sent");
        slow.push(peer);
    }
    // The third waits for a place and is served.
    assert_eq!(app.client().get("/health").await.status, 200);
    for mut peer in slow {
        until("the slow peer is cut", async || peer.read(&mut [0; 512]).await.map_or(true, |read| read == 0)).await;
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_stops_also_with_open_streams() {
    let app = spawn_street().await;
    let stream = app.client().request(reqwest::Method::GET, "/api/v1/stream").send().await.expect("a stream");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    app.stop().await;
}
