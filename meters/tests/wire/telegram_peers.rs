//! Telegrams of real meters, and our own, read by dsmr-parser and smllib and by our drivers: both see the same.

use crate::support::{peer::python, pusher::Pusher, read};
use deren_meters::{Readout, Record, sml};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/telegrams").join(name)
}

/// What the peer sees in a telegram of that file.
fn peer_reads(kind: &str, path: &Path) -> serde_json::Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/read_telegram.py");
    let output = Command::new(python()).arg(script).arg(kind).arg(path).output().expect("a peer");
    assert!(output.status.success(), "{}; run scripts/peers.sh", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a JSON line")
}

async fn we_read(kind: &str, telegram: Vec<u8>) -> Record {
    let pusher = Pusher::tcp(vec![telegram]).await;
    read(&format!("{kind}+tcp://{}", pusher.place)).await.expect("a record")
}

fn assert_same(name: &str, ours: &Record, theirs: &serde_json::Value) {
    let mwh = |value: &serde_json::Value| value.as_f64().map(|wh| (wh * 1_000.0).round() as u64);
    assert_eq!(ours.import_mwh, mwh(&theirs["import_wh"]), "{name}: {theirs}");
    assert_eq!(ours.export_mwh, mwh(&theirs["export_wh"]), "{name}: {theirs}");
    assert_eq!(ours.serial.as_deref(), theirs["serial"].as_str(), "{name}: {theirs}");
    let watt = theirs["power_w"].as_f64().expect("a power");
    assert!((f64::from(ours.power_w.expect("a power")) - watt).abs() <= 0.5, "{name}: {theirs}");
}

#[tokio::test]
async fn dsmr_parser_sees_in_telegrams_of_real_meters_what_we_see() {
    for name in ["dsmr-4.2.txt", "dsmr-5.0.txt", "sagemcom-t210-d-r.txt"] {
        let telegram = fs::read_to_string(file(name)).expect(name).replace('\n', "\r\n");
        assert_same(name, &we_read("p1", telegram.into_bytes()).await, &peer_reads("p1", &file(name)));
    }
}

#[tokio::test]
async fn smllib_sees_in_telegrams_of_real_meters_what_we_see() {
    for name in ["sml-dzg-dvs74.hex", "sml-iskra-mt631.hex", "sml-holley.hex"] {
        let digits: String = fs::read_to_string(file(name)).expect(name).split_whitespace().collect();
        let telegram = hex::decode(digits).expect("hexadecimal");
        assert_same(name, &we_read("sml", telegram).await, &peer_reads("sml", &file(name)));
    }
}

#[tokio::test]
async fn smllib_reads_the_telegrams_that_we_write() {
    let folder = tempfile::tempdir().expect("a folder");
    for (import_mwh, export_mwh, power_w) in [(1_234_567_800, 89_012_300, -321), (0, 0, 0), (1 << 42, 100, i32::MAX)] {
        let serial = Some("0a01454d480000b3".into());
        let import_mwh = import_mwh / 100 * 100;
        let readout =
            Readout { import_mwh: Some(import_mwh), export_mwh: Some(export_mwh), power_w: Some(power_w), serial };
        let telegram = sml::write(&readout);
        let path = folder.path().join("telegram.hex");
        fs::write(&path, hex::encode(&telegram)).expect("written");
        assert_same("ours", &we_read("sml", telegram).await, &peer_reads("sml", &path));
    }
}
