//! Errors as they leave the API: problem documents (RFC 9457), rich enough to act on and silent about the inside.
//!
//! It must never tell a client what a database or a node said: that goes to the log.

use crate::{books::BooksError, markets::Markets};
use axum::{
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::{borrow::Cow, error::Error};
use utoipa::ToSchema;

/// A problem document. `type` is a stable name of the kind of problem.
/// `detail` says what, where and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; never changes for one kind.
    #[serde(rename = "type")]
    #[schema(example = "urn:deren:problem:range")]
    kind: String,
    /// The kind of problem in words.
    title: Cow<'static, str>,
    /// The HTTP status.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16)]
    status: StatusCode,
    /// What is wrong this time, and what to do.
    detail: Cow<'static, str>,
    /// After how many seconds another attempt makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

/// What handlers answer.
pub type Result<T> = std::result::Result<T, Problem>;

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let kind = format!("urn:deren:problem:{kind}");
        Self { kind, title: title.into(), status, detail: detail.into(), retry_after_s: None }
    }

    /// 400: a value cannot be read, or says nothing possible.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", "The request cannot be understood", detail)
    }

    /// 400: a range of time that goes backwards, is empty or too long.
    pub fn range(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "range", "The range of time is not usable", detail)
    }

    /// 401: nobody is logged in.
    pub fn login_required() -> Self {
        let detail = "Ask for a challenge at /api/v1/login/challenge, sign it, and send it to /api/v1/login.";
        Self::new(StatusCode::UNAUTHORIZED, "login-required", "Nobody is logged in", detail)
    }

    /// 401: a signed challenge was not accepted. One answer for every reason, so that nobody learns which part to
    /// change.
    pub fn login_refused() -> Self {
        let detail = "The signature is not this account's over an unused challenge of this server that is younger than \
                      5 minutes. Ask for a new challenge and sign it with the account that you name.";
        Self::new(StatusCode::UNAUTHORIZED, "login-refused", "The login was not accepted", detail)
    }

    /// 403: the account that is logged in may not do this. The same whether the thing exists or not.
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "The account that is logged in may not see or do this", detail)
    }

    /// 403: a page of another origin sent this.
    pub fn other_origin() -> Self {
        let detail = "Requests that change something must come from this server's own pages.";
        Self::new(StatusCode::FORBIDDEN, "other-origin", "The request comes from another site's page", detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "There is nothing here", detail)
    }

    /// 404: there may be such a thing, and another indexer has it.
    pub fn not_followed(market: u32, followed: &Markets) -> Self {
        let detail = format!(
            "This indexer follows {} of its chain, and not market {market}: ask the indexer of that market's operator.",
            followed.words()
        );
        Self::new(StatusCode::NOT_FOUND, "not-followed", "This indexer does not follow the market", detail)
    }

    /// 405: the address exists, and does not know this method.
    pub fn method_not_allowed() -> Self {
        let detail = "This address does not know this method; /api/v1/openapi.json says which it knows.";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The method is not known here", detail)
    }

    /// 409: the thing is not in a state in which this can be answered.
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "This cannot be answered in the present state", detail)
    }

    /// 413: the body is too large.
    pub fn too_large() -> Self {
        let detail = "A request's body has at most 16 KiB.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request's body is too large", detail)
    }

    /// 415: not JSON.
    pub fn not_json() -> Self {
        let detail = "Send JSON with the header `Content-Type: application/json`.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "The request's body is not JSON", detail)
    }

    /// 429: too many attempts.
    pub fn too_many(retry_after_s: u64) -> Self {
        let detail = "Too many attempts from this address or for this account. Wait, and try again.";
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests", detail);
        Self { retry_after_s: Some(retry_after_s), ..problem }
    }

    /// 501: this server does not do that.
    pub fn not_implemented(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, "not-implemented", "This server does not do that", detail)
    }

    /// 503: something that is needed is away for now.
    pub fn unavailable(detail: impl Into<Cow<'static, str>>) -> Self {
        let title = "The answer is not available for now";
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail);
        Self { retry_after_s: Some(2), ..problem }
    }

    /// 500: a fault of ours. The cause is logged and not told.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        let detail = "The fault is on this server's side and in its log.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The server failed", detail)
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// PostgreSQL's code of a statement that took longer than `statement_timeout`.
const QUERY_CANCELED: &str = "57014";

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.code().as_deref() == Some(QUERY_CANCELED) => {
                tracing::warn!(%error, "a query took too long");
                Self::unavailable("The question took too long to answer: ask for a shorter range, or try again.")
            }
            // Classes 08 and 57: the connection broke, or the server is shutting down.
            sqlx::Error::Database(database)
                if database.code().is_some_and(|code| code.starts_with("08") || code.starts_with("57")) =>
            {
                away(&error)
            }
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
                away(&error)
            }
            _ => Self::internal(error),
        }
    }
}

impl From<BooksError> for Problem {
    fn from(error: BooksError) -> Self {
        match error {
            BooksError::Sql(error) => error.into(),
            BooksError::NotCleared { .. } => Self::not_found(format!("{error}.")),
            BooksError::Voided { .. } => Self::conflict(format!("{error}.")),
            error => Self::internal(error),
        }
    }
}

fn away(error: &sqlx::Error) -> Problem {
    tracing::warn!(%error, "the database is away");
    Problem::unavailable("The database is away for now. Try again in a few seconds.")
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(format!("The address's query cannot be read: {}.", innermost(&rejection)))
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::bad_request(format!("The address cannot be read: {}.", innermost(&rejection)))
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => Self::not_json(),
            rejection if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            rejection => Self::bad_request(format!("The body cannot be read: {}.", innermost(&rejection))),
        }
    }
}

/// The message of the last cause: axum wraps each error in words of its own.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_has_the_members_that_rfc_9457_names() {
        let document = serde_json::to_value(Problem::range("from is after to")).expect("JSON");
        assert_eq!(document["type"], "urn:deren:problem:range");
        assert_eq!(document["status"], 400);
        assert_eq!(document["detail"], "from is after to");
        assert!(document["title"].is_string());
    }

    #[test]
    fn a_market_of_another_indexer_is_told_from_one_that_is_not_there() {
        let document =
            serde_json::to_value(Problem::not_followed(5, &"3,7,20-40".parse().expect("markets"))).expect("JSON");
        assert_eq!(
            (document["type"].as_str(), document["status"].as_u64()),
            (Some("urn:deren:problem:not-followed"), Some(404))
        );
        let detail = document["detail"].as_str().expect("words");
        assert!(detail.contains("markets 3,7,20-40") && detail.contains("market 5"), "{detail}");
    }

    #[test]
    fn an_internal_fault_tells_nothing_of_its_cause() {
        let document = serde_json::to_string(&Problem::internal("password=secret")).expect("JSON");
        assert!(!document.contains("secret"), "{document}");
    }

    #[test]
    fn a_lost_database_is_unavailable_and_not_a_fault() {
        assert_eq!(Problem::from(sqlx::Error::PoolTimedOut).status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(Problem::from(sqlx::Error::RowNotFound).status(), StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[test]
    fn who_must_wait_is_told_how_long() {
        let response = Problem::too_many(30).into_response();
        assert_eq!(response.headers()[header::RETRY_AFTER], "30");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}
