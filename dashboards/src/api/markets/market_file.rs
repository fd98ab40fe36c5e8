//! `GET markets/{id}/slots/{slot}/market-file`: the exact input of a slot's clearing, as `deren-market` reads it.

use crate::{
    api::{
        handler::{Api, Path, Result, State},
        kept::{self, Lasting},
    },
    books::{market_file::ClearedSlot, snapshot},
};
use axum::{http::HeaderMap, response::Response};
use deren_primitives::{MarketId, Slot};

/// The exact input of a slot's clearing; its bytes have the hash that the chain noted.
///
/// Once the block that cleared the slot is final, the answer never changes.
#[utoipa::path(get, path = "/markets/{id}/slots/{slot}/market-file", tag = "markets",
    params(("id" = u32, Path, description = "The market"), ("slot" = u32, Path, description = "The slot")), responses(
    (status = 200, body = Object, content_type = "application/json"),
    (status = 304, description = "It is what the request's `If-None-Match` names")))]
pub async fn market_file(
    State(api): State<Api>,
    headers: HeaderMap,
    Path((market, slot)): Path<(u32, u32)>,
) -> Result<Response> {
    let cleared = load(&api, market, slot).await?;
    let lasting = if cleared.finalized { Lasting::ForEver } else { Lasting::UntilAsked };
    Ok(kept::json(&headers, cleared.market_json()?, lasting))
}

/// A slot's clearing, proved to be the chain's.
pub(super) async fn load(api: &Api, market: u32, slot: u32) -> Result<ClearedSlot> {
    api.ensure_followed(market).await?;
    let mut snapshot = snapshot(api.db()).await?;
    Ok(ClearedSlot::load(&mut snapshot, MarketId(market), Slot(slot)).await?)
}
