//! What the dashboards' API answers, asked as the pages ask it: over HTTP, logged in by a signed challenge. A gateway's
//! page is asked the same way.

mod answers;
mod books;

pub use answers::{AccountShown, Bought, SlotShown, Status, ZoneOfSlot, ZoneShown};
pub use books::{differences, totals};

use crate::{NeighbourhoodError, Result, chain::Account};
use deren_primitives::{Hex, MarketId, SiteId, ZoneId};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than any answer takes on a machine that is busy with other things.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// The most slots that one answer holds.
const MOST_SLOTS: u32 = 3000;
/// The cookie that a login sets.
const SESSION: &str = "deren_session";

/// One who asks: nobody, or who logged in.
#[derive(Clone, Debug)]
pub struct Api {
    origin: String,
    http: reqwest::Client,
    session: Option<String>,
}

impl Api {
    /// The API on this port of 127.0.0.1. Nobody is logged in, and nothing is asked yet.
    pub fn new(port: u16) -> Result<Self> {
        let origin = format!("http://127.0.0.1:{port}");
        // No proxy that the environment names knows this machine's 127.0.0.1.
        let http = reqwest::Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).build();
        let http = http.map_err(|error| failed("a client", &origin, error))?;
        Ok(Self { origin, http, session: None })
    }

    /// Where the pages are: scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `Err` while it has not caught up with the chain, or cannot reach its database.
    pub async fn ready(&self) -> Result<(), String> {
        let answer = self.request(Method::GET, "/ready").send().await.map_err(|error| in_words(&error))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("{status}: {}", answer.text().await.unwrap_or_default()))
    }

    /// Where chain and database stand.
    pub async fn status(&self) -> Result<Status> {
        self.get("/api/v1/status").await
    }

    /// The zones of a market.
    pub async fn zones(&self, market: MarketId) -> Result<Vec<ZoneShown>> {
        let answer: answers::Zones = self.get(&format!("/api/v1/markets/{market}/zones")).await?;
        Ok(answer.zones)
    }

    /// The slots of a market from this time on, the oldest first: at most 3 000.
    pub async fn slots(&self, market: MarketId, from_unix_s: u64, to_unix_s: u64) -> Result<Vec<SlotShown>> {
        let path = format!("/api/v1/markets/{market}/slots?from={from_unix_s}&to={to_unix_s}&limit={MOST_SLOTS}");
        let mut answer: answers::Slots = self.get(&path).await?;
        if let Some(rest) = answer.next_to_unix_s {
            return Err(failed("more slots than one answer holds", &path, format!("the rest ends at {rest}")));
        }
        answer.slots.sort_unstable_by_key(|slot| slot.slot);
        Ok(answer.slots)
    }

    /// An account, as itself.
    pub async fn account(&self, account: &Account) -> Result<AccountShown> {
        self.get(&format!("/api/v1/accounts/{}", account.id())).await
    }

    /// What an account bought and sold from this time on, as itself.
    pub async fn trades(&self, account: &Account, from_unix_s: u64, to_unix_s: u64) -> Result<Vec<Bought>> {
        let path =
            format!("/api/v1/accounts/{}/trades?from={from_unix_s}&to={to_unix_s}&limit={MOST_SLOTS}", account.id());
        let answer: answers::Trades = self.get(&path).await?;
        Ok(answer.trades)
    }

    /// Gives a site its name, as its owner.
    pub async fn name_site(&self, site: SiteId, name: &str) -> Result<()> {
        self.put(&format!("/api/v1/sites/{site}/name"), &json!({ "name": name })).await
    }

    /// Gives a zone its name, as its market's operator.
    pub async fn name_zone(&self, zone: ZoneId, name: &str) -> Result<()> {
        self.put(&format!("/api/v1/zones/{zone}/name"), &json!({ "name": name })).await
    }

    /// The same, logged in as this account: it signs the challenge, as a wallet does.
    pub async fn logged_in(&self, account: &Account) -> Result<Self> {
        let address = account.id().to_string();
        let path = "/api/v1/login/challenge";
        let asked = self.request(Method::POST, path).json(&json!({ "address": address }));
        let challenge: Value = answer(path, asked).await?;
        let challenge = challenge["challenge"]
            .as_str()
            .ok_or_else(|| failed("the challenge", path, format!("there is none in {challenge}")))?;
        let signature = Hex(account.sign(challenge.as_bytes())).to_string();
        let path = "/api/v1/login";
        let login = json!({ "address": address, "challenge": challenge, "signature": signature });
        let response = self.request(Method::POST, path).json(&login).send().await;
        let response = accepted(path, response.map_err(|error| failed("login", path, in_words(&error)))?).await?;
        let session = response.headers().get_all(header::SET_COOKIE).iter().find_map(|cookie| {
            let (name, value) = cookie.to_str().ok()?.split(';').next()?.split_once('=')?;
            (name == SESSION).then(|| value.to_owned())
        });
        let session = session.ok_or_else(|| failed("login", path, format!("no cookie {SESSION} was set")))?;
        Ok(Self { session: Some(session), ..self.clone() })
    }

    /// Asks anything below the origin.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        answer(path, self.request(Method::GET, path)).await
    }

    /// The answer as text, whatever its kind: a file to download.
    pub async fn text(&self, path: &str) -> Result<String> {
        let response = self.request(Method::GET, path).send().await;
        let response = accepted(path, response.map_err(|error| failed("GET", path, in_words(&error)))?).await?;
        response.text().await.map_err(|error| failed("GET", path, in_words(&error)))
    }

    async fn put(&self, path: &str, body: &impl Serialize) -> Result<()> {
        let response = self.request(Method::PUT, path).json(body).send().await;
        accepted(path, response.map_err(|error| failed("PUT", path, in_words(&error)))?).await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.origin)).header(header::ORIGIN, &self.origin);
        match &self.session {
            Some(session) => request.header(header::COOKIE, format!("{SESSION}={session}")),
            None => request,
        }
    }
}

/// True if the API says that this is not for whoever asked.
pub fn is_forbidden(error: &NeighbourhoodError) -> bool {
    matches!(error, NeighbourhoodError::Api { reason, .. } if reason.starts_with(StatusCode::FORBIDDEN.as_str()))
}

async fn answer<T: DeserializeOwned>(path: &str, request: RequestBuilder) -> Result<T> {
    let response = request.send().await.map_err(|error| failed("a request", path, in_words(&error)))?;
    let response = accepted(path, response).await?;
    response.json().await.map_err(|error| failed("an answer", path, in_words(&error)))
}

/// The answer if it is a good one; else the error with what the problem document says.
async fn accepted(path: &str, response: reqwest::Response) -> Result<reqwest::Response> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let said = response.text().await.unwrap_or_default();
    Err(NeighbourhoodError::Api { request: path.to_owned(), reason: format!("{status}: {said}") })
}

fn failed(what: &str, path: &str, reason: impl ToString) -> NeighbourhoodError {
    NeighbourhoodError::Api { request: path.to_owned(), reason: format!("{what}: {}", reason.to_string()) }
}

/// An error with what caused it, which `Display` alone leaves out.
fn in_words(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
