//! `GET markets/{id}/slots/{slot}/result`: what a slot's clearing gave, as `deren-market verify` reads it.

use super::market_file::{json, load};
use crate::api::handler::{Api, Path, Problem, Result};
use axum::{extract::State, response::IntoResponse};

/// What a slot's clearing gave: worked out again, and given out only if it is the chain's.
#[utoipa::path(get, path = "/markets/{id}/slots/{slot}/result", tag = "markets",
    params(("id" = u32, Path, description = "The market"), ("slot" = u32, Path, description = "The slot")), responses(
    (status = 200, body = Object, content_type = "application/json"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
pub async fn result(State(api): State<Api>, Path((market, slot)): Path<(u32, u32)>) -> Result<impl IntoResponse> {
    let cleared = load(&api, market, slot).await?;
    // A large market takes a second: few at once, and not where requests are served.
    let place = api.computing().await?;
    let text = tokio::task::spawn_blocking(move || {
        let text = cleared.result_json();
        drop(place);
        text
    });
    Ok(json(text.await.map_err(Problem::internal)??))
}
