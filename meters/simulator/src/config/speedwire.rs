//! Devices of a home that send Speedwire datagrams, as SMA's energy meters do.

use deren_meters::families::speedwire::{GROUP, PORT};
use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};
use std::net::SocketAddrV4;

/// A meter that sends Speedwire datagrams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeedwireConfig {
    /// What it measures.
    pub role: DeviceRole,
    /// Where it sends to: SMA's multicast group, or a private or loopback address.
    #[serde(default = "usual_group")]
    pub to: SocketAddrV4,
    /// How often it sends, in simulated seconds, 1 to 60.
    #[serde(default = "one")]
    pub every_s: u16,
}

impl SpeedwireConfig {
    /// A meter that sends to SMA's multicast group each simulated second.
    pub const fn new(role: DeviceRole) -> Self {
        Self { role, to: usual_group(), every_s: one() }
    }
}

const fn usual_group() -> SocketAddrV4 {
    SocketAddrV4::new(GROUP, PORT)
}
const fn one() -> u16 {
    1
}
