//! Who is logged in: sessions in the schema `local`, named by a cookie whose token is kept nowhere.

use super::super::{
    address::Address,
    problem::{Problem, Result},
    state::Api,
};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use deren_primitives::blake2_256;
use rand::{TryRngCore, rngs::OsRng};
use sqlx::PgPool;

/// The cookie's name.
pub const COOKIE: &str = "deren_session";
/// How long a session lasts.
pub const SESSION_S: i64 = 24 * 60 * 60;
/// How many sessions an account has at most: the oldest ends when another begins.
const MAX_SESSIONS_OF_ACCOUNT: i64 = 16;
/// How many sessions there are at most.
const MAX_SESSIONS: i64 = 100_000;

/// 32 random bytes that name a session; whoever has them is logged in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new one, from the operating system's generator.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(Problem::internal)?;
        Ok(Self(bytes))
    }

    /// The token in the request's cookies.
    fn of(headers: &HeaderMap) -> Option<Self> {
        let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let value = pairs
            .flat_map(|pairs| pairs.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(value, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Its hexadecimal digits.
    pub fn digits(self) -> String {
        hex::encode(self.0)
    }

    fn hash(self) -> [u8; 32] {
        blake2_256(&self.0)
    }

    /// The header that makes a browser keep it for as long as the session lasts. A page that came over https gets one
    /// that is never sent without.
    pub fn cookie(self, request: &HeaderMap) -> Result<HeaderValue> {
        let token = self.digits();
        let origin = request.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        let secure = if origin.is_some_and(|origin| origin.starts_with("https://")) { "; Secure" } else { "" };
        let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/api; Max-Age={SESSION_S}{secure}");
        HeaderValue::from_str(&cookie).map_err(Problem::internal)
    }
}

/// The header that makes a browser forget its token.
pub fn no_cookie() -> HeaderValue {
    HeaderValue::from_static("deren_session=; HttpOnly; SameSite=Strict; Path=/api; Max-Age=0")
}

/// The account that is logged in. As an extractor it answers 401 if nobody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whose key signed the challenge.
    pub account: Address,
    /// When the session ends, in seconds since 1970.
    pub expires_unix_s: i64,
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self> {
        let token = Token::of(&parts.headers).ok_or_else(Problem::login_required)?;
        find(api.db(), token).await?.ok_or_else(Problem::login_required)
    }
}

impl OptionalFromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Option<Self>> {
        match Token::of(&parts.headers) {
            Some(token) => find(api.db(), token).await,
            None => Ok(None),
        }
    }
}

async fn find(db: &PgPool, token: Token) -> Result<Option<Caller>> {
    let row: Option<(Address, i64)> = sqlx::query_as(
        "SELECT account, expires_unix_s FROM local.sessions WHERE token_hash = $1 AND expires_unix_s > $2",
    )
    .bind(token.hash())
    .bind(chrono::Utc::now().timestamp())
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(account, expires_unix_s)| Caller { account, expires_unix_s }))
}

/// Begins a session. Expired ones go, and the account's oldest if it has too many.
pub async fn begin(db: &PgPool, account: Address) -> Result<(Token, i64)> {
    let token = Token::random()?;
    let now = chrono::Utc::now().timestamp();
    let expires_unix_s = now.saturating_add(SESSION_S);
    let mut transaction = db.begin().await?;
    sqlx::query(
        "DELETE FROM local.sessions
         WHERE expires_unix_s <= $1
            OR token_hash IN (
                SELECT token_hash FROM local.sessions
                WHERE account = $2 ORDER BY number DESC OFFSET $3 - 1)",
    )
    .bind(now)
    .bind(account.0)
    .bind(MAX_SESSIONS_OF_ACCOUNT)
    .execute(&mut *transaction)
    .await?;
    let inserted = sqlx::query(
        "INSERT INTO local.sessions (token_hash, account, expires_unix_s)
         SELECT $1, $2, $3 WHERE (SELECT count(*) FROM local.sessions) < $4",
    )
    .bind(token.hash())
    .bind(account.0)
    .bind(expires_unix_s)
    .bind(MAX_SESSIONS)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    if inserted.rows_affected() == 0 {
        return Err(Problem::unavailable("Too many people are logged in at once. Try again later."));
    }
    Ok((token, expires_unix_s))
}

/// Ends the request's session, if it has one.
pub async fn end(db: &PgPool, headers: &HeaderMap) -> Result<()> {
    if let Some(token) = Token::of(headers) {
        sqlx::query("DELETE FROM local.sessions WHERE token_hash = $1").bind(token.hash()).execute(db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_str(cookie).expect("a value"));
        }
        headers
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let digits = "ab".repeat(32);
        let cookie = format!("theme=dark; {COOKIE}={digits}; deren_session_old=1");
        assert_eq!(Token::of(&headers(&["a=b", &cookie])).map(|token| token.0), Some([0xab; 32]));
    }

    #[test]
    fn no_or_a_broken_cookie_is_no_token() {
        let long = format!("{COOKIE}={}", "ab".repeat(33));
        for cookie in ["", "deren_session=", "deren_session=xyz", "xderen_session=00", &long] {
            assert!(Token::of(&headers(&[cookie])).is_none(), "{cookie}");
        }
    }

    #[test]
    fn pages_cannot_read_the_cookie_and_other_sites_cannot_send_it() {
        let cookie = |request: &HeaderMap| {
            let cookie = Token([1; 32]).cookie(request).expect("a header");
            cookie.to_str().expect("text").to_owned()
        };
        let plain = cookie(&HeaderMap::new());
        assert!(plain.contains("HttpOnly") && plain.contains("SameSite=Strict") && plain.contains("Path=/api"));
        assert!(!plain.contains("Secure"));
        let origin = HeaderValue::from_static("https://deren.example");
        assert!(cookie(&HeaderMap::from_iter([(header::ORIGIN, origin)])).ends_with("; Secure"));
    }
}
