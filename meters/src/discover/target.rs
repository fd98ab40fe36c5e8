//! Where to look for devices: a host, a subnet, all of this machine's own networks, its serial ports, a broker, or what
//! announces itself. Never beyond private and loopback ranges.

use super::{is_private, local, place::Place};
use crate::{
    Library, MeterError,
    families::{FAMILIES, Family},
    uri::{
        broker::{self, Broker, MQTT_PORT},
        parts::without_password,
    },
    wire::{Wire, escaped},
};
use ipnet::{IpNet, Ipv4Net};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::Path,
    str::FromStr,
};
use tokio::net::lookup_host;

/// Most addresses of one search (a /22).
pub const MAX_HOSTS: usize = 1_024;
/// Where the system has its serial ports.
const DEVICES: &str = "/dev";

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
    /// A web server, at one port or the usual one: `http://192.168.1.7`.
    Web {
        /// Name or address, without brackets.
        host: String,
        /// The port, if one was named.
        port: Option<u16>,
    },
    /// Every address of a subnet, at the usual ports.
    Subnet(IpNet),
    /// The private networks that this machine is in, of each at most the /24 around its own address: `local`.
    LocalNetworks,
    /// A serial port such as `/dev/ttyUSB0`; without one, all that there are: `serial`.
    Serial(Option<String>),
    /// What announces itself by multicast DNS on the interface with that address, `mdns:192.168.1.2`; without one, on
    /// each interface with a private address: `mdns`.
    Announced(Option<Ipv4Addr>),
    /// What publishes to a broker: `mqtt://[user@]host[:port][?password_file=…]`.
    Broker(Broker),
    /// What publishes to any broker of this machine or of the networks that it is in, as far as it asks for no
    /// password: `brokers`.
    LocalBrokers,
}

/// Everything that this machine can look at by itself: the private networks that it is in, its serial ports, what
/// announces itself, and brokers. It looks at this machine only.
///
/// # Errors
/// [`MeterError::Target`] if the system does not tell its addresses.
pub fn nearby() -> Result<Vec<Target>, MeterError> {
    let networks = local::networks(&local::addresses()?);
    let announced = (!networks.is_empty()).then_some(Target::Announced(None));
    let ports = local::serial_ports(Path::new(DEVICES)).into_iter().map(|path| Target::Serial(Some(path)));
    let networks = networks.into_iter().map(|network| Target::Subnet(IpNet::V4(network)));
    Ok(networks.chain(ports).chain(announced).chain([Target::LocalBrokers]).collect())
}

impl FromStr for Target {
    type Err = MeterError;

    fn from_str(text: &str) -> Result<Self, MeterError> {
        let shown = || without_password(text).chars().take(256).collect();
        let refuse = |reason: String| MeterError::Target { text: shown(), reason };
        if text.starts_with("mqtt://") {
            return private_broker(text).map_err(refuse);
        }
        let target = parse(text)
            .ok_or_else(|| refuse("is not a host, a host:port, a subnet such as 192.168.1.0/24, `local`, `serial`, a port such as /dev/ttyUSB0, `mdns`, `brokers`, http://host or mqtt://broker".into()))?;
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
            Self::Host { host, .. } | Self::Web { host, .. }
                if host.parse().is_ok_and(|address| !is_private(address)) =>
            {
                return Err(refuse(NOT_PRIVATE.into()));
            }
            Self::Announced(Some(address)) if !is_private(IpAddr::V4(*address)) => {
                return Err(refuse(NOT_PRIVATE.into()));
            }
            _ => {}
        }
        Ok(target)
    }
}

const NOT_PRIVATE: &str = "is not a private or loopback address; search your own network only";

fn private_broker(text: &str) -> Result<Target, String> {
    let broker = broker::broker(text)?;
    if broker.host.parse().is_ok_and(|address| !is_private(address)) {
        return Err(NOT_PRIVATE.into());
    }
    Ok(Target::Broker(broker))
}

