//! What the gateway's owner sets: a TOML file, and `DEREN_GATEWAY_…` variables for its top-level keys. Units are the
//! last part of a key's name. A key that is not known is refused, never ignored.

mod home_assistant;
mod known;
pub(crate) mod picked;
mod templates;
#[cfg(test)]
mod tests;

pub use home_assistant::HomeAssistantSettings;
pub(crate) use templates::Places;
pub use templates::templates_of;

use crate::{error::GatewayError, keys::KeyUri, outbox::Bounds};
use deren_config::{Mistake, Place, Table};
use deren_meters::{DeviceUri, Library, mqtt::MqttDevice, template::payload::GATEWAY_TOPIC_ROOT};
use deren_primitives::DeviceRole;
use std::{
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use url::Url;

/// Variables that begin so stand for top-level keys.
pub const VARIABLE_PREFIX: &str = "DEREN_GATEWAY_";
const DATA_FOLDER_VARIABLE: &str = "DEREN_GATEWAY_DATA_FOLDER";
/// At most this many devices; a site has a handful.
pub const MAX_DEVICES: usize = 64;
/// At most this many nodes to try in turn.
pub const MAX_NODES: usize = 8;

/// Tables of their own besides the devices'.
const SECTIONS: [&str; 1] = ["home_assistant"];

/// All settings, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where the outbox and everything else that must stay is kept.
    pub data_folder: PathBuf,
    /// Nodes to try in turn.
    pub node_urls: Vec<Url>,
    /// The gateway's key.
    pub key: KeyUri,
    /// Where the gateway says that it is there, so that a second one with its key ends; nowhere without.
    pub announce_to: Option<SocketAddr>,
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
    /// Where Home Assistant is to find this gateway, if anywhere.
    pub home_assistant: Option<HomeAssistantSettings>,
    /// How the owner calls the home.
    pub home_name: Option<String>,
    /// Where the owner's dashboard is, to which the page sends its link codes.
    pub dashboard_url: Option<Url>,
    /// Where templates of the owner's own are, if anywhere.
    pub templates_folder: Option<PathBuf>,
    /// All templates, as they were when the settings were read.
    pub templates: Arc<Library>,
    /// What is wrong with a template, or with a device that names one which is not there. Everything else works.
    pub complaints: Vec<Mistake>,
    /// How often a device is sampled that says nothing else.
    pub sample_interval: Duration,
    /// True if the configuration names no devices, so that those count that the owner picks on the page.
    pub devices_are_picked: bool,
    /// What is read.
    pub devices: Vec<DeviceSettings>,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Everything that is wrong, each with the key and where it is written.
    pub fn load(file: &Path) -> Result<Self, GatewayError> {
        let text = match std::fs::read_to_string(file) {
            // Where the environment names a data folder, it can say all the rest too.
            Err(error) if error.kind() == ErrorKind::NotFound && std::env::var_os(DATA_FOLDER_VARIABLE).is_some() => {
                String::new()
            }
            read => read.map_err(|error| GatewayError::disk(file, &error))?,
        };
        // `CONFIG` names the file itself, as `--config` does; the passphrase is no setting.
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| !["DEREN_GATEWAY_CONFIG", "DEREN_GATEWAY_KEY_PASSPHRASE"].contains(&name.as_str()));
        let (mut settings, mut places) = Self::parse_with_places(file, &text, variables)?;
        picked::add_to(&mut settings, &mut places)?;
        settings.take_templates(&places)?;
        Ok(settings)
    }

    /// As [`Settings::load`], with the file's text and the variables given, and without a look at any other file: of
    /// templates, it has none. Paths in it are relative to the file.
    ///
    /// # Errors
    /// As [`Settings::load`].
    pub fn parse(
        file: &Path,
        text: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, GatewayError> {
        Self::parse_with_places(file, text, variables).map(|(settings, _)| settings)
    }

    /// As [`Settings::parse`], with the places that later complaints name.
    pub(crate) fn parse_with_places(
        file: &Path,
        text: &str,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<(Self, Places), GatewayError> {
        let mut top = deren_config::parse(&file.display().to_string(), text, "the configuration has");
        top.override_by(VARIABLE_PREFIX, &SECTIONS, variables);
        let mut mistakes = Vec::new();
        let folder = file.parent().unwrap_or(Path::new(""));
        let data_folder = folder.join(top.text_or(&known::DATA_FOLDER));
        let key =
            top.parsed(&known::KEY, |text| KeyUri::parse(text, folder).map_err(|error| format!("`key`: {error}")));
        let key = key.unwrap_or(KeyUri::File { path: data_folder.join("gateway.key"), passphrase: None });
        let interval = Duration::from_millis(top.number_or(&known::SAMPLE_INTERVAL_MS));
        let home_assistant = top.section("home_assistant", "[home_assistant] has").and_then(|mut table| {
            let settings = home_assistant::read(&mut table, folder);
            mistakes.extend(table.finish());
            settings
        });
        let mut places = Places::default();
        let templates_folder = top.text(&known::TEMPLATES_FOLDER).map(|(place, path)| {
            places.templates_folder = Some(place);
            folder.join(path)
        });
        let devices = all_devices(&mut top, &mut places.devices, &mut mistakes, interval);
        let settings = Self {
            node_urls: node_urls(&mut top),
            page_listen: page_listen(&mut top),
            reset_confirmations: top.number_or(&known::RESET_CONFIRMATIONS),
            boundary_wait: top.number(&known::BOUNDARY_WAIT_MS).map(Duration::from_millis),
            outbox: bounds(&mut top),
            checkpoint_interval: Duration::from_secs(top.number_or(&known::CHECKPOINT_INTERVAL_S)),
            clock_trusted: top.boolean_or(&known::CLOCK_TRUSTED),
            max_clock_error: Duration::from_millis(top.number_or(&known::MAX_CLOCK_ERROR_MS).into()),
            log: top.parsed(&known::LOG, log_filter).unwrap_or(known::LOG.default.to_owned()),
            home_name: top.text(&known::HOME_NAME).map(|(_, name)| name),
            dashboard_url: top.parsed(&known::DASHBOARD_URL, dashboard_url),
            sample_interval: interval,
            devices_are_picked: devices.is_empty(),
            devices,
            templates_folder,
            templates: Arc::default(),
            complaints: Vec::new(),
            home_assistant,
            data_folder,
            key,
            announce_to: top.parsed(&known::ANNOUNCE_TO, announce_to),
        };
        finish(top, mistakes)?;
        Ok((settings, places))
    }
}

/// All mistakes by their places, if there are any.
fn finish(top: Table, mut mistakes: Vec<Mistake>) -> Result<(), GatewayError> {
    mistakes.extend(top.finish());
    mistakes.sort_by(|one, other| one.place.cmp(&other.place));
    if mistakes.is_empty() { Ok(()) } else { Err(GatewayError::Settings { mistakes }) }
}

fn bounds(top: &mut Table) -> Bounds {
    Bounds {
        max_days: top.number_or(&known::OUTBOX_MAX_DAYS),
        max_mb: top.number_or(&known::OUTBOX_MAX_MB),
        archive_days: top.number_or(&known::ARCHIVE_DAYS),
        archive_max_mb: top.number_or(&known::ARCHIVE_MAX_MB),
        samples_days: top.number_or(&known::SAMPLES_DAYS),
        samples_max_mb: top.number_or(&known::SAMPLES_MAX_MB),
    }
}

fn announce_to(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("`announce_to` is `{text}`, it should be a broadcast address with a port, like 192.168.1.255:8641")
    })
}

