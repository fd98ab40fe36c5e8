//! The API and the server: one handler a file, `<noun>/<verb>.rs`, with its SQL beside it.
//!
//! It only reads what the indexer wrote (and writes the schema `local`); amounts are integers with their unit in the name,
//! every error is a problem document, and every answer is bounded.

pub mod address;
mod extract;
mod guard;
pub mod health;
pub mod login;
pub mod metrics;
pub mod node;
pub mod problem;
pub mod range;
mod rate_limit;
mod routes;
pub mod serve;
pub mod state;
pub mod status;
pub mod stream;

pub use metrics::Metrics;
pub use routes::{openapi, router};
pub use serve::{ServeLimits, serve};
pub use state::{Api, ApiSettings};
pub use stream::follow;