fn parse(text: &str) -> Option<Target> {
    if text.is_empty() || text.len() > 256 {
        return None;
    }
    match text {
        "local" => return Some(Target::LocalNetworks),
        "serial" => return Some(Target::Serial(None)),
        "mdns" => return Some(Target::Announced(None)),
        "brokers" => return Some(Target::LocalBrokers),
        _ => {}
    }
    if let Some(server) = text.strip_prefix("http://") {
        return match parse(server) {
            Some(Target::Host { host, port }) => Some(Target::Web { host, port }),
            _ => None,
        };
    }
    if let Some(address) = text.strip_prefix("mdns:") {
        return address.parse().ok().map(|address| Target::Announced(Some(address)));
    }
    if text.starts_with("/dev/") {
        let is_path = !text.chars().any(char::is_control) && !text.contains("..");
        return is_path.then(|| Target::Serial(Some(text.into())));
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
    /// True if it is so narrow that nobody being there is worth telling.
    pub(super) fn names_one_place(&self) -> bool {
        matches!(
            self,
            Self::Host { port: Some(_), .. }
                | Self::Web { .. }
                | Self::Serial(Some(_))
                | Self::Announced(Some(_))
                | Self::Broker(_)
        )
    }

    /// Every place of the target, at the families' usual ports where it names none. A name is looked up, and stays the
    /// name.
    pub(super) async fn places(&self, library: &Library) -> Result<Vec<Place>, MeterError> {
        let ports = &ports(library);
        match self {
            Self::Subnet(subnet) => Ok(hosts([*subnet], ports)),
            Self::LocalNetworks => Ok(hosts(local::networks(&local::addresses()?).into_iter().map(IpNet::V4), ports)),
            Self::Serial(Some(path)) => Ok(vec![Place::Line(path.clone())]),
            Self::Serial(None) => Ok(local::serial_ports(Path::new(DEVICES)).into_iter().map(Place::Line).collect()),
            Self::Announced(Some(address)) => Ok(vec![Place::Announced(*address)]),
            Self::Announced(None) => Ok(local::addresses()?.iter().map(|net| Place::Announced(net.addr())).collect()),
            Self::Broker(broker) => {
                self.check_private(&broker.host, broker.port).await?;
                Ok(vec![Place::Broker(broker.clone())])
            }
            Self::LocalBrokers => Ok(brokers(&local::addresses()?)),
            Self::Host { host, port } => {
                self.check_private(host, port.unwrap_or_default()).await?;
                Ok(wires(host, *port, ports).collect())
            }
            Self::Web { host, port } => {
                self.check_private(host, port.unwrap_or_default()).await?;
                let families = FAMILIES.iter().filter_map(|family| Some((family.probe.web_port()?, family)));
                let at = |usual: u16| Wire::Tcp { host: host.clone(), port: port.unwrap_or(usual) };
                Ok(families.map(|(usual, family)| Place::Host(at(usual), family)).collect())
            }
        }
    }

    /// Refuses a name that means an address elsewhere, or none.
    async fn check_private(&self, host: &str, port: u16) -> Result<(), MeterError> {
        let refuse = |reason: String| MeterError::Target { text: self.to_string(), reason };
        let found = lookup_host((host, port)).await.map_err(|error| refuse(error.to_string()))?;
        let addresses: Vec<SocketAddr> = found.collect();
        if addresses.is_empty() {
            return Err(refuse("has no address".into()));
        }
        match addresses.iter().find(|address| !is_private(address.ip())) {
            Some(public) => {
                Err(refuse(format!("is at {}, which is not private; search your own network", public.ip())))
            }
            None => Ok(()),
        }
    }
}

/// A TCP port, and a family whose devices may listen on it.
type Port = (u16, &'static Family);

/// The ports that are tried where the target names none.
fn ports(library: &Library) -> Vec<Port> {
    let of = |family: &'static Family| family.probe.ports(library).into_iter().map(move |port| (port, family));
    FAMILIES.iter().flat_map(of).collect()
}

/// A host at that port, or at the usual ones. A port that is nobody's is asked by those who may listen on any.
fn wires(host: &str, port: Option<u16>, usual: &[Port]) -> impl Iterator<Item = Place> {
    let ports: Vec<Port> = match port {
        None => usual.to_vec(),
        Some(port) => {
            let of_it: Vec<Port> = usual.iter().filter(|(usual, _)| *usual == port).copied().collect();
            let others = || FAMILIES.iter().filter(|family| family.probe.takes_any_port()).map(|family| (port, family));
            if of_it.is_empty() { others().collect() } else { of_it }
        }
    };
    ports.into_iter().map(move |(port, family)| Place::Host(Wire::Tcp { host: host.into(), port }, family))
}

/// Every host of these networks, at the usual ports.
fn hosts(networks: impl IntoIterator<Item = IpNet>, usual: &[Port]) -> Vec<Place> {
    let hosts = networks.into_iter().flat_map(|network| network.hosts()).take(MAX_HOSTS);
    hosts.flat_map(|host| wires(&host.to_string(), None, usual).collect::<Vec<_>>()).collect()
}

/// Every host that may have a broker, this machine first and once.
fn brokers(own: &[Ipv4Net]) -> Vec<Place> {
    let is_own = |host: &Ipv4Addr| own.iter().any(|net| net.addr() == *host);
    let hosts = local::networks(own).into_iter().flat_map(|network| network.hosts()).filter(|host| !is_own(host));
    let at = |host: Ipv4Addr| Broker { host: host.to_string(), port: MQTT_PORT, user: None, password_file: None };
    [Ipv4Addr::LOCALHOST].into_iter().chain(hosts).take(MAX_HOSTS).map(|host| Place::PerhapsBroker(at(host))).collect()
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subnet(subnet) => subnet.fmt(f),
            Self::LocalNetworks => f.write_str("local"),
            Self::Serial(None) => f.write_str("serial"),
            Self::Serial(Some(path)) => f.write_str(path),
            Self::Announced(None) => f.write_str("mdns"),
            Self::LocalBrokers => f.write_str("brokers"),
            Self::Announced(Some(address)) => write!(f, "mdns:{address}"),
            Self::Broker(broker) => {
                write!(f, "mqtt://{broker}")?;
                match &broker.password_file {
                    Some(file) => write!(f, "?password_file={}", escaped(&file.to_string_lossy())),
                    None => Ok(()),
                }
            }
            Self::Host { host, port } => write_place(f, host, *port),
            Self::Web { host, port } => {
                f.write_str("http://")?;
                write_place(f, host, *port)
            }
        }
    }
}

