//! The simulator as its clients meet it: over real sockets, a real broker, and as a process.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod drivers;
mod faults;
mod modbus;
mod mosquitto;
mod mqtt;
mod peers;
mod process;
mod streams;

use deren_primitives::DeviceRole::{Grid, Production, Storage};
use deren_simulator::{
    Simulator, SimulatorConfig,
    clock::unix_now,
    config::{BatteryConfig, HomeConfig, MeterConfig, ModbusConfig, PvConfig, SunSpecConfig, SunSpecDevice},
    device::Registers,
};

/// A clear midsummer noon, homes to be added.
fn midsummer(speed: f64) -> SimulatorConfig {
    let mut config = SimulatorConfig::new("2026-06-21".parse().unwrap(), "11:00".parse().unwrap());
    config.seed = 42;
    config.speed = speed;
    config
}

/// The same, one simulated hour after its start and as good as frozen: a second lasts a thousand.
fn frozen() -> SimulatorConfig {
    let elapsed_ms = 3_600_500 * 1_000;
    SimulatorConfig { t0_unix_ms: Some(unix_now().as_millis() as u64 - elapsed_ms), ..midsummer(0.001) }
}

fn sunspec(role: deren_primitives::DeviceRole, model: u16) -> SunSpecDevice {
    SunSpecDevice::new(role, model.try_into().unwrap())
}

/// A home with panels and a battery. Its server has an inverter, a meter and a battery in one chain on unit 1. The same
/// meter by template is on unit 2.
fn whole_home() -> HomeConfig {
    let devices = vec![sunspec(Production, 103), sunspec(Grid, 203), sunspec(Storage, 203)];
    let meter = MeterConfig { unit: 2, ..MeterConfig::new(Grid, "eastron-sdm630") };
    HomeConfig {
        pv: Some(PvConfig::new(6.0)),
        battery: Some(BatteryConfig::new(10_000, 1_000)),
        modbus: vec![ModbusConfig {
            sunspec: vec![SunSpecConfig::new(devices)],
            meters: vec![meter],
            ..ModbusConfig::default()
        }],
        ..HomeConfig::new("whole")
    }
}

async fn start(mut config: SimulatorConfig, homes: Vec<HomeConfig>) -> Simulator {
    config.homes = homes;
    Simulator::start(&config).await.unwrap()
}

/// What the device `number` of the first home has truly counted by now.
async fn truth(simulator: &Simulator, number: usize) -> Registers {
    let device = simulator.device(0, number).unwrap();
    device.registers(&device.home().now().await)
}
