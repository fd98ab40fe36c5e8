//! Accounts: what belongs to one, what it bought and sold, and what that was worth. For its own holder only.

pub mod set_retail_tariff;
pub mod show;
pub mod summary;
pub mod trades;

use super::state::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(show::show))
        .routes(routes!(summary::summary))
        .routes(routes!(trades::trades))
        .routes(routes!(set_retail_tariff::set_retail_tariff))
}
