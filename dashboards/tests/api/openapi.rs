//! The OpenAPI document is what the committed file says: whoever changes the API sees it.

use crate::helpers::spawn_app;
use deren_dashboards::api::openapi;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
fn the_document_is_the_committed_one() {
    let document = openapi().to_pretty_json().expect("JSON") + "\n";
    if std::env::var_os("DEREN_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(COMMITTED, &document).expect("the file is written");
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        document == committed,
        "the API is not what openapi.json says; look at the change and commit it: \
         DEREN_UPDATE_SNAPSHOTS=1 cargo test -p deren-dashboards --test api openapi"
    );
}

#[tokio::test]
async fn the_served_document_is_the_same_and_names_every_route_of_the_design() {
    let app = spawn_app().await;
    let served = app.client().get("/api/v1/openapi.json").await.ok();
    assert_eq!(served, serde_json::to_value(openapi()).expect("JSON"));
    for path in [
        "/status",
        "/markets",
        "/markets/{id}",
        "/markets/{id}/zones",
        "/markets/{id}/slots",
        "/markets/{id}/slots/{slot}",
        "/markets/{id}/slots/{slot}/market-file",
        "/markets/{id}/slots/{slot}/result",
        "/markets/{id}/gaps",
        "/accounts/{address}",
        "/accounts/{address}/summary",
        "/accounts/{address}/trades",
        "/accounts/{address}/retail-tariff",
        "/sites/{id}",
        "/sites/{id}/readings",
        "/sites/{id}/name",
        "/zones/{id}/name",
        "/settlement/export",
        "/stream",
        "/login",
        "/login/challenge",
    ] {
        assert!(served["paths"].get(format!("/api/v1{path}")).is_some(), "{path}");
    }
}

#[test]
fn every_error_of_every_route_is_a_problem_document() {
    let document = serde_json::to_value(openapi()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().expect("operations") {
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert!(problem.is_object(), "{method} {path}");
        }
    }
}
