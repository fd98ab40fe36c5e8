//! Every key that the configuration may have: what it means, its limits, and what holds without it. It must never say
//! how a value is read. `docs/reference/configuration.md` is made from this file.

use crate::outbox::Bounds;
use deren_config::Key;
use deren_market::reading;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
};

const INTERVAL_MS: RangeInclusive<i64> = 100..=3_600_000;

/// The folder of the outbox and of all else that must stay.
pub(crate) const DATA_FOLDER: Key<&str> = Key::text("data_folder").or("data");
/// Nodes of the chain, tried in turn; at most eight.
pub(crate) const NODE_URLS: Key = Key::texts("node_urls").needed("[\"ws://127.0.0.1:9944\"]");
/// The gateway's key: `file:` and a path, or a `pkcs11:` URI. Without it, `gateway.key` in the data folder.
pub(crate) const KEY: Key = Key::text("key");
/// Where the gateway says that it is there, as `192.168.1.255:8641`: the younger of two with one key ends.
pub(crate) const ANNOUNCE_TO: Key = Key::text("announce_to");
/// Where the page listens.
pub(crate) const PAGE_LISTEN: Key<SocketAddr> =
    Key::text("page_listen").or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8640));
/// True if other machines may open the page; `page_listen` must name an address that they reach.
pub(crate) const PAGE_OPEN_TO_NETWORK: Key<bool> = Key::boolean("page_open_to_network").or(false);
/// The time between two samples of a device.
pub(crate) const SAMPLE_INTERVAL_MS: Key<u64> = Key::number("sample_interval_ms", INTERVAL_MS).or(10_000);
/// The number of samples in a row that must agree before a register that went back or jumped is believed.
pub(crate) const RESET_CONFIRMATIONS: Key<u8> = Key::number("reset_confirmations", 1..=60).or(6);
/// How long after a slot's end a sample is waited for. Without it, half of the chain's grace.
pub(crate) const BOUNDARY_WAIT_MS: Key = Key::number("boundary_wait_ms", 1..=3_600_000);
/// How many days of readings the outbox must hold while there is no connection.
pub(crate) const OUTBOX_MAX_DAYS: Key<u32> = Key::number("outbox_max_days", 1..=3_650).or(Bounds::DEFAULT.max_days);
/// The outbox's largest size.
pub(crate) const OUTBOX_MAX_MB: Key<u32> = Key::number("outbox_max_mb", 1..=65_536).or(Bounds::DEFAULT.max_mb);
/// How long a reading is kept after it is final.
pub(crate) const ARCHIVE_DAYS: Key<u32> = Key::number("archive_days", 1..=36_500).or(Bounds::DEFAULT.archive_days);
/// The largest size of all readings that are final.
pub(crate) const ARCHIVE_MAX_MB: Key<u32> =
    Key::number("archive_max_mb", 1..=65_536).or(Bounds::DEFAULT.archive_max_mb);
/// How long the samples that a reading commits to are kept.
pub(crate) const SAMPLES_DAYS: Key<u32> = Key::number("samples_days", 1..=3_650).or(Bounds::DEFAULT.samples_days);
/// The largest size of all samples; at one every 10 s, a device's take 9 MiB in 40 days.
pub(crate) const SAMPLES_MAX_MB: Key<u32> =
    Key::number("samples_max_mb", 1..=65_536).or(Bounds::DEFAULT.samples_max_mb);
/// How often the state of a slot in progress is stored.
pub(crate) const CHECKPOINT_INTERVAL_S: Key<u64> = Key::number("checkpoint_interval_s", 1..=3_600).or(60);
/// True if the owner vouches for this machine's clock, so that it is not compared with the chain's.
pub(crate) const CLOCK_TRUSTED: Key<bool> = Key::boolean("clock_trusted").or(false);
/// The error above which the clock does not count as synchronised. The chain takes no larger one.
pub(crate) const MAX_CLOCK_ERROR_MS: Key<u32> =
    Key::number("max_clock_error_ms", 1..=reading::MAX_CLOCK_ERROR_MS as i64).or(reading::MAX_CLOCK_ERROR_MS);
/// What is logged: a level, or `target=level` parts, separated by commas.
pub(crate) const LOG: Key<&str> = Key::text("log").or("info");
/// How the owner calls the home.
pub(crate) const HOME_NAME: Key = Key::text("home_name");
/// Where the owner's dashboard is, to which the page sends its link codes.
pub(crate) const DASHBOARD_URL: Key = Key::text("dashboard_url");
/// The folder of the owner's own templates.
pub(crate) const TEMPLATES_FOLDER: Key = Key::text("templates_folder");

/// In `[home_assistant]`: where Home Assistant is to find this gateway.
pub(crate) mod home_assistant {
    use super::*;

    /// The broker that Home Assistant reads. A password is no part of it.
    pub(crate) const BROKER: Key = Key::text("broker").needed("\"mqtt://user@192.168.1.10:1883\"");
    /// The file whose first line is the broker's password.
    pub(crate) const PASSWORD_FILE: Key = Key::text("password_file");
    /// The topic below which Home Assistant looks for new entities.
    pub(crate) const DISCOVERY_PREFIX: Key<&str> = Key::text("discovery_prefix").or("homeassistant");
    /// How topics and entities call this gateway. Without it, `deren_` and the beginning of its id.
    pub(crate) const NODE_ID: Key = Key::text("node_id");
    /// How often values that changed are published.
    pub(crate) const PUBLISH_INTERVAL_S: Key<u64> = Key::number("publish_interval_s", 1..=3_600).or(10);
}

/// In each `[[device]]`, of which there are at most 64. Without any, those count that the owner picks on the page.
pub(crate) mod device {
    use super::*;

    /// How pages and logs call it: at most 40 letters, digits, `-` and `_`.
    pub(crate) const NAME: Key = Key::text("name").needed("\"roof\"");
    /// How to reach it: a device URI, which the README of `meters` describes.
    pub(crate) const URI: Key = Key::text("uri").needed("\"sunspec+tcp://192.168.1.20:502?unit=1\"");
    /// What it is at the home: `grid`, `production` or `storage`.
    pub(crate) const ROLE: Key = Key::text("role").needed("\"grid\"");
    /// Its rated power, by which impossible jumps are known.
    pub(crate) const RATED_POWER_W: Key = Key::number("rated_power_w", 1..=100_000_000);
    /// The time between two of its samples. Without it, that of the top level.
    pub(crate) const SAMPLE_INTERVAL_MS: Key = Key::number("sample_interval_ms", INTERVAL_MS);
}