fn log_filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("`log` is `{text}`: {error}; write for example \"info\"")),
    }
}

fn node_urls(top: &mut Table) -> Vec<Url> {
    let Some((place, texts)) = top.texts(&known::NODE_URLS) else { return Vec::new() };
    if texts.is_empty() || texts.len() > MAX_NODES {
        let found = texts.len();
        top.wrong(&place, format!("`node_urls` has {found} addresses, it should have 1 to {MAX_NODES}"));
    }
    let mut urls = Vec::with_capacity(texts.len());
    for text in texts {
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "ws" | "wss") && url.has_host() => urls.push(url),
            Ok(_) => {
                top.wrong(&place, format!("`node_urls`: `{text}` should be ws://host:port or wss://host:port"));
            }
            Err(error) => top.wrong(&place, format!("`node_urls`: `{text}`: {error}")),
        }
    }
    urls
}

fn dashboard_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(format!("`dashboard_url` is `{text}`, it should be like https://dashboard.example.org/")),
    }
}

fn page_listen(top: &mut Table) -> SocketAddr {
    let open = top.boolean_or(&known::PAGE_OPEN_TO_NETWORK);
    let listen = top.parsed(&known::PAGE_LISTEN, |text| {
        let address: SocketAddr =
            text.parse().map_err(|_| format!("`page_listen` is `{text}`, it should be like 127.0.0.1:8640"))?;
        if !address.ip().is_loopback() && !open {
            return Err(format!(
                "`page_listen` is `{text}`, which other machines can reach: set page_open_to_network = true if that is meant"
            ));
        }
        Ok(address)
    });
    listen.unwrap_or(known::PAGE_LISTEN.default)
}

