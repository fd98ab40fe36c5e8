//! What every handler has at hand: the database, the node, who listens to the stream, and the settings that pages see.

use super::{
    login::limits::LoginLimits,
    metrics::Metrics,
    node::NodeClient,
    parameters::Parameters,
    problem::{Problem, Result},
    stream::hub::Hub,
};
use crate::{
    indexer::NodeHead,
    settings::{DevelopmentAccount, MarketClock},
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::sync::{Arc, OnceLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

/// How many connections requests share; one more listens for notices.
const CONNECTIONS: u32 = 12;
/// No request's statement may take longer.
const STATEMENT_TIMEOUT: &str = "5s";

/// Requests are many and short: each has one process, no compiler, and room for a day of a thousand sites.
const FOR_SHORT_QUESTIONS: [(&str, &str); 3] =
    [("jit", "off"), ("max_parallel_workers_per_gather", "0"), ("work_mem", "16MB")];
/// How many clearings are worked out at once.
const COMPUTING: usize = 2;

/// What pages are told, and what bounds their number.
#[derive(Clone, Debug)]
pub struct ApiSettings {
    /// The node to which pages send transactions.
    pub public_node_url: Url,
    /// What a kWh costs from a supplier, for accounts that did not say, in µ€.
    pub retail_ueur_per_kwh: u32,
    /// Accounts for anyone to try; shown on a development chain only.
    pub development_accounts: Vec<DevelopmentAccount>,
    /// How the market's time follows the real one, on a development chain only.
    pub market_clock: Option<MarketClock>,
    /// How many clients may listen to the stream at once.
    pub stream_clients: usize,
}

/// The state of the API; cheap to clone.
#[derive(Clone, Debug)]
pub struct Api(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: PgPool,
    node: NodeClient,
    node_head: NodeHead,
    hub: Hub,
    settings: ApiSettings,
    login_limits: LoginLimits,
    metrics: Arc<Metrics>,
    parameters: OnceLock<Parameters>,
    computing: Arc<Semaphore>,
}

impl Api {
    /// An API over this database and this node. Nothing is connected before it is needed.
    pub fn new(options: &PgConnectOptions, node_url: Url, settings: ApiSettings, metrics: Arc<Metrics>) -> Self {
        let options = options.clone().options(FOR_SHORT_QUESTIONS);
        let db = crate::db::impatient_pool(&options, crate::db::CHAIN, CONNECTIONS, STATEMENT_TIMEOUT);
        let hub = Hub::new(settings.stream_clients, metrics.clone());
        Self(Arc::new(Inner {
            db,
            node: NodeClient::new(node_url),
            node_head: NodeHead::default(),
            hub,
            settings,
            login_limits: LoginLimits::default(),
            metrics,
            parameters: OnceLock::new(),
            computing: Arc::new(Semaphore::new(COMPUTING)),
        }))
    }

    /// Connections for requests; their statements are limited in time.
    pub fn db(&self) -> &PgPool {
        &self.0.db
    }

    /// The chain's state.
    pub fn node(&self) -> &NodeClient {
        &self.0.node
    }

    /// How far the node says that the chain is: whoever follows the node tells it.
    pub fn node_head(&self) -> &NodeHead {
        &self.0.node_head
    }

    /// Who listens to the stream.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// What pages are told.
    pub fn settings(&self) -> &ApiSettings {
        &self.0.settings
    }

    /// How often login may be tried.
    pub fn login_limits(&self) -> &LoginLimits {
        &self.0.login_limits
    }

    /// Counters.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// A place to compute for up to a second; waits for one.
    pub async fn computing(&self) -> Result<OwnedSemaphorePermit> {
        self.0.computing.clone().acquire_owned().await.map_err(Problem::internal)
    }

    /// What was set at genesis; 503 before the indexer has seen the chain. A database holds one chain for ever.
    pub async fn parameters(&self) -> Result<&Parameters> {
        if let Some(parameters) = self.0.parameters.get() {
            return Ok(parameters);
        }
        let row: Option<Parameters> =
            sqlx::query_as("SELECT * FROM chain.parameters").fetch_optional(self.db()).await?;
        let parameters = row.ok_or_else(|| {
            Problem::unavailable("The indexer has not reached the chain yet. Try again in a few seconds.")
        })?;
        Ok(self.0.parameters.get_or_init(|| parameters))
    }

    /// 404 for a market that this indexer does not follow, whether there is one or not.
    pub async fn ensure_followed(&self, market: u32) -> Result<()> {
        let followed = &self.parameters().await?.markets;
        if followed.contain(market) { Ok(()) } else { Err(Problem::not_followed(market, followed)) }
    }

    /// The slot that is running now, by this machine's clock.
    pub async fn current_slot(&self) -> Result<i64> {
        Ok(chrono::Utc::now().timestamp() / i64::from(self.parameters().await?.slot_seconds.get()))
    }
}
