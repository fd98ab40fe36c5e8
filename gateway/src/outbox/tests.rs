//! The outbox keeps what it was given, in order, whatever happens in between.

mod batches;
mod samples;

use super::*;
use crate::slots::{SamplePoint, Span};
use batches::{batch, batches, store_batch};
use codec::Encode;
use deren_primitives::{Anchor, DeviceCursor, GatewayId, Quality, ReadingHash, RegisterSpan, SignedReading, Slot};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ONE: DeviceId = DeviceId([1; 32]);
const TWO: DeviceId = DeviceId([2; 32]);

/// Six samples, of registers that rise by one mWh a slot.
fn span(slot: u32) -> Span {
    let sample = |time_ms| SamplePoint { time_ms, import_mwh: slot.into(), export_mwh: 0, power_w: 4 };
    Span {
        first_slot: Slot(slot),
        slot_count: 1,
        register_epoch: 0,
        registers: RegisterSpan { import_open_mwh: slot.into(), import_close_mwh: slot.into(), ..Default::default() },
        quality: Quality::GOOD,
        samples: (0..6).map(|number| sample(number * 10_000)).collect(),
        max_gap_ms: 10,
    }
}

fn signed(hash: ReadingHash) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&hash.0);
    signature
}

fn by(key_epoch: u32) -> SignedBy {
    let public_key = [key_epoch as u8 + 1; 32];
    SignedBy { genesis: [7; 32], gateway: GatewayId([8; 32]), key_epoch, public_key }
}

fn seal() -> Seal {
    Seal { anchor: Anchor::default(), clock_error_ms: 1, good_ms: None, slot_seconds: 900 }
}

fn append(outbox: &Outbox, device: DeviceId, slots: std::ops::Range<u32>) {
    outbox.begin(device, Tail::default(), &Progress::default()).expect("begun");
    let update = Update { device, spans: slots.map(span).collect(), progress: Progress::default() };
    outbox.append(vec![update], &seal()).expect("stored");
}

/// Appends readings of version 1, as an earlier program did.
fn append_old(outbox: &Outbox, device: DeviceId, slots: std::ops::Range<u32>) {
    outbox.begin(device, Tail::default(), &Progress::default()).expect("begun");
    let mut tail = outbox.stored(device).expect("read").expect("begun").tail;
    let database = outbox.database().expect("open");
    let write = database.begin_write().expect("begun");
    for slot in slots {
        let reading = deren_primitives::IntervalReading {
            sequence: tail.next_sequence,
            previous: tail.last_hash,
            ..deren_testing::reading(device, Slot(slot))
        };
        let key = (&device.0, reading.sequence);
        tail = Tail { next_sequence: reading.sequence + 1, last_hash: reading.hash() };
        write.open_table(READINGS).expect("there").insert(key, &*reading.encode()).expect("stored");
        let signature = (0u32, signed(reading.hash())).encode();
        write.open_table(SIGNATURES).expect("there").insert(key, &*signature).expect("stored");
    }
    write.open_table(TAILS).expect("there").insert(&device.0, &*tail.encode()).expect("stored");
    write.open_table(SIGNERS).expect("there").insert(0, &*by(0).encode()).expect("stored");
    write.commit().expect("stored");
}

fn kept(folder: &Path, slots: std::ops::Range<u32>) -> Vec<Archived> {
    let slots = Slot(slots.start)..Slot(slots.end);
    archived(folder, slots).expect("readable").map(|archived| archived.expect("whole")).collect()
}

fn open() -> (tempfile::TempDir, Outbox) {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = Outbox::open(folder.path(), Bounds::default()).expect("made");
    (folder, outbox)
}

fn all(outbox: &Outbox, device: DeviceId) -> Vec<Queued> {
    outbox.next(&[(device, 0)], Slot(u32::MAX), 1000).expect("read")
}

#[test]
fn readings_are_numbered_and_chained_without_a_gap() {
    let (_folder, outbox) = open();
    append(&outbox, ONE, 10..13);
    append(&outbox, ONE, 13..15);
    let queued = all(&outbox, ONE);
    assert_eq!(queued.iter().map(|q| q.reading.sequence).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(queued[0].reading.previous, ReadingHash::default());
    assert!(queued.windows(2).all(|pair| pair[1].reading.previous == pair[0].reading.hash()));
    assert!(queued.iter().all(|q| q.signature.is_none()), "they are signed as a batch");
}

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let (folder, outbox) = open();
    append(&outbox, ONE, 10..13);
    let before = (all(&outbox, ONE), outbox.stored(ONE).expect("read"));
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds::default()).expect("opened");
    assert_eq!((all(&outbox, ONE), outbox.stored(ONE).expect("read")), before);
}

