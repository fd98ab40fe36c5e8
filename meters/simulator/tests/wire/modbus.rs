//! Modbus TCP by an independent client: values, exceptions, clients, speed, reproducibility.

use super::*;
use deren_meters::{modbus::ModbusDevice, sunspec::SunSpecDevice, uri::Wire};
use std::net::SocketAddr;
use tokio_modbus::{ExceptionCode, Slave, client::tcp, prelude::*};

pub fn address(simulator: &Simulator) -> SocketAddr {
    let uri = &simulator.serving().homes[0].devices[0].uri;
    let of_sunspec = uri.device::<SunSpecDevice>().map(|device| &device.wire);
    let wire = of_sunspec.or(uri.device::<ModbusDevice>().map(|device| &device.wire)).expect("a Modbus device");
    let Wire::Tcp { host, port } = wire else { panic!("not TCP") };
    format!("{host}:{port}").parse().unwrap()
}

pub async fn client(simulator: &Simulator, unit: u8) -> client::Context {
    tcp::connect_slave(address(simulator), Slave(unit)).await.unwrap()
}

fn u32_of(words: &[u16]) -> u32 {
    (u32::from(words[0]) << 16) | u32::from(words[1])
}

fn f32_of(words: &[u16]) -> f64 {
    f32::from_bits(u32_of(words)).into()
}

/// Where the model of the chain's device `number` begins, when all before it are 103 or 203 with a model 1 each.
const MODEL_AT: [u16; 3] = [40_002 + 68, 40_002 + 68 + 52 + 68, 40_002 + 68 + 52 + 68 + 107 + 68];

#[tokio::test]
async fn a_chain_shows_what_its_home_does() {
    let simulator = start(frozen(), vec![whole_home()]).await;
    let mut client = client(&simulator, 1).await;
    assert_eq!(client.read_holding_registers(40_000, 4).await.unwrap().unwrap(), [0x5375, 0x6e53, 1, 66]);
    let inverter = client.read_holding_registers(MODEL_AT[0], 52).await.unwrap().unwrap();
    let meter = client.read_holding_registers(MODEL_AT[1], 107).await.unwrap().unwrap();
    let battery = client.read_holding_registers(MODEL_AT[2], 107).await.unwrap().unwrap();
    assert_eq!((inverter[0], meter[0], battery[0]), (103, 203, 203));
    let (production, grid, storage) =
        (truth(&simulator, 0).await, truth(&simulator, 1).await, truth(&simulator, 2).await);
    assert_eq!(u64::from(u32_of(&inverter[24..])), production.export_mwh / 1_000);
    assert_eq!(inverter[14] as i16, -(production.power_w as i16));
    assert_eq!(u64::from(u32_of(&meter[38..])), grid.export_mwh / 1_000);
    assert_eq!(u64::from(u32_of(&meter[46..])), grid.import_mwh / 1_000);
    assert_eq!(u64::from(u32_of(&battery[46..])), storage.import_mwh / 1_000);
    assert!(production.power_w < -2_000, "sun at noon: {production:?}");
}

#[tokio::test]
async fn a_template_meter_shows_the_same_home_on_its_own_unit() {
    let simulator = start(frozen(), vec![whole_home()]).await;
    let mut client = client(&simulator, 2).await;
    let energies = client.read_input_registers(0x48, 4).await.unwrap().unwrap();
    let meter = truth(&simulator, 3).await;
    assert!((f32_of(&energies) * 1e6 - meter.import_mwh as f64).abs() <= 1_000.0);
    assert!((f32_of(&energies[2..]) * 1e6 - meter.export_mwh as f64).abs() <= 1_000.0);
    let serial = client.read_holding_registers(0xfc00, 2).await.unwrap().unwrap();
    assert_eq!(u32_of(&serial).to_string(), simulator.serving().homes[0].devices[3].serial);
}

#[tokio::test]
async fn what_does_not_exist_is_answered_by_the_right_exception() {
    let simulator = start(frozen(), vec![whole_home()]).await;
    let mut client = client(&simulator, 1).await;
    let mut refused = async |unit, function: fn(u16, u16) -> Request<'static>, address, count| {
        client.set_slave(Slave(unit));
        client.call(function(address, count)).await.unwrap().unwrap_err()
    };
    let (holding, input) = (Request::ReadHoldingRegisters, Request::ReadInputRegisters);
    assert_eq!(refused(1, holding, 0, 2).await, ExceptionCode::IllegalDataAddress);
    assert_eq!(refused(1, holding, 39_999, 2).await, ExceptionCode::IllegalDataAddress);
    assert_eq!(refused(1, holding, MODEL_AT[2] + 107 + 2, 1).await, ExceptionCode::IllegalDataAddress);
    assert_eq!(refused(1, holding, 65_535, 2).await, ExceptionCode::IllegalDataAddress);
    assert_eq!(refused(1, input, 40_000, 2).await, ExceptionCode::IllegalDataAddress);
    assert_eq!(refused(1, holding, 40_000, 0).await, ExceptionCode::IllegalDataValue);
    assert_eq!(refused(1, holding, 40_000, 126).await, ExceptionCode::IllegalDataValue);
    assert_eq!(refused(9, holding, 40_000, 2).await, ExceptionCode::GatewayTargetDevice);
    let write = |address, value| Request::WriteSingleRegister(address, value);
    assert_eq!(refused(1, write, 40_000, 1).await, ExceptionCode::IllegalFunction);
    client.set_slave(Slave(1));
    assert!(client.read_holding_registers(40_000, 2).await.unwrap().is_ok(), "and it goes on");
}

