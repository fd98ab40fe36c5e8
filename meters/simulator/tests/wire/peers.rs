//! pysunspec2, an independent SunSpec client, reads the simulator.

use super::*;
use serde::Deserialize;
use std::{path::PathBuf, process::Command};

/// What the peer says of one model, in the order of the chain.
#[derive(Debug, Deserialize)]
struct Model {
    id: u16,
    points: std::collections::BTreeMap<String, serde_json::Value>,
}

/// The Python that has pysunspec2.
pub fn python() -> PathBuf {
    deren_testing::peers_python().expect("no Python peers: run scripts/peers.sh, or set DEREN_PEERS_PYTHON")
}

async fn read(simulator: &Simulator, unit: u8) -> Vec<Model> {
    let address = modbus::address(simulator);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/read_sunspec.py");
    let mut command = Command::new(python());
    command.arg(script).args([address.ip().to_string(), address.port().to_string(), unit.to_string()]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn number(model: &Model, point: &str) -> f64 {
    model.points[point].as_f64().unwrap_or_else(|| panic!("{point} of {model:?}"))
}

fn wh(mwh: u64) -> f64 {
    mwh as f64 / 1_000.0
}

#[tokio::test]
async fn pysunspec2_reads_a_chain_with_repeated_models() {
    let simulator = start(frozen(), vec![whole_home()]).await;
    let models = read(&simulator, 1).await;
    assert_eq!(models.iter().map(|model| model.id).collect::<Vec<_>>(), [1, 103, 1, 203, 1, 203]);
    let (production, grid, storage) =
        (truth(&simulator, 0).await, truth(&simulator, 1).await, truth(&simulator, 2).await);
    let whole_wh = |mwh: u64| (mwh / 1_000) as f64;
    assert_eq!(number(&models[1], "WH"), whole_wh(production.export_mwh));
    assert_eq!(number(&models[1], "W"), f64::from(-production.power_w));
    assert_eq!(number(&models[3], "TotWhExp"), whole_wh(grid.export_mwh));
    assert_eq!(number(&models[3], "TotWhImp"), whole_wh(grid.import_mwh));
    assert_eq!(number(&models[5], "TotWhImp"), whole_wh(storage.import_mwh));
    assert_eq!(number(&models[5], "W"), f64::from(storage.power_w));
    let serials: Vec<&str> = [0, 2, 4].map(|model| models[model].points["SN"].as_str().unwrap()).to_vec();
    let served: Vec<&str> = simulator.serving().homes[0].devices.iter().map(|device| device.serial.as_str()).collect();
    assert_eq!(serials, served[..3]);
    assert_eq!(models[0].points["Mn"], "DeREN");
}

#[tokio::test]
async fn pysunspec2_applies_our_scale_factors() {
    for energy_scale in [-3i8, -1, 2] {
        let mut home = whole_home();
        for device in &mut home.modbus[0].sunspec[0].devices {
            device.energy_scale = energy_scale;
        }
        let der = SunSpecDevice { energy_scale, ..sunspec(Storage, 701) };
        home.modbus[0].sunspec[0].devices[2] = der;
        let simulator = start(frozen(), vec![home]).await;
        let models = read(&simulator, 1).await;
        let unit_mwh = 10u64.pow((energy_scale + 3) as u32);
        let seen =
            |mwh: u64, bits: u32| wh(u64::try_from(u128::from(mwh / unit_mwh) % (1u128 << bits)).unwrap() * unit_mwh);
        let (grid, storage) = (truth(&simulator, 1).await, truth(&simulator, 2).await);
        assert!((number(&models[3], "TotWhImp") - seen(grid.import_mwh, 32)).abs() < 1e-3, "acc32, {energy_scale}");
        assert!((number(&models[5], "TotWhAbs") - seen(storage.import_mwh, 64)).abs() < 1e-3, "u64, {energy_scale}");
        assert!((number(&models[5], "TotWhInj") - seen(storage.export_mwh, 64)).abs() < 1e-3, "u64, {energy_scale}");
    }
}

#[tokio::test]
async fn pysunspec2_reads_floats_at_another_base_and_der_models() {
    let mut home = whole_home();
    let devices = vec![sunspec(Production, 113), sunspec(Grid, 213), sunspec(Production, 701)];
    home.modbus[0].sunspec = vec![SunSpecConfig { unit: 7, base: 50_000, ..SunSpecConfig::new(devices) }];
    let simulator = start(frozen(), vec![home]).await;
    let models = read(&simulator, 7).await;
    assert_eq!(models.iter().map(|model| model.id).collect::<Vec<_>>(), [1, 113, 1, 213, 1, 701]);
    let (inverter, grid, der) = (truth(&simulator, 0).await, truth(&simulator, 1).await, truth(&simulator, 2).await);
    assert!((number(&models[1], "WH") - wh(inverter.export_mwh)).abs() <= 1.0);
    assert!((number(&models[3], "TotWhExp") - wh(grid.export_mwh)).abs() <= 1.0);
    assert_eq!(number(&models[5], "TotWhInj"), (der.export_mwh / 1_000) as f64);
    assert_eq!(number(&models[5], "W"), f64::from(-der.power_w));
    assert!(models[5].points["TotVarhInj"].is_null(), "not implemented");
}
