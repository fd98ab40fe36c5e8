//! What a gateway takes of its machine: a real one with twenty meters on real Modbus TCP, registered, its readings
//! going to a real node.

use super::{
    LoadConfig,
    registration::{SITES_PER_OWNER, all, connect, owners},
    specification,
};
use crate::{
    Binaries, NeighbourhoodError, Result,
    chain::{Until, Wallet},
    gateway::{Gateway, first_key},
    node::Node,
    simulator::Simulator,
};
use codec::Encode;
use deren_primitives::DeviceRole;
use deren_runtime::RuntimeCall;
use deren_simulator::{
    config::{HomeConfig, MeterConfig, ModbusConfig, SimulatorConfig},
    serving::{Serving, ServingDevice},
};
use deren_testing::{next_free_port, unix_s};
use pallet_deren_registry::Call as Registry;
use serde::Serialize;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::{Duration, Instant},
};

/// Meters of the gateway, each the grid meter of a site.
const DEVICES: usize = SITES_PER_OWNER;
const SAMPLE_INTERVAL_S: u32 = 10;
/// The shortest slot of which six samples at this interval can be taken.
const SLOT_SECONDS: u32 = 6 * SAMPLE_INTERVAL_S;
const FIRST_READINGS: Duration = Duration::from_secs(5 * SLOT_SECONDS as u64);

/// What it takes.
#[derive(Clone, Debug, Serialize)]
pub struct Footprint {
    /// Size of the program.
    pub binary_bytes: u64,
    /// It holds no table of symbols.
    pub stripped: bool,
    /// Devices that it reads.
    pub devices: usize,
    /// How often it reads each.
    pub sample_interval_s: u32,
    /// For how long it was watched after its first readings were finalised.
    pub seconds: u32,
    /// The most memory that it ever held at once (`VmHWM`).
    pub peak_memory_bytes: u64,
    /// Of one core, while it was watched.
    pub cpu_percent: f64,
    /// What it had written to disk (`write_bytes`), for an hour.
    pub written_bytes_per_hour: u64,
    /// Readings of it on chain at the end.
    pub readings: u64,
}

/// Measures it on a fresh chain whose slots are as short as the interval allows.
pub(super) async fn measure(config: &LoadConfig, folder: &Path) -> Result<Footprint> {
    let watcher = config.watcher.as_ref();
    let binaries = Binaries::find()?;
    let times = [("slotSeconds", SLOT_SECONDS), ("slotEnergySeconds", SLOT_SECONDS)];
    let spec = specification(&binaries.node, folder, &times).await?;
    let mut node = Node::start_alone(&binaries.node, &spec.display().to_string(), folder, folder)?;
    let mut simulator = Simulator::start(&binaries, folder, folder.join("simulator.log"), meters()?)?;
    let serving = simulator.healthy(watcher).await?;
    node.reaches(1, watcher).await?;
    let node_url = format!("ws://127.0.0.1:{}", node.rpc_port());
    let configuration = |page_port| configuration(&serving, page_port, &node_url);
    let mut gateway = Gateway::configured(&binaries, folder, folder, "gateway", configuration)?;
    gateway.restart()?;
    gateway.healthy(watcher).await?;
    let rpc = node.rpc().clone();
    let wallet = Wallet::new(&rpc, Until::InBlock).await?;
    let devices = register(&wallet, &gateway, &serving, config).await?;

    let finalised = async || -> Result<u64> {
        let head = rpc.finalized().await?.hash;
        let cursors = rpc.cursors(&devices, head).await?;
        Ok(cursors.into_iter().flatten().map(|cursor| cursor.next_sequence).sum())
    };
    gateway
        .program
        .wait("a first reading of each meter", FIRST_READINGS, watcher)
        .until(async || match finalised().await {
            Ok(readings) if readings >= DEVICES as u64 => Ok(()),
            Ok(readings) => Err(format!("{readings} readings of {DEVICES} meters are finalised")),
            Err(error) => Err(error.to_string()),
        })
        .await?;

    let id = gateway.program.process().ok_or_else(|| unreadable("the gateway's process", "it does not run"))?.id();
    let (before, start) = (Usage::of(id)?, Instant::now());
    while start.elapsed().as_secs() < u64::from(config.gateway_seconds) {
        gateway.program.check("a gateway to be watched")?;
        watcher.waiting("a gateway's memory and work", start.elapsed());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (after, seconds) = (Usage::of(id)?, start.elapsed().as_secs_f64());
    let binary = fs::read(&binaries.gateway).map_err(NeighbourhoodError::file(&binaries.gateway))?;
    Ok(Footprint {
        binary_bytes: binary.len() as u64,
        stripped: !binary.windows(SYMBOLS.len()).any(|bytes| bytes == SYMBOLS),
        devices: DEVICES,
        sample_interval_s: SAMPLE_INTERVAL_S,
        seconds: config.gateway_seconds,
        peak_memory_bytes: after.peak_memory_bytes,
        cpu_percent: (after.cpu_s - before.cpu_s) / seconds * 100.0,
        written_bytes_per_hour: ((after.written_bytes - before.written_bytes) as f64 / seconds * 3600.0) as u64,
        readings: finalised().await?,
    })
}

/// The name of the section that stripping takes away.
const SYMBOLS: &[u8] = b"\0.symtab\0";

/// Homes with one Modbus meter each, in real time.
fn meters() -> Result<SimulatorConfig> {
    let parsed = |error| NeighbourhoodError::Configuration(error);
    let mut simulated = SimulatorConfig::new("2026-06-21".parse().map_err(parsed)?, "11:00".parse().map_err(parsed)?);
    simulated.speed = 1.0;
    for number in 0..DEVICES {
        let mut home = HomeConfig::new(format!("home-{number}"));
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, next_free_port()?));
        let meter = MeterConfig::new(DeviceRole::Grid, "eastron-sdm630");
        home.modbus.push(ModbusConfig { listen, meters: vec![meter], ..ModbusConfig::default() });
        simulated.homes.push(home);
    }
    Ok(simulated)
}

