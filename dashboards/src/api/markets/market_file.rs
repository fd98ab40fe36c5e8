//! `GET markets/{id}/slots/{slot}/market-file`: the exact input of a slot's clearing, as `deren-market` reads it.

use crate::{
    api::handler::{Api, Path, Problem, Result, State},
    books::{market_file::ClearedSlot, snapshot},
};
use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use deren_primitives::{MarketId, Slot};

/// The exact input of a slot's clearing; its bytes have the hash that the chain noted.
#[utoipa::path(get, path = "/markets/{id}/slots/{slot}/market-file", tag = "markets",
    params(("id" = u32, Path, description = "The market"), ("slot" = u32, Path, description = "The slot")), responses(
    (status = 200, body = Object, content_type = "application/json"),
    (status = "default", body = Problem, content_type = "application/problem+json")))]
pub async fn market_file(State(api): State<Api>, Path((market, slot)): Path<(u32, u32)>) -> Result<impl IntoResponse> {
    let cleared = load(&api, market, slot).await?;
    Ok(json(cleared.market_json()?))
}

/// A slot's clearing, proved to be the chain's.
pub(super) async fn load(api: &Api, market: u32, slot: u32) -> Result<ClearedSlot> {
    let mut snapshot = snapshot(api.db()).await?;
    Ok(ClearedSlot::load(&mut snapshot, MarketId(market), Slot(slot)).await?)
}

/// A JSON text that is already written.
pub(super) fn json(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text)
}
