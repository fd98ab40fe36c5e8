//! Our driver against SunSpec images that an independent implementation encodes and serves: pysunspec2 and pymodbus.
//!
//! `scripts/peers.sh` installs them; a missing installation fails the tests, it never skips them.

use deren_meters::{
    DeviceUri, Library, Record,
    discover::{Target, discover},
    read,
};
use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A Python process that serves, and ends with the test.
struct Peer {
    port: u16,
    process: Child,
}

impl Peer {
    fn start(script: &str) -> Self {
        let python = python();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
        let mut process = Command::new(&python)
            .arg(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; run scripts/peers.sh", python.display()));
        let mut line = String::new();
        let out = process.stdout.take().expect("its standard output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let told: serde_json::Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} did not start ({error}); run scripts/peers.sh", script.display()));
        let port = told["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port");
        Self { port, process }
    }

    async fn read(&self, rest: &str) -> Record {
        let uri: DeviceUri = format!("sunspec+tcp://127.0.0.1:{}?{rest}", self.port).parse().expect(rest);
        read(&uri).await.expect(rest)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The interpreter that has pysunspec2 and pymodbus.
fn python() -> PathBuf {
    let python = env::var_os("DEREN_PEERS_PYTHON").map(PathBuf::from).or_else(|| {
        let home = env::var_os("HOME")?;
        Some(Path::new(&home).join(".cache/deren/peers/bin/python"))
    });
    let python = python.expect("HOME or DEREN_PEERS_PYTHON is set");
    assert!(
        python.exists(),
        "{} is missing: run scripts/peers.sh, or set DEREN_PEERS_PYTHON to a Python that has the packages of \
         meters/tests/peers/requirements.txt",
        python.display()
    );
    python
}

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

    let new = peer.read("unit=2").await;
    assert_eq!((new.serial.as_deref(), new.power_w), (Some("DER-001"), Some(-4_321)));
    assert_eq!((new.import_mwh, new.export_mwh), (Some(42_000), Some(5_000_000_001_000)));
}

#[tokio::test]
async fn devices_served_by_pymodbus_are_discovered() {
    let peer = Peer::start("serve_sunspec.py");
    let target: Target = format!("127.0.0.1:{}", peer.port).parse().expect("a target");
    let records = discover(&target, Library::builtin().expect("templates"), &|_| ()).await.expect("a search");
    let found: Vec<(String, u16)> = records.iter().map(|record| (record.driver.clone(), record.sub_unit)).collect();
    let expected = [("sunspec:103", 0), ("sunspec:203", 0), ("sunspec:203", 0), ("sunspec:213", 1), ("sunspec:701", 0)];
    assert_eq!(found, expected.map(|(driver, sub_unit)| (driver.to_owned(), sub_unit)));
}