#[tokio::test]
async fn a_one_client_inverter_closes_the_second_connection() {
    let mut home = whole_home();
    home.modbus[0].clients = 1;
    let simulator = start(frozen(), vec![home]).await;
    let mut first = client(&simulator, 1).await;
    assert!(first.read_holding_registers(40_000, 2).await.unwrap().is_ok());
    let mut second = client(&simulator, 1).await;
    assert!(second.read_holding_registers(40_000, 2).await.is_err());
    first.disconnect().await.unwrap();
    drop(first);
    loop {
        // The server learns of the end of the first connection in its own time.
        let mut third = client(&simulator, 1).await;
        if third.read_holding_registers(40_000, 2).await.is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn the_same_seed_and_instant_give_the_same_registers_and_another_seed_others() {
    let config = frozen();
    let read = async |config: SimulatorConfig| {
        let simulator = start(config, vec![whole_home()]).await;
        client(&simulator, 1).await.read_holding_registers(MODEL_AT[1], 107).await.unwrap().unwrap()
    };
    let first = read(config.clone()).await;
    assert_eq!(read(config.clone()).await, first);
    assert_ne!(read(SimulatorConfig { seed: 43, ..config }).await, first);
}

#[tokio::test]
async fn simulated_time_runs_as_fast_as_it_is_told() {
    let simulator = start(midsummer(3_600.0), vec![whole_home()]).await;
    let began = std::time::Instant::now();
    let first = truth(&simulator, 0).await;
    let home = simulator.device(0, 0).unwrap().home();
    let first_s = home.now().await.elapsed_s;
    // Half a simulated hour at noon: more than 2 kWh of the 6 kWp.
    while home.now().await.elapsed_s < first_s + 1_800 {
        tokio::task::yield_now().await;
    }
    assert!(began.elapsed().as_secs() < 60);
    let produced_mwh = truth(&simulator, 0).await.export_mwh - first.export_mwh;
    assert!(produced_mwh > 500_000, "{produced_mwh}");
}

#[tokio::test]
async fn a_serving_line_names_each_device_once_and_reads_back() {
    let mut twin = whole_home();
    twin.name = "twin".into();
    let simulator = start(frozen(), vec![whole_home(), twin]).await;
    let line = serde_json::to_string(simulator.serving()).unwrap();
    let read: deren_simulator::Serving = serde_json::from_str(&line).unwrap();
    assert_eq!(&read, simulator.serving());
    let uris: Vec<String> = read.homes.iter().flat_map(|home| &home.devices).map(|d| d.uri.to_string()).collect();
    let unique: std::collections::BTreeSet<&String> = uris.iter().collect();
    assert_eq!((uris.len(), unique.len()), (8, 8), "{uris:?}");
    assert!(uris[1].ends_with("?unit=1&model=203&index=0") && uris[2].ends_with("?unit=1&model=203&index=1"));
    let production = read.device("twin", Production).unwrap();
    assert_eq!((production.rated_power_w, production.register_step_mwh), (6_000, 1_000));
    assert_eq!(read.device("twin", Grid).unwrap().rated_power_w, 22_000);
}

#[tokio::test]
async fn dropping_the_simulator_closes_its_connections_and_ports() {
    let simulator = start(frozen(), vec![whole_home()]).await;
    let address = address(&simulator);
    let mut connected = client(&simulator, 1).await;
    assert!(connected.read_holding_registers(40_000, 2).await.unwrap().is_ok());
    drop(simulator);
    assert!(connected.read_holding_registers(40_000, 2).await.is_err());
    while tokio::net::TcpListener::bind(address).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_simulator_that_starts_again_goes_on_where_it_would_be() {
    let t0_unix_ms = Some(unix_now().as_millis() as u64 - 60_000);
    let config = SimulatorConfig { t0_unix_ms, ..midsummer(60.0) };
    let first = truth(&start(config.clone(), vec![whole_home()]).await, 0).await;
    let second = truth(&start(config, vec![whole_home()]).await, 0).await;
    assert!(second.export_mwh >= first.export_mwh && second.export_mwh < first.export_mwh + 100_000_000);
    let anew = truth(&start(midsummer(60.0), vec![whole_home()]).await, 0).await;
    assert!(anew.export_mwh < first.export_mwh, "an hour of sun less");
}
