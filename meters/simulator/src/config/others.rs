//! How devices of a home are reached that are neither on Modbus nor at a broker: over HTTP, by telegrams, by datagrams.

use super::any_loopback_port;
use deren_meters::{
    families::speedwire::{GROUP, PORT},
    stream::Telegrams,
};
use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};
use std::net::{SocketAddr, SocketAddrV4};

/// A device that shows JSON documents over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// What it measures.
    pub role: DeviceRole,
    /// The template's name, such as `shelly-em-http`.
    pub template: String,
    /// Where it listens; port 0 takes any free one.
    #[serde(default = "any_loopback_port")]
    pub listen: SocketAddr,
}

impl HttpConfig {
    /// A device on any free port of this machine.
    pub fn new(role: DeviceRole, template: impl Into<String>) -> Self {
        Self { role, template: template.into(), listen: any_loopback_port() }
    }
}

/// A meter that pushes telegrams over TCP to whoever connects, as an adapter on a meter's port does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamConfig {
    /// What it measures.
    pub role: DeviceRole,
    /// What its telegrams are.
    pub telegrams: TelegramKind,
    /// Where it listens; port 0 takes any free one.
    #[serde(default = "any_loopback_port")]
    pub listen: SocketAddr,
    /// How often it pushes, in simulated seconds, 1 to 150.
    #[serde(default = "ten")]
    pub every_s: u16,
}

/// What telegrams are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TelegramKind {
    /// P1.
    P1,
    /// SML.
    Sml,
}

impl From<TelegramKind> for Telegrams {
    fn from(kind: TelegramKind) -> Self {
        match kind {
            TelegramKind::P1 => Self::P1,
            TelegramKind::Sml => Self::Sml,
        }
    }
}

impl StreamConfig {
    /// A meter that pushes every ten simulated seconds.
    pub const fn new(role: DeviceRole, telegrams: TelegramKind) -> Self {
        Self { role, telegrams, listen: any_loopback_port(), every_s: ten() }
    }
}

/// A meter that sends Speedwire datagrams, as SMA's energy meters do.
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
const fn ten() -> u16 {
    10
}
