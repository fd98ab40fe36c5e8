//! `GET accounts/{address}/summary`: bought and sold, paid and received, against what a supplier would have taken.

use crate::api::handler::{Address, Api, Caller, Path, Problem, Query, RangeQuery, Result, State, TimeRange, access};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

/// What an account bought and sold in a range of time.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SummaryView {
    /// First moment.
    pub from_unix_s: i64,
    /// First moment that is not in it any more.
    pub to_unix_s: i64,
    /// What was traded.
    #[serde(flatten)]
    pub sums: Sums,
    /// What the account pays its supplier for a kWh.
    pub retail_ueur_per_kwh: i64,
    /// What the supplier would have taken for what was bought; rounded down.
    pub retail_ueur: i64,
    /// `retail_ueur` − `paid_ueur`; negative if the neighbours were dearer.
    pub saved_ueur: i64,
}

/// Sums over an account's fills and rewards.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct Sums {
    /// Bought from neighbours.
    pub bought_wh: i64,
    /// Sold to neighbours.
    pub sold_wh: i64,
    /// Paid for what was bought, all fees included.
    pub paid_ueur: i64,
    /// Received for what was sold.
    pub received_ueur: i64,
    /// REN minted for eras that ended in the range, in its smallest unit.
    pub minted_ren: String,
    /// True if all of it is in finalised blocks.
    pub finalized: bool,
}

/// What the account that is logged in bought and sold.
#[utoipa::path(get, path = "/accounts/{address}/summary", tag = "accounts", security(("session" = [])),
    params(("address" = Address, Path, description = "The account"), RangeQuery), responses(
    (status = 200, body = SummaryView)))]
pub async fn summary(
    State(api): State<Api>,
    caller: Caller,
    Path(address): Path<Address>,
    Query(query): Query<RangeQuery>,
) -> Result<axum::Json<SummaryView>> {
    access::account(caller, address)?;
    let range = TimeRange::of(query)?;
    let parameters = api.parameters().await?;
    let (first, end) = range.slots(parameters.slot_seconds);
    let sums: Sums = sqlx::query_as(include_str!("summary.sql"))
        .bind(address.0)
        .bind(range.from_unix_s())
        .bind(range.to_unix_s())
        .bind(i64::from(first.0))
        .bind(i64::from(end.0))
        .bind(i64::from(parameters.slots_per_era.get()))
        .fetch_one(api.db())
        .await?;
    let own_tariff: Option<i64> =
        sqlx::query_scalar("SELECT retail_ueur_per_kwh FROM local.retail_tariffs WHERE account = $1")
            .bind(address.0)
            .fetch_optional(api.db())
            .await?;
    let retail_ueur_per_kwh = own_tariff.unwrap_or(api.settings().retail_ueur_per_kwh.into());
    let retail_ueur = i64::try_from(i128::from(sums.bought_wh) * i128::from(retail_ueur_per_kwh) / 1000)
        .map_err(Problem::internal)?;
    Ok(axum::Json(SummaryView {
        from_unix_s: range.from_unix_s(),
        to_unix_s: range.to_unix_s(),
        saved_ueur: retail_ueur.saturating_sub(sums.paid_ueur),
        sums,
        retail_ueur_per_kwh,
        retail_ueur,
    }))
}
