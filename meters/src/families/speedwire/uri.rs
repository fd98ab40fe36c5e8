//! URIs of SMA's energy meters: `speedwire://239.12.255.254?serial=1901234567`. The host is the group that they
//! multicast to, or this machine's own address where a meter was set to send to that.

use crate::{
    DeviceUri,
    uri::parts::{Parameters, host, port, timeout},
};
use std::{fmt, net::Ipv4Addr};
use url::Url;

/// Group that such meters multicast to.
pub const GROUP: Ipv4Addr = Ipv4Addr::new(239, 12, 255, 254);
/// UDP port of Speedwire where a URI names none.
pub const PORT: u16 = 9_522;

/// One of SMA's energy meters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SpeedwireDevice {
    /// Where it sends to: a multicast group, or an address of this machine.
    pub to: Ipv4Addr,
    /// UDP port.
    pub port: u16,
    /// Its serial number, as it is printed on it.
    pub serial: u32,
    /// This machine's address on the meter's network; without one, each of its networks.
    pub interface: Option<Ipv4Addr>,
    /// How long to wait for a datagram, ms; without one, 5 s.
    pub timeout_ms: Option<u32>,
}

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
        return Err("has a user name or a path; a meter is `speedwire://239.12.255.254?serial=…` alone".into());
    }
    let host = host(url)?;
    let to = host.parse().map_err(|_| format!("`{host}` is no IPv4 address; meters multicast to {GROUP}"))?;
    let serial = parameters.number("serial", 1, u32::MAX)?;
    let interface = parameters.take("interface").map(|text| {
        text.parse::<Ipv4Addr>().map_err(|_| format!("interface `{text}` is no IPv4 address of this machine"))
    });
    let device = SpeedwireDevice {
        to,
        port: port(url, PORT)?,
        serial: serial.ok_or("names no `serial=`; it is printed on the meter, and `discover mdns` finds it")?,
        interface: interface.transpose()?,
        timeout_ms: timeout(parameters)?,
    };
    Ok(device.into())
}

impl fmt::Display for SpeedwireDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "speedwire://{}", self.to)?;
        if self.port != PORT {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "?serial={}", self.serial)?;
        if let Some(interface) = self.interface {
            write!(f, "&interface={interface}")?;
        }
        self.timeout_ms.map_or(Ok(()), |timeout_ms| write!(f, "&timeout_ms={timeout_ms}"))
    }
}
