//! The built pages, embedded in the program. Any path that is no file is the single page: it knows its own routes.
//!
//! Serves what was built and nothing of the machine's disk.

use crate::api::{
    kept::{self, Lasting},
    problem::Problem,
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use rust_embed::RustEmbed;
use std::{borrow::Cow, collections::HashMap, io::Write, sync::LazyLock};

#[derive(RustEmbed)]
#[folder = "$DEREN_WEB_DIST"]
struct Built;

const INDEX: &str = "index.html";
/// The bundler puts files here whose names contain a hash of what is in them.
const HASHED: &str = "assets/";
/// Smaller files are not worth compressing.
const MIN_GZIP_BYTES: usize = 512;

/// What is shown where the pages were not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>DeREN</title>\
    <h1>The pages were not built</h1><p>This program was built without them. Run <code>make build</code>, or \
    <code>npm ci &amp;&amp; npm run build</code> in <code>dashboards/web</code> and build the program again.</p>\
    <p>The API works: <a href=\"/api/v1/openapi.json\">/api/v1/openapi.json</a></p></html>";

/// One file, ready to be sent.
#[derive(Debug)]
struct Asset {
    plain: Bytes,
    gzip: Option<Bytes>,
    content_type: HeaderValue,
    etag: HeaderValue,
    lasting: Lasting,
}

/// Compressed once, at the first request.
static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    let mut assets: HashMap<String, Asset> =
        Built::iter().filter_map(|path| Some((path.to_string(), Asset::of(&path, Built::get(&path)?)?))).collect();
    if !assets.contains_key(INDEX) {
        assets.insert(INDEX.to_owned(), Asset::not_built());
    }
    assets
});

impl Asset {
    fn of(path: &str, file: rust_embed::EmbeddedFile) -> Option<Self> {
        let mime = file.metadata.mimetype();
        let is_text = ["text/", "application/javascript", "application/json", "image/svg", "application/manifest"]
            .iter()
            .any(|start| mime.starts_with(start));
        let content_type = if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
        let plain = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        Some(Self {
            gzip: if is_text && plain.len() >= MIN_GZIP_BYTES { gzip(&plain) } else { None },
            etag: kept::etag(&plain),
            plain,
            content_type: HeaderValue::from_str(&content_type).ok()?,
            lasting: if path.starts_with(HASHED) { Lasting::ForEver } else { Lasting::UntilAsked },
        })
    }

    fn not_built() -> Self {
        Self {
            plain: Bytes::from_static(NOT_BUILT.as_bytes()),
            gzip: None,
            content_type: HeaderValue::from_static("text/html; charset=utf-8"),
            etag: kept::etag(NOT_BUILT.as_bytes()),
            lasting: Lasting::UntilAsked,
        }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.lasting.cache_control());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if kept::has(request, &self.etag) {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(header::CONTENT_TYPE, self.content_type.clone());
        let body = match &self.gzip {
            Some(gzip) if accepts_gzip(request) => {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                gzip
            }
            _ => &self.plain,
        };
        (headers, Body::from(body.clone())).into_response()
    }
}

/// The compressed bytes, if they are fewer.
fn gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().filter(|compressed| compressed.len() < plain.len()).map(Bytes::from)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("gzip") && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// A file of the pages, or the single page for every address that is none.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET,HEAD"))];
        return (allow, Problem::method_not_allowed()).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(asset) = ASSETS.get(path) {
        return asset.answer(&headers);
    }
    // An address with an extension asks for a file; and what is not there under /api is no page.
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match ASSETS.get(INDEX) {
        Some(index) if !is_file && !path.starts_with("api/") && path != "api" => index.answer(&headers),
        _ => Problem::not_found("There is no such file; /api/v1/openapi.json says what there is.").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str) -> Response {
        page(Method::GET, path.parse().expect("a path"), HeaderMap::new()).await
    }

    #[tokio::test]
    async fn deep_links_are_the_page_and_missing_files_are_not() {
        assert_eq!(get("/").await.status(), StatusCode::OK);
        assert_eq!(get("/grid").await.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(get("/assets/gone-1234.js").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/api/v1/nothing").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/../../etc/passwd").await.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }

    #[tokio::test]
    async fn pages_are_only_read() {
        let answer = page(Method::POST, Uri::from_static("/"), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers()[header::ALLOW], "GET,HEAD");
    }

    #[tokio::test]
    async fn an_unchanged_page_is_not_sent_again() {
        let etag = get("/").await.headers()[header::ETAG].clone();
        let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, etag)]);
        let answer = page(Method::GET, Uri::from_static("/"), headers).await;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        let with = |value| HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(accepts_gzip(&with("br, gzip")) && accepts_gzip(&with("gzip;q=0.5")));
        assert!(!accepts_gzip(&with("br")) && !accepts_gzip(&with("gzip;q=0")) && !accepts_gzip(&HeaderMap::new()));
        let text = b"the same again and again, ".repeat(100);
        assert!(gzip(&text).is_some_and(|compressed| compressed.len() < text.len() / 10));
    }
}
