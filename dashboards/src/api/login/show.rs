//! `GET login`: who is logged in.

use super::{LoginView, session::Caller};
use crate::api::problem::Problem;

/// Who is logged in; 401 if nobody is.
#[utoipa::path(get, path = "/login", tag = "login", responses(
    (status = 200, body = LoginView), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub async fn show(caller: Caller) -> axum::Json<LoginView> {
    axum::Json(LoginView { address: caller.account, expires_unix_s: caller.expires_unix_s })
}
