//! The OpenAPI document is what the committed file says: whoever changes the API sees it.

use crate::{
    fixture::{ANNA, SLOT, hour},
    helpers::{Client, spawn_app, spawn_street, ss58},
};
use deren_dashboards::api::openapi;
use reqwest::Method;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

#[test]
fn the_document_is_the_committed_one() {
    let document = openapi().to_pretty_json().expect("JSON") + "\n";
    deren_testing::assert_snapshot(COMMITTED, document, "-p deren-dashboards --test api openapi");
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
        "/markets/{id}/sums",
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

/// One operation of the document.
struct Operation {
    path: String,
    method: Method,
    described: Value,
}

impl Operation {
    fn all() -> Vec<Self> {
        let document = serde_json::to_value(openapi()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths").iter();
        let of_path = |(path, methods): (&String, &Value)| -> Vec<Self> {
            let methods = methods.as_object().expect("operations").iter();
            let operation = |(method, described): (&String, &Value)| Self {
                path: path.clone(),
                method: method.to_uppercase().parse().expect("a method"),
                described: described.clone(),
            };
            methods.map(operation).collect()
        };
        paths.flat_map(of_path).collect()
    }

    fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.described["parameters"].as_array().into_iter().flatten()
    }

    /// Its address with a good value for everything that is required, and `value` for the parameter `name`.
    fn address(&self, name: &str, value: &str) -> String {
        let good = |parameter: &str| match parameter {
            "address" => ss58(ANNA),
            "slot" => SLOT.to_string(),
            _ => "0".to_owned(),
        };
        let (mut path, mut query) = (self.path.clone(), Vec::new());
        for parameter in self.parameters() {
            let found = parameter["name"].as_str().expect("a name");
            let value = if found == name { value.to_owned() } else { good(found) };
            match parameter["in"].as_str() {
                Some("path") => path = path.replace(&format!("{{{found}}}"), &value),
                Some("query") if found == name || parameter["required"] == true => {
                    query.push(format!("{found}={value}"))
                }
                _ => {}
            }
        }
        format!("{path}?{}", query.join("&"))
    }

    /// The status of its answer; a stream's is not waited for.
    async fn status(&self, client: &Client, name: &str, value: &str) -> u16 {
        let request = client.request(self.method.clone(), &self.address(name, value));
        request.send().await.expect("an answer").status().as_u16()
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_what_it_answers() {
    let mut names = BTreeSet::new();
    for Operation { path, method, described } in Operation::all() {
        let name = described["operationId"].as_str().expect("a name").to_owned();
        assert!(names.insert(name.clone()), "{method} {path} is called {name}, as another is");
        for (status, response) in described["responses"].as_object().expect("responses") {
            let description = response["description"].as_str().unwrap_or_default();
            assert!(description.len() > 10, "{method} {path} {status}: {description}");
        }
        let problem = &described["responses"]["default"]["content"]["application/problem+json"];
        assert!(problem.is_object(), "{method} {path}");
    }
}

/// What the document says of sessions is what a request without one is answered.
#[tokio::test]
async fn only_what_needs_a_session_is_refused_to_strangers() {
    let app = spawn_street().await;
    let (stranger, mut with_session) = (app.client(), 0);
    for operation in Operation::all() {
        let ways = operation.described["security"].as_array().cloned().unwrap_or_default();
        let needs_session = !ways.is_empty() && ways.iter().all(|way| way.get("session").is_some());
        with_session += usize::from(needs_session);
        let status = operation.status(&stranger, "", "").await;
        assert_eq!(status == 401, needs_session, "{} {}: {status}", operation.method, operation.path);
    }
    assert!(with_session > 8, "{with_session} operations need a session");
}

/// Every bound is the server's: one step beyond it is a bad request.
#[tokio::test]
async fn beyond_the_bounds_of_a_parameter_is_a_bad_request() {
    let app = spawn_street().await;
    // Anna may see everything.
    app.sql("UPDATE market_versions SET operator = (SELECT owner FROM sites WHERE site = 0)").await;
    let client = app.logged_in(ANNA).await;
    let mut tried = 0;
    for operation in Operation::all().iter().filter(|operation| operation.method == Method::GET) {
        for parameter in operation.parameters().filter(|parameter| parameter["in"] != "header") {
            let (name, schema) = (parameter["name"].as_str().expect("a name"), &parameter["schema"]);
            let mut wrong = Vec::new();
            if schema["type"] == "integer" {
                let [least, most] = ["minimum", "maximum"].map(|bound| schema[bound].as_i64());
                let (Some(least), Some(most)) = (least, most) else {
                    panic!("{name} of {} has no bounds", operation.path)
                };
                wrong.extend([(least - 1).to_string(), (most + 1).to_string()]);
            } else if name == "address" {
                wrong.extend([ss58(ANNA)[1..].to_owned(), format!("0x{}", "0".repeat(63))]);
            } else {
                wrong.push("x".repeat(65));
            }
            for value in wrong {
                let status = operation.status(&client, name, &value).await;
                assert_eq!(status, 400, "{}?{name}={value}", operation.path);
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried} values");
}

/// The fields of an object by name, with their schemas.
fn fields<'a>(document: &'a Value, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
    let mut found = BTreeMap::new();
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).expect("a schema");
        found.extend(fields(document, schema));
    }
    for parts in ["allOf", "oneOf"] {
        schema[parts].as_array().into_iter().flatten().for_each(|part| found.extend(fields(document, part)));
    }
    found.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)));
    found
}

