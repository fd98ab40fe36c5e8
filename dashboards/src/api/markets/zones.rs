//! `GET markets/{id}/zones`: the tree, with the terms that hold now and those that will.

use super::MarketView;
use crate::api::handler::{Address, Api, Path, Problem, Result, State};
use serde::Serialize;
use sqlx::{FromRow, Row, postgres::PgRow};
use utoipa::ToSchema;

/// All zones of a market, parents before children.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ZonesView {
    /// At most 1 024.
    pub zones: Vec<ZoneView>,
}

/// A zone and the line to its parent.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ZoneView {
    /// Its number.
    pub id: i64,
    /// The zone above; null for the root.
    pub parent: Option<i64>,
    /// How many edges lie between it and the root.
    pub depth: i64,
    /// What its operator calls it; plain text.
    pub name: Option<String>,
    /// Who receives the fee of the line.
    pub operator: Address,
    /// How many sites are registered in it.
    pub sites: i64,
    /// The line as it is now; the fields are null for the root, and before the line's first slot.
    #[serde(flatten)]
    pub edge: EdgeView,
    /// Changes that hold from a later slot on.
    pub pending: Vec<PendingView>,
}

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

/// What will hold for a line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PendingView {
    /// The first slot in which it holds.
    pub from_slot: i64,
    /// What holds from then on.
    #[serde(flatten)]
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

#[derive(FromRow)]
struct ZoneRow {
    zone: i64,
    parent: Option<i64>,
    depth: i64,
    name: Option<String>,
    sites: i64,
    #[sqlx(flatten)]
    edge: EdgeView,
}

#[derive(FromRow)]
struct PendingRow {
    zone: i64,
    from_slot: i64,
    #[sqlx(flatten)]
    edge: EdgeView,
}

/// The tree of zones with the lines' fees and capacities.
#[utoipa::path(get, path = "/markets/{id}/zones", tag = "markets", params(("id" = u32, Path, description = "The market")), responses(
    (status = 200, body = ZonesView), Problem))]
pub async fn zones(State(api): State<Api>, Path(market): Path<u32>) -> Result<axum::Json<ZonesView>> {
    let MarketView { operator, .. } = super::find(&api, market).await?;
    let current_slot = api.current_slot().await?;
    let rows: Vec<ZoneRow> = sqlx::query_as(include_str!("zones.sql"))
        .bind(i64::from(market))
        .bind(current_slot)
        .fetch_all(api.db())
        .await?;
    let pending: Vec<PendingRow> = sqlx::query_as(include_str!("zones_pending.sql"))
        .bind(i64::from(market))
        .bind(current_slot)
        .fetch_all(api.db())
        .await?;
    let zones = rows.into_iter().map(|row| {
        let of_zone = pending.iter().filter(|change| change.zone == row.zone);
        let pending = of_zone.map(|change| PendingView { from_slot: change.from_slot, edge: change.edge.clone() });
        ZoneView {
            id: row.zone,
            parent: row.parent,
            depth: row.depth,
            name: row.name,
            operator,
            sites: row.sites,
            edge: row.edge,
            pending: pending.collect(),
        }
    });
    Ok(axum::Json(ZonesView { zones: zones.collect() }))
}
