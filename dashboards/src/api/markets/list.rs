//! `GET markets`: all markets.

use super::MarketView;
use crate::api::handler::{Api, Result, State};
use serde::Serialize;
use utoipa::ToSchema;

/// All markets.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MarketsView {
    /// By number; at most 1 000.
    pub markets: Vec<MarketView>,
}

/// All markets.
#[utoipa::path(get, path = "/markets", tag = "markets", responses(
    (status = 200, body = MarketsView)))]
pub async fn list(State(api): State<Api>) -> Result<axum::Json<MarketsView>> {
    let markets = sqlx::query_as(include_str!("find.sql")).bind(None::<i64>).fetch_all(api.db()).await?;
    Ok(axum::Json(MarketsView { markets }))
}
