//! What is simulated, as a TOML file says it or as code builds it. Types only read and write themselves here;
//! `read` turns text into them, `check` refuses what cannot be simulated.

mod check;
mod devices;
mod others;
mod read;
mod time;

pub use devices::{
    ChainEnd, MeterConfig, ModbusConfig, MqttConfig, Phases, SunSpecConfig, SunSpecDevice, SunSpecModel,
};
pub use others::{HttpConfig, SpeedwireConfig, StreamConfig, TelegramKind};
pub use time::{Day, TimeOfDay};

use crate::{faults::RandomFaults, load::Profile};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A neighbourhood under one sky.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulatorConfig {
    /// All randomness comes from here: the same seed gives the same day.
    pub seed: u64,
    /// −90 to 90, north positive.
    #[serde(default = "defaults::latitude_deg")]
    pub latitude_deg: f64,
    /// −180 to 180, east positive.
    #[serde(default = "defaults::longitude_deg")]
    pub longitude_deg: f64,
    /// The simulated day on which the simulation starts.
    pub date: Day,
    /// The simulated time of day (UTC) at which it starts.
    pub start: TimeOfDay,
    /// How many simulated seconds pass in a real one, 0.001 to 3600.
    #[serde(default = "defaults::speed")]
    pub speed: f64,
    /// Typical cover of the sky, 0 (clear) to 1 (overcast).
    #[serde(default = "defaults::cloudiness")]
    pub cloudiness: f64,
    /// The real time, in milliseconds since the Unix epoch, at which the simulation started. Without it: now. With it a
    /// simulator that is started again goes on as if it had never stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t0_unix_ms: Option<u64>,
    /// The homes, 1 to 256.
    pub homes: Vec<HomeConfig>,
}

/// One home and its devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeConfig {
    /// Unique among the homes; part of the seed.
    pub name: String,
    /// Its panels, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pv: Option<PvConfig>,
    /// What it draws.
    #[serde(default)]
    pub load: LoadConfig,
    /// Its battery, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<BatteryConfig>,
    /// The most that its grid connection carries, W: the rating of its grid meter.
    #[serde(default = "defaults::connection_w")]
    pub connection_w: u32,
    /// Faults of all its devices, made from a seed, besides those that are written down with each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub random_faults: Option<RandomFaults>,
    /// Its Modbus TCP servers, at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modbus: Vec<ModbusConfig>,
    /// Its devices that publish to a broker, at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mqtt: Vec<MqttConfig>,
    /// Its meters that push telegrams over TCP, at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamConfig>,
    /// Its meters that send Speedwire datagrams, at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speedwire: Vec<SpeedwireConfig>,
    /// Its devices that show JSON documents over HTTP, at most 8.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpConfig>,
}

impl HomeConfig {
    /// A home with a default load and nothing else.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            pv: None,
            load: LoadConfig::default(),
            battery: None,
            connection_w: defaults::connection_w(),
            random_faults: None,
            modbus: Vec::new(),
            mqtt: Vec::new(),
            streams: Vec::new(),
            speedwire: Vec::new(),
            http: Vec::new(),
        }
    }
}

/// Panels on a roof and their inverter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PvConfig {
    /// Peak power of the panels, kW.
    pub kwp: f64,
    /// 0 lies flat, 90 stands.
    #[serde(default = "defaults::tilt_deg")]
    pub tilt_deg: f64,
    /// Where the panels look: 90 east, 180 south, 270 west.
    #[serde(default = "defaults::azimuth_deg")]
    pub azimuth_deg: f64,
    /// The most that the inverter gives, W; without it: what the panels give at their peak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverter_w: Option<u32>,
}

impl PvConfig {
    /// Panels of `kwp` kW that look south.
    pub fn new(kwp: f64) -> Self {
        Self { kwp, tilt_deg: defaults::tilt_deg(), azimuth_deg: defaults::azimuth_deg(), inverter_w: None }
    }

    /// The most that leaves the inverter, W: its rating.
    pub fn rated_w(&self) -> u32 {
        self.inverter_w.unwrap_or((self.kwp * 1_000.0) as u32)
    }
}

/// What a home draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadConfig {
    /// The shape of its day.
    #[serde(default)]
    pub profile: Profile,
    /// Energy a day on a long average, Wh.
    #[serde(default = "defaults::wh_a_day")]
    pub wh_a_day: u32,
}

impl Default for LoadConfig {
    fn default() -> Self {
        Self { profile: Profile::default(), wh_a_day: defaults::wh_a_day() }
    }
}

/// A battery. Without a plan it takes the home's surplus and covers its deficit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatteryConfig {
    /// What it stores when full, Wh.
    pub capacity_wh: u32,
    /// The most it charges or discharges, W.
    pub power_w: u32,
    /// What it holds at the start, percent.
    #[serde(default = "defaults::start_percent")]
    pub start_percent: u8,
    /// How much of what is charged comes out again, percent.
    #[serde(default = "defaults::efficiency_percent")]
    pub efficiency_percent: u8,
    /// Times of day at which it trades with the grid instead, at most 24.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<PlanWindow>,
}

impl BatteryConfig {
    /// A battery at half charge with the usual efficiency.
    pub fn new(capacity_wh: u32, power_w: u32) -> Self {
        Self {
            capacity_wh,
            power_w,
            start_percent: defaults::start_percent(),
            efficiency_percent: defaults::efficiency_percent(),
            plan: Vec::new(),
        }
    }
}

/// A part of every day in which the battery runs at a set power.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanWindow {
    /// From this time of day (UTC).
    pub from: TimeOfDay,
    /// To this time of day (UTC), which may be on the next day.
    pub to: TimeOfDay,
    /// Positive charges, negative discharges, W.
    pub power_w: i32,
}

/// Where a server listens of which nobody says it.
const fn any_loopback_port() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}

mod defaults {
    pub const fn latitude_deg() -> f64 {
        52.52
    }
    pub const fn longitude_deg() -> f64 {
        13.40
    }
    pub const fn speed() -> f64 {
        1.0
    }
    pub const fn cloudiness() -> f64 {
        0.4
    }
    pub const fn connection_w() -> u32 {
        22_000
    }
    pub const fn tilt_deg() -> f64 {
        35.0
    }
    pub const fn azimuth_deg() -> f64 {
        180.0
    }
    pub const fn wh_a_day() -> u32 {
        10_000
    }
    pub const fn start_percent() -> u8 {
        50
    }
    pub const fn efficiency_percent() -> u8 {
        93
    }
}
