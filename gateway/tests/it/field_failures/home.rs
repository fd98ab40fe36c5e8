//! A home whose device goes wrong when a test says so, and the real gateway that reads it.

use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Configured, Running, finals},
};
use deren_gateway::clock::unix_ms;
use deren_gateway::outbox::Reading;
use deren_primitives::{DeviceId, DeviceRole, GatewayId};
use deren_simulator::{
    Simulator, SimulatorConfig,
    config::{HomeConfig, MeterConfig, ModbusConfig, PvConfig, SunSpecConfig, SunSpecDevice},
    faults::Fault,
};
use deren_testing::free_port;
use serde_json::Value;
use std::{net::SocketAddr, time::Duration};

/// Number of simulated seconds that pass in a real one; a slot of a second stands for as many.
pub const SPEED: u32 = 75;

/// A chain whose slots stand for the simulated time.
pub fn chain() -> Chain {
    let mut chain = Chain::new(1, 1);
    chain.parameters.slot_energy_seconds = SPEED;
    chain
}

/// A home at noon behind one address, whose device can be given other faults while it runs: its cable is pulled for
/// that.
pub struct Site {
    pub address: SocketAddr,
    pub t0_unix_ms: u64,
    pub speed: f64,
    pub clients: u8,
    pub simulator: Option<Simulator>,
    /// Its only device: a SunSpec inverter, or a grid meter by this template.
    template: Option<&'static str>,
}

impl Site {
    pub async fn start(template: Option<&'static str>, faults: Vec<Fault>) -> Self {
        let address = ([127, 0, 0, 1], free_port()).into();
        let mut site =
            Self { address, t0_unix_ms: unix_ms(), speed: f64::from(SPEED), clients: 8, simulator: None, template };
        site.have(faults).await;
        site
    }

    /// From now on it has these faults.
    pub async fn have(&mut self, faults: Vec<Fault>) {
        self.simulator = None;
        let mut server = ModbusConfig { listen: self.address, clients: self.clients, ..ModbusConfig::default() };
        match self.template {
            None => {
                let inverter =
                    SunSpecDevice { faults, ..SunSpecDevice::new(DeviceRole::Production, 103.try_into().unwrap()) };
                server.sunspec.push(SunSpecConfig::new(vec![inverter]));
            }
            Some(template) => {
                server.meters.push(MeterConfig { faults, ..MeterConfig::new(DeviceRole::Grid, template) })
            }
        }
        let mut config = SimulatorConfig::new("2026-06-21".parse().unwrap(), "10:00".parse().unwrap());
        (config.speed, config.cloudiness, config.t0_unix_ms) = (self.speed, 0.0, Some(self.t0_unix_ms));
        config.homes.push(HomeConfig { pv: Some(PvConfig::new(6.4)), modbus: vec![server], ..HomeConfig::new("home") });
        // The port was left a moment ago.
        for _ in 0..200 {
            match Simulator::start(&config).await {
                Ok(simulator) => {
                    self.simulator = Some(simulator);
                    return;
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("the simulator does not start");
    }

    /// Simulated seconds since the start.
    pub fn elapsed_s(&self) -> u64 {
        ((unix_ms() - self.t0_unix_ms) as f64 / 1000.0 * self.speed) as u64
    }

    /// What its device has truly counted.
    pub async fn truth(&self) -> deren_simulator::device::Registers {
        let device = self.simulator.as_ref().unwrap().device(0, 0).unwrap();
        device.registers(&device.home().now().await)
    }

    fn uri(&self) -> String {
        match self.template {
            None => format!("sunspec+tcp://{}?unit=1&model=103", self.address),
            Some(template) => format!("modbus+tcp://{}?unit=1&template={template}", self.address),
        }
    }
}

/// The real program, and the chain that it reports to.
pub struct Home {
    pub node: FakeNode,
    pub gateway: GatewayId,
    pub device: DeviceId,
    configured: Configured,
    _folder: tempfile::TempDir,
    _running: Running,
}

impl Home {
    /// A gateway that runs and whose device is registered and has readings that are final.
    pub async fn with(site: &Site) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let node = FakeNode::start(chain()).await;
        let (role, rated_w) = if site.template.is_none() { ("production", 6_400) } else { ("grid", 22_000) };
        let device =
            format!("name = \"device\"\nuri = \"{}\"\nrole = \"{role}\"\nrated_power_w = {rated_w}\n", site.uri());
        let configured = Configured::for_device(folder.path(), &node, "reset_confirmations = 3", &device);
        let (gateway, device) = configured.register(&node, configured.command(&["keys"])).await;
        let running = Running::start(configured.command(&["run"]));
        let home = Self { node, gateway, device, configured, _folder: folder, _running: running };
        home.more_readings(3).await;
        home
    }

    /// Waits for so many readings more to become final.
    pub async fn more_readings(&self, count: usize) {
        let goal = self.node.chain().final_readings().len() + count;
        finals(&self.node, goal).await;
    }

    /// Waits until the running gateway says something; blocks are made meanwhile.
    pub async fn until(&self, what: &str, says: impl Fn(&Value) -> bool) -> Value {
        self.configured.until(&self.node, what, says).await
    }

    pub async fn status(&self) -> Value {
        self.until("it answers", |_| true).await
    }

    pub fn readings(&self, device: DeviceId) -> Vec<Reading> {
        self.node.chain().final_readings().into_iter().filter(|reading| reading.device == device).collect()
    }
}

pub fn troubles(status: &Value) -> String {
    status["troubles"].to_string()
}

/// What holds for any device's readings: numbered, chained, no slot twice, no register lost within an epoch, and never
/// more than the device's power allows.
pub fn assert_whole(readings: &[Reading], rated_w: u64) {
    assert!(readings.iter().enumerate().all(|(number, reading)| reading.sequence == number as u64));
    for pair in readings.windows(2) {
        assert_eq!(pair[1].previous, pair[0].hash());
        assert_eq!(pair[1].first_slot, pair[0].end_slot());
        assert!(pair[1].register_epoch != pair[0].register_epoch || pair[1].registers.continues(&pair[0].registers));
    }
    for reading in readings {
        let registers = &reading.registers;
        let most_mwh = rated_w * u64::from(SPEED) * u64::from(reading.slot_count) * 11 / 36 + 2_000;
        assert!(registers.is_forward(), "{reading:?}");
        assert!(registers.export_close_mwh - registers.export_open_mwh <= most_mwh, "{reading:?}");
        assert!(registers.import_close_mwh - registers.import_open_mwh <= most_mwh, "{reading:?}");
    }
}
