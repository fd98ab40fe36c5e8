//! Zones: what their market's operator calls them.

pub mod set_name;

use super::state::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(set_name::set_name))
}
