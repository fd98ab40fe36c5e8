//! The pages are served with headers that let a browser do no more than they need.

use crate::helpers::{answer, spawn_app};
use reqwest::Method;

#[tokio::test]
async fn deep_links_serve_the_page_with_its_headers() {
    let app = spawn_app().await;
    for path in ["/", "/buy", "/grid", "/grid?from=1"] {
        let page = app.client().get(path).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("<html"), "{}", page.text);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["x-frame-options"], "DENY");
        assert_eq!(page.headers["cache-control"], "no-cache");
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert!(
            policy.contains("script-src 'self';") && policy.contains("connect-src 'self' ws://127.0.0.1:9;"),
            "{policy}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_problem_and_no_page() {
    let app = spawn_app().await;
    for path in ["/assets/gone.js", "/favicon.gone", "/%2e%2e/%2e%2e/etc/passwd.txt"] {
        app.client().get(path).await.is_problem(404, "not-found");
    }
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again() {
    let app = spawn_app().await;
    let client = app.client();
    let etag = client.get("/").await.headers["etag"].clone();
    let again = answer(client.request(Method::GET, "/").header("if-none-match", etag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
}

#[tokio::test]
async fn answers_of_the_api_are_not_kept_and_are_compressed_on_demand() {
    let app = spawn_app().await;
    let client = app.client();
    assert_eq!(client.get("/api/v1/markets").await.headers["cache-control"], "no-store");
    let plain = client.get("/api/v1/openapi.json").await;
    assert_eq!(plain.headers["cache-control"], "no-cache");
    let tag = plain.headers["etag"].clone();
    let again = answer(client.request(Method::GET, "/api/v1/openapi.json").header("if-none-match", tag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let request = client.request(Method::GET, "/api/v1/openapi.json").header("accept-encoding", "gzip");
    let response = request.send().await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert!(response.bytes().await.expect("bytes").len() < plain.text.len() / 3);
}

#[tokio::test]
async fn what_the_page_loads_is_there_compressed_and_kept_for_ever() {
    let app = spawn_app().await;
    let client = app.client();
    let page = client.get("/").await.text;
    // A program that was built without pages has a page that loads nothing.
    let assets = page.split('"').filter(|link| link.starts_with("/assets/"));
    for link in assets {
        let request = client.request(Method::GET, link).header("accept-encoding", "gzip, br");
        let asset = request.send().await.expect("an answer");
        assert_eq!(asset.status(), 200, "{link}");
        assert_eq!(asset.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(asset.headers()["x-content-type-options"], "nosniff");
        assert!(
            asset.content_length().is_none_or(|bytes| bytes < 512) || asset.headers()["content-encoding"] == "gzip"
        );
    }
}
