//! Devices of a home that show JSON documents over HTTP.

use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

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

const fn any_loopback_port() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0)
}
