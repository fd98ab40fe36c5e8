//! `DELETE login`: the session ends.

use super::session;
use crate::api::{problem::Result, state::Api};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};

/// Ends the session, if there is one.
#[utoipa::path(delete, path = "/login", tag = "login", responses(
    (status = 204)))]
pub async fn delete(State(api): State<Api>, headers: HeaderMap) -> Result<impl IntoResponse> {
    session::end(api.db(), &headers).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, session::no_cookie())]))
}
