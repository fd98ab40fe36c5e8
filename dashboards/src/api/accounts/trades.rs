//! `GET accounts/{address}/trades`: each fill of an account, newest first.

use crate::api::handler::{Address, Api, Caller, LimitedRangeQuery, Path, Query, Result, State, access};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

/// How many trades one answer has at most.
const MAX_TRADES: u32 = 3000;

/// Trades, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TradesView {
    /// One for each price step that was filled.
    pub trades: Vec<TradeView>,
}

/// One filled price step.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct TradeView {
    /// In which slot.
    pub slot: i64,
    /// When the slot began.
    pub start_unix_s: i64,
    /// For which site.
    pub site: i64,
    /// `buy` or `sell`.
    pub side: String,
    /// How much.
    pub quantity_wh: i64,
    /// The zone's price, without the buyer's protocol fee.
    pub price_ueur_per_kwh: i64,
    /// What the buyer paid in all, or what the seller received.
    pub amount_ueur: i64,
    /// `settled` once all money of the slot has moved; `cleared` before.
    pub state: String,
    /// True if it is in a finalised block.
    pub finalized: bool,
}

/// Trades of the account that is logged in.
#[utoipa::path(get, path = "/accounts/{address}/trades", tag = "accounts", security(("session" = [])),
    params(("address" = Address, Path, description = "The account"), LimitedRangeQuery<MAX_TRADES>), responses(
    (status = 200, body = TradesView)))]
pub async fn trades(
    State(api): State<Api>,
    caller: Caller,
    Path(address): Path<Address>,
    Query(query): Query<LimitedRangeQuery<MAX_TRADES>>,
) -> Result<axum::Json<TradesView>> {
    access::account(caller, address)?;
    let (range, limit) = query.parse()?;
    let trades = sqlx::query_as(include_str!("trades.sql"))
        .bind(address.0)
        .bind(range.from_unix_s())
        .bind(range.to_unix_s())
        .bind(limit)
        .fetch_all(api.db())
        .await?;
    Ok(axum::Json(TradesView { trades }))
}
