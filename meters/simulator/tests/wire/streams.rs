//! Meters that push telegrams: read by our drivers, and by dsmr-parser and smllib, which know nothing of us.

use super::*;
use deren_meters::{DeviceUri, stream::StreamDevice};
use deren_simulator::config::{HttpConfig, SpeedwireConfig, StreamConfig, TelegramKind};
use std::process::Command;

fn pushing_home() -> HomeConfig {
    HomeConfig {
        pv: Some(PvConfig::new(6.0)),
        streams: vec![
            StreamConfig { every_s: 1, ..StreamConfig::new(Grid, TelegramKind::P1) },
            StreamConfig { every_s: 1, ..StreamConfig::new(Grid, TelegramKind::Sml) },
        ],
        ..HomeConfig::new("pushing")
    }
}

#[tokio::test]
async fn our_drivers_read_the_telegrams_that_we_push() {
    drivers::every_device_reads_true(&start(midsummer(20.0), vec![pushing_home()]).await).await;
}

#[tokio::test]
async fn our_driver_reads_the_datagrams_that_a_meter_sends() {
    let port = std::net::UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).unwrap().port();
    let to = std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, port);
    let speedwire = vec![SpeedwireConfig { to, ..SpeedwireConfig::new(Grid) }];
    let home = HomeConfig { pv: Some(PvConfig::new(6.0)), speedwire, ..HomeConfig::new("sending") };
    drivers::every_device_reads_true(&start(midsummer(20.0), vec![home]).await).await;
}

#[tokio::test]
async fn our_driver_reads_every_template_for_http_that_we_serve() {
    let library = deren_meters::Library::builtin().unwrap();
    let names = library.iter().filter(|(_, template)| template.kind() == "http" && template.counts() == (true, true));
    let http: Vec<HttpConfig> = names.map(|(name, _)| HttpConfig::new(Grid, name)).collect();
    assert!(http.len() >= 5);
    // A home has no more servers than this.
    for http in http.chunks(8) {
        let home = HomeConfig { pv: Some(PvConfig::new(6.0)), http: http.to_vec(), ..HomeConfig::new("documents") };
        drivers::every_device_reads_true(&start(midsummer(20.0), vec![home]).await).await;
    }
}

/// What the peer sees in one telegram that it gets over TCP: import and export in Wh, power in W, serial number.
async fn peer_reads(kind: &str, uri: &DeviceUri) -> serde_json::Value {
    let device: &StreamDevice = uri.device().expect("a stream");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/peers/read_telegram.py");
    let mut command = Command::new(peers::python());
    command.args([script, kind, "--tcp", &device.wire.to_string()]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn dsmr_parser_and_smllib_read_the_telegrams_that_we_push() {
    let mut home = pushing_home();
    home.streams.iter_mut().for_each(|meter| meter.every_s = 1);
    // A thousandth of a second's pause, and time that is as good as frozen: telegrams come, and registers stand.
    let simulator = start(SimulatorConfig { speed: 0.5, ..frozen() }, vec![home]).await;
    for (number, kind) in ["p1", "sml"].into_iter().enumerate() {
        let device = &simulator.serving().homes[0].devices[number];
        let before = truth(&simulator, number).await;
        let seen = peer_reads(kind, &device.uri).await;
        let after = truth(&simulator, number).await;
        assert_eq!(seen["serial"].as_str(), Some(device.serial.as_str()), "{kind}: {seen}");
        let between = |name: &str, before: u64, after: u64| {
            let mwh = (seen[name].as_f64().unwrap() * 1_000.0).round() as u64;
            let step = u64::from(device.register_step_mwh);
            assert!(mwh + step >= before && mwh <= after, "{kind}: {name} {mwh}, {before} to {after}");
        };
        between("import_wh", before.import_mwh, after.import_mwh);
        between("export_wh", before.export_mwh, after.export_mwh);
    }
}
