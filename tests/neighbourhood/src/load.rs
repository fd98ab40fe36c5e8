//! How much one node takes: many devices, each reading signed and checked, as fast as it goes. It also measures how
//! long after a slot's end it is settled and finalised. Besides, it measures what a gateway takes of the small machine
//! that it runs on.
//!
//! The load's devices exist only here, but their keys, signatures, registration and readings are what real ones have.

mod fleet;
mod footprint;
pub mod homes;
mod latency;
mod registration;
mod throughput;

use crate::{
    NeighbourhoodError, Result, Watcher, binaries,
    chain::{Until, Wallet},
    node::Node,
    script::json_of,
};
use fleet::Fleet;
use serde::Serialize;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

/// More than a node takes to write down what its chain begins with.
const EXPORT_DEADLINE: Duration = Duration::from_secs(120);
/// Devices that read one site: its grid meter and its inverter.
const DEVICES_PER_GATEWAY: usize = 2;
/// The fewest devices with which a figure says anything, and the most that one machine can register in time.
const DEVICES: std::ops::RangeInclusive<usize> = 20..=20_000;

/// What to measure.
#[derive(Clone)]
pub struct LoadConfig {
    /// How many devices, two for each gateway.
    pub devices: usize,
    /// How many readings each device has to bring to the chain in the throughput run.
    pub backlog: u32,
    /// How many slots are timed in the latency run.
    pub slots: u32,
    /// How long a gateway is watched, in seconds.
    pub gateway_seconds: u32,
    /// Is told what is being waited for.
    pub watcher: Arc<dyn Watcher>,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct LoadReport {
    /// Devices registered.
    pub devices: usize,
    /// Gateways that sign for them, each with a key of its own.
    pub gateways: usize,
    /// As fast as it goes, in batches of 64 readings.
    pub throughput: throughput::Throughput,
    /// Each slot as it comes, in batches of one reading a device.
    pub latency: latency::Latency,
    /// A real gateway on simulated meters.
    pub gateway: footprint::Footprint,
}

/// Measures both, each with a fresh chain.
pub async fn run(config: LoadConfig) -> Result<LoadReport> {
    if !DEVICES.contains(&config.devices) || !config.devices.is_multiple_of(DEVICES_PER_GATEWAY) || config.slots == 0 {
        return Err(NeighbourhoodError::Configuration(format!(
            "the bench takes an even number of devices from {} to {}, and at least one slot",
            DEVICES.start(),
            DEVICES.end()
        )));
    }
    let program = binaries::ours("deren-node")?;
    let folder = tempfile::tempdir().map_err(NeighbourhoodError::file(std::env::temp_dir()))?;
    let throughput = throughput::measure(&config, &program, &made(&folder.path().join("throughput"))?).await?;
    let what = format!("{} readings, {:.0} a second", throughput.readings, throughput.readings_per_second);
    config.watcher.done(&what, Duration::from_secs_f64(throughput.seconds));
    let latency = latency::measure(&config, &program, &made(&folder.path().join("latency"))?).await?;
    let gateway = footprint::measure(&config, &made(&folder.path().join("gateway"))?).await?;
    let gateways = config.devices / DEVICES_PER_GATEWAY;
    Ok(LoadReport { devices: config.devices, gateways, throughput, latency, gateway })
}

/// A chain with a registered fleet.
struct Ready {
    node: Node,
    fleet: Fleet,
    market: deren_primitives::MarketId,
}

impl Ready {
    /// Starts a node of this chain and registers a fleet on it.
    async fn start(config: &LoadConfig, program: &Path, chain: &str, folder: &Path) -> Result<Self> {
        let watcher = config.watcher.as_ref();
        let mut node = Node::start_alone(program, chain, folder, folder)?;
        node.reaches(1, watcher).await?;
        let rpc = node.rpc().clone();
        let wallet = Wallet::new(&rpc, Until::InBlock).await?;
        let mut fleet = Fleet::new(config.devices / DEVICES_PER_GATEWAY, wallet.genesis());
        let market = registration::register(&wallet, &mut fleet, watcher).await?;
        Ok(Self { node, fleet, market })
    }
}

/// The development preset with other times, as a file in `folder`.
async fn specification(program: &Path, folder: &Path, times: &[(&str, u32)]) -> Result<PathBuf> {
    let what = "deren-node export-chain-spec";
    let fail = |reason: String| NeighbourhoodError::Command { what: what.into(), reason };
    let mut export = Command::new(program);
    export.args(["export-chain-spec", "--chain=dev"]);
    let mut spec: serde_json::Value = json_of(export, what, "", EXPORT_DEADLINE).await?;
    let metering = spec
        .pointer_mut("/genesis/runtimeGenesis/patch/metering")
        .and_then(serde_json::Value::as_object_mut)
        .ok_or_else(|| fail("the specification has no times to change".into()))?;
    for (name, seconds) in times {
        metering.insert((*name).to_owned(), json!(seconds));
    }
    let path = folder.join("other-times.json");
    std::fs::write(&path, spec.to_string()).map_err(NeighbourhoodError::file(&path))?;
    Ok(path)
}

fn made(folder: &Path) -> Result<std::path::PathBuf> {
    std::fs::create_dir_all(folder).map_err(NeighbourhoodError::file(folder))?;
    Ok(folder.to_owned())
}
