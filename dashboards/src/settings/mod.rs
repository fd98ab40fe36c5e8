//! What one installation sets: a TOML file, and variables `DEREN_DASHBOARDS_…` that stand before it.
//!
//! It is read once, at the start, into types that cannot hold nonsense; no message ever shows the database's password.

mod raw;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use std::{fmt, net::SocketAddr, path::Path};
use url::Url;
use utoipa::ToSchema;

/// No page can show more accounts to choose from.
const MAX_DEVELOPMENT_ACCOUNTS: usize = 64;
/// What a kWh costs from a supplier where nobody said otherwise, in µ€.
const DEFAULT_RETAIL_UEUR_PER_KWH: u32 = 320_000;
/// Where it listens where nobody said otherwise.
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// What is wrong with the settings, where, and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct SettingsError {
    /// The file with its line, or the variable.
    pub place: String,
    /// What is wrong with it.
    pub reason: String,
}

/// All settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where pages and API are served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The database.
    pub database_url: DatabaseUrl,
    /// The node that the indexer follows.
    pub node_url: Url,
    /// The node to which pages send transactions.
    pub public_node_url: Url,
    /// What a kWh costs from a supplier, for accounts that did not say what they pay, in µ€.
    pub retail_ueur_per_kwh: u32,
    /// Accounts for anyone to try, on a development chain only.
    pub development_accounts: Vec<DevelopmentAccount>,
    /// How the market's time follows the real one, on a development chain only; `None` where it is the same.
    pub market_clock: Option<MarketClock>,
}

/// The database's address. It may hold a password, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address, password and all: only for connecting.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

/// An account of a development chain, whose key everyone can derive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevelopmentAccount {
    /// As whom a visitor chooses it.
    pub name: String,
    /// Which page is its first.
    pub role: DevelopmentRole,
    /// The path from the well-known phrase, as `//Alice`.
    pub derivation: String,
}

/// How a demonstration's time follows the real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketClock {
    /// A moment of real time, in milliseconds since 1970.
    #[schema(minimum = 0)]
    pub real_unix_ms: i64,
    /// The market's time at that moment, in seconds since 1970.
    #[schema(minimum = 0)]
    pub market_unix_s: i64,
    /// How much faster it runs, in thousandths; more than 0.
    #[schema(minimum = 1)]
    pub speed_permille: u32,
}

/// Which of the three kinds of people an account stands for, or that its home waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DevelopmentRole {
    /// Has solar panels.
    Owner,
    /// Buys.
    Neighbour,
    /// Runs the grid.
    Operator,
    /// Nobody: its home, whose meters read, is handed over to the first newcomer who asks.
    Spare,
}

impl Settings {
    /// Reads the file, and this process's environment over it.
    pub fn read(file: &Path) -> Result<Self, SettingsError> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|error| SettingsError { place: name.clone(), reason: format!("cannot be read: {error}") })?;
        Self::parse(
            &name,
            &text,
            std::env::vars_os().filter_map(|(n, v)| n.into_string().ok().zip(v.into_string().ok())),
        )
    }

    /// Reads a file's text; `variables` of other programs are passed over.
    pub fn parse(
        file: &str,
        text: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        raw::refuse_unknown(file, text)?;
        let mut raw = raw::parse(file, text)?;
        for (variable, value) in variables {
            if let Some(key) = variable.strip_prefix(raw::PREFIX) {
                raw.set(&variable, &key.to_ascii_lowercase(), value)?;
            }
        }
        let missing = |key: &str, example: &str| SettingsError {
            place: file.to_owned(),
            reason: format!("`{key}` is missing: write {key} = \"{example}\""),
        };
        let database_url =
            raw.database_url.ok_or_else(|| missing("database_url", "postgres://user@host:5432/deren"))?;
        let wrong = |key: &str, reason: String| SettingsError { place: format!("{file}, `{key}`"), reason };
        crate::db::options(&database_url).map_err(|error| wrong("database_url", error.to_string()))?;
        let node_url = raw.node_url.ok_or_else(|| missing("node_url", "ws://127.0.0.1:9944"))?;
        let node_url = node(&node_url).map_err(|reason| wrong("node_url", reason))?;
        let public_node_url = match raw.public_node_url {
            Some(url) => node(&url).map_err(|reason| wrong("public_node_url", reason))?,
            None => node_url.clone(),
        };
        let raw::Development { accounts: development_accounts, market_clock } = raw.development.unwrap_or_default();
        check_accounts(&development_accounts).map_err(|reason| wrong("development.accounts", reason))?;
        check_clock(market_clock.as_ref()).map_err(|reason| wrong("development.market_clock", reason))?;
        Ok(Self {
            listen: raw.listen.unwrap_or(DEFAULT_LISTEN),
            database_url: DatabaseUrl(database_url),
            node_url,
            public_node_url,
            retail_ueur_per_kwh: raw.retail_ueur_per_kwh.unwrap_or(DEFAULT_RETAIL_UEUR_PER_KWH),
            development_accounts,
            market_clock,
        })
    }
}

fn node(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a node's address (ws://host:port): {error}"))?;
    if !matches!(url.scheme(), "ws" | "wss") || url.host().is_none() {
        return Err(format!("a node is reached through ws:// or wss://, not {}://", url.scheme()));
    }
    Ok(url)
}

fn check_clock(clock: Option<&MarketClock>) -> Result<(), String> {
    match clock {
        Some(clock) if clock.speed_permille == 0 => Err("speed_permille is more than 0".to_owned()),
        Some(clock) if clock.real_unix_ms < 0 || clock.market_unix_s < 0 => Err("times begin in 1970".to_owned()),
        _ => Ok(()),
    }
}

fn check_accounts(accounts: &[DevelopmentAccount]) -> Result<(), String> {
    if accounts.len() > MAX_DEVELOPMENT_ACCOUNTS {
        return Err(format!("{} accounts are more than {MAX_DEVELOPMENT_ACCOUNTS}", accounts.len()));
    }
    for (number, account) in accounts.iter().enumerate() {
        let DevelopmentAccount { name, derivation, .. } = account;
        if name.trim().is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
            return Err(format!("account {}: a name has 1 to 60 characters", number + 1));
        }
        if !derivation.starts_with("//") || derivation.len() > 100 {
            return Err(format!("account {name}: a derivation looks like //Alice"));
        }
        if accounts.iter().take(number).any(|other| other.name == *name) {
            return Err(format!("two accounts are called {name}"));
        }
    }
    Ok(())
}
