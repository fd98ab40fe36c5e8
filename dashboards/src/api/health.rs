//! Whether this process lives, whether it can answer, and what it counts. Outside `/api/v1`, for those who operate it.

use super::{
    problem::{Problem, Result},
    state::Api,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use deren_exposition::Format;
use prometheus_client::registry::Registry;
use serde::Serialize;
use sqlx::FromRow;
use std::sync::Arc;
use utoipa::ToSchema;

/// With more blocks between the node's best block and the newest finalised rows, answers are too old.
const READY_LAG_BLOCKS: i64 = 20;
/// While the node is away nobody knows how many blocks there are: answers are too old when their newest block is.
const READY_AGE_S: i64 = 5 * 60;

/// Whether answers can be trusted to be there and to be fresh.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadyView {
    /// True if the database answers with rows at most 20 blocks behind the node,
    /// or at most 5 minutes old while the node is away.
    pub ready: bool,
    /// True if the database answers.
    pub database: bool,
    /// The best block of the node; null while the node is away.
    pub node_block: Option<u32>,
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
    let rows = rows.ok().flatten();
    let node_block = api.node_head().number();
    let lag_blocks =
        rows.map(|rows| node_block.map_or(rows.newest, |block| rows.newest.max(block.into())) - rows.finalized);
    let newest_unix_s = rows.and_then(|rows| rows.newest_unix_s);
    let newest_block_age_s = newest_unix_s.map(|newest| chrono::Utc::now().timestamp() - newest);
    let is_near = lag_blocks.is_some_and(|lag| lag <= READY_LAG_BLOCKS);
    let is_fresh = node_block.is_some() || newest_block_age_s.is_some_and(|age| age <= READY_AGE_S);
    let ready = database && is_near && is_fresh;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(ReadyView { ready, database, node_block, lag_blocks, newest_block_age_s }))
}

/// How far the rows are.
#[derive(Clone, Copy, FromRow)]
struct Freshness {
    /// The newest finalised block.
    finalized: i64,
    /// The newest block, finalised or not.
    newest: i64,
    /// When that was made; `None` of the genesis block.
    newest_unix_s: Option<i64>,
}

/// `None` before the first block.
async fn freshness(api: &Api) -> Result<Option<Freshness>> {
    Ok(sqlx::query_as(include_str!("health/freshness.sql")).fetch_optional(api.db()).await?)
}

/// `/metrics`: all counters of this process, for Prometheus, in the format that the request prefers.
pub async fn metrics(State(registry): State<Arc<Registry>>, headers: HeaderMap) -> Result<impl IntoResponse> {
    let format = Format::wanted(headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()));
    let text = format.write(&registry).map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, format.content_type()), (header::VARY, "accept")], text))
}
