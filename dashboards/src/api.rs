//! The API and the server: one handler a file, `<noun>/<verb>.rs`. SQL of up to five lines is in it, longer SQL beside
//! it.
//!
//! It only reads what the indexer wrote, and writes the schema `local`. Amounts are integers with their unit in the
//! name. Every error is a problem document, and every answer is bounded.

mod access;
pub mod accounts;
pub mod address;
mod document;
mod extract;
mod guard;
mod handler;
pub mod health;
pub mod kept;
pub mod login;
pub mod markets;
pub mod metrics;
pub mod name;
pub mod node;
pub mod parameters;
pub mod problem;
pub mod range;
mod rate_limit;
mod routes;
pub mod serve;
pub mod settlement;
pub mod sites;
pub mod state;
pub mod status;
pub mod stream;
mod time_zone;
pub mod zones;

pub use metrics::Metrics;
pub use routes::{openapi, router};
pub use serve::{ServeLimits, serve};
pub use state::{Api, ApiSettings};
pub use stream::follow;

use prometheus_client::registry::Registry;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves the API and the pages, and follows the indexer's notices, until `shutdown`. `registry` has all counters of
/// the process.
pub async fn run(
    listener: TcpListener,
    api: Api,
    registry: Registry,
    limits: ServeLimits,
    shutdown: CancellationToken,
) {
    let router = router(api.clone(), Arc::new(registry));
    tokio::join!(follow(api, shutdown.clone()), serve(listener, router, limits, shutdown));
}
