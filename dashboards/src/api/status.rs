//! What chain this is, and how far the rows have come.

pub mod show;

use super::state::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show::show))
}
