//! What the page's own script is told when something is refused: a status, and words for the owner.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) words: String,
    /// When to try again, in seconds.
    pub(super) wait_s: Option<u64>,
}

#[derive(Serialize)]
struct Body {
    problem: String,
    wait_s: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self { status, words: words.into(), wait_s: None }
    }

    /// The visitor has not typed the PIN, or too long ago.
    pub(super) fn no_session() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Type the gateway's PIN first.")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(Body { problem: self.words, wait_s: self.wait_s })).into_response();
        if let Some(wait_s) = self.wait_s {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, wait_s.into());
        }
        response
    }
}
