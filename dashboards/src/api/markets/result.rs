//! `GET markets/{id}/slots/{slot}/result`: what a slot's clearing gave, as `deren-market verify` reads it.

use super::market_file::load;
use crate::api::{
    handler::{Api, Path, Problem, Result},
    kept::{self, Lasting},
};
use axum::{extract::State, http::HeaderMap, response::Response};

/// What a slot's clearing gave: worked out again, and given out only if it is the chain's.
///
/// Once the block that settled the slot is final, the answer never changes.
#[utoipa::path(get, path = "/markets/{id}/slots/{slot}/result", tag = "markets",
    params(("id" = u32, Path, description = "The market"), ("slot" = u32, Path, description = "The slot")), responses(
    (status = 200, body = Object, content_type = "application/json"),
    (status = 304, description = "It is what the request's `If-None-Match` names")))]
pub async fn result(
    State(api): State<Api>,
    headers: HeaderMap,
    Path((market, slot)): Path<(u32, u32)>,
) -> Result<Response> {
    let cleared = load(&api, market, slot).await?;
    // Before all buyers have paid, a slot can still be voided.
    let lasting = if cleared.settled { Lasting::ForEver } else { Lasting::UntilAsked };
    // A large market takes a second: few at once, and not where requests are served.
    let place = api.computing().await?;
    let text = tokio::task::spawn_blocking(move || {
        let text = cleared.result_json();
        drop(place);
        text
    });
    Ok(kept::json(&headers, text.await.map_err(Problem::internal)??, lasting))
}