fn served(serving: &Serving) -> impl Iterator<Item = (String, &ServingDevice)> {
    let devices = serving.homes.iter().flat_map(|home| &home.devices);
    devices.enumerate().map(|(number, device)| (format!("meter-{number}"), device))
}

fn configuration(serving: &Serving, page_port: u16, node_url: &str) -> String {
    let interval_ms = SAMPLE_INTERVAL_S * 1000;
    let mut text = format!(
        "node_urls = [\"{node_url}\"]\npage_listen = \"127.0.0.1:{page_port}\"\nsample_interval_ms = {interval_ms}\n"
    );
    for (name, device) in served(serving) {
        let (uri, rated_power_w) = (&device.uri, device.rated_power_w);
        text.push_str(&format!(
            "\n[[device]]\nname = \"{name}\"\nuri = \"{uri}\"\nrole = \"grid\"\nrated_power_w = {rated_power_w}\n"
        ));
    }
    text
}

/// A site for each meter, all with this gateway. Returns the meters' pseudonyms.
async fn register(
    wallet: &Wallet<'_>,
    gateway: &Gateway,
    serving: &Serving,
    config: &LoadConfig,
) -> Result<Vec<deren_primitives::DeviceId>> {
    let points: Vec<H256> =
        (0..DEVICES).map(|number| blake2_256(&("footprint", number as u64).encode()).into()).collect();
    let owners = owners(points.len())?;
    let (_, sites) = connect(wallet, &owners, &points, config.watcher.as_ref()).await?;
    let owner = owners.first().ok_or_else(|| unreadable("the owner", "there is none"))?;
    let keys = gateway.keys().await?;
    let expires_unix_s = unix_s() + 3600;
    let mut devices = Vec::new();
    for ((name, served), site) in served(serving).zip(sites) {
        let key = keys.devices.iter().find(|key| key.name == name).and_then(|key| key.device);
        let device = key.ok_or_else(|| unreadable(&name, "it has not said who it is"))?;
        let code = gateway.link_code(&owner.id(), site, expires_unix_s).await?;
        let link = RuntimeCall::Registry(Registry::link_gateway {
            site,
            gateway: first_key(keys.gateway),
            expires_unix_s,
            code,
        });
        let register = RuntimeCall::Registry(Registry::register_device {
            site,
            device,
            role: DeviceRole::Grid,
            source: None,
            rated_power_w: served.rated_power_w,
            register_step_mwh: served.register_step_mwh,
            gateway: keys.gateway,
        });
        all(wallet, owner, "registering a meter", vec![link, register]).await?;
        devices.push(device);
    }
    Ok(devices)
}

/// What the kernel counts of a process (`man 5 proc`).
struct Usage {
    peak_memory_bytes: u64,
    cpu_s: f64,
    written_bytes: u64,
}

impl Usage {
    fn of(id: u32) -> Result<Self> {
        let folder = Path::new("/proc").join(id.to_string());
        let read = |name: &str| {
            let path = folder.join(name);
            fs::read_to_string(&path).map_err(NeighbourhoodError::file(&path))
        };
        let (status, io, stat) = (read("status")?, read("io")?, read("stat")?);
        let peak_kib = field(&status, "VmHWM:").ok_or_else(|| unreadable("VmHWM", &status))?;
        let written_bytes = field(&io, "write_bytes:").ok_or_else(|| unreadable("write_bytes", &io))?;
        // The program's name, in brackets, may hold anything; utime and stime are the 12th and 13th field after it.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u64 =
            after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
        let ticks_per_second = rustix::param::clock_ticks_per_second();
        Ok(Self { peak_memory_bytes: peak_kib * 1024, cpu_s: ticks as f64 / ticks_per_second as f64, written_bytes })
    }
}

/// The number after a name that begins a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

fn unreadable(what: &str, found: &str) -> NeighbourhoodError {
    NeighbourhoodError::Decode { what: what.to_owned(), reason: found.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_figures_of_a_process_are_read() {
        let usage = Usage::of(std::process::id()).expect("we run");
        assert!(usage.peak_memory_bytes > 100_000, "{}", usage.peak_memory_bytes);
        assert!(usage.cpu_s >= 0.0);
    }

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let io = "rchar: 1\nwrite_bytes: 42\ncancelled_write_bytes: 7\n";
        assert_eq!(field(io, "write_bytes:"), Some(42));
        assert_eq!(field(io, "nothing:"), None);
    }

    #[test]
    fn a_gateway_of_many_meters_is_configured() {
        let device = |port: u16| ServingDevice {
            uri: format!("modbus+tcp://127.0.0.1:{port}?template=eastron-sdm630&unit=1").parse().expect("a URI"),
            role: DeviceRole::Grid,
            serial: port.to_string(),
            rated_power_w: 11_000,
            register_step_mwh: 1_000,
        };
        let home =
            |port| deren_simulator::serving::ServingHome { name: format!("home-{port}"), devices: vec![device(port)] };
        let serving =
            Serving { start_unix_s: 0, t0_unix_ms: 0, speed_permille: 1000, homes: (1..=3).map(home).collect() };
        let table: toml::Table = configuration(&serving, 1, "ws://127.0.0.1:2").parse().expect("TOML");
        let devices = table["device"].as_array().expect("devices");
        let names: std::collections::BTreeSet<_> = devices.iter().map(|device| device["name"].as_str()).collect();
        assert_eq!((devices.len(), names.len()), (3, 3));
    }
}
