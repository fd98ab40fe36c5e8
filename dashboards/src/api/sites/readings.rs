//! `GET sites/{id}/readings`: what a site measured, traded and earned, by slot, hour, day or month.

use crate::api::handler::{Api, Caller, Path, Problem, Query, RangeQuery, Result, State, TimeRange, access, time_zone};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::{IntoParams, ToSchema};

/// How many points one answer has at most.
const MAX_POINTS: u32 = 10_000;

/// How long the time is that one point stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Resolution {
    /// Each slot.
    #[default]
    Slot,
    /// An hour.
    Hour,
    /// A day of the time zone: 23 to 25 hours.
    Day,
    /// A month of the time zone.
    Month,
}

impl Resolution {
    fn as_str(self) -> &'static str {
        match self {
            Self::Slot => "slot",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// A range of time, cut into points.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReadingsQuery {
    /// First moment, in seconds since 1970; default: 24 hours before `to`.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub from: Option<i64>,
    /// First moment that is not in the range any more, in seconds since 1970; default: now.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub to: Option<i64>,
    /// What one point stands for; default: a slot.
    #[serde(default)]
    pub resolution: Resolution,
    /// In which time zone days and months begin, as `Europe/Berlin`; default: UTC.
    #[param(min_length = 1, max_length = 64)]
    pub tz: Option<String>,
}

/// Points, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadingsView {
    /// What one point stands for.
    pub resolution: Resolution,
    /// Those with anything to show, and those where a reading is missing.
    pub points: Vec<PointView>,
}

/// What a site measured, traded and earned in one piece of time.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct PointView {
    /// When it begins.
    pub start_unix_s: i64,
    /// How long it is in real time.
    pub duration_s: i64,
    /// From the grid.
    pub import_wh: i64,
    /// To the grid.
    pub export_wh: i64,
    /// What production devices produced.
    pub produced_wh: i64,
    /// Produced + imported − exported, less what storage took, plus what it gave.
    pub used_wh: i64,
    /// Bought from neighbours.
    pub bought_wh: i64,
    /// Paid for it, all fees included.
    pub paid_ueur: i64,
    /// Sold to neighbours.
    pub sold_wh: i64,
    /// Received for it.
    pub received_ueur: i64,
    /// The site's part of its owner's REN of eras that ended here, in the smallest unit.
    pub minted_ren: String,
    /// The worst of all: `good`, `estimated`, `flagged`, `late`, `missing`.
    pub quality: String,
    /// True if all of it is in finalised blocks.
    pub finalized: bool,
}

/// What a site measured, traded and earned; for its owner and its market's operator.
#[utoipa::path(get, path = "/sites/{id}/readings", tag = "sites", security(("session" = [])),
    params(("id" = u32, Path, description = "The site"), ReadingsQuery), responses(
    (status = 200, body = ReadingsView)))]
pub async fn readings(
    State(api): State<Api>,
    caller: Caller,
    Path(site): Path<u32>,
    Query(query): Query<ReadingsQuery>,
) -> Result<axum::Json<ReadingsView>> {
    let site = access::site(&api, caller, site).await?;
    let range = TimeRange::of(RangeQuery { from: query.from, to: query.to })?;
    let zone = query.tz.as_deref().unwrap_or("UTC");
    time_zone::check(&api, zone).await?;
    let parameters = api.parameters().await?;
    let (first, end) = range.slots(parameters.slot_seconds);
    if query.resolution == Resolution::Slot && end.since(first) > MAX_POINTS {
        let slots = end.since(first);
        return Err(Problem::range(format!(
            "The range has {slots} slots; at most {MAX_POINTS} points are answered at once. Ask with resolution=hour, \
             day or month, or for a shorter range."
        )));
    }
    let points = sqlx::query_as(include_str!("readings.sql"))
        .bind(site.site)
        .bind(i64::from(first.0))
        .bind(i64::from(end.0))
        .bind(query.resolution.as_str())
        .bind(zone)
        .bind(i64::from(parameters.slot_seconds.get()))
        .bind(i64::from(parameters.slots_per_era.get()))
        .bind(i64::from(MAX_POINTS))
        .fetch_all(api.db())
        .await?;
    Ok(axum::Json(ReadingsView { resolution: query.resolution, points }))
}
