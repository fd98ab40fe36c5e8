//! `GET settlement/export`: settlement data as a file, streamed in pages.

use crate::{
    api::handler::{Api, Caller, Problem, Query, RangeQuery, Result, State, TimeRange, access},
    books::export::{Clock, Scope, csv},
};
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use deren_primitives::{MarketId, SiteId};
use serde::Deserialize;
use utoipa::IntoParams;

/// What is exported, and how it is written.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportQuery {
    /// The market.
    pub market: u32,
    /// First moment, in seconds since 1970; default: 24 hours before `to`.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub from: Option<i64>,
    /// First moment that is not in the range any more, in seconds since 1970; default: now.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub to: Option<i64>,
    /// `csv`, which is the default.
    #[param(pattern = "^csv$")]
    pub format: Option<String>,
}

/// Settlement data: all of the market for its operator, one's own sites' for anyone else.
#[utoipa::path(get, path = "/settlement/export", tag = "settlement", security(("session" = [])), params(ExportQuery), responses(
    (status = 200, body = String, content_type = "text/csv")))]
pub async fn export(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ExportQuery>,
) -> Result<impl IntoResponse> {
    match query.format.as_deref().unwrap_or("csv") {
        "csv" => {}
        "parquet" | "espi" | "energy-account" => {
            return Err(Problem::not_implemented("This version exports CSV only: ask with format=csv."));
        }
        _ => return Err(Problem::bad_request("The format is not known: ask with format=csv.")),
    }
    let range = TimeRange::of(RangeQuery { from: query.from, to: query.to })?;
    api.ensure_followed(query.market).await?;
    let sites = match access::operates(&api, Some(caller), query.market).await? {
        true => None,
        false => Some(own_sites(&api, caller, query.market).await?),
    };
    let parameters = api.parameters().await?;
    let clock = Clock { slot_seconds: parameters.slot_seconds, slot_energy_seconds: parameters.slot_energy_seconds };
    let scope = Scope { market: MarketId(query.market), sites, slots: range.slots(clock.slot_seconds), clock };
    let file = format!(
        "attachment; filename=\"deren-market-{}-{}-{}.csv\"",
        query.market,
        range.from_unix_s(),
        range.to_unix_s()
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&file).map_err(Problem::internal)?),
    ];
    Ok((headers, Body::from_stream(csv(api.db().clone(), scope))))
}

/// The caller's sites in the market; 403 if there are none.
async fn own_sites(api: &Api, caller: Caller, market: u32) -> Result<Vec<SiteId>> {
    let sites: Vec<i64> = sqlx::query_scalar(include_str!("own_sites.sql"))
        .bind(caller.account.0)
        .bind(i64::from(market))
        .fetch_all(api.db())
        .await?;
    if sites.is_empty() {
        return Err(Problem::forbidden(
            "Settlement data is for a market's operator, and for owners of sites in it. Log in with such an account.",
        ));
    }
    Ok(sites.into_iter().filter_map(|site| u32::try_from(site).ok()).map(SiteId).collect())
}
