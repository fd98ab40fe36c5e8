//! Names are plain text: markup is stored and answered as it was written, as JSON, with headers that let no browser
//! guess.

use crate::{
    fixture::{ANNA, BEN, OPERATOR},
    helpers::spawn_street,
};
use serde_json::json;

const MARKUP: &str = "<script>alert('1')</script> & \"Söhne\"";

#[tokio::test]
async fn html_in_a_name_stays_text() {
    let app = spawn_street().await;
    let (anna, operator) = (app.logged_in(ANNA).await, app.logged_in(OPERATOR).await);
    assert_eq!(anna.put("/api/v1/sites/0/name", &json!({"name": MARKUP})).await.ok()["name"], MARKUP);
    operator.put("/api/v1/zones/1/name", &json!({"name": MARKUP})).await.ok();
    let site = anna.get("/api/v1/sites/0").await;
    assert_eq!(site.ok()["name"], MARKUP);
    assert_eq!(site.headers["content-type"], "application/json");
    assert_eq!(site.headers["x-content-type-options"], "nosniff");
    let zones = operator.get("/api/v1/markets/0/zones").await;
    assert_eq!(zones.ok()["zones"][1]["name"], MARKUP);
    assert!(zones.headers["content-security-policy"].to_str().expect("text").contains("script-src 'self'"));
}

#[tokio::test]
async fn only_the_owner_names_a_site_and_only_the_operator_a_zone() {
    let app = spawn_street().await;
    let name = json!({"name": "Mine"});
    for account in [BEN, OPERATOR] {
        let client = app.logged_in(account).await;
        client.put("/api/v1/sites/0/name", &name).await.is_problem(403, "forbidden");
        client.put("/api/v1/sites/999/name", &name).await.is_problem(403, "forbidden");
    }
    for zone in [1, 999] {
        let answer = app.logged_in(ANNA).await.put(&format!("/api/v1/zones/{zone}/name"), &name).await;
        answer.is_problem(403, "forbidden");
    }
    app.client().put("/api/v1/sites/0/name", &name).await.is_problem(401, "login-required");
}

#[tokio::test]
async fn a_name_can_be_changed_and_must_be_readable() {
    let app = spawn_street().await;
    let client = app.logged_in(ANNA).await;
    for name in ["First", "  Second  "] {
        client.put("/api/v1/sites/0/name", &json!({"name": name})).await.ok();
    }
    assert_eq!(client.get("/api/v1/sites/0").await.ok()["name"], "Second");
    for wrong in ["", "a\u{0}b", "line\nbreak", &"x".repeat(61)] {
        client.put("/api/v1/sites/0/name", &json!({"name": wrong})).await.is_problem(400, "bad-request");
    }
}
