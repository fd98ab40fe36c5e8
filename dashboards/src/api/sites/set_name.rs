//! `PUT sites/{id}/name`: the owner names a site.

use crate::api::handler::{Api, Caller, Json, Name, NameBody, Path, Result, State, access};

/// Names a site, as its owner.
#[utoipa::path(put, path = "/sites/{id}/name", tag = "sites", security(("session" = [])), params(("id" = u32, Path, description = "The site")),
    request_body = NameBody, responses(
    (status = 200, body = NameBody)))]
pub async fn set_name(
    State(api): State<Api>,
    caller: Caller,
    Path(site): Path<u32>,
    Json(body): Json<NameBody>,
) -> Result<axum::Json<NameBody>> {
    let site = access::own_site(&api, caller, site).await?;
    let name = Name::parse(&body.name)?;
    sqlx::query(
        "INSERT INTO local.site_names (site, name) VALUES ($1, $2)
         ON CONFLICT (site) DO UPDATE SET name = excluded.name",
    )
    .bind(site.site)
    .bind(name.as_str())
    .execute(api.db())
    .await?;
    Ok(axum::Json(NameBody { name: name.as_str().to_owned() }))
}
