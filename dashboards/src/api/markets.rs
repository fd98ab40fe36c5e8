//! Markets: their zones, their slots, and what any slot's clearing was made of.

pub mod gaps;
pub mod list;
pub mod market_file;
pub mod result;
pub mod show;
pub mod slot;
pub mod slots;
pub mod sums;
pub mod terms;
pub mod zones;

use super::{
    address::Address,
    problem::{Problem, Result},
    state::Api,
};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which handler answers which address.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(show::show))
        .routes(routes!(zones::zones))
        .routes(routes!(slots::slots))
        .routes(routes!(slot::slot))
        .routes(routes!(sums::sums))
        .routes(routes!(market_file::market_file))
        .routes(routes!(result::result))
        .routes(routes!(gaps::gaps))
}

/// A market as it is from the next slot on.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct MarketView {
    /// Its number.
    pub id: i64,
    /// Who approves points, sets edges and receives network fees.
    pub operator: Address,
    /// How many sites a published aggregate needs at least.
    pub privacy_threshold: i64,
    /// The buyer's fee, in 1/10 000 of the price.
    pub protocol_fee_bp: i64,
    /// How many zones its tree has.
    pub zones: i64,
    /// How many sites are registered.
    pub sites: i64,
}

/// The market; 404 if there is none of this number, or another indexer has it.
async fn find(api: &Api, market: u32) -> Result<MarketView> {
    api.ensure_followed(market).await?;
    sqlx::query_as(include_str!("markets/find.sql"))
        .bind(Some(i64::from(market)))
        .fetch_optional(api.db())
        .await?
        .ok_or_else(|| Problem::not_found(format!("There is no market {market}; /api/v1/markets lists all.")))
}
