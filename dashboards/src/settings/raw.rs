//! Settings as they were written, before they are checked: every complaint names the line or the variable.

use super::{DevelopmentAccount, MarketClock, SettingsError};
use serde::Deserialize;
use std::net::SocketAddr;
use toml::de::{DeTable, DeValue};

/// With this begins every variable of ours.
pub(super) const PREFIX: &str = "DEREN_DASHBOARDS_";

const KEYS: [&str; 6] = ["listen", "database_url", "node_url", "public_node_url", "retail_ueur_per_kwh", "development"];
const DEVELOPMENT_KEYS: [&str; 2] = ["accounts", "market_clock"];
const MARKET_CLOCK_KEYS: [&str; 3] = ["real_unix_ms", "market_unix_s", "speed_permille"];
const ACCOUNT_KEYS: [&str; 3] = ["name", "role", "derivation"];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) listen: Option<SocketAddr>,
    pub(super) database_url: Option<String>,
    pub(super) node_url: Option<String>,
    pub(super) public_node_url: Option<String>,
    pub(super) retail_ueur_per_kwh: Option<u32>,
    pub(super) development: Option<Development>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Development {
    #[serde(default)]
    pub(super) accounts: Vec<DevelopmentAccount>,
    pub(super) market_clock: Option<MarketClock>,
}

impl Raw {
    /// Lets a variable stand before the file.
    pub(super) fn set(&mut self, variable: &str, key: &str, value: String) -> Result<(), SettingsError> {
        let wrong = |reason: String| SettingsError { place: format!("environment variable {variable}"), reason };
        match key {
            "listen" => {
                let listen = value.parse().map_err(|_| wrong(format!("\"{value}\" is not host:port")))?;
                self.listen = Some(listen);
            }
            "database_url" => self.database_url = Some(value),
            "node_url" => self.node_url = Some(value),
            "public_node_url" => self.public_node_url = Some(value),
            "retail_ueur_per_kwh" => {
                let tariff = value.parse().map_err(|_| wrong(format!("\"{value}\" is not a number of µ€ per kWh")))?;
                self.retail_ueur_per_kwh = Some(tariff);
            }
            "development" => return Err(wrong("development accounts can only stand in the file".to_owned())),
            other => return Err(wrong(unknown("the settings have", other, &KEYS))),
        }
        Ok(())
    }
}

/// Parses the text; types are checked, values are not yet.
pub(super) fn parse(file: &str, text: &str) -> Result<Raw, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        SettingsError { place: place(file, text, start), reason: error.message().to_owned() }
    })
}

/// Refuses the first key that no setting has, and names the nearest that one has.
pub(super) fn refuse_unknown(file: &str, text: &str) -> Result<(), SettingsError> {
    let parsed = DeTable::parse(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        SettingsError { place: place(file, text, start), reason: error.message().to_owned() }
    })?;
    let check = |owner: &str, table: &DeTable<'_>, known: &[&str]| {
        let stranger = table.iter().find(|(key, _)| !known.contains(&key.get_ref().as_ref()));
        stranger.map_or(Ok(()), |(key, _)| {
            let reason = unknown(owner, key.get_ref(), known);
            Err(SettingsError { place: place(file, text, key.span().start), reason })
        })
    };
    check("the settings have", parsed.get_ref(), &KEYS)?;
    let Some(DeValue::Table(development)) = parsed.get_ref().get("development").map(|value| value.get_ref()) else {
        return Ok(());
    };
    check("[development] has", development, &DEVELOPMENT_KEYS)?;
    if let Some(DeValue::Table(clock)) = development.get("market_clock").map(|value| value.get_ref()) {
        check("a market's clock has", clock, &MARKET_CLOCK_KEYS)?;
    }
    let accounts = development.get("accounts").and_then(|value| match value.get_ref() {
        DeValue::Array(accounts) => Some(accounts),
        _ => None,
    });
    for account in accounts.into_iter().flatten() {
        if let DeValue::Table(account) = account.get_ref() {
            check("an account has", account, &ACCOUNT_KEYS)?;
        }
    }
    Ok(())
}

fn place(file: &str, text: &str, offset: usize) -> String {
    let line = 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    format!("{file} line {line}")
}

fn unknown(owner: &str, key: &str, known: &[&str]) -> String {
    let likeness = known.iter().map(|known| (strsim::jaro_winkler(key, known), known));
    let nearest = likeness.filter(|(likeness, _)| *likeness > 0.7).max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest
        .map_or_else(|| format!("known are {}", known.join(", ")), |(_, near)| format!("did you mean `{near}`?"));
    format!("{owner} no key `{key}`; {hint}")
}
