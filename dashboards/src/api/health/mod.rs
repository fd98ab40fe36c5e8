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
    /// How long ago the newest block was made by its own clock: it grows while the chain or the node is away.
    pub newest_block_age_s: Option<i64>,
}

/// `/health`: this process lives.
pub async fn alive() -> &'static str {
    "alive\n"
}

/// `/ready`: 200 if the database answers and the rows are fresh, else 503.
pub async fn ready(State(api): State<Api>) -> impl IntoResponse {
    let rows = freshness(&api).await;
    let database = rows.is_ok();
    let (lag_blocks, newest_unix_s) = rows.ok().flatten().unzip();
    let ready = database && lag_blocks.is_some_and(|lag| lag <= READY_LAG_BLOCKS);
    let newest_block_age_s = newest_unix_s.flatten().map(|newest| chrono::Utc::now().timestamp() - newest);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(ReadyView { ready, database, lag_blocks, newest_block_age_s }))
}

/// How many blocks are not finalised yet, and when the newest was made; `None` before the first.
async fn freshness(api: &Api) -> Result<Option<(i64, Option<i64>)>> {
    Ok(sqlx::query_as(include_str!("freshness.sql")).fetch_optional(api.db()).await?)
}

/// `/metrics`: all counters of this process, for Prometheus.
pub async fn metrics(State(registry): State<Arc<Registry>>) -> Result<impl IntoResponse> {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).map_err(super::problem::Problem::internal)?;
    let content_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok((HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]), text))
}
