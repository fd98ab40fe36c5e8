//! Pages of other origins may read what anyone may read, and nothing else.

use crate::{
    fixture::{ANNA, OPERATOR, SLOT},
    helpers::{answer, spawn_street},
};
use reqwest::Method;
use serde_json::json;

const ORIGIN: &str = "https://map.example";

#[tokio::test]
async fn what_anyone_may_read_other_pages_may_read() {
    let app = spawn_street().await;
    let client = app.client();
    for path in [
        "/api/v1/status".to_owned(),
        "/api/v1/markets".to_owned(),
        format!("/api/v1/markets/0/slots/{SLOT}"),
        "/api/v1/openapi.json".to_owned(),
        "/api/v1/stream".to_owned(),
        // Also what went wrong.
        "/api/v1/markets/77".to_owned(),
    ] {
        let request = client.request(Method::GET, &path).header("origin", ORIGIN);
        let response = request.send().await.expect("an answer");
        assert_eq!(response.headers()["access-control-allow-origin"], "*", "{path}");
        assert_eq!(response.headers()["cross-origin-resource-policy"], "cross-origin", "{path}");
        // Else a browser would give the answer to a request with a cookie to the other page.
        assert!(!response.headers().contains_key("access-control-allow-credentials"), "{path}");
    }
}

#[tokio::test]
async fn what_needs_a_session_and_what_is_no_data_stays_with_our_own_pages() {
    let app = spawn_street().await;
    let client = app.logged_in(OPERATOR).await;
    for path in ["/api/v1/login", "/api/v1/sites/0", "/api/v1/markets/0/gaps", "/", "/ready", "/metrics", "/api/v1/no"]
    {
        let read = answer(client.request(Method::GET, path).header("origin", ORIGIN)).await;
        assert!(!read.headers.contains_key("access-control-allow-origin"), "{path}");
        assert_eq!(read.headers["cross-origin-resource-policy"], "same-origin", "{path}");
    }
    let write =
        client.request(Method::PUT, "/api/v1/sites/0/name").header("origin", ORIGIN).json(&json!({"name": "x"}));
    let write = answer(write).await;
    write.is_problem(403, "other-origin");
    assert!(!write.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_what_it_may_send() {
    let app = spawn_street().await;
    let client = app.logged_in(ANNA).await;
    let ask = |path: &str, method: &str| {
        let request = client.request(Method::OPTIONS, path).header("origin", ORIGIN);
        answer(request.header("access-control-request-method", method.to_owned()))
    };
    let allowed = ask("/api/v1/markets", "GET").await;
    assert_eq!((allowed.status.as_u16(), allowed.text.as_str()), (204, ""));
    assert_eq!(allowed.headers["access-control-allow-methods"], "GET, HEAD");
    let refused = ask("/api/v1/sites/0/name", "PUT").await;
    refused.is_problem(405, "method-not-allowed");
    assert!(!refused.headers.contains_key("access-control-allow-origin"));
}
