//! The API as it runs, on a port of its own, and a client with a session in it.

use crate::history;
use deren_dashboards::{
    api::{self, Api, ApiSettings, Metrics, ServeLimits, address::Address},
    db,
};
use deren_primitives::Hex;
use ed25519_dalek::Signer;
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Nothing listens there; what is measured asks no node.
const NO_NODE: &str = "ws://127.0.0.1:9";

/// It ends when dropped.
pub struct Server {
    url: String,
    _stop: DropGuard,
}

/// A client with a cookie.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    cookie: String,
}

/// Starts the API over this database.
pub async fn start(database_url: &str) -> Server {
    let node: url::Url = NO_NODE.parse().expect("an address");
    let settings = ApiSettings {
        public_node_url: node.clone(),
        retail_ueur_per_kwh: 320_000,
        development_accounts: Vec::new(),
        market_clock: None,
        stream_clients: 1,
    };
    let mut registry = Registry::default();
    let metrics = Arc::new(Metrics::register(&mut registry));
    let options = db::options(database_url).expect("an address");
    let api = Api::new(&options, node, settings, metrics);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/api/v1", listener.local_addr().expect("an address"));
    let stop = CancellationToken::new();
    tokio::spawn(api::run(listener, api, registry, ServeLimits::default(), stop.clone()));
    Server { url, _stop: stop.drop_guard() }
}

impl Server {
    /// Logs the market's operator in, as a page does: it may see every site.
    pub async fn logged_in_operator(&self) -> Client {
        let key = history::operator_key();
        let address = Address(key.verifying_key().to_bytes()).to_string();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let ask = http.post(format!("{}/login/challenge", self.url)).json(&json!({ "address": address }));
        let answer: Value = ask.send().await.expect("an answer").json().await.expect("a challenge");
        let challenge = answer["challenge"].as_str().expect("a challenge").to_owned();
        let signature = Hex(key.sign(challenge.as_bytes()).to_bytes()).to_string();
        let login = json!({ "address": address, "challenge": challenge, "signature": signature });
        let answer = http.post(format!("{}/login", self.url)).json(&login).send().await.expect("an answer");
        let cookie = answer.headers().get("set-cookie").expect("a session").to_str().expect("text");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        Client { http, url: self.url.clone(), cookie }
    }
}

impl Client {
    /// The body of an answer, which must be a success.
    pub async fn get(&self, path: &str) -> bytes::Bytes {
        let request = self.http.get(format!("{}{path}", self.url)).header("cookie", &self.cookie);
        let answer = request.send().await.expect("an answer").error_for_status().expect("a success");
        answer.bytes().await.expect("a body")
    }
}
