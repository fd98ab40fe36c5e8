//! What was archived is read again, each reading once, whatever a crash left behind.

use super::*;
use deren_primitives::{DeviceId, IntervalReading};
use std::fs;

fn by(key_epoch: u32) -> SignedBy {
    SignedBy { genesis: [1; 32], gateway: GatewayId([2; 32]), key_epoch, public_key: [3; 32] }
}

fn signed(device: u8, sequence: u64, slot: u32) -> SignedReading {
    let reading = IntervalReading { sequence, ..deren_testing::reading(DeviceId([device; 32]), Slot(slot)) };
    SignedReading { reading, signature: [9; 64] }
}

fn read(folder: &Path, slots: std::ops::Range<u32>) -> Vec<(u8, u64, u32)> {
    archived(folder, Slot(slots.start)..Slot(slots.end))
        .expect("readable")
        .map(|archived| archived.expect("whole"))
        .map(|archived| (archived.signed.reading.device.0[0], archived.signed.reading.sequence, archived.by.key_epoch))
        .collect()
}

#[test]
fn readings_come_back_by_slot_with_who_signed_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::new(folder.path(), 1);
    archive.append(&[(by(0), signed(1, 0, 671)), (by(0), signed(2, 0, 671))]).expect("written");
    archive.append(&[(by(0), signed(1, 1, 672)), (by(1), signed(1, 2, 673))]).expect("written");
    assert_eq!(read(folder.path(), 0..10_000), [(1, 0, 0), (2, 0, 0), (1, 1, 0), (1, 2, 1)]);
    assert_eq!(read(folder.path(), 672..673), [(1, 1, 0)]);
    assert_eq!(read(folder.path(), 673..10_000), [(1, 2, 1)]);
    assert_eq!(read(&folder.path().join("none"), 0..10_000), []);
}

#[test]
fn what_was_written_twice_is_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for _ in 0..2 {
        let archive = Archive::new(folder.path(), 1);
        archive.append(&[(by(0), signed(1, 0, 5)), (by(0), signed(1, 1, 6))]).expect("written");
    }
    assert_eq!(read(folder.path(), 0..10), [(1, 0, 0), (1, 1, 0)]);
}

#[test]
fn a_torn_end_is_skipped_and_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FOLDER).join("00000000.readings");
    Archive::new(folder.path(), 1).append(&[(by(0), signed(1, 0, 5)), (by(0), signed(1, 1, 6))]).expect("written");
    let whole = fs::read(&path).expect("bytes");
    for cut in [1, 40, 200] {
        fs::write(&path, &whole[..whole.len() - cut]).expect("cut");
        assert_eq!(read(folder.path(), 0..10), [(1, 0, 0)], "{cut}");
        Archive::new(folder.path(), 1).append(&[(by(0), signed(1, 1, 6))]).expect("written");
        assert_eq!(read(folder.path(), 0..10), [(1, 0, 0), (1, 1, 0)], "{cut}");
    }
    fs::write(&path, [whole.as_slice(), &[0; 512]].concat()).expect("zeros");
    assert_eq!(read(folder.path(), 0..10).len(), 2);
}

#[test]
fn a_changed_byte_is_damage_and_no_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(FOLDER).join("00000000.readings");
    Archive::new(folder.path(), 1).append(&[(by(0), signed(1, 0, 5)), (by(0), signed(1, 1, 6))]).expect("written");
    let whole = fs::read(&path).expect("bytes");
    for place in 8..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        fs::write(&path, &bytes).expect("written");
        let seen: Vec<_> = archived(folder.path(), Slot(0)..Slot(10)).expect("readable").collect();
        assert!(seen.iter().any(Result::is_err) || seen.len() < 2, "byte {place} goes unnoticed");
    }
}

#[test]
fn what_is_too_old_or_too_much_goes_oldest_first_and_the_newest_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = Archive::new(folder.path(), 1);
    for week in 0..4u32 {
        archive.append(&[(by(0), signed(1, week.into(), week * SLOTS_PER_FILE))]).expect("written");
    }
    assert_eq!(archive.prune(Slot(0)).expect("pruned"), 0);
    assert_eq!(archive.prune(Slot(SLOTS_PER_FILE)).expect("pruned"), 1);
    assert_eq!(read(folder.path(), 0..10_000), [(1, 1, 0), (1, 2, 0), (1, 3, 0)]);
    let small = Archive { max_bytes: 0, ..Archive::new(folder.path(), 1) };
    assert_eq!(small.prune(Slot(0)).expect("pruned"), 2);
    assert_eq!(read(folder.path(), 0..10_000), [(1, 3, 0)]);
    assert_eq!(archive.prune(Slot(u32::MAX)).expect("pruned"), 0);
}
