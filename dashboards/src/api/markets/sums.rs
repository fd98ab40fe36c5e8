//! `GET markets/{id}/sums`: what a market settled, by hour, day or month.

use crate::api::handler::{Api, Path, Query, RangeQuery, Result, State, TimeRange, time_zone};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::{IntoParams, ToSchema};

/// How many points one answer has at most: more than a leap year has hours.
const MAX_POINTS: u32 = 10_000;

/// How long the time is that one sum stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SumsResolution {
    /// An hour.
    Hour,
    /// A day of the time zone: 23 to 25 hours.
    #[default]
    Day,
    /// A month of the time zone.
    Month,
}

impl SumsResolution {
    fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// A range of time, cut into pieces.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SumsQuery {
    /// First moment, in seconds since 1970; default: 24 hours before `to`.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub from: Option<i64>,
    /// First moment that is not in the range any more, in seconds since 1970; default: now.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub to: Option<i64>,
    /// What one sum stands for; default: a day.
    #[serde(default)]
    pub resolution: SumsResolution,
    /// In which time zone days and months begin, as `Europe/Berlin`; default: UTC.
    #[param(min_length = 1, max_length = 64)]
    pub tz: Option<String>,
}

/// Sums, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SumsView {
    /// What one sum stands for.
    pub resolution: SumsResolution,
    /// Pieces of time in which a slot was settled or an era paid.
    pub points: Vec<MarketSumsView>,
}

/// What a market settled in one piece of time.
#[derive(Clone, Debug, Serialize, FromRow, ToSchema)]
pub struct MarketSumsView {
    /// When it begins.
    pub start_unix_s: i64,
    /// How many of its slots are settled.
    pub slots: i64,
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
    /// What was minted for the market's eras that ended here, in REN's smallest unit.
    pub minted_ren: String,
    /// True if all of it is in finalised blocks.
    pub finalized: bool,
}

/// What a market settled, by hour, day or month; slots not settled yet are not in it.
#[utoipa::path(get, path = "/markets/{id}/sums", tag = "markets",
    params(("id" = u32, Path, description = "The market"), SumsQuery), responses(
    (status = 200, body = SumsView)))]
pub async fn sums(
    State(api): State<Api>,
    Path(market): Path<u32>,
    Query(query): Query<SumsQuery>,
) -> Result<axum::Json<SumsView>> {
    let range = TimeRange::of(RangeQuery { from: query.from, to: query.to })?;
    let zone = query.tz.as_deref().unwrap_or("UTC");
    time_zone::check(&api, zone).await?;
    let view = super::find(&api, market).await?;
    let parameters = api.parameters().await?;
    let (first, end) = range.slots(parameters.slot_seconds);
    let points = sqlx::query_as(include_str!("sums.sql"))
        .bind(view.id)
        .bind(i64::from(first.0))
        .bind(i64::from(end.0))
        .bind(query.resolution.as_str())
        .bind(zone)
        .bind(i64::from(parameters.slot_seconds.get()))
        .bind(i64::from(parameters.slots_per_era.get()))
        .bind(i64::from(MAX_POINTS))
        .fetch_all(api.db())
        .await?;
    Ok(axum::Json(SumsView { resolution: query.resolution, points }))
}
