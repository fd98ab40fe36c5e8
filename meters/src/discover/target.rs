//! Where to look for devices: a host, a host and port, or a subnet. Never beyond private and loopback ranges.

use crate::{MeterError, uri::Wire};
use ipnet::IpNet;
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};
use tokio::net::lookup_host;

/// Most addresses of one search (a /22).
pub const MAX_HOSTS: usize = 1_024;
/// Ports that are tried where the target names none: Modbus TCP, and SolarEdge's.
pub const USUAL_PORTS: [u16; 2] = [502, 1_502];

/// Where to look for devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// One host by name or address, at one port or the usual ones.
    Host {
        /// Name or address, without brackets.
        host: String,
        /// The port, if one was named.
        port: Option<u16>,
    },
    /// Every address of a subnet, at the usual ports.
    Subnet(IpNet),
}

impl FromStr for Target {
    type Err = MeterError;

    fn from_str(text: &str) -> Result<Self, MeterError> {
        let refuse = |reason: String| MeterError::Target { text: text.chars().take(256).collect(), reason };
        let target = parse(text)
            .ok_or_else(|| refuse("is not a host, a host:port or a subnet such as 192.168.1.0/24".into()))?;
        match &target {
            Self::Subnet(subnet) => {
                if !is_private(subnet.network()) || !is_private(subnet.broadcast()) {
                    return Err(refuse(
                        "is not within a private or loopback range; search your own network only".into(),
                    ));
                }
                let hosts = subnet.hosts().take(MAX_HOSTS + 1).count();
                if hosts > MAX_HOSTS {
                    return Err(refuse(format!(
                        "has more than {MAX_HOSTS} addresses; search a part of it, such as a /22"
                    )));
                }
            }
            Self::Host { host, .. } => {
                if host.parse().is_ok_and(|address| !is_private(address)) {
                    return Err(refuse("is not a private or loopback address; search your own network only".into()));
                }
            }
        }
        Ok(target)
    }
}

fn parse(text: &str) -> Option<Target> {
    if text.is_empty() || text.len() > 256 {
        return None;
    }
    if text.contains('/') {
        return text.parse().ok().map(Target::Subnet);
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return (address.port() != 0)
            .then(|| Target::Host { host: address.ip().to_string(), port: Some(address.port()) });
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Target::Host { host: address.to_string(), port: None });
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok().filter(|port| *port != 0)?)),
        None => (text, None),
    };
    let is_name = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    // A name of digits and dots would be a misspelt address.
    (is_name && !host.chars().all(|c| c.is_ascii_digit() || c == '.')).then(|| Target::Host { host: host.into(), port })
}

impl Target {
    /// Every host and port of the target. A name is looked up, and stays the name.
    pub(super) async fn places(&self) -> Result<Vec<Wire>, MeterError> {
        let wires = |host: &str, port: Option<u16>| -> Vec<Wire> {
            let ports = port.map_or(USUAL_PORTS.to_vec(), |port| vec![port]);
            ports.into_iter().map(|port| Wire::Tcp { host: host.into(), port }).collect()
        };
        match self {
            Self::Subnet(subnet) => {
                Ok(subnet.hosts().take(MAX_HOSTS).flat_map(|host| wires(&host.to_string(), None)).collect())
            }
            Self::Host { host, port } => {
                let refuse = |reason: String| MeterError::Target { text: self.to_string(), reason };
                let found = lookup_host((host.as_str(), port.unwrap_or_default())).await;
                let addresses: Vec<SocketAddr> = found.map_err(|error| refuse(error.to_string()))?.collect();
                if addresses.is_empty() {
                    return Err(refuse("has no address".into()));
                }
                if let Some(public) = addresses.iter().find(|address| !is_private(address.ip())) {
                    return Err(refuse(format!(
                        "is at {}, which is not private; search your own network",
                        public.ip()
                    )));
                }
                Ok(wires(host, *port))
            }
        }
    }
}

/// True for addresses that belong to a home or a machine: private, link-local, unique local and loopback.
#[must_use]
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_private(IpAddr::V4(mapped)),
            None => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
        },
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subnet(subnet) => subnet.fmt(f),
            Self::Host { host, port: None } => f.write_str(host),
            Self::Host { host, port: Some(port) } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Host { host, port: Some(port) } => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_hosts_ports_and_subnets() {
        for text in ["192.168.1.7", "10.0.0.5:1502", "inverter.local", "inverter:502", "[::1]:502", "127.0.0.0/28"] {
            assert_eq!(text.parse::<Target>().expect(text).to_string(), text);
        }
        assert_eq!("[::1]".parse(), Ok(Target::Host { host: "::1".into(), port: None }));
    }

    #[test]
    fn refuses_what_is_public_too_large_or_nonsense() {
        for (text, reason) in [
            ("8.8.8.8", "private"),
            ("8.8.8.0/24", "private"),
            ("192.168.0.0/15", "private"),
            ("10.0.0.0/8", "more than 1024"),
            ("::ffff:8.8.8.8", "private"),
            ("fd00::/64", "more than 1024"),
            ("", "is not a host"),
            ("host:0", "is not a host"),
            ("host:99999", "is not a host"),
            ("10.0.0", "is not a host"),
            ("10.0.0.0/33", "is not a host"),
            ("a b", "is not a host"),
        ] {
            let error = text.parse::<Target>().expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
