//! `PUT zones/{id}/name`: the operator names a zone.

use crate::api::handler::{Api, Caller, Json, Name, NameBody, Path, Result, State, access};

/// Names a zone, as its market's operator.
#[utoipa::path(put, path = "/zones/{id}/name", tag = "zones", security(("session" = [])), params(("id" = u32, Path, description = "The zone")),
    request_body = NameBody, responses(
    (status = 200, body = NameBody)))]
pub async fn set_name(
    State(api): State<Api>,
    caller: Caller,
    Path(zone): Path<u32>,
    Json(body): Json<NameBody>,
) -> Result<axum::Json<NameBody>> {
    let name = Name::parse(&body.name)?;
    access::zone_operator(&api, caller, zone).await?;
    sqlx::query(
        "INSERT INTO local.zone_names (zone, name) VALUES ($1, $2)
         ON CONFLICT (zone) DO UPDATE SET name = excluded.name",
    )
    .bind(i64::from(zone))
    .bind(name.as_str())
    .execute(api.db())
    .await?;
    Ok(axum::Json(NameBody { name: name.as_str().to_owned() }))
}
