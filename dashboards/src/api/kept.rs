//! Answers that a client may keep: what it has is not sent again, and what never changes is not even asked for again.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use blake2::{Blake2b, Digest, digest::consts::U16};

/// How long an answer stays right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// It can never be another one.
    ForEver,
    /// It may be another one the next time.
    UntilAsked,
}

impl Lasting {
    /// The header that says so.
    pub fn cache_control(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::ForEver => "public, max-age=31536000, immutable",
            Self::UntilAsked => "no-cache",
        })
    }
}

/// Names what is in `bytes`, plain or compressed.
pub fn etag(bytes: &[u8]) -> HeaderValue {
    let digest: [u8; 16] = Blake2b::<U16>::digest(bytes).into();
    // Hexadecimal digits are always a header's value.
    HeaderValue::from_str(&format!("W/\"{}\"", hex::encode(digest))).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// True if the client says that it has what this tag names.
pub fn has(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Some(wanted) = etag.to_str().ok().map(opaque) else { return false };
    let named = request.get_all(header::IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|tags| tags.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == wanted)
}

/// A JSON text with its tag, or 304 if the client has it.
pub fn json(request: &HeaderMap, text: impl Into<Body> + AsRef<[u8]>, lasting: Lasting) -> Response {
    let etag = etag(text.as_ref());
    let is_there = has(request, &etag);
    let headers = [(header::ETAG, etag), (header::CACHE_CONTROL, lasting.cache_control())];
    if is_there {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (headers, content_type, text.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tags: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(tags))])
    }

    #[test]
    fn a_tag_is_found_in_all_its_forms_and_no_other_is() {
        let tag = HeaderValue::from_static("W/\"ab\"");
        for tags in ["W/\"ab\"", "\"ab\"", "\"x\", W/\"ab\"", "*"] {
            assert!(has(&asked(tags), &tag), "{tags}");
        }
        for tags in ["W/\"abc\"", "ab", "", "\"x\", \"y\""] {
            assert!(!has(&asked(tags), &tag), "{tags}");
        }
        assert!(!has(&HeaderMap::new(), &tag));
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let first = json(&HeaderMap::new(), "{}".to_owned(), Lasting::ForEver);
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[header::ETAG].clone();
        let request = HeaderMap::from_iter([(header::IF_NONE_MATCH, tag)]);
        let again = json(&request, "{}".to_owned(), Lasting::ForEver);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(again.headers().contains_key(header::ETAG) && !again.headers().contains_key(header::CONTENT_TYPE));
        assert_eq!(json(&request, "[]".to_owned(), Lasting::UntilAsked).status(), StatusCode::OK);
    }
}
