//! `GET markets/{id}/zones`: the tree, with the terms that hold now and those that will.

use super::{
    MarketView,
    terms::{EdgeView, terms},
};
use crate::api::handler::{Address, Api, Path, Result, State};
use serde::Serialize;
use sqlx::FromRow;
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

/// What will hold for a line.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PendingView {
    /// The first slot in which it holds.
    pub from_slot: i64,
    /// What holds from then on.
    #[serde(flatten)]
    pub edge: EdgeView,
}

#[derive(FromRow)]
struct ZoneRow {
    zone: i64,
    parent: Option<i64>,
    depth: i64,
    name: Option<String>,
    sites: i64,
}

/// The tree of zones with the lines' fees and capacities.
#[utoipa::path(get, path = "/markets/{id}/zones", tag = "markets", params(("id" = u32, Path, description = "The market")), responses(
    (status = 200, body = ZonesView)))]
pub async fn zones(State(api): State<Api>, Path(market): Path<u32>) -> Result<axum::Json<ZonesView>> {
    let MarketView { operator, .. } = super::find(&api, market).await?;
    let current_slot = api.current_slot().await?;
    let market = i64::from(market);
    let rows: Vec<ZoneRow> = sqlx::query_as(include_str!("zones.sql")).bind(market).fetch_all(api.db()).await?;
    let terms = terms(&api, market, current_slot, i64::MAX).await?;
    let zones = rows.into_iter().map(|row| {
        let (now, later): (Vec<_>, Vec<_>) =
            terms.iter().filter(|terms| terms.zone == row.zone).partition(|terms| terms.from_slot <= current_slot);
        let pending =
            later.into_iter().map(|terms| PendingView { from_slot: terms.from_slot, edge: terms.edge.clone() });
        ZoneView {
            id: row.zone,
            parent: row.parent,
            depth: row.depth,
            name: row.name,
            operator,
            sites: row.sites,
            edge: now.first().map(|terms| terms.edge.clone()).unwrap_or_default(),
            pending: pending.collect(),
        }
    });
    Ok(axum::Json(ZonesView { zones: zones.collect() }))
}
