//! An independent verifier in Python agrees with ours, on the golden file and on every change of it. Both say that
//! there is a fault, in which line, and which. `scripts/peers.sh` installs what it needs; without it the tests fail,
//! never skip.

use super::{
    draft::Draft,
    golden,
    mutations::{fields, with_field},
};
use deren_gateway::proof::{Failure, verify};
use deren_testing::peers_python;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What the peer says of each file.
pub fn peer_says(paths: &[PathBuf]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/verify_readings.py");
    let python = peers_python().expect("Python's peers are missing: run scripts/peers.sh, or set DEREN_PEERS_PYTHON");
    let output = Command::new(python).arg(script).args(paths).output().unwrap();
    assert!(output.status.success(), "{}; run scripts/peers.sh", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What our verifier says, in the peer's words.
fn we_say(bytes: &[u8]) -> Value {
    match verify(bytes, &[]) {
        Ok(summary) => json!({"ok": true, "readings": summary.readings}),
        Err(Failure::Unreadable { line, .. }) => json!({"ok": false, "line": line, "fault": "unreadable"}),
        Err(Failure::Fault(fault)) => json!({"ok": false, "line": fault.line, "fault": fault.fault}),
    }
}

pub fn agrees_on(files: &[(String, Vec<u8>)]) {
    let folder = tempfile::tempdir().unwrap();
    let write = |(number, (_, bytes)): (usize, &(String, Vec<u8>))| {
        let path = folder.path().join(format!("{number:06}"));
        fs::write(&path, bytes).unwrap();
        path
    };
    let paths: Vec<PathBuf> = files.iter().enumerate().map(write).collect();
    let said: Vec<Value> = paths.chunks(1000).flat_map(peer_says).collect();
    assert_eq!(said.len(), files.len());
    for ((what, bytes), said) in files.iter().zip(said) {
        assert_eq!(said, we_say(bytes), "{what}");
    }
}

#[test]
fn the_golden_file_holds_for_an_independent_verifier() {
    assert_eq!(peer_says(&[golden::path()]), [json!({"ok": true, "readings": 7})]);
}

#[test]
fn it_agrees_on_every_changed_field_and_on_changed_bytes() {
    let whole = Draft::whole().bytes();
    let mut files = Vec::new();
    for (place, field) in fields(&whole).iter().enumerate() {
        let by = u64::try_from(place).unwrap();
        files.push((format!("{field:?} by {by}"), with_field(&whole, field, by)));
    }
    for place in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 7);
        files.push((format!("byte {place}"), bytes));
        if place % 49 == 0 {
            files.push((format!("cut at {place}"), whole[..place].to_vec()));
        }
    }
    agrees_on(&files);
}

/// What a file is called, and what is changed in it before it is signed.
type Change = (&'static str, fn(&mut Draft));

/// A gateway that signs what cannot be: here the signatures hold, and the rules alone find it.
#[test]
fn it_agrees_on_what_a_lying_gateway_signs() {
    let changes: Vec<Change> = vec![
        ("jump", |draft| draft.readings[2].reading.registers.import_open_mwh += 1),
        ("back", |draft| draft.readings[3].reading.registers.export_close_mwh = 1),
        ("overlap", |draft| draft.readings[4].reading.first_slot.0 -= 1),
        ("no slots", |draft| draft.readings[4].reading.slot_count = 0),
        ("epoch without its flag", |draft| draft.readings[5].reading.quality.0 = 0),
        ("flag without its epoch", |draft| draft.readings[4].reading.quality.0 |= 4),
        ("epoch down", |draft| draft.readings[5].reading.register_epoch = 1),
        ("left out", |draft| draft.readings.retain(|sealed| sealed.reading.sequence != 43)),
        ("doubled", |draft| draft.readings.insert(4, draft.readings[4].clone())),
        ("outside", |draft| draft.header.to_slot -= 2),
        ("first of all", |draft| draft.header.devices[0].first_sequence = Some(0)),
        ("promised", |draft| draft.header.devices[2].first_sequence = Some(0)),
        ("another key's end", |draft| draft.end_key_epoch = 3),
    ];
    let file = |(what, change): Change| {
        let mut draft = Draft::whole();
        change(&mut draft);
        draft.chain();
        draft.sign();
        (what.to_owned(), draft.bytes())
    };
    let files: Vec<_> = changes.into_iter().map(file).collect();
    assert!(files.iter().all(|(_, bytes)| we_say(bytes)["ok"] == false));
    agrees_on(&files);
}
