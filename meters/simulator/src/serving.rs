//! What a simulator says when it serves: one JSON line with each home's devices and how to reach them.

use deren_meters::DeviceUri;
use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};

/// The line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// Simulated UTC at the start, seconds since the Unix epoch.
    pub start_unix_s: u64,
    /// Real time at which that was, milliseconds since the Unix epoch.
    pub t0_unix_ms: u64,
    /// Simulated milliseconds in a real second.
    pub speed_permille: u32,
    /// The homes, in the order of the configuration.
    pub homes: Vec<ServingHome>,
}

/// A home that is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServingHome {
    /// Its name.
    pub name: String,
    /// Its devices: each server's SunSpec devices and template meters, then those that publish, then those that push.
    pub devices: Vec<ServingDevice>,
}

/// A device that is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServingDevice {
    /// How a gateway reaches it.
    pub uri: DeviceUri,
    /// What it measures.
    pub role: DeviceRole,
    /// The serial number that it shows, where its kind shows one.
    pub serial: String,
    /// The most that flows through it, W.
    pub rated_power_w: u32,
    /// The smallest difference that its energy registers can show, mWh.
    pub register_step_mwh: u32,
}

impl Serving {
    /// The first device in `role` of the home `name`.
    pub fn device(&self, name: &str, role: DeviceRole) -> Option<&ServingDevice> {
        let home = self.homes.iter().find(|home| home.name == name)?;
        home.devices.iter().find(|device| device.role == role)
    }
}