fn may_be_null(schema: &Value) -> bool {
    let has_null = |kinds: &Value| kinds.as_array().is_some_and(|kinds| kinds.contains(&"null".into()));
    let mut parts = schema["oneOf"].as_array().into_iter().flatten();
    has_null(&schema["type"]) || parts.any(|part| part["type"] == "null")
}

/// Each place where an answer is not what its schema says, in words.
fn differences(document: &Value, schema: &Value, answer: &Value, place: &str) -> Vec<String> {
    match answer {
        Value::Null if !may_be_null(schema) => vec![format!("{place} is null")],
        Value::Array(items) => {
            let of_item = |item| differences(document, &schema["items"], item, place);
            items.iter().flat_map(of_item).collect()
        }
        Value::Object(answer) => {
            let described = fields(document, schema);
            let missing = described.keys().filter(|name| !answer.contains_key(**name));
            let mut found: Vec<String> = missing.map(|name| format!("{place}.{name} is left out")).collect();
            for (name, value) in answer {
                match described.get(name.as_str()) {
                    Some(schema) => found.extend(differences(document, schema, value, &format!("{place}.{name}"))),
                    None => found.push(format!("{place}.{name} is not described")),
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The types that are made of the document rely on it: what there is not is null, and is never left out.
#[tokio::test]
async fn answers_have_all_fields_that_are_described_and_no_others() {
    let app = spawn_street().await;
    // Anna may see everything.
    app.sql("UPDATE market_versions SET operator = (SELECT owner FROM sites WHERE site = 0)").await;
    let client = app.logged_in(ANNA).await;
    let document = serde_json::to_value(openapi()).expect("JSON");
    let mut compared = 0;
    for operation in Operation::all().iter().filter(|operation| operation.method == Method::GET) {
        let schema = &operation.described["responses"]["200"]["content"]["application/json"]["schema"];
        if schema["$ref"].is_null() {
            continue;
        }
        let has_range = operation.parameters().any(|parameter| parameter["name"] == "from");
        let range = if has_range { hour() } else { String::new() };
        let answer = client.get(&format!("{}&{range}", operation.address("", ""))).await.ok();
        assert_eq!(differences(&document, schema, &answer, &operation.path), Vec::<String>::new());
        compared += 1;
    }
    assert!(compared > 10, "{compared} answers");
}
