//! Server-sent events: what is new, for pages that show it live.

mod changes;
mod follow;
pub mod hub;
pub mod open;

pub use follow::follow;

use super::state::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(open::open))
}
