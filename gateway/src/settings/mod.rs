//! What the gateway's owner sets: a TOML file, and `DEREN_GATEWAY_…` variables for its top-level keys. Units are the
//! last part of a key's name. A key that is not known is refused, never ignored.

mod raw;
#[cfg(test)]
mod tests;

use crate::{error::GatewayError, outbox::Bounds};
use deren_meters::DeviceUri;
use deren_primitives::DeviceRole;
use raw::{Place, Table};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

/// Variables that begin so stand for top-level keys.
pub const VARIABLE_PREFIX: &str = "DEREN_GATEWAY_";
/// At most this many devices; a site has a handful.
pub const MAX_DEVICES: usize = 64;
/// At most this many nodes to try in turn.
pub const MAX_NODES: usize = 8;

const TOP_KEYS: [&str; 16] = [
    "data_folder",
    "node_urls",
    "key_file",
    "page_listen",
    "page_open_to_network",
    "sample_interval_ms",
    "reset_confirmations",
    "boundary_wait_ms",
    "outbox_max_days",
    "outbox_max_mb",
    "archive_days",
    "archive_max_mb",
    "checkpoint_interval_s",
    "clock_trusted",
    "max_clock_error_ms",
    "log",
];
const DEVICE_KEYS: [&str; 5] = ["name", "uri", "role", "rated_power_w", "sample_interval_ms"];

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the outbox and everything else that must stay is kept.
    pub data_folder: PathBuf,
    /// Nodes to try in turn.
    pub node_urls: Vec<Url>,
    /// The gateway's secrets.
    pub key_file: PathBuf,
    /// Where the status page listens.
    pub page_listen: SocketAddr,
    /// A register that went back or jumped is believed after so many samples that agree.
    pub reset_confirmations: u8,
    /// How long after a slot's end a sample is waited for; without one, half of the chain's grace.
    pub boundary_wait: Option<Duration>,
    /// How much is kept on disk.
    pub outbox: Bounds,
    /// How often the state of a slot in progress is stored.
    pub checkpoint_interval: Duration,
    /// The owner vouches for this machine's clock, so that it is not compared with the chain's.
    pub clock_trusted: bool,
    /// With a larger error the clock does not count as synchronised.
    pub max_clock_error: Duration,
    /// What is logged, as an `EnvFilter`.
    pub log: String,
    /// What is read.
    pub devices: Vec<DeviceSettings>,
}

/// One device.
#[derive(Clone, Debug)]
pub struct DeviceSettings {
    /// How pages and logs call it.
    pub name: String,
    /// How to reach it.
    pub uri: DeviceUri,
    /// What it measures.
    pub role: DeviceRole,
    /// Its rated power, by which impossible jumps are known.
    pub rated_power_w: Option<u32>,
    /// How often it is sampled.
    pub sample_interval: Duration,
}

impl Settings {
    /// Reads `file` and the process's environment.
    ///
    /// # Errors
    /// The first thing wrong, with the key and where it is written.
    pub fn load(file: &Path) -> Result<Self, GatewayError> {
        let text = std::fs::read_to_string(file).map_err(|error| GatewayError::file(file, error))?;
        // `CONFIG` names the file itself, as `--config` does.
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name != "DEREN_GATEWAY_CONFIG");
        Self::parse(file, &text, variables)
    }

    /// As [`Settings::load`], with the file's text and the variables given. Paths in it are relative to the file.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn parse(
        file: &Path,
        text: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, GatewayError> {
        let raw::Document { mut top, devices } = raw::parse(&file.display().to_string(), text)?;
        top.override_by(VARIABLE_PREFIX, variables);
        top.refuse_unknown(&TOP_KEYS)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        let data_folder = folder.join(top.text("data_folder")?.map_or("data".to_owned(), |(_, path)| path));
        let key_file = match top.text("key_file")? {
            Some((_, path)) => folder.join(path),
            None => data_folder.join("gateway.key"),
        };
        let interval = interval(&mut top)?.unwrap_or(Duration::from_secs(10));
        Ok(Self {
            node_urls: node_urls(&mut top)?,
            page_listen: page_listen(&mut top)?,
            reset_confirmations: top.number("reset_confirmations", 1..=60)?.unwrap_or(6),
            boundary_wait: top.number("boundary_wait_ms", 1..=3_600_000)?.map(Duration::from_millis),
            outbox: bounds(&mut top)?,
            checkpoint_interval: Duration::from_secs(top.number("checkpoint_interval_s", 1..=3600)?.unwrap_or(60)),
            clock_trusted: top.boolean("clock_trusted")?.unwrap_or(false),
            max_clock_error: Duration::from_millis(top.number("max_clock_error_ms", 1..=600_000)?.unwrap_or(10_000)),
            log: top.text("log")?.map_or("info".to_owned(), |(_, log)| log),
            devices: all_devices(devices, top.place(), interval)?,
            data_folder,
            key_file,
        })
    }
}

