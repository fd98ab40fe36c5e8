//! Every way in which a request can be wrong ends in a problem document.

use crate::{
    fixture::{ANNA, START, hour},
    helpers::{Client, answer, spawn_street, ss58},
};
use reqwest::Method;
use serde_json::json;

/// All addresses that take a range of time.
fn ranged() -> [String; 6] {
    let account = ss58(ANNA);
    [
        "/api/v1/markets/0/slots?".to_owned(),
        "/api/v1/markets/0/gaps?".to_owned(),
        "/api/v1/sites/0/readings?".to_owned(),
        format!("/api/v1/accounts/{account}/summary?"),
        format!("/api/v1/accounts/{account}/trades?"),
        "/api/v1/settlement/export?market=0&".to_owned(),
    ]
}

/// Someone who may see everything: the market is Anna's.
async fn powerful(app: &crate::helpers::App) -> Client {
    app.sql("UPDATE market_versions SET operator = (SELECT owner FROM sites WHERE site = 0)").await;
    app.logged_in(ANNA).await
}

#[tokio::test]
async fn a_range_backwards_is_refused() {
    let app = spawn_street().await;
    let client = powerful(&app).await;
    for path in ranged() {
        client.get(&format!("{path}from={}&to={START}", START + 1)).await.is_problem(400, "range");
        client.get(&format!("{path}from={START}&to={START}")).await.is_problem(400, "range");
        client.get(&format!("{path}{}", hour())).await;
    }
}

#[tokio::test]
async fn a_range_of_ten_years_is_refused() {
    let app = spawn_street().await;
    let client = powerful(&app).await;
    for path in ranged() {
        let ten_years_s = 10 * 365 * 86_400;
        client.get(&format!("{path}from={}&to={START}", START - ten_years_s)).await.is_problem(400, "range");
        client.get(&format!("{path}from=0")).await.is_problem(400, "range");
    }
}

#[tokio::test]
async fn a_range_of_too_many_slots_is_refused_with_a_way_out() {
    let app = spawn_street().await;
    let client = app.logged_in(ANNA).await;
    let year = format!("from={}&to={START}", START - 366 * 86_400);
    let answer = client.get(&format!("/api/v1/sites/0/readings?{year}")).await;
    answer.is_problem(400, "range");
    assert!(answer.text.contains("resolution=hour"), "{}", answer.text);
    client.get(&format!("/api/v1/sites/0/readings?{year}&resolution=month")).await.ok();
}

#[tokio::test]
async fn what_is_no_number_or_no_known_word_is_refused() {
    let app = spawn_street().await;
    let client = powerful(&app).await;
    for path in [
        "/api/v1/markets/zero",
        "/api/v1/markets/-1",
        "/api/v1/markets/4294967296",
        "/api/v1/markets/0/slots?from=yesterday",
        "/api/v1/markets/0/slots?form=1",
        "/api/v1/markets/0/slots?limit=0",
        "/api/v1/markets/0/slots?limit=3001",
        "/api/v1/markets/0/slots?limit=99999999999999999999",
        "/api/v1/sites/0/readings?resolution=year",
        "/api/v1/accounts/nobody",
        "/api/v1/settlement/export",
    ] {
        client.get(path).await.is_problem(400, "bad-request");
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_allowed() {
    let app = spawn_street().await;
    let client = app.client();
    client.get("/api/v1/nothing").await.is_problem(404, "not-found");
    client.get("/api/v2/status").await.is_problem(404, "not-found");
    client.post("/api/v1/status", &json!({})).await.is_problem(405, "method-not-allowed");
    client.put("/api/v1/login", &json!({})).await.is_problem(405, "method-not-allowed");
    client.post("/", &json!({})).await.is_problem(405, "method-not-allowed");
}

/// Also of a request whose body is no JSON: the method is looked at first.
#[tokio::test]
async fn a_method_that_an_address_does_not_know_is_named_so_with_those_that_it_knows() {
    let app = spawn_street().await;
    let client = app.client();
    for (path, allowed) in [
        ("/api/v1/status", "GET,HEAD"),
        ("/api/v1/markets/0/slots", "GET,HEAD"),
        ("/api/v1/sites/0/name", "PUT"),
        ("/api/v1/login/challenge", "POST"),
        ("/api/v1/openapi.json", "GET,HEAD"),
        ("/health", "GET,HEAD"),
        ("/metrics", "GET,HEAD"),
        ("/grid", "GET,HEAD"),
    ] {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
            if allowed.split(',').any(|known| known == method.as_str()) {
                continue;
            }
            let wrong = answer(client.request(method.clone(), path).body("x")).await;
            wrong.is_problem(405, "method-not-allowed");
            assert_eq!(wrong.headers["allow"], allowed, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = spawn_street().await;
    let body = json!({"address": ss58(ANNA), "challenge": "x".repeat(20_000), "signature": "0x00"});
    app.client().post("/api/v1/login", &body).await.is_problem(413, "too-large");
}

#[tokio::test]
async fn a_body_that_is_broken_or_no_json_is_refused() {
    let app = spawn_street().await;
    let client = app.client();
    let login = || client.request(Method::POST, "/api/v1/login/challenge");
    answer(login().body("{}")).await.is_problem(415, "not-json");
    answer(login().header("content-type", "text/plain").body("{}")).await.is_problem(415, "not-json");
    let json = |body: &'static str| login().header("content-type", "application/json").body(body);
    for body in ["", "{", "[]", "{}", "{\"address\": 7}", "{\"address\": \"x\", \"more\": 1}"] {
        answer(json(body)).await.is_problem(400, "bad-request");
    }
}

#[tokio::test]
async fn writes_from_another_sites_page_are_refused() {
    let app = spawn_street().await;
    let client = app.logged_in(ANNA).await;
    let put = |name: &'static str, value: &str| {
        client.request(Method::PUT, "/api/v1/sites/0/name").json(&json!({"name": "x"})).header(name, value)
    };
    answer(put("origin", "https://evil.example")).await.is_problem(403, "other-origin");
    answer(put("origin", "null")).await.is_problem(403, "other-origin");
    answer(put("sec-fetch-site", "cross-site")).await.is_problem(403, "other-origin");
    let log_out = client.request(Method::DELETE, "/api/v1/login").header("origin", "https://evil.example");
    answer(log_out).await.is_problem(403, "other-origin");
    answer(put("origin", &app.url)).await.ok();
    client.get("/api/v1/login").await.ok();
}

#[tokio::test]
async fn text_that_looks_like_sql_is_only_text() {
    let app = spawn_street().await;
    let client = app.client();
    let client = client.with_cookie("deren_session='; DROP TABLE local.sessions; --");
    client.get("/api/v1/login").await.is_problem(401, "login-required");
    client.get("/api/v1/markets/0%27%20OR%201=1").await.is_problem(400, "bad-request");
    client.get("/api/v1/markets").await.ok();
}
