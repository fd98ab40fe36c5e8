//! Rules for every request and answer: writes come from our own pages as JSON, requests end in time, and browsers are told
//! to trust nothing else.

use super::{problem::Problem, state::Api};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::time::Duration;

/// A request that takes longer is answered with 503.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests that change something unless they are JSON and of this origin.
pub async fn same_origin_json(request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        if !is_same_origin(request.headers()) {
            return Problem::other_origin().into_response();
        }
        if request.method() != Method::DELETE && !is_json(request.headers()) {
            return Problem::not_json().into_response();
        }
    }
    next.run(request).await
}

/// Without these headers it is no browser, and no browser's cookie comes along.
fn is_same_origin(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE)
        && site != "same-origin"
        && site != "none"
    {
        return false;
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (origin.as_ref().and_then(Uri::authority), host) {
        (Some(origin), Some(host)) => origin.as_str().eq_ignore_ascii_case(host),
        _ => false,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// Ends what takes too long.
pub async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("The answer took too long. Ask for less, or try again.").into_response(),
    }
}

/// Tells browsers what a page of ours may do: run our scripts, reach us and the chain's node, and nothing else.
pub async fn secure_headers(State(api): State<Api>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, content_security_policy(&api));
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn content_security_policy(api: &Api) -> HeaderValue {
    let node = api.settings().public_node_url.origin().ascii_serialization();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
         connect-src 'self' {node}; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_this_origin_may_write() {
        let with = |origin| is_same_origin(&headers(&[(header::HOST, "localhost:8080"), (header::ORIGIN, origin)]));
        assert!(with("http://localhost:8080") && with("https://LOCALHOST:8080"));
        assert!(!with("http://localhost:8081") && !with("http://evil.example") && !with("null"));
        assert!(!is_same_origin(&headers(&[(SEC_FETCH_SITE, "cross-site")])));
        assert!(!is_same_origin(&headers(&[(SEC_FETCH_SITE, "same-site")])));
    }

    #[test]
    fn what_is_no_browser_may_write_without_an_origin() {
        assert!(is_same_origin(&headers(&[(header::HOST, "localhost:8080")])));
    }

    #[test]
    fn only_json_is_json() {
        let with = |value| is_json(&headers(&[(header::CONTENT_TYPE, value)]));
        assert!(with("application/json") && with("Application/JSON; charset=utf-8"));
        assert!(!with("text/plain") && !with("application/x-www-form-urlencoded") && !with("application/jsonp"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