fn bounds(top: &mut Table) -> Result<Bounds, GatewayError> {
    let default = Bounds::default();
    Ok(Bounds {
        max_days: top.number("outbox_max_days", 1..=3_650)?.unwrap_or(default.max_days),
        max_mb: top.number("outbox_max_mb", 1..=65_536)?.unwrap_or(default.max_mb),
        archive_days: top.number("archive_days", 1..=36_500)?.unwrap_or(default.archive_days),
        archive_max_mb: top.number("archive_max_mb", 1..=65_536)?.unwrap_or(default.archive_max_mb),
    })
}

fn interval(table: &mut Table) -> Result<Option<Duration>, GatewayError> {
    Ok(table.number("sample_interval_ms", 100..=3_600_000)?.map(Duration::from_millis))
}

fn node_urls(top: &mut Table) -> Result<Vec<Url>, GatewayError> {
    let Some((place, texts)) = top.texts("node_urls")? else {
        return Err(top.place().error("`node_urls` is missing: node_urls = [\"ws://127.0.0.1:9944\"]"));
    };
    if texts.is_empty() || texts.len() > MAX_NODES {
        return Err(place.error(format!("`node_urls` has {} addresses, it should have 1 to {MAX_NODES}", texts.len())));
    }
    let parse = |text: &String| {
        let url = Url::parse(text).map_err(|error| place.error(format!("`node_urls`: `{text}`: {error}")))?;
        match url.scheme() {
            "ws" | "wss" if url.has_host() => Ok(url),
            _ => Err(place.error(format!("`node_urls`: `{text}` should be ws://host:port or wss://host:port"))),
        }
    };
    texts.iter().map(parse).collect()
}

fn page_listen(top: &mut Table) -> Result<SocketAddr, GatewayError> {
    let open = top.boolean("page_open_to_network")?.unwrap_or(false);
    let Some((place, text)) = top.text("page_listen")? else {
        return Ok(SocketAddr::from(([127, 0, 0, 1], 8640)));
    };
    let address: SocketAddr = text
        .parse()
        .map_err(|_| place.error(format!("`page_listen` is `{text}`, it should be like 127.0.0.1:8640")))?;
    if !address.ip().is_loopback() && !open {
        return Err(place.error(format!(
            "`page_listen` is `{text}`, which other machines can reach: set page_open_to_network = true if that is meant"
        )));
    }
    Ok(address)
}

fn all_devices(tables: Vec<Table>, file: &Place, interval: Duration) -> Result<Vec<DeviceSettings>, GatewayError> {
    if tables.is_empty() || tables.len() > MAX_DEVICES {
        let found = tables.len();
        return Err(file.error(format!("there are {found} [[device]] tables, there should be 1 to {MAX_DEVICES}")));
    }
    let mut devices: Vec<DeviceSettings> = Vec::with_capacity(tables.len());
    for table in tables {
        let place = table.place().clone();
        let device = device(table, interval)?;
        if devices.iter().any(|other| other.name == device.name) {
            return Err(place.error(format!("a second device is named `{}`", device.name)));
        }
        if let Some(other) = devices.iter().find(|other| other.uri == device.uri) {
            return Err(
                place.error(format!("`{}` and `{}` are the same device: {}", other.name, device.name, other.uri))
            );
        }
        devices.push(device);
    }
    Ok(devices)
}

fn device(mut table: Table, default_interval: Duration) -> Result<DeviceSettings, GatewayError> {
    table.refuse_unknown(&DEVICE_KEYS)?;
    let missing = |table: &Table, key: &str, example: &str| {
        table.place().error(format!("the device has no `{key}`: {key} = \"{example}\""))
    };
    let (place, name) = table.text("name")?.ok_or_else(|| missing(&table, "name", "roof"))?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.len() > 40 || !name.chars().all(allowed) {
        return Err(place.error(format!("`name` is `{name}`, it should be at most 40 letters, digits, - or _")));
    }
    let (place, uri) =
        table.text("uri")?.ok_or_else(|| missing(&table, "uri", "sunspec+tcp://192.168.1.20:502?unit=1"))?;
    let uri = uri.parse::<DeviceUri>().map_err(|error| place.error(error))?;
    let (place, role) = table.text("role")?.ok_or_else(|| missing(&table, "role", "grid"))?;
    let role = match role.as_str() {
        "grid" => DeviceRole::Grid,
        "production" => DeviceRole::Production,
        "storage" => DeviceRole::Storage,
        other => {
            return Err(place.error(format!("`role` is `{other}`, it should be grid, production or storage")));
        }
    };
    Ok(DeviceSettings {
        name,
        uri,
        role,
        rated_power_w: table.number("rated_power_w", 1..=100_000_000)?,
        sample_interval: interval(&mut table)?.unwrap_or(default_interval),
    })
}
