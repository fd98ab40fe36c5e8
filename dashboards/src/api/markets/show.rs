//! `GET markets/{id}`: one market.

use super::MarketView;
use crate::api::handler::{Api, Path, Result, State};

/// One market.
#[utoipa::path(get, path = "/markets/{id}", tag = "markets", params(("id" = u32, Path, description = "The market")), responses(
    (status = 200, body = MarketView)))]
pub async fn show(State(api): State<Api>, Path(market): Path<u32>) -> Result<axum::Json<MarketView>> {
    Ok(axum::Json(super::find(&api, market).await?))
}
