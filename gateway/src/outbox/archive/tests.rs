//! What was archived is read again, each reading once, whatever a crash left behind.

use super::*;
use deren_primitives::{BatchProof, DeviceId, IntervalReading, MerkleTree, SampledReading};
use std::fs;

fn by(key_epoch: u32) -> SignedBy {
    SignedBy { genesis: [1; 32], gateway: GatewayId([2; 32]), key_epoch, public_key: [3; 32] }
}

fn reading(device: u8, sequence: u64, slot: u32) -> IntervalReading {
    IntervalReading { sequence, ..deren_testing::reading(DeviceId([device; 32]), Slot(slot)) }
}

fn signed(device: u8, sequence: u64, slot: u32) -> Sealed {
    Sealed::Signed(SignedReading { reading: reading(device, sequence, slot), signature: [9; 64] })
}

fn read(folder: &Path, slots: std::ops::Range<u32>) -> Vec<(u8, u64, u32)> {
    archived(folder, Slot(slots.start)..Slot(slots.end))
        .expect("readable")
        .map(|archived| archived.expect("whole"))
        .map(|archived| {
            let reading = archived.sealed.reading();
            (reading.device.0[0], reading.sequence, archived.by.key_epoch)
        })
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
fn both_versions_come_back_as_they_were_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let of_version_2 = |sequence, proof| {
        let reading = SampledReading { interval: reading(1, sequence, 5), samples_root: [4; 32] };
        Sealed::Batched(reading, proof)
    };
    // The longest path that there is.
    let path = MerkleTree::of(0u32..4096).and_then(|tree| tree.path(9)).expect("a leaf");
    let proof = BatchProof { key_epoch: 1, attempt: 2, path, signature: [9; 64] };
    let written = [signed(1, 0, 5), of_version_2(1, Some(proof)), of_version_2(2, None)];
    let archive = Archive::new(folder.path(), 1);
    archive.append(&written.clone().map(|sealed| (by(0), sealed))).expect("written");
    let read = archived(folder.path(), Slot(0)..Slot(10)).expect("readable");
    assert_eq!(read.map(|archived| archived.expect("whole").sealed).collect::<Vec<_>>(), written);
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
