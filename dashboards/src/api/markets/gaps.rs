//! `GET markets/{id}/gaps`: readings that are missing, late, flagged or estimated, for the operator.

use crate::{
    api::handler::{Api, Caller, LimitedRangeQuery, Path, Query, Result, State, access},
    books::gaps::{self, Gaps, MAX_GAPS},
};
use deren_primitives::MarketId;

/// What the market's operator must look after, newest first; slots are given out whole.
#[utoipa::path(get, path = "/markets/{id}/gaps", tag = "markets", security(("session" = [])),
    params(("id" = u32, Path, description = "The market"), LimitedRangeQuery<MAX_GAPS>), responses(
    (status = 200, body = Gaps)))]
pub async fn gaps(
    State(api): State<Api>,
    caller: Caller,
    Path(market): Path<u32>,
    Query(query): Query<LimitedRangeQuery<MAX_GAPS>>,
) -> Result<axum::Json<Gaps>> {
    api.ensure_followed(market).await?;
    access::operator(&api, caller, market).await?;
    let (range, limit) = query.parse()?;
    let limit = u32::try_from(limit).unwrap_or(MAX_GAPS);
    let slot_seconds = api.parameters().await?.slot_seconds;
    let slots = range.slots(slot_seconds);
    Ok(axum::Json(gaps::gaps(api.db(), MarketId(market), slots, slot_seconds.get(), limit).await?))
}
