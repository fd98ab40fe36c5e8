//! `spawn_app`: an API on a random port over a fresh database, gone when dropped.

use deren_dashboards::{
    api::{self, Api, ApiSettings, Metrics, ServeLimits, address::Address},
    db,
    settings::{DevelopmentAccount, DevelopmentRole, MarketClock},
};
use deren_primitives::blake2_256;
use deren_testing::postgres::{Cluster, ClusterOptions};
use prometheus_client::registry::Registry;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

/// What is given to every test; nothing listens there.
const NO_NODE: &str = "ws://127.0.0.1:9";
/// A test that waits longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database with tables and no rows, and one with the rows of `fixture`: copied for each test.
const EMPTY: &str = "with_tables";
const STREET: &str = "with_street";

static CLUSTER: Mutex<Weak<Shared>> = Mutex::const_new(Weak::new());
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The cluster that tests share; it stops with the last of them.
pub struct Shared {
    cluster: Cluster,
}

impl Shared {
    async fn get() -> Arc<Self> {
        let mut shared = CLUSTER.lock().await;
        if let Some(running) = shared.upgrade() {
            return running;
        }
        let cluster = Cluster::start(&ClusterOptions::default()).expect("PostgreSQL 15");
        let started = Arc::new(Self { cluster });
        for (name, has_street) in [(EMPTY, false), (STREET, true)] {
            let database = started.cluster.create_database(name).expect("a database");
            let options = db::options(&database.url).expect("an address");
            db::migrate(&options).await.expect("tables");
            if has_street {
                // Nobody may be connected to a database that is copied.
                let pool = db::pool(&options, db::CHAIN, 1);
                crate::fixture::insert(&pool).await;
                pool.close().await;
            }
        }
        *shared = Arc::downgrade(&started);
        started
    }

    /// A copy of this database, by its address.
    async fn copy_of(&self, template: &str) -> String {
        let name = format!("copy_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let options = db::options(&self.cluster.url("postgres")).expect("an address");
        let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        connection.execute(sqlx::AssertSqlSafe(statement)).await.expect("a copy");
        self.cluster.url(&name)
    }
}

/// A running API.
pub struct App {
    /// `http://127.0.0.1:…`
    pub url: String,
    /// Connections of the test's own, as the indexer has them.
    pub db: PgPool,
    /// Its state.
    pub api: Api,
    server: JoinHandle<()>,
    _stop: DropGuard,
    _cluster: Option<Arc<Shared>>,
}

/// How an app differs from others.
pub struct Options {
    pub limits: ServeLimits,
    pub stream_clients: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: ServeLimits::default(), stream_clients: 32 }
    }
}

/// An API over a fresh, empty database.
pub async fn spawn_app() -> App {
    spawn_app_with(Options::default()).await
}

/// As [`spawn_app`], with what one street did in an hour; see `fixture`.
pub async fn spawn_street() -> App {
    spawn_copy(STREET, Options::default()).await
}

pub async fn spawn_app_with(options: Options) -> App {
    spawn_copy(EMPTY, options).await
}

async fn spawn_copy(template: &str, options: Options) -> App {
    let shared = Shared::get().await;
    let app = spawn_over(&shared.copy_of(template).await, options).await;
    App { _cluster: Some(shared), ..app }
}

/// An API over this database.
pub async fn spawn_over(database_url: &str, options: Options) -> App {
    let database = db::options(database_url).expect("an address");
    let settings = ApiSettings {
        public_node_url: NO_NODE.parse().expect("an address"),
        retail_ueur_per_kwh: 320_000,
        market_clock: Some(MarketClock {
            real_unix_ms: 1_800_000_000_000,
            market_unix_s: 1_782_000_000,
            speed_permille: 75_000,
        }),
        development_accounts: vec![DevelopmentAccount {
            name: "Anna".into(),
            role: DevelopmentRole::Owner,
            derivation: "//Anna".into(),
        }],
        stream_clients: options.stream_clients,
    };
    let mut registry = Registry::default();
    let metrics = Arc::new(Metrics::register(&mut registry));
    let api = Api::new(&database, NO_NODE.parse().expect("an address"), settings, metrics);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let stop = CancellationToken::new();
    let server = tokio::spawn(api::run(listener, api.clone(), registry, options.limits, stop.clone()));
    let db = db::pool(&database, db::CHAIN, 4);
    App { url, db, api, server, _stop: stop.drop_guard(), _cluster: None }
}

/// An answer, wholly read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The JSON of an answer that must be a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.text);
        self.json()
    }

    /// Checks that it is a problem document of this kind.
    #[track_caller]
    pub fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json()["type"], format!("urn:deren:problem:{kind}"));
        assert_eq!(self.json()["status"], status);
        assert!(self.json()["detail"].as_str().is_some_and(|detail| detail.len() > 10), "{}", self.text);
    }
}

/// A client, logged in or not.
#[derive(Clone)]
pub struct Client {
    url: String,
    http: reqwest::Client,
    cookie: Option<String>,
}

impl App {
    /// A client that is not logged in.
    pub fn client(&self) -> Client {
        let http = reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().expect("a client");
        Client { url: self.url.clone(), http, cookie: None }
    }

    /// A client with a session of this account, as if its owner had signed.
    pub async fn logged_in(&self, account: [u8; 32]) -> Client {
        let token: [u8; 32] = rand::random();
        let hash = blake2_256(&token);
        sqlx::query("INSERT INTO local.sessions VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(account)
            .bind(i64::from(u32::MAX))
            .execute(&self.db)
            .await
            .expect("a session");
        self.client().with_cookie(&format!("deren_session={}", hex::encode(token)))
    }

    /// Runs SQL of a test.
    pub async fn sql(&self, statements: &str) {
        run_sql(&self.db, statements).await;
    }

    /// What a counter of `/metrics` says; `line` is its name with labels.
    pub async fn metric(&self, line: &str) -> f64 {
        let text = self.client().get("/metrics").await.text;
        let value = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        value.map_or(0.0, |value| value.parse().expect("a number"))
    }

    /// Stops the server and waits until it has ended.
    pub async fn stop(self) {
        drop(self._stop);
        tokio::time::timeout(PATIENCE, self.server).await.expect("in time").expect("no panic");
    }
}

pub async fn run_sql(db: &PgPool, statements: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned()))
        .execute(db)
        .await
        .unwrap_or_else(|error| panic!("{error}: {statements}"));
}

impl Client {
    pub fn with_cookie(mut self, cookie: &str) -> Self {
        self.cookie = Some(cookie.to_owned());
        self
    }

    /// A request to be completed by a test; `path` begins with `/`.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        answer(self.request(method, path).json(body)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }
}

pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.expect("text") }
}

/// Waits until `is_so` says so.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} in time"));
}

/// SS58 of an account.
pub fn ss58(account: [u8; 32]) -> String {
    Address(account).to_string()
}
