//! Sites: what is installed, what was measured and traded. For their owner and their market's operator only.

pub mod readings;
pub mod set_name;
pub mod show;

use super::state::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show::show))
        .routes(routes!(readings::readings))
        .routes(routes!(set_name::set_name))
}