fn write_place(f: &mut fmt::Formatter<'_>, host: &str, port: Option<u16>) -> fmt::Result {
    match port {
        None => f.write_str(host),
        Some(port) if host.contains(':') => write!(f, "[{host}]:{port}"),
        Some(port) => write!(f, "{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_hosts_ports_and_subnets() {
        let hosts = ["192.168.1.7", "10.0.0.5:1502", "inverter.local", "inverter:502", "[::1]:502", "127.0.0.0/28"];
        let others = ["local", "serial", "/dev/ttyUSB0", "/dev/serial/by-id/usb-FTDI-if00-port0", "mdns", "brokers"];
        let more =
            ["mdns:192.168.1.2", "mqtt://broker", "mqtt://me@10.0.0.2:18830?password_file=/etc/deren/mqtt%20key"];
        let web = ["http://192.168.1.7", "http://shelly.local:8080", "http://[::1]:80", "http://::1"];
        for text in hosts.into_iter().chain(others).chain(more).chain(web) {
            assert_eq!(text.parse::<Target>().expect(text).to_string(), text);
        }
        assert_eq!("[::1]".parse(), Ok(Target::Host { host: "::1".into(), port: None }));
    }

    #[test]
    fn brokers_are_looked_for_on_this_machine_and_its_neighbours_each_once() {
        let own: Vec<Ipv4Net> = ["10.1.2.3/29", "10.1.2.4/29"].iter().map(|net| net.parse().expect(net)).collect();
        let hosts: Vec<String> = brokers(&own)
            .into_iter()
            .map(|place| match place {
                Place::PerhapsBroker(broker) => broker.to_string(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(hosts, ["127.0.0.1", "10.1.2.1", "10.1.2.2", "10.1.2.5", "10.1.2.6"]);
        assert_eq!(brokers(&[]).len(), 1);
    }

    #[test]
    fn what_is_nearby_can_be_typed_too_and_is_private() {
        for target in nearby().expect("told") {
            assert_eq!(target.to_string().parse(), Ok(target));
        }
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
            ("/dev/../etc/passwd", "is not a host"),
            ("mdns:8.8.8.8", "private"),
            ("mdns:lan", "is not a host"),
            ("mqtt://8.8.8.8", "private"),
            ("http://8.8.8.8:80", "private"),
            ("http://192.168.1.7/status", "is not a host"),
            ("http://192.168.1.0/24", "is not a host"),
            ("http://http://router", "is not a host"),
            ("http://me:secret@router", "is not a host"),
            ("mqtt://broker/topic", "has a topic"),
            ("mqtt://me:secret@broker", "password_file"),
            ("mqtt://broker?template=x", "unknown"),
        ] {
            let error = text.parse::<Target>().expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
