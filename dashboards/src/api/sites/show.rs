//! `GET sites/{id}`: a site with its devices, gateways and orders.

use crate::api::handler::{Address, Api, Caller, Path, Result, State, access};
use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;

/// A site and what belongs to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SiteView {
    /// Its number.
    pub id: i64,
    /// What its owner calls it; plain text.
    pub name: Option<String>,
    /// Its market.
    pub market: i64,
    /// Its zone.
    pub zone: i64,
    /// Who trades for it.
    pub owner: Address,
    /// The most power that the connection takes.
    pub max_power_w: i64,
    /// False before its first slot and while suspended.
    pub active: bool,
    /// Devices that serve or served; at most 256, newest first.
    pub devices: Vec<DeviceView>,
    /// Gateways that are linked to the site or read its devices.
    pub gateways: Vec<GatewayView>,
    /// At most one a side.
    pub orders: Vec<OrderView>,
}

/// A device at the site.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct DeviceView {
    /// Its pseudonym.
    pub device: String,
    /// `grid`, `production` or `storage`.
    pub role: String,
    /// More than this it cannot measure.
    pub rated_power_w: i64,
    /// Which gateway reads it.
    pub gateway: String,
    /// The first slot in which it serves.
    pub from_slot: i64,
    /// The first slot in which it is gone; null while it stays.
    pub until_slot: Option<i64>,
    /// The last slot of its newest reading.
    pub last_slot: Option<i64>,
    /// When that slot ended.
    pub last_at_unix_s: Option<i64>,
}

/// A gateway at the site.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct GatewayView {
    /// Its first public key.
    pub gateway: String,
    /// False if it may not submit.
    pub active: bool,
    /// How often its key was changed.
    pub key_epoch: i64,
    /// When the last slot of the newest reading of its devices here ended.
    pub last_reading_at_unix_s: Option<i64>,
}

/// The site's order on one side.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrderView {
    /// `buy` or `sell`.
    pub side: String,
    /// Its price steps, best first; those that it had, if it is paused or cancelled.
    pub steps: Vec<StepView>,
    /// `active`, `paused` or `cancelled`.
    pub state: String,
    /// The first slot for which this holds.
    pub from_slot: i64,
    /// What of the owner's money is on hold for it.
    pub held_ueur: i64,
    /// What was missing when it was paused.
    pub missing_ueur: Option<i64>,
    /// True if this is in a finalised block.
    pub finalized: bool,
}

/// One price step.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct StepView {
    /// A buyer pays no more, fees included; a seller receives no less.
    pub limit_ueur_per_kwh: i64,
    /// How much of a slot's energy may trade at this limit.
    pub cap_wh: i64,
}

#[derive(FromRow)]
struct OrderRow {
    side: String,
    state: String,
    from_slot: i64,
    limits_ueur_per_kwh: Vec<i64>,
    caps_wh: Vec<i64>,
    held_ueur: i64,
    missing_ueur: Option<i64>,
    finalized: bool,
}

/// A site, for its owner and its market's operator.
#[utoipa::path(get, path = "/sites/{id}", tag = "sites", security(("session" = [])), params(("id" = u32, Path, description = "The site")), responses(
    (status = 200, body = SiteView)))]
pub async fn show(State(api): State<Api>, caller: Caller, Path(site): Path<u32>) -> Result<axum::Json<SiteView>> {
    let access::SiteAccess { site, market, zone, owner, max_power_w, active, .. } =
        access::site(&api, caller, site).await?;
    let db = api.db();
    let name = sqlx::query_scalar("SELECT name FROM local.site_names WHERE site = $1").bind(site).fetch_optional(db);
    let name = name.await?;
    let devices = sqlx::query_as(include_str!("devices.sql")).bind(site).fetch_all(db).await?;
    let gateways = sqlx::query_as(include_str!("gateways.sql")).bind(site).fetch_all(db).await?;
    let orders: Vec<OrderRow> = sqlx::query_as(include_str!("orders.sql")).bind(site).fetch_all(db).await?;
    let orders = orders.into_iter().map(order).collect();
    Ok(axum::Json(SiteView { id: site, name, market, zone, owner, max_power_w, active, devices, gateways, orders }))
}

fn order(row: OrderRow) -> OrderView {
    let steps = row.limits_ueur_per_kwh.into_iter().zip(row.caps_wh);
    OrderView {
        side: row.side,
        steps: steps.map(|(limit_ueur_per_kwh, cap_wh)| StepView { limit_ueur_per_kwh, cap_wh }).collect(),
        state: row.state,
        from_slot: row.from_slot,
        held_ueur: row.held_ueur,
        missing_ueur: row.missing_ueur,
        finalized: row.finalized,
    }
}
