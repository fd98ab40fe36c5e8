//! `GET markets/{id}/slots`: what happened in each slot, newest first.

use super::{
    MarketView,
    terms::{TermsView, terms},
};
use crate::api::handler::{Api, Caller, LimitedRangeQuery, Path, Query, Result, State, access};
use serde::Serialize;
use sqlx::FromRow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How many slots one answer has at most.
const MAX_SLOTS: u32 = 3000;
/// How many rows of zones one answer has at most: in a large market it has fewer slots.
const MAX_ZONE_ROWS: i64 = 30_000;
/// Sums over how many sites' readings one answer needs at most.
const MAX_SITE_ROWS: i64 = 200_000;
/// From this threshold on no site may have more than 15% of what is published.
const DOMINANCE_FROM_THRESHOLD: i64 = 15;

/// Slots, newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlotsView {
    /// Slots in which something was measured, cleared or settled, and those without any of it.
    pub slots: Vec<SlotView>,
    /// The terms of these slots, by zone, then by slot: each holds until the zone's next one.
    pub terms: Vec<TermsView>,
    /// If there may be older ones in the range: `to` of the request that gives them.
    pub next_to_unix_s: Option<i64>,
}

/// One slot of a market.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SlotView {
    /// How far it has come, and its sums.
    #[serde(flatten)]
    pub sums: SlotSums,
    /// All zones of the market.
    pub zones: Vec<ZoneSlotView>,
}

/// How far a slot has come, and its sums. While it is not settled, amounts of money are 0.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct SlotSums {
    /// Its number.
    pub slot: i64,
    /// When it began.
    pub start_unix_s: i64,
    /// When it ended.
    pub end_unix_s: i64,
    /// `measured`, `cleared`, `settled`, `empty` or `voided`.
    pub state: String,
    /// True once its settlement is in a finalised block.
    pub finalized: bool,
    /// Accepted readings that cover it.
    pub readings: i64,
    /// What was traded.
    pub volume_wh: i64,
    /// What buyers paid in all.
    pub paid_ueur: i64,
    /// What sellers received.
    pub received_ueur: i64,
    /// What zones' operators received.
    pub network_fees_ueur: i64,
    /// What full edges earned for the community.
    pub congestion_rent_ueur: i64,
    /// What the treasury received.
    pub protocol_fee_ueur: i64,
    /// What rounding left to the community.
    pub dust_ueur: i64,
    /// The block in which it was cleared.
    pub cleared_in_block: Option<i64>,
    /// The block in which its last page was settled.
    pub settled_in_block: Option<i64>,
    /// Minted for the market's whole era, in REN's smallest unit; null before that era is paid.
    pub minted_ren: Option<String>,
}

/// A zone in one slot.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct ZoneSlotView {
    /// Its number.
    pub zone: i64,
    /// Its price, where something traded.
    pub price_ueur_per_kwh: Option<i64>,
    /// What its whole subtree exports to its parent; negative: imports.
    pub net_export_wh: i64,
    /// What its sites bought.
    pub bought_wh: i64,
    /// What its sites sold.
    pub sold_wh: i64,
    /// What its sites' grid meters show; null where fewer sites than the privacy threshold show anything.
    pub measured: Option<MeasuredView>,
}

/// Sums over a zone's grid meters.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MeasuredView {
    /// From the grid.
    pub import_wh: i64,
    /// To the grid.
    pub export_wh: i64,
}

#[derive(FromRow)]
struct ZoneRow {
    slot: i64,
    zone: i64,
    price_ueur_per_kwh: Option<i64>,
    net_export_wh: i64,
    bought_wh: i64,
    sold_wh: i64,
}

#[derive(FromRow)]
struct MeasuredRow {
    slot: i64,
    zone: i64,
    import_wh: i64,
    export_wh: i64,
}

/// What happened in each slot of a range of time, newest first.
#[utoipa::path(get, path = "/markets/{id}/slots", tag = "markets", security((), ("session" = [])),
    params(("id" = u32, Path, description = "The market"), LimitedRangeQuery<MAX_SLOTS>), responses(
    (status = 200, body = SlotsView)))]
