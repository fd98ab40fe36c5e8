//! `GET markets/{id}/gaps`: readings that are missing, late, flagged or estimated, for the operator.

use crate::{
    api::{
        access,
        extract::{Path, Query},
        login::session::Caller,
        problem::{Problem, Result},
        range::{RangeQuery, TimeRange, parse_limit},
        state::Api,
    },
    books::gaps::{self, Gaps, MAX_GAPS},
};
use axum::extract::State;
use deren_primitives::MarketId;
use serde::Deserialize;
use utoipa::IntoParams;

/// A range of time, and how many gaps at most.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct GapsQuery {
    /// First moment, in seconds since 1970; default: 24 hours before `to`.
    pub from: Option<i64>,
    /// First moment that is not in the range any more, in seconds since 1970; default: now.
    pub to: Option<i64>,
    /// At most about so many gaps, 1 to 5 000: slots are given out whole.
    pub limit: Option<u32>,
}

/// What the market's operator must look after, newest first.
#[utoipa::path(get, path = "/markets/{id}/gaps", tag = "markets",
    params(("id" = u32, Path, description = "The market"), GapsQuery), responses(
    (status = 200, body = Gaps), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub async fn gaps(
    State(api): State<Api>,
    caller: Caller,
    Path(market): Path<u32>,
    Query(query): Query<GapsQuery>,
) -> Result<axum::Json<Gaps>> {
    access::operator(&api, caller, market).await?;
    let range = TimeRange::of(RangeQuery { from: query.from, to: query.to })?;
    let limit = parse_limit(query.limit, MAX_GAPS).map(|limit| u32::try_from(limit).unwrap_or(MAX_GAPS))?;
    let slot_seconds = api.parameters().await?.slot_seconds;
    let slots = range.slots(slot_seconds);
    Ok(axum::Json(gaps::gaps(api.db(), MarketId(market), slots, slot_seconds.get(), limit).await?))
}
