//! `PUT sites/{id}/name`: the owner names a site.

use crate::api::handler::{Api, Caller, Json, Name, NameBody, Path, Problem, Result, State, access};

/// Names a site, as its owner.
#[utoipa::path(put, path = "/sites/{id}/name", tag = "sites", security(("session" = [])), params(("id" = u32, Path, description = "The site")),
    request_body = NameBody, responses(
    (status = 200, body = NameBody), Problem))]
pub async fn set_name(
    State(api): State<Api>,
    caller: Caller,
    Path(site): Path<u32>,
    Json(body): Json<NameBody>,
) -> Result<axum::Json<NameBody>> {
    let site = access::own_site(&api, caller, site).await?;
    let name = Name::parse(&body.name)?;
    sqlx::query(include_str!("set_name.sql")).bind(site.site).bind(name.as_str()).execute(api.db()).await?;
    Ok(axum::Json(NameBody { name: name.as_str().to_owned() }))
}
