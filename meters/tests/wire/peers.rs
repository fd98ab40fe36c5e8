//! Our driver against SunSpec images that independent implementations encode and serve: pysunspec2 with pymodbus, and
//! modbus-serial of npm.
//!
//! `scripts/peers.sh` and `scripts/npm-ci.sh` install them; a missing installation fails the tests, it never skips
//! them.

use crate::support::{peer::Peer, search};

#[tokio::test]
async fn an_image_by_pysunspec2_with_repeated_models_is_read() {
    let peer = Peer::start("serve_sunspec.py");
    let inverter = peer.read("unit=1&model=103&index=0").await;
    assert_eq!((inverter.vendor.as_str(), inverter.model.as_str()), ("PeerVolt", "PV-10K"));
    assert_eq!(inverter.serial.as_deref(), Some("INV-001"));
    assert_eq!((inverter.import_mwh, inverter.export_mwh), (None, Some(12_345_678_900)));
    assert_eq!(inverter.power_w, Some(1_200), "it draws 1 200 W");

    let first = peer.read("unit=1&model=203&index=0").await;
    assert_eq!(first.serial.as_deref(), Some("MET-001"));
    assert_eq!((first.import_mwh, first.export_mwh), (Some(1_234_567_000), Some(7_654_321_000)));
    assert_eq!(first.power_w, Some(-1_500));
    let second = peer.read("unit=1&model=203&index=1").await;
    assert_eq!(second.serial.as_deref(), Some("MET-002"));
    assert_eq!((second.import_mwh, second.export_mwh), (Some(40_000_000_000_000), Some(50_000)));
    assert_eq!(second.power_w, Some(250));
    let float = peer.read("unit=1&model=213").await;
    assert_eq!((float.import_mwh, float.export_mwh, float.power_w), (Some(4_096_250), Some(500), Some(13)));
    assert_eq!((float.serial.as_deref(), float.sub_unit), (Some("MET-002"), 1), "it shares a serial number");
    let strings: Vec<(&str, Option<u64>)> =
        inverter.dc_inputs.iter().map(|input| (input.name.as_str(), input.energy_mwh)).collect();
    assert_eq!(strings, [("East", Some(1_234_500)), ("West", None)]);

    let new = peer.read("unit=2").await;
    assert_eq!((new.serial.as_deref(), new.power_w), (Some("DER-001"), Some(-4_400)));
    // A battery is behind it: what its panels gave.
    assert_eq!((new.import_mwh, new.export_mwh), (None, Some(5_100_000_000_000)));
    let [pv, battery] = &new.dc_inputs[..] else { panic!("two ports: {:?}", new.dc_inputs) };
    assert_eq!((pv.name.as_str(), pv.energy_mwh, pv.power_w), ("Roof", Some(5_100_000_000_000), Some(4_400)));
    assert_eq!((battery.energy_mwh, battery.absorbed_mwh), (Some(7_000), Some(9_000)));
}

#[tokio::test]
async fn serial_frames_over_tcp_by_pymodbus_are_read() {
    let peer = Peer::start("serve_sunspec.py");
    let new = peer.read_over("sunspec+rtutcp", peer.port("rtu_port"), "unit=2").await;
    assert_eq!((new.serial.as_deref(), new.export_mwh), (Some("DER-001"), Some(5_100_000_000_000)));
    let meter = peer.read_over("sunspec+rtutcp", peer.port("rtu_port"), "unit=1&model=203&index=1").await;
    assert_eq!(meter.serial.as_deref(), Some("MET-002"));
}

#[tokio::test]
async fn images_by_modbus_serial_of_npm_are_read() {
    let peer = Peer::start("node/serve_sunspec.js");
    let inverter = peer.read("unit=1&model=102").await;
    assert_eq!((inverter.vendor.as_str(), inverter.serial.as_deref()), ("NodeVolt", Some("NODE-INV")));
    assert_eq!((inverter.export_mwh, inverter.power_w), (Some(9_876_540_000), Some(-5_000)));
    // 168 registers: two requests.
    let strings: Vec<Option<u64>> = inverter.dc_inputs.iter().map(|input| input.energy_mwh).collect();
    assert_eq!(strings, (1..=8).map(|string| Some(string * 1_100_000)).collect::<Vec<_>>());
    assert_eq!(inverter.dc_inputs[7].name, "string 8");

    let first = peer.read("unit=1&model=201&index=0").await;
    assert_eq!((first.serial.as_deref(), first.import_mwh), (Some("NODE-MET-1"), Some(1_000_000)));
    let second = peer.read("unit=1&model=201&index=1").await;
    assert_eq!((second.serial.as_deref(), second.export_mwh), (Some("NODE-MET-2"), Some(4_000_000_000)));
    let delta = peer.read("unit=1&model=204").await;
    assert_eq!((delta.import_mwh, delta.export_mwh), (Some(429_496_729_400), None));
    let float = peer.read("unit=1&model=214").await;
    assert_eq!((float.import_mwh, float.export_mwh, float.power_w), (Some(12_500), Some(250), Some(-250)));

    let der = peer.read("unit=2").await;
    assert_eq!((der.import_mwh, der.export_mwh, der.power_w), (Some(17_000), Some(6_000_000_002_000), Some(330)));
    let odd = peer.read("unit=3&base=1234").await;
    assert_eq!((odd.serial.as_deref(), odd.export_mwh), (Some("NODE-ODD"), Some(42_000_000)));
}

#[tokio::test]
async fn devices_served_by_pymodbus_are_discovered() {
    let peer = Peer::start("serve_sunspec.py");
    let (records, _) = search(&format!("127.0.0.1:{}", peer.port("port"))).await;
    let found: Vec<(String, u16)> = records.iter().map(|record| (record.driver.clone(), record.sub_unit)).collect();
    let expected = [("sunspec:103", 0), ("sunspec:203", 0), ("sunspec:203", 0), ("sunspec:213", 1), ("sunspec:701", 0)];
    assert_eq!(found, expected.map(|(driver, sub_unit)| (driver.to_owned(), sub_unit)));
}
