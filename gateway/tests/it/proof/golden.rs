//! The format's bytes, and what the verifier says of a file that is as it should be.

use super::draft::{Draft, FROM_SLOT, GRID, ROOF};
use deren_gateway::proof::verify;
use std::{fs, path::Path};

pub fn path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/readings-v1.jsonl")
}

/// Every version of the program must write these bytes.
#[test]
fn the_format_is_as_it_was() {
    deren_testing::assert_snapshot(path(), Draft::whole().bytes(), "-p deren-gateway --test it proof::golden");
}

#[test]
fn a_whole_file_is_summed_up() {
    let summary = verify(&*fs::read(path()).unwrap(), &[]).unwrap();
    assert_eq!((summary.ok, summary.readings, summary.devices.len()), (true, 7, 3));
    assert_eq!(summary.from_unix_s, u64::from(FROM_SLOT) * 900);
    assert_eq!(summary.to_unix_s, u64::from(FROM_SLOT + 8) * 900);
    assert!(summary.key_epochs_taken_on_trust.is_empty());
    let (grid, roof, none) = (&summary.devices[0], &summary.devices[1], &summary.devices[2]);
    assert_eq!((grid.device, grid.first_sequence, grid.readings), (GRID, Some(41), 4));
    assert!(!grid.from_the_beginning, "its chain of readings began before this file, and the summary says so");
    assert_eq!((grid.import_wh, grid.export_wh, grid.estimated_readings), (2_083, 3, 1));
    assert_eq!((roof.device, roof.from_the_beginning, roof.readings), (ROOF, true, 3));
    assert_eq!((roof.export_wh, roof.register_epochs_begun, roof.slots_missing), (1_250, 1, 2));
    assert_eq!(roof.last_hash, Some(Draft::whole().readings[5].reading.hash()));
    assert_eq!((none.readings, none.first_sequence, none.last_hash), (0, None, None));
}

#[test]
fn a_file_without_readings_holds_too() {
    let mut draft = Draft::whole();
    draft.readings.clear();
    draft.header.devices.clear();
    assert_eq!(verify(&*draft.bytes(), &[]).unwrap().readings, 0);
}

#[test]
fn files_of_times_that_follow_one_another_continue() {
    let mut earlier = Draft::whole();
    earlier.header.to_slot = FROM_SLOT + 2;
    earlier.readings.truncate(3);
    let mut later = Draft::whole();
    later.header.from_slot = FROM_SLOT + 2;
    later.readings.drain(..3);
    later.header.devices[0].first_sequence = Some(43);
    later.header.devices[1].first_sequence = Some(1);
    let summary = verify(&*earlier.bytes(), &[]).unwrap();
    verify(&*later.bytes(), &[]).unwrap();
    for device in &summary.devices[..2] {
        let next = later.readings.iter().find(|sealed| sealed.reading.device == device.device).unwrap();
        assert_eq!(Some(next.reading.previous), device.last_hash);
    }
}
