//! Rules for every request and answer: writes come from our own pages, requests end in time, and browsers are told whom
//! to trust. That writes are JSON is for the extractor of their bodies to say, once the address and method are known.

use super::{problem::Problem, state::Api};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

/// A request that takes longer is answered with 503.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Counts each request and how long it took.
pub async fn count(State(api): State<Api>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    let path = matched.map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "DELETE") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let start = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), start.elapsed());
    tracing::debug!(method, path, status, elapsed_us = took.as_micros(), "answered");
    api.metrics().answered(method, path, status, took);
    response
}

/// Refuses requests that change something unless they are of this origin.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !only_reads && !is_same_origin(request.headers()) {
        return Problem::other_origin().into_response();
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

/// Ends what takes too long.
pub async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::unavailable("The answer took too long. Ask for less, or try again.").into_response(),
    }
}

/// Routes of which anyone may read everything without a session.
#[derive(Clone, Debug)]
pub struct PublicReads(Arc<BTreeSet<String>>);

impl PublicReads {
    /// Routes as the router names them.
    pub fn new(routes: BTreeSet<String>) -> Self {
        Self(Arc::new(routes))
    }

    fn contain(&self, matched: Option<&MatchedPath>) -> bool {
        matched.is_some_and(|path| self.0.contains(path.as_str()))
    }
}

/// Lets pages of other origins read what anyone may read. Browsers send no cookie along with such a request, so what
/// they get is what a stranger gets.
pub async fn other_origins(State(public): State<PublicReads>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if !public.contain(parts.extensions.get()) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    if is_preflight(&parts) {
        let allowed = [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
            (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        ];
        return (StatusCode::NO_CONTENT, allowed).into_response();
    }
    let is_read = matches!(parts.method, Method::GET | Method::HEAD);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if is_read {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    }
    response
}

/// A browser asks whether a page of another origin may send a request that no form could send.
fn is_preflight(request: &Parts) -> bool {
    let names = [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD];
    request.method == Method::OPTIONS && names.iter().all(|name| request.headers.contains_key(name))
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
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CROSS_ORIGIN_RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
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
}
