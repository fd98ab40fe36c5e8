//! Each answer is the same with TimescaleDB, compressed or not, as without it.

use crate::{
    helpers::{App, Client, Options, spawn_app, spawn_over, ss58},
    street_of_homes::history::{History, Job, MARKET, Plan, operator_key},
};
use deren_dashboards::db;
use deren_testing::postgres::{Cluster, ClusterOptions};
use serde_json::Value;

/// What is of the moment, and what never ends.
const NOT_COMPARED: [&str; 3] = ["/api/v1/login", "/api/v1/status", "/api/v1/stream"];
const SLOTS: u32 = 6;

/// An app, and its history as far as it is made.
struct Street {
    app: App,
    history: History,
}

impl Street {
    fn new(app: App, plan: Plan) -> Self {
        Self { app, history: History::new(plan) }
    }

    async fn grow(&mut self) {
        (0..SLOTS).for_each(|_| self.history.slot());
        self.history.flush(&mut self.app.db.acquire().await.expect("a connection")).await;
    }

    /// What its operator and one of its owners are told.
    async fn answers(&self) -> Vec<(String, u16, String)> {
        let operator = operator_key().verifying_key().to_bytes();
        let mut answers = Vec::new();
        for who in [operator, owner(1)] {
            let client = self.app.logged_in(who).await;
            for path in paths(&self.history) {
                answers.push(ask(&client, path).await);
            }
        }
        answers
    }
}

async fn ask(client: &Client, path: String) -> (String, u16, String) {
    let answer = client.get(&path).await;
    (path, answer.status.as_u16(), answer.text)
}

fn owner(site: u32) -> [u8; 32] {
    let mut owner = [0xaa; 32];
    owner[..4].copy_from_slice(&site.to_be_bytes());
    owner
}

/// All that can be asked for, so that nothing new is left out.
fn paths(history: &History) -> Vec<String> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).expect("the document");
    let paths = document["paths"].as_object().expect("paths");
    let asked =
        paths.iter().filter(|(path, verbs)| verbs.get("get").is_some() && !NOT_COMPARED.contains(&path.as_str()));
    asked.flat_map(|(path, verbs)| with_parameters(path, &verbs["get"], history)).collect()
}

/// A path with each value of its parameters.
fn with_parameters(path: &str, operation: &Value, history: &History) -> Vec<String> {
    let ids = if path.contains("/sites/") { history.plan.sites } else { MARKET + 1 };
    let mut paths = filled(vec![path.to_owned()], "{id}", (0..ids).map(|id| id.to_string()));
    paths = filled(paths, "{address}", (0..2).map(|site| ss58(owner(site))));
    paths = filled(paths, "{slot}", history.truth.slots.keys().map(u32::to_string));
    assert!(paths.iter().all(|path| !path.contains('{')), "{path}: a value for each parameter");
    let slot_seconds = i64::from(history.plan.slot_seconds);
    let from = i64::from(history.plan.first_slot) * slot_seconds;
    let to = from + i64::from(3 * SLOTS) * slot_seconds;
    let mut queries = vec!["?".to_owned()];
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let values = match (parameter["in"].as_str(), parameter["name"].as_str()) {
            (Some("query"), Some("market")) => vec![format!("market={MARKET}&")],
            (Some("query"), Some("from")) => vec![format!("from={from}&")],
            (Some("query"), Some("to")) => vec![format!("to={to}&")],
            (Some("query"), Some("resolution")) => {
                ["slot", "hour", "day", "month"].map(|resolution| format!("resolution={resolution}&")).to_vec()
            }
            _ => continue,
        };
        queries = queries.iter().flat_map(|query| values.iter().map(move |value| format!("{query}{value}"))).collect();
    }
    let of = |path: String| queries.iter().map(move |query| format!("{path}{}", query.trim_end_matches(['?', '&'])));
    paths.into_iter().flat_map(of).collect()
}

fn filled(paths: Vec<String>, parameter: &str, values: impl Iterator<Item = String> + Clone) -> Vec<String> {
    let fill = |path: String| -> Vec<String> {
        if path.contains(parameter) {
            values.clone().map(|value| path.replace(parameter, &value)).collect()
        } else {
            vec![path]
        }
    };
    paths.into_iter().flat_map(fill).collect()
}

async fn assert_same(plain: &Street, timescale: &Street, when: &str) {
    let (expected, found) = (plain.answers().await, timescale.answers().await);
    let good = expected.iter().filter(|answer| answer.1 == 200).count();
    assert!(good * 2 > expected.len(), "{when}: only {good} of {} are answered", expected.len());
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found, "{when}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_the_same_with_hypertables() {
    let Some(cluster) = Cluster::with_timescaledb(&ClusterOptions::default()).expect("PostgreSQL 15") else { return };
    let url = cluster.fresh_database().expect("a database").url;
    let options = db::options(&url).expect("an address");
    db::migrate(&options).await.expect("tables");
    let plan = Plan::eventful(5).days_ago(100);
    let mut plain = Street::new(spawn_app().await, plan);
    let mut timescale = Street::new(spawn_over(&url, Options::default()).await, plan);
    plain.grow().await;
    timescale.grow().await;
    assert_same(&plain, &timescale, "hypertables").await;

    let mut connection = db::connect(&options, db::CHAIN).await.expect("a connection");
    assert_eq!(Job::Compress.run(&mut connection).await, 3);
    assert_same(&plain, &timescale, "compressed").await;

    plain.grow().await;
    timescale.grow().await;
    assert_same(&plain, &timescale, "compressed in part").await;
}
