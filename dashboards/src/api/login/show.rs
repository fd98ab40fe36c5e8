//! `GET login`: who is logged in.

use super::{LoginView, session::Caller};

/// Who is logged in; 401 if nobody is.
#[utoipa::path(get, path = "/login", tag = "login", security(("session" = [])), responses(
    (status = 200, body = LoginView)))]
pub async fn show(caller: Caller) -> axum::Json<LoginView> {
    axum::Json(LoginView { address: caller.account, expires_unix_s: caller.expires_unix_s })
}
