//! Under which terms lines are in a range of slots.

use crate::api::handler::{Api, Result};
use serde::Serialize;
use sqlx::{FromRow, Row, postgres::PgRow};
use utoipa::ToSchema;

/// More than 1 024 zones have terms that hold or wait, and than slots of one answer have changes.
const MAX_TERMS: i64 = 30_000;

/// What holds for a line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct EdgeView {
    /// What every kWh that crosses pays.
    pub fee_ueur_per_kwh: Option<i64>,
    /// The most Wh a slot towards the parent; null: unlimited.
    pub capacity_up_wh: Option<u64>,
    /// The most Wh a slot from the parent; null: unlimited.
    pub capacity_down_wh: Option<u64>,
}

/// What holds for the line between a zone and its parent, from a slot on.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct TermsView {
    /// The zone below the line.
    pub zone: i64,
    /// The first slot in which it holds, or the first of the range.
    pub from_slot: i64,
    /// What holds. A term that the line did not have yet is null.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub edge: EdgeView,
}

impl FromRow<'_, PgRow> for EdgeView {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        // NUMERIC(20,0) holds every u64 and is read as text.
        let wide = |column: &str| -> sqlx::Result<Option<u64>> {
            let text: Option<String> = row.try_get(column)?;
            text.map(|text| text.parse())
                .transpose()
                .map_err(|error| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(error) })
        };
        Ok(Self {
            fee_ueur_per_kwh: row.try_get("fee_ueur_per_kwh")?,
            capacity_up_wh: wide("capacity_up_wh")?,
            capacity_down_wh: wide("capacity_down_wh")?,
        })
    }
}

/// The terms of a market's lines from slot `oldest` to slot `newest`, by zone and then by slot. It has what holds in
/// the first, and each change after it.
pub(super) async fn terms(api: &Api, market: i64, oldest: i64, newest: i64) -> Result<Vec<TermsView>> {
    let terms = sqlx::query_as(include_str!("terms.sql"))
        .bind(market)
        .bind(oldest)
        .bind(newest)
        .bind(MAX_TERMS)
        .fetch_all(api.db())
        .await?;
    Ok(terms)
}
