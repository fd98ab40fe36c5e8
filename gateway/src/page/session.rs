//! Coming in with the PIN, and the check of everyone who has: a cookie for reading, and a token besides for writing.

use super::{App, problem::Problem};
use crate::setup::{Refused, Session};
use axum::{
    Json,
    extract::{FromRequestParts, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::time::Instant;

const COOKIE: &str = "deren_gateway_session";
const TOKEN: &str = "x-deren-token";
const ATTRIBUTES: &str = "HttpOnly; SameSite=Strict; Path=/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    pin: String,
}

#[derive(Serialize)]
struct Entered {
    token: String,
}

/// Somebody with the PIN; for writing requests, who also said the token.
pub(super) struct Owner(Session);

impl FromRequestParts<App> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let cookie = cookie(&parts.headers).ok_or_else(Problem::no_session)?;
        let session = app.setup_api.setup.auth.session(cookie, Instant::now()).ok_or_else(Problem::no_session)?;
        let token = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok()).unwrap_or_default();
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if !reads && !session.allows(token) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "This request did not come from this page: load it again.",
            ));
        }
        Ok(Self(session))
    }
}

/// `POST /api/session`: begins a session for who knows the PIN.
pub(super) async fn enter(
    State(app): State<App>,
    typed: Result<Json<Typed>, JsonRejection>,
) -> Result<Response, Problem> {
    let Json(typed) = typed.map_err(|error| Problem::new(error.status(), error.body_text()))?;
    let session = app.setup_api.setup.auth.enter(&typed.pin, Instant::now()).map_err(refusal)?;
    let cookie = HeaderValue::from_str(&format!("{COOKIE}={}; {ATTRIBUTES}", session.cookie))
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Entered { token: session.token })).into_response())
}

/// `GET /api/session`: the token again, for a page that was loaded anew.
pub(super) async fn show(Owner(session): Owner) -> impl IntoResponse {
    Json(Entered { token: session.token })
}

/// `DELETE /api/session`: ends it.
pub(super) async fn leave(State(app): State<App>, Owner(session): Owner) -> impl IntoResponse {
    app.setup_api.setup.auth.leave(&session.cookie);
    let gone = HeaderValue::from_static("deren_gateway_session=; Max-Age=0; HttpOnly; SameSite=Strict; Path=/");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)])
}

fn refusal(refused: Refused) -> Problem {
    match refused {
        Refused::WrongPin => Problem::new(StatusCode::UNAUTHORIZED, "This is not the gateway's PIN."),
        Refused::Closed(wait) => {
            let wait_s = wait.as_secs().saturating_add(1);
            let words = format!("Too many wrong PINs. Try again in {}.", in_words(wait_s));
            Problem { wait_s: Some(wait_s), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, words) }
        }
        Refused::NoRandomness(reason) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, reason),
    }
}

fn in_words(seconds: u64) -> String {
    match seconds {
        0..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}
