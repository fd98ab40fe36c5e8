//! What one installation sets: a TOML file, and variables `DEREN_DASHBOARDS_…` that stand before it.
//!
//! It is read once, at the start, into types that cannot hold nonsense; no message ever shows the database's password.

mod development;
mod known;
#[cfg(test)]
mod tests;

use crate::markets::Markets;
use deren_config::Mistake;
use serde::{Deserialize, Serialize};
use std::{fmt, net::SocketAddr, path::Path};
use url::Url;
use utoipa::ToSchema;

/// Variables that begin so stand for top-level keys.
const VARIABLE_PREFIX: &str = "DEREN_DASHBOARDS_";

/// What is wrong with the settings, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no such file, or it may not be read.
    #[error("{file}: cannot be read: {reason}")]
    File {
        /// Its path.
        file: String,
        /// Why not.
        reason: String,
    },
    /// Everything that is wrong, one a line.
    #[error("{}", deren_config::lines(.0))]
    Mistakes(Vec<Mistake>),
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
    /// The markets that are followed.
    pub markets: Markets,
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
    ///
    /// # Errors
    /// Everything that is wrong, each with the line or the variable.
    pub fn read(file: &Path) -> Result<Self, SettingsError> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|error| SettingsError::File { file: name.clone(), reason: error.to_string() })?;
        Self::parse(
            &name,
            &text,
            std::env::vars_os().filter_map(|(n, v)| n.into_string().ok().zip(v.into_string().ok())),
        )
    }

    /// Reads a file's text; `variables` of other programs are passed over.
    ///
    /// # Errors
    /// As [`Settings::read`].
    pub fn parse(
        file: &str,
        text: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let mut top = deren_config::parse(file, text, "the settings have");
        top.override_by(VARIABLE_PREFIX, &[], variables);
        let mut mistakes = Vec::new();
        let listen = top.parsed(&known::LISTEN, |text| {
            let like = known::LISTEN.default;
            text.parse::<SocketAddr>().map_err(|_| format!("`listen` is `{text}`, it should be like {like}"))
        });
        // No message shows the address, which may hold a password.
        let database_url = top.parsed(&known::DATABASE_URL, |text| {
            crate::db::options(text).map(|_| DatabaseUrl(text.to_owned())).map_err(|error| error.to_string())
        });
        let node_url = top.parsed(&known::NODE_URL, |text| node("node_url", text));
        let public_node_url = top.parsed(&known::PUBLIC_NODE_URL, |text| node("public_node_url", text));
        let markets =
            top.parsed(&known::MARKETS, |text| text.parse::<Markets>().map_err(|error| format!("`markets`: {error}")));
        let retail_ueur_per_kwh = top.number_or(&known::RETAIL_UEUR_PER_KWH);
        let development = top.section("development", "[development] has");
        let (development_accounts, market_clock) =
            development.map(|table| development::read(table, &mut mistakes)).unwrap_or_default();
        mistakes.extend(top.finish());
        mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        match (database_url, node_url) {
            (Some(database_url), Some(node_url)) if mistakes.is_empty() => Ok(Self {
                listen: listen.unwrap_or(known::LISTEN.default),
                database_url,
                public_node_url: public_node_url.unwrap_or_else(|| node_url.clone()),
                node_url,
                markets: markets.unwrap_or_default(),
                retail_ueur_per_kwh,
                development_accounts,
                market_clock,
            }),
            _ => Err(SettingsError::Mistakes(mistakes)),
        }
    }
}

fn node(key: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("`{key}` is not a node's address (ws://host:port): {error}"))?;
    if !matches!(url.scheme(), "ws" | "wss") || url.host().is_none() {
        return Err(format!("`{key}`: a node is reached through ws:// or wss://, not {}://", url.scheme()));
    }
    Ok(url)
}
