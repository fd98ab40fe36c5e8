//! Server-sent events: who listens hears of new rows; who does not read is cut, and memory stays bounded.

use crate::helpers::{App, Options, spawn_app_with, spawn_street, until};
use deren_dashboards::{
    api::ServeLimits,
    db::{Notice, notify},
};
use reqwest::{Method, Response};
use std::time::Duration;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const CLIENTS: &str = "deren_dashboards_stream_clients";
const CUT: &str = "deren_dashboards_stream_clients_cut_total";

async fn listen(app: &App) -> Response {
    app.client().request(Method::GET, "/api/v1/stream").send().await.expect("a stream")
}

/// Reads until this appears.
async fn hear(stream: &mut Response, what: &str) -> String {
    let mut heard = String::new();
    let reading = async {
        while !heard.contains(what) {
            let chunk = stream.chunk().await.expect("a chunk").unwrap_or_else(|| panic!("the end, after {heard}"));
            heard.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), reading).await.is_ok();
    assert!(in_time, "{what} is not in {heard}");
    heard
}

async fn tell(app: &App, notice: Notice) {
    let mut connection = app.db.acquire().await.expect("a connection");
    notify(&mut connection, &notice).await.expect("a notice");
}

fn finalized(first: u32, number: u32) -> Notice {
    Notice::Finalized { first, number, hash: String::new() }
}

/// Waits until the server listens to the database: then it knows the newest block.
async fn spawn_listening() -> App {
    let app = spawn_street().await;
    until("the server listens", async || {
        let mut stream = listen(&app).await;
        tokio::time::timeout(Duration::from_millis(100), stream.chunk()).await.is_ok()
    })
    .await;
    app
}