#[test]
fn the_last_anchor_is_kept() {
    let (folder, outbox) = open();
    assert_eq!(outbox.last_anchor().expect("read"), None);
    append(&outbox, ONE, 0..1);
    let anchor = Anchor { block_number: 9, block_hash: [9; 32] };
    let update = Update { device: ONE, spans: vec![span(1)], progress: Progress::default() };
    outbox.append(vec![update.clone()], &Seal { anchor, ..seal() }).expect("stored");
    outbox.append(vec![Update { spans: vec![], ..update }], &seal()).expect("stored");
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds::default()).expect("opened");
    assert_eq!(outbox.last_anchor().expect("read"), Some(anchor));
}

#[test]
fn the_newest_good_time_is_kept() {
    let (folder, outbox) = open();
    append(&outbox, ONE, 0..1);
    assert_eq!(outbox.last_good_ms().expect("read"), None);
    let update = Update { device: ONE, spans: vec![], progress: Progress::default() };
    outbox.append(vec![update.clone()], &Seal { good_ms: Some(77), ..seal() }).expect("stored");
    outbox.append(vec![update], &seal()).expect("stored");
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds::default()).expect("opened");
    assert_eq!(outbox.last_good_ms().expect("read"), Some(77));
}

#[test]
fn what_arrived_is_in_the_archive_with_who_signed_it() {
    let (folder, outbox) = open();
    append_old(&outbox, ONE, 0..3000);
    append_old(&outbox, TWO, 0..2);
    outbox.sign_again(&signed_again(&outbox, TWO), &by(1)).expect("stored");
    assert_eq!(outbox.remove_before(&[(ONE, 2500), (TWO, 1)]).expect("removed"), 2501);
    let of = |device: DeviceId| {
        let kept = kept(folder.path(), 0..10_000).into_iter();
        kept.filter(move |kept| kept.sealed.reading().device == device).collect::<Vec<_>>()
    };
    let signature = |kept: &Archived| match &kept.sealed {
        Sealed::Signed(signed) => signed.signature,
        other => panic!("{other:?}"),
    };
    let numbers: Vec<u64> = of(ONE).iter().map(|kept| kept.sealed.reading().sequence).collect();
    assert_eq!(numbers, (0..2500).collect::<Vec<_>>());
    assert!(of(ONE).iter().all(|kept| *kept.by == by(0) && signature(kept) == signed(kept.sealed.reading().hash())));
    assert!(of(TWO).iter().all(|kept| *kept.by == by(1) && signature(kept) == [7; 64]));
    assert_eq!((of(TWO).len(), kept(folder.path(), 700..710).len()), (1, 10));
    outbox.prune_archive(Slot(672 + 400 * 96), 900).expect("pruned");
    let first = kept(folder.path(), 0..10_000).first().map(|kept| kept.sealed.reading().first_slot);
    assert_eq!(first, Some(Slot(672)));
}

#[test]
fn readings_go_on_from_those_of_an_earlier_program() {
    let (folder, outbox) = open();
    append_old(&outbox, ONE, 0..3);
    let old = all(&outbox, ONE);
    append(&outbox, ONE, 3..5);
    let queued = all(&outbox, ONE);
    assert_eq!(queued[..3], old[..], "what waited stays as it was");
    assert!(queued.windows(2).all(|pair| pair[1].reading.previous == pair[0].reading.hash()));
    assert!(queued.iter().map(|q| q.reading.sequence).eq(0..5));
    let cursor = |next_sequence: u64, last: usize| DeviceCursor {
        next_sequence,
        last_hash: queued[last].reading.hash(),
        ..Default::default()
    };
    for next in 1..=5 {
        let position = outbox.position(ONE, &cursor(next, next as usize - 1)).expect("read");
        assert_eq!(position, OutboxPosition::InStep, "{next}");
    }
    store_batch(&outbox, &batch(&outbox, &[(ONE, 3..5)], 0, 0));
    outbox.remove_before(&[(ONE, 5)]).expect("removed");
    let kept = kept(folder.path(), 0..3_000_000);
    let hashes: Vec<_> = kept
        .iter()
        .map(|kept| match &kept.sealed {
            Sealed::Signed(signed) => signed.reading.hash(),
            Sealed::Batched(reading, _) => reading.hash(),
        })
        .collect();
    assert_eq!(hashes, queued.iter().map(|queued| queued.reading.hash()).collect::<Vec<_>>());
}

