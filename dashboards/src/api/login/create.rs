//! `POST login`: a signed challenge becomes a session.

use super::{
    LoginView, session,
    signature::{LoginSignature, SignatureError},
};
use crate::api::{
    address::Address,
    extract::Json,
    problem::{Problem, Result},
    state::Api,
};
use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, header},
    response::IntoResponse,
};
use serde::Deserialize;
use std::net::SocketAddr;
use utoipa::ToSchema;

/// A signed challenge.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The account.
    pub address: Address,
    /// The text as `login/challenge` gave it.
    #[schema(max_length = 1024)]
    pub challenge: String,
    /// `0x` and 64 bytes of ed25519 or sr25519, or a `MultiSignature` of either.
    #[schema(pattern = "^(0x)?(0[01])?[0-9A-Fa-f]{128}$")]
    pub signature: String,
}

/// Logs the account in whose key signed the challenge, by the cookie `deren_session`.
#[utoipa::path(post, path = "/login", tag = "login", request_body = LoginRequest, responses(
    (status = 200, body = LoginView)))]
pub async fn create(
    State(api): State<Api>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(request): Json<LoginRequest>,
) -> Result<impl IntoResponse> {
    api.login_limits().attempt(peer.ip(), request.address)?;
    let signature = LoginSignature::from_hex(&request.signature)
        .map_err(|error: SignatureError| Problem::bad_request(format!("{error}.")))?;
    // Used up before it is checked: nobody tries two signatures on one challenge, and two requests cannot share one.
    let expires_unix_s: Option<i64> = sqlx::query_scalar(
        "DELETE FROM local.challenges WHERE challenge = $1 AND account = $2
         RETURNING expires_unix_s",
    )
    .bind(&request.challenge)
    .bind(request.address.0)
    .fetch_optional(api.db())
    .await?;
    let is_fresh = expires_unix_s.is_some_and(|expires| expires > chrono::Utc::now().timestamp());
    if !is_fresh || !signature.is_by(request.address, &request.challenge) {
        tracing::info!(account = %request.address, "a login was refused");
        return Err(Problem::login_refused());
    }
    let (token, expires_unix_s) = session::begin(api.db(), request.address).await?;
    let view = LoginView { address: request.address, expires_unix_s };
    Ok(([(header::SET_COOKIE, token.cookie(&headers)?)], axum::Json(view)))
}