#[tokio::test]
async fn a_client_hears_the_last_block_at_once_and_then_what_is_new() {
    let app = spawn_listening().await;
    let mut stream = listen(&app).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let block = hear(&mut stream, "\n\n").await;
    assert!(block.contains("event: block") && block.contains("\"number\":6") && block.contains("id: "), "{block}");
    assert!(block.contains("\"finalized_number\":5") && block.contains("\"current_slot\":1900002"), "{block}");
    tell(&app, finalized(1, 4)).await;
    let heard = hear(&mut stream, "event: block").await;
    assert!(heard.contains(r#"{"count":4,"market":0,"slot":1900000}"#), "{heard}");
    assert!(heard.contains(r#"{"finalized":true,"market":0,"slot":1900000,"state":"settled"}"#), "{heard}");
    for site in 0..3 {
        assert!(heard.contains(&format!("event: orders\ndata: {{\"site\":{site}}}")), "{heard}");
    }
    tell(&app, Notice::Best { number: 6, hash: String::new(), forked_at: None }).await;
    let heard = hear(&mut stream, "event: block").await;
    assert!(heard.contains(r#"{"finalized":false,"market":0,"slot":1900001,"state":"cleared"}"#), "{heard}");
}

async fn listen_after(app: &App, last_event_id: &str) -> Response {
    let request = app.client().request(Method::GET, "/api/v1/stream").header("last-event-id", last_event_id);
    request.send().await.expect("a stream")
}

/// The last id in what was heard.
fn last_id(heard: &str) -> String {
    let mut ids = heard.lines().filter_map(|line| line.strip_prefix("id: "));
    ids.next_back().expect("an id").to_owned()
}

#[tokio::test]
async fn who_comes_back_with_an_id_hears_what_it_missed() {
    let app = spawn_listening().await;
    let mut stream = listen(&app).await;
    let id = last_id(&hear(&mut stream, "\n\n").await);
    drop(stream);
    tell(&app, finalized(1, 4)).await;
    let mut other = listen(&app).await;
    hear(&mut other, "event: block").await;
    until("all of it is told", async || {
        let heard = hear(&mut listen_after(&app, &id).await, "\n\n").await;
        !heard.contains("event: lagged") && heard.contains("event: readings")
    })
    .await;
    let heard = hear(&mut listen_after(&app, &id).await, "event: block").await;
    assert!(heard.contains(r#"{"count":4,"market":0,"slot":1900000}"#), "{heard}");
    assert!(heard.contains("event: orders") && !heard.contains("event: lagged"), "{heard}");
}

#[tokio::test]
async fn who_comes_back_with_an_id_that_nobody_knows_is_told_and_goes_on() {
    let app = spawn_listening().await;
    for id in ["7", "18446744073709551615", "none", "-1"] {
        let mut stream = listen_after(&app, id).await;
        let heard = hear(&mut stream, "event: block").await;
        assert!(heard.starts_with("event: lagged\ndata: {\"missed\":null}\nid: "), "{id}: {heard}");
        // The id that came with it is one to come back with.
        let resumed = listen_after(&app, &last_id(heard.split("\n\n").next().unwrap_or_default())).await;
        tell(&app, finalized(5, 5)).await;
        let heard = hear(&mut { resumed }, "event: block").await;
        assert!(!heard.contains("event: lagged"), "{id}: {heard}");
    }
}

#[tokio::test]
async fn after_many_blocks_at_once_only_the_newest_is_told() {
    let app = spawn_listening().await;
    let mut stream = listen(&app).await;
    hear(&mut stream, "\n\n").await;
    tell(&app, finalized(0, 5000)).await;
    let heard = hear(&mut stream, "event: block").await;
    assert!(!heard.contains("event: readings") && !heard.contains("event: slot"), "{heard}");
}

#[tokio::test]
async fn after_a_rebuild_clients_come_back() {
    let app = spawn_listening().await;
    let mut stream = listen(&app).await;
    hear(&mut stream, "\n\n").await;
    tell(&app, Notice::Rebuilt).await;
    let heard = hear(&mut stream, "event: lagged").await;
    assert!(heard.contains(r#"{"missed":null}"#), "{heard}");
    assert!(stream.chunk().await.expect("the end").is_none());
}

#[tokio::test]
async fn words_of_others_in_the_channel_do_no_harm() {
    let app = spawn_listening().await;
    let mut stream = listen(&app).await;
    hear(&mut stream, "\n\n").await;
    app.sql("SELECT pg_notify('deren', 'hello'), pg_notify('deren', '{\"kind\":\"best\"}'), pg_notify('deren', '')")
        .await;
    tell(&app, finalized(5, 5)).await;
    hear(&mut stream, "event: block").await;
}

#[tokio::test]
async fn the_number_of_listeners_is_bounded_and_places_come_back() {
    let app = spawn_app_with(Options { stream_clients: 2, ..Options::default() }).await;
    let streams = [listen(&app).await, listen(&app).await];
    app.client().get("/api/v1/stream").await.is_problem(503, "unavailable");
    assert_eq!(app.metric(CLIENTS).await, 2.0);
    drop(streams);
    until("places come back", async || {
        // Only writing shows that a peer has gone.
        app.api.hub().publish("block", &serde_json::json!({}));
        app.metric(CLIENTS).await == 0.0
    })
    .await;
}

#[tokio::test]
async fn a_client_that_never_reads_is_cut_and_memory_stays_bounded() {
    let limits = ServeLimits { unread: Duration::from_millis(500), ..ServeLimits::default() };
    let app = spawn_app_with(Options { limits, ..Options::default() }).await;
    let mut peer = TcpStream::connect(app.url.trim_start_matches("http://")).await.expect("a connection");
    peer.write_all(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    until("it listens", async || app.metric(CLIENTS).await == 1.0).await;
    let before_kib = resident_kib();
    let data = serde_json::json!({"filler": "x".repeat(4096)});
    let mut sent = 0;
    until("it is cut", async || {
        for _ in 0..64 {
            app.api.hub().publish("slot", &data);
            sent += 1;
        }
        app.metric(CLIENTS).await == 0.0
    })
    .await;
    // The ring holds 256 events of 4 KiB, the kernel's buffers a few MiB; everything else was dropped.
    let grown_kib = resident_kib().saturating_sub(before_kib);
    assert!(grown_kib < 64 * 1024, "{grown_kib} KiB more after {sent} events");
    assert_eq!(app.metric(CUT).await, 1.0);
    drop(peer);
}

/// Memory of this process, as Linux counts it.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[tokio::test]
async fn a_slow_client_is_told_that_it_lagged_and_the_connection_ends() {
    let app = spawn_listening().await;
    let mut stream = listen(&app).await;
    hear(&mut stream, "\n\n").await;
    // More than the kernel's buffers and the ring take together.
    let data = serde_json::json!({"filler": "x".repeat(60_000)});
    for _ in 0..600 {
        app.api.hub().publish("slot", &data);
        tokio::task::yield_now().await;
    }
    let heard = hear(&mut stream, "event: lagged").await;
    let told = heard.rsplit("event: lagged").next().unwrap_or_default();
    assert!(told.contains("\"missed\":") && !told.contains("null"), "it says how many: {told}");
    assert!(stream.chunk().await.expect("the end").is_none());
    assert_eq!(app.metric(CUT).await, 1.0);
}