#[test]
fn two_gateways_cannot_share_an_outbox() {
    let (folder, _outbox) = open();
    let error = Outbox::open(folder.path(), Bounds::default()).expect_err("held").to_string();
    assert!(error.contains("another deren-gateway"), "{error}");
}

#[test]
fn a_span_of_a_device_that_has_not_begun_is_refused_and_nothing_is_stored() {
    let (_folder, outbox) = open();
    let good = Update { device: ONE, spans: vec![], progress: Progress::default() };
    let bad = Update { device: TWO, spans: vec![span(1)], progress: Progress::default() };
    assert!(outbox.append(vec![good, bad], &seal()).is_err());
    assert!(outbox.is_empty().expect("read"));
    assert_eq!(outbox.stored(ONE).expect("read"), None);
}

#[test]
fn a_device_begins_only_once() {
    let (_folder, outbox) = open();
    append(&outbox, ONE, 0..2);
    let elsewhere = Tail { next_sequence: 99, last_hash: ReadingHash([9; 32]) };
    outbox.begin(ONE, elsewhere, &Progress::default()).expect("nothing to do");
    assert_eq!(outbox.stored(ONE).expect("read").expect("begun").tail.next_sequence, 2);
}

#[test]
fn devices_take_turns_and_each_goes_in_order() {
    let (_folder, outbox) = open();
    append(&outbox, ONE, 0..5);
    append(&outbox, TWO, 0..2);
    let turns: Vec<_> = outbox
        .next(&[(ONE, 0), (TWO, 0)], Slot(100), 6)
        .expect("read")
        .iter()
        .map(|q| (q.reading.device.0[0], q.reading.sequence))
        .collect();
    assert_eq!(turns, [(1, 0), (2, 0), (1, 1), (2, 1), (1, 2), (1, 3)]);
}

#[test]
fn a_slot_that_has_not_ended_stays() {
    let (_folder, outbox) = open();
    append(&outbox, ONE, 5..8);
    assert_eq!(outbox.next(&[(ONE, 0)], Slot(6), 64).expect("read").len(), 1);
    assert_eq!(outbox.next(&[(ONE, 0)], Slot(5), 64).expect("read").len(), 0);
    assert_eq!(outbox.next(&[(ONE, 0)], Slot(8), 64).expect("read").len(), 3);
}

#[test]
fn only_what_arrived_is_removed() {
    let (_folder, outbox) = open();
    append(&outbox, ONE, 0..5);
    append(&outbox, TWO, 0..5);
    assert_eq!(outbox.remove_before(&[(ONE, 3), (TWO, 0)]).expect("removed"), 3);
    assert_eq!(outbox.remove_before(&[(ONE, 3)]).expect("removed"), 0);
    assert_eq!(all(&outbox, ONE)[0].reading.sequence, 3);
    assert_eq!(outbox.len().expect("read"), 7);
    append(&outbox, ONE, 5..6);
    assert_eq!(all(&outbox, ONE).last().map(|q| q.reading.sequence), Some(5));
}

/// The device's waiting readings of version 1, signed with another key.
fn signed_again(outbox: &Outbox, device: DeviceId) -> Vec<SignedReading> {
    let again = |queued: Queued| match queued.reading {
        Reading::Interval(reading) => SignedReading { reading, signature: [7; 64] },
        other => panic!("{other:?}"),
    };
    all(outbox, device).into_iter().map(again).collect()
}

