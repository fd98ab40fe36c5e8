//! Whether this process lives, whether it can answer, and what it counts. Outside `/api/v1`, for those who operate it.

use super::{problem::Result, state::Api};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use prometheus_client::registry::Registry;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// With more blocks between the chain's newest finalised block and the indexed one, answers are too old.
const READY_LAG_BLOCKS: i64 = 20;

/// Whether answers can be trusted to be there and to be fresh.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadyView {
    /// True if both of the following are well.
    pub ready: bool,
    /// True if the database answers.
    pub database: bool,
    /// How many blocks the finalised rows are behind the best block that is known; null before the first.
    pub lag_blocks: Option<i64>,
}

/// `/health`: this process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// `/ready`: 200 if the database answers and the rows are fresh, else 503.
pub async fn ready(State(api): State<Api>) -> impl IntoResponse {
    let lag: Result<Option<i64>> = lag_blocks(&api).await;
    let database = lag.is_ok();
    let lag_blocks = lag.unwrap_or_default();
    let ready = database && lag_blocks.is_some_and(|lag| lag <= READY_LAG_BLOCKS);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(ReadyView { ready, database, lag_blocks }))
}

async fn lag_blocks(api: &Api) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(include_str!("lag.sql")).fetch_optional(api.db()).await?.flatten())
}

/// `/metrics`: all counters of this process, for Prometheus.
pub async fn metrics(State(registry): State<Arc<Registry>>) -> Result<impl IntoResponse> {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).map_err(super::problem::Problem::internal)?;
    let content_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok((HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]), text))
}
