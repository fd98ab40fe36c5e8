//! Devices of a home that push telegrams to whoever connects, as an adapter on a meter's port does.

use deren_meters::stream::Telegrams;
use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddr};

/// A meter that pushes telegrams over TCP.
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

const fn any_loopback_port() -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}
const fn ten() -> u16 {
    10
}