pub async fn slots(
    State(api): State<Api>,
    caller: Option<Caller>,
    Path(market): Path<u32>,
    Query(query): Query<LimitedRangeQuery<MAX_SLOTS>>,
) -> Result<axum::Json<SlotsView>> {
    let (range, limit) = query.parse()?;
    let slot_seconds = api.parameters().await?.slot_seconds;
    let (first, end) = range.slots(slot_seconds);
    let view = super::find(&api, market).await?;
    let in_full = access::operates(&api, caller, market).await?;
    let limit = limit.min(MAX_ZONE_ROWS / view.zones.max(1)).min(MAX_SITE_ROWS / view.sites.max(1)).max(1);
    let slots = load(&api, &view, in_full, first.0..end.0, limit).await?;
    let terms = match (slots.last(), slots.first()) {
        (Some(oldest), Some(newest)) => terms(&api, view.id, oldest.sums.slot, newest.sums.slot).await?,
        _ => Vec::new(),
    };
    let is_cut = i64::try_from(slots.len()).is_ok_and(|count| count == limit);
    let next_to_unix_s = slots.last().filter(|_| is_cut).map(|oldest| oldest.sums.start_unix_s);
    Ok(axum::Json(SlotsView { slots, terms, next_to_unix_s: next_to_unix_s.filter(|to| *to > range.from_unix_s()) }))
}

/// The newest `limit` slots of `slots`. `in_full`: also what the privacy threshold withholds.
pub(super) async fn load(
    api: &Api,
    market: &MarketView,
    in_full: bool,
    slots: std::ops::Range<u32>,
    limit: i64,
) -> Result<Vec<SlotView>> {
    let sums: Vec<SlotSums> = sqlx::query_as(include_str!("slots.sql"))
        .bind(market.id)
        .bind(i64::from(slots.start))
        .bind(i64::from(slots.end))
        .bind(limit)
        .fetch_all(api.db())
        .await?;
    let numbers: Vec<i64> = sums.iter().map(|sums| sums.slot).collect();
    let (Some(newest), Some(oldest)) = (numbers.first(), numbers.last()) else { return Ok(Vec::new()) };
    let zones: Vec<ZoneRow> =
        sqlx::query_as(include_str!("slots_zones.sql")).bind(market.id).bind(&numbers).fetch_all(api.db()).await?;
    let (threshold, dominance) = match in_full {
        true => (1, false),
        false => (market.privacy_threshold.max(1), market.privacy_threshold >= DOMINANCE_FROM_THRESHOLD),
    };
    let measured: Vec<MeasuredRow> = sqlx::query_as(include_str!("slots_measured.sql"))
        .bind(market.id)
        .bind(oldest)
        .bind(newest)
        .bind(threshold)
        .bind(dominance)
        .fetch_all(api.db())
        .await?;
    Ok(join(sums, zones, measured))
}

fn join(sums: Vec<SlotSums>, zones: Vec<ZoneRow>, measured: Vec<MeasuredRow>) -> Vec<SlotView> {
    let measured: BTreeMap<(i64, i64), MeasuredView> = measured
        .into_iter()
        .map(|row| ((row.slot, row.zone), MeasuredView { import_wh: row.import_wh, export_wh: row.export_wh }))
        .collect();
    let mut of_slot: BTreeMap<i64, Vec<ZoneSlotView>> = BTreeMap::new();
    for row in zones {
        of_slot.entry(row.slot).or_default().push(ZoneSlotView {
            zone: row.zone,
            // Where nothing traded, a price is only arithmetic.
            price_ueur_per_kwh: row.price_ueur_per_kwh.filter(|_| row.bought_wh > 0 || row.sold_wh > 0),
            net_export_wh: row.net_export_wh,
            bought_wh: row.bought_wh,
            sold_wh: row.sold_wh,
            measured: measured.get(&(row.slot, row.zone)).copied(),
        });
    }
    let with_zones = |sums: SlotSums| SlotView { zones: of_slot.remove(&sums.slot).unwrap_or_default(), sums };
    sums.into_iter().map(with_zones).collect()
}