#[test]
fn a_rotated_key_signs_again_and_changes_no_reading() {
    let (_folder, outbox) = open();
    append_old(&outbox, ONE, 0..3);
    let before = all(&outbox, ONE);
    let again = signed_again(&outbox, ONE);
    outbox.remove_before(&[(ONE, 1)]).expect("removed");
    outbox.sign_again(&again, &by(1)).expect("stored");
    let after = all(&outbox, ONE);
    assert_eq!(after.len(), 2);
    assert!(after.iter().all(|q| q.signature == Some((1, [7; 64]))));
    assert_eq!(after[0].reading, before[1].reading);
}

#[test]
fn position_against_the_chain() {
    let (_folder, outbox) = open();
    let cursor = |next_sequence, last_hash| DeviceCursor { next_sequence, last_hash, ..Default::default() };
    let position = |cursor: &DeviceCursor| outbox.position(ONE, cursor).expect("read");
    assert_eq!(position(&DeviceCursor::default()), OutboxPosition::NotBegun);
    append(&outbox, ONE, 0..5);
    let hashes: Vec<_> = all(&outbox, ONE).iter().map(|q| q.reading.hash()).collect();
    assert_eq!(position(&DeviceCursor::default()), OutboxPosition::InStep);
    assert_eq!(position(&cursor(2, hashes[1])), OutboxPosition::InStep);
    assert_eq!(position(&cursor(5, hashes[4])), OutboxPosition::InStep);
    assert_eq!(position(&cursor(2, hashes[0])), OutboxPosition::Forked);
    assert_eq!(position(&cursor(6, hashes[4])), OutboxPosition::ChainAhead);
    outbox.remove_before(&[(ONE, 3)]).expect("removed");
    assert_eq!(position(&cursor(2, hashes[1])), OutboxPosition::NodeBehind);
    assert_eq!(position(&cursor(3, hashes[2])), OutboxPosition::InStep);
}

#[test]
fn an_adopted_device_continues_where_the_chain_is() {
    let (_folder, outbox) = open();
    append(&outbox, ONE, 0..5);
    append(&outbox, TWO, 0..1);
    store_batch(&outbox, &batch(&outbox, &[(ONE, 0..5)], 0, 0));
    let cursor = DeviceCursor { next_sequence: 40, last_hash: ReadingHash([4; 32]), ..Default::default() };
    assert_eq!(outbox.adopt(ONE, &cursor, &Progress::default()).expect("adopted"), 5);
    assert_eq!(batches(&outbox), 0);
    append(&outbox, ONE, 50..51);
    let queued = all(&outbox, ONE);
    assert_eq!((queued.len(), queued[0].reading.sequence), (1, 40));
    assert_eq!(queued[0].reading.previous, ReadingHash([4; 32]));
    assert_eq!(all(&outbox, TWO).len(), 1);
}

#[derive(Clone, Debug)]
enum Act {
    Append(bool, u32),
    Remove(bool, u64),
    Reopen,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (any::<bool>(), 1..5u32).prop_map(|(one, count)| Act::Append(one, count)),
        3 => (any::<bool>(), 0..6u64).prop_map(|(one, count)| Act::Remove(one, count)),
        1 => Just(Act::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_history_leaves_an_unbroken_queue(acts in proptest::collection::vec(act(), 1..24)) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut outbox = Outbox::open(folder.path(), Bounds::default()).expect("made");
        let mut expected: BTreeMap<DeviceId, (u64, u64)> = BTreeMap::new();
        for act in acts {
            match act {
                Act::Append(one, count) => {
                    let device = if one { ONE } else { TWO };
                    let (_, end) = expected.entry(device).or_default();
                    append(&outbox, device, *end as u32..*end as u32 + count);
                    *end += u64::from(count);
                }
                Act::Remove(one, count) => {
                    let device = if one { ONE } else { TWO };
                    let (start, end) = expected.entry(device).or_default();
                    *start = (*start + count).min(*end);
                    outbox.remove_before(&[(device, *start)]).expect("removed");
                }
                Act::Reopen => {
                    drop(outbox);
                    outbox = Outbox::open(folder.path(), Bounds::default()).expect("opened");
                }
            }
            for (device, (start, end)) in &expected {
                let queued = all(&outbox, *device);
                let numbers: Vec<u64> = queued.iter().map(|q| q.reading.sequence).collect();
                prop_assert_eq!(numbers, (*start..*end).collect::<Vec<_>>());
                prop_assert!(queued.windows(2).all(|pair| pair[1].reading.previous == pair[0].reading.hash()));
            }
        }
    }
}
