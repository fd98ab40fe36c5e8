//! Settlement data that reconciles to the Wh and to the µ€.

pub mod export;

use super::state::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(export::export))
}
