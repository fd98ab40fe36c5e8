//! `[home_assistant]`: the broker at which Home Assistant is to find this gateway.

use super::known::home_assistant as known;
use deren_config::Table;
use deren_meters::uri::{self, Broker};
use std::{path::Path, time::Duration};

/// What is published, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeAssistantSettings {
    /// The broker that Home Assistant reads.
    pub broker: Broker,
    /// Where Home Assistant looks for new entities.
    pub discovery_prefix: String,
    /// How topics and entities call this gateway; without one, `deren_` and the beginning of its id.
    pub node_id: Option<String>,
    /// How often values that changed are published.
    pub publish_interval: Duration,
}

/// Reads the table; nothing if something in it is wrong, which the table then knows.
pub(super) fn read(table: &mut Table, folder: &Path) -> Option<HomeAssistantSettings> {
    let broker = table.parsed(&known::BROKER, broker);
    let password_file = table.text(&known::PASSWORD_FILE).map(|(place, path)| (place, folder.join(path)));
    let discovery_prefix =
        table.parsed(&known::DISCOVERY_PREFIX, topic_part).unwrap_or(known::DISCOVERY_PREFIX.default.to_owned());
    let node_id = table.parsed(&known::NODE_ID, |text| name_part("node_id", text));
    let publish_interval = Duration::from_secs(table.number_or(&known::PUBLISH_INTERVAL_S));
    let mut broker = broker?;
    if let Some((place, path)) = password_file {
        if broker.user.is_none() {
            table.wrong(&place, "there is a `password_file` but no user: broker = \"mqtt://user@host:1883\"");
        }
        broker.password_file = Some(path);
    }
    Some(HomeAssistantSettings { broker, discovery_prefix, node_id, publish_interval })
}

fn broker(text: &str) -> Result<Broker, String> {
    const EXAMPLE: &str = "it should be like mqtt://user@192.168.1.10:1883";
    let broker = uri::broker(text).map_err(|reason| format!("`broker` {reason}; {EXAMPLE}"))?;
    match broker.password_file {
        None => Ok(broker),
        Some(_) => Err(format!("`broker` names a `password_file`, which is a key of its own; {EXAMPLE}")),
    }
}

fn topic_part(text: &str) -> Result<String, String> {
    text.split('/').try_for_each(|part| name_part("discovery_prefix", part).map(drop))?;
    Ok(text.to_owned())
}

fn name_part(key: &str, text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || text.len() > 40 || !text.chars().all(allowed) {
        return Err(format!("`{key}` is `{text}`, it should be at most 40 letters, digits, - or _"));
    }
    Ok(text.to_owned())
}