/// The devices that are right; what is wrong with the others, and between them, goes to `mistakes`. None at all is
/// right too: the owner picks them on the page. Where each device's `uri` is written goes to `uris`.
fn all_devices(
    top: &mut Table,
    uris: &mut Vec<Place>,
    mistakes: &mut Vec<Mistake>,
    interval: Duration,
) -> Vec<DeviceSettings> {
    let tables = top.tables("device", ("device", "[[device]]"), |number| format!("device {number} has"));
    let mut devices: Vec<DeviceSettings> = Vec::with_capacity(tables.len().min(MAX_DEVICES));
    for (number, mut table) in tables.into_iter().enumerate() {
        let place = table.place().clone();
        if number == MAX_DEVICES {
            mistakes.push(place.mistake(format!("there are more than {MAX_DEVICES} [[device]] tables")));
            break;
        }
        let uri = table.place_of("uri");
        if let Some(device) = device(&mut table, interval) {
            uris.push(uri);
            if devices.iter().any(|other| other.name == device.name) {
                table.wrong(&place, format!("a second device is named `{}`", device.name));
            } else if let Some(other) = devices.iter().find(|other| other.uri == device.uri) {
                let (one, two) = (&other.name, &device.name);
                table.wrong(&place, format!("`{one}` and `{two}` are the same device: {}", other.uri));
            }
            if is_our_own(&device.uri) {
                table.wrong(
                    &place,
                    format!("`{}` is what a gateway publishes for Home Assistant, and no meter", device.name),
                );
            }
            devices.push(device);
        }
        mistakes.extend(table.finish());
    }
    devices
}

fn device(table: &mut Table, default_interval: Duration) -> Option<DeviceSettings> {
    let name = table.parsed(&known::device::NAME, |name| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.len() > 40 || !name.chars().all(allowed) {
            return Err(format!("`name` is `{name}`, it should be at most 40 letters, digits, - or _"));
        }
        Ok(name.to_owned())
    });
    let uri = table.parsed(&known::device::URI, |text| text.parse::<DeviceUri>().map_err(|error| error.to_string()));
    let role = table.parsed(&known::device::ROLE, |role| {
        role.parse::<DeviceRole>().map_err(|_| format!("`role` is `{role}`, it should be grid, production or storage"))
    });
    let rated_power_w = table.number(&known::device::RATED_POWER_W);
    let sample_interval =
        table.number(&known::device::SAMPLE_INTERVAL_MS).map_or(default_interval, Duration::from_millis);
    Some(DeviceSettings { name: name?, uri: uri?, role: role?, rated_power_w, sample_interval })
}

/// True for a topic that this program publishes for Home Assistant: it must not measure itself.
fn is_our_own(uri: &DeviceUri) -> bool {
    uri.device::<MqttDevice>().is_some_and(|device| device.topic.starts_with(GATEWAY_TOPIC_ROOT))
}
