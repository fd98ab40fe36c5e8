//! What this machine is connected to: its private networks and its serial ports. It only looks at this machine.

use super::is_private;
use crate::MeterError;
use ipnet::Ipv4Net;
use std::{
    collections::BTreeSet,
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
};

/// Most networks that are searched.
const MAX_NETWORKS: usize = 4;
/// Most of a network that is searched: what is around this machine's own address.
const LARGEST: u8 = 24;
/// Most serial ports that are searched.
const MAX_PORTS: usize = 16;
/// How the serial ports of adapters, modems and single-board computers are named.
const PORT_NAMES: [&str; 3] = ["ttyUSB", "ttyACM", "ttyAMA"];

/// This machine's own IPv4 addresses with their networks. Those that are loopback or not private are left out.
///
/// # Errors
/// [`MeterError::Target`] if the system does not tell.
pub(super) fn addresses() -> Result<Vec<Ipv4Net>, MeterError> {
    let interfaces = if_addrs::get_if_addrs().map_err(|error| MeterError::Target {
        text: "local".into(),
        reason: format!("this machine does not tell its addresses: {error}"),
    })?;
    let address = |interface: &if_addrs::Interface| match &interface.addr {
        if_addrs::IfAddr::V4(v4) => Ipv4Net::new(v4.ip, v4.prefixlen).ok(),
        if_addrs::IfAddr::V6(_) => None,
    };
    Ok(interfaces.iter().filter_map(address).filter(|net| is_of_a_home(net.addr())).collect())
}

fn is_of_a_home(address: Ipv4Addr) -> bool {
    is_private(IpAddr::V4(address)) && !address.is_loopback() && !address.is_link_local()
}

/// The networks around these addresses, each at most a /24, none twice.
pub(super) fn networks(addresses: &[Ipv4Net]) -> Vec<Ipv4Net> {
    let around = |net: &Ipv4Net| Ipv4Net::new(net.addr(), net.prefix_len().max(LARGEST)).ok().map(|net| net.trunc());
    let networks: BTreeSet<Ipv4Net> = addresses.iter().filter_map(around).collect();
    networks.into_iter().take(MAX_NETWORKS).collect()
}

/// The serial ports below that folder (`/dev`), each once. A port is called by the name that stays when it is plugged
/// in again, where there is one.
pub(super) fn serial_ports(dev: &Path) -> Vec<String> {
    let entries = |folder: &Path| -> BTreeSet<PathBuf> {
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
    };
    let is_port = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        PORT_NAMES.iter().any(|start| name.starts_with(start))
    };
    let lasting = entries(&dev.join("serial/by-id"));
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    lasting
        .into_iter()
        .chain(entries(dev).into_iter().filter(is_port))
        .filter(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())))
        .filter_map(|path| path.to_str().map(str::to_owned))
        .take(MAX_PORTS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn nets(texts: &[&str]) -> Vec<Ipv4Net> {
        texts.iter().map(|text| text.parse().expect(text)).collect()
    }

    #[test]
    fn a_large_network_is_searched_around_our_own_address_only() {
        let ours = nets(&["10.1.2.3/8", "192.168.1.20/24", "192.168.1.21/24", "172.16.5.9/29"]);
        assert_eq!(networks(&ours), nets(&["10.1.2.0/24", "172.16.5.8/29", "192.168.1.0/24"]));
        let many: Vec<String> = (0..20).map(|net| format!("10.0.{net}.1/16")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(networks(&nets(&many)).len(), MAX_NETWORKS);
    }

    #[test]
    fn only_networks_of_homes_are_searched() {
        for (address, ok) in [
            ([192, 168, 1, 2], true),
            ([10, 0, 0, 1], true),
            ([127, 0, 0, 1], false),
            ([169, 254, 1, 1], false),
            ([100, 64, 0, 1], false),
            ([8, 8, 8, 8], false),
        ] {
            assert_eq!(is_of_a_home(address.into()), ok, "{address:?}");
        }
        assert!(addresses().expect("told").iter().all(|net| is_of_a_home(net.addr())));
    }

    #[test]
    fn a_serial_port_is_named_once_by_the_name_that_lasts() {
        let dev = tempfile::tempdir().expect("a folder");
        let by_id = dev.path().join("serial/by-id");
        fs::create_dir_all(&by_id).expect("made");
        for name in ["ttyUSB0", "ttyUSB1", "ttyACM0", "ttyAMA0", "ttyS0", "tty1", "null"] {
            fs::write(dev.path().join(name), "").expect("made");
        }
        symlink("../../ttyUSB1", by_id.join("usb-FTDI_RS485-if00-port0")).expect("linked");
        let names: Vec<String> = serial_ports(dev.path())
            .iter()
            .map(|path| path.strip_prefix(dev.path().to_str().expect("text")).expect("below").to_owned())
            .collect();
        assert_eq!(names, ["/serial/by-id/usb-FTDI_RS485-if00-port0", "/ttyACM0", "/ttyAMA0", "/ttyUSB0"]);
        assert!(serial_ports(&dev.path().join("not-there")).is_empty());
    }
}
