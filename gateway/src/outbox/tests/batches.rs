//! Signed batches are stored as long as a waiting reading needs them, and what arrived has its proof from them.

use super::*;
use deren_primitives::{BatchProof, SampledBatch, SampledReading};

/// The waiting readings of version 2 with these numbers as a batch; its signature is its message's first bytes.
pub(super) fn batch(
    outbox: &Outbox,
    wanted: &[(DeviceId, std::ops::Range<u64>)],
    key_epoch: u32,
    attempt: u32,
) -> SampledBatch {
    let readings = wanted.iter().flat_map(|(device, numbers)| {
        let own = all(outbox, *device).into_iter().filter(|queued| numbers.contains(&queued.reading.sequence));
        own.map(|queued| sampled(&queued.reading)).collect::<Vec<_>>()
    });
    let readings = readings.collect::<Vec<_>>().try_into().expect("few");
    SampledBatch { genesis: [7; 32], gateway: GatewayId([8; 32]), key_epoch, attempt, readings }
}

fn sampled(reading: &Reading) -> SampledReading {
    match reading {
        Reading::Sampled(reading) => reading.clone(),
        Reading::Interval(reading) => panic!("of version 1: {reading:?}"),
    }
}

pub(super) fn store_batch(outbox: &Outbox, batch: &SampledBatch) {
    outbox.store_batch(batch, &batch_signature(batch), &by(batch.key_epoch)).expect("stored");
}

fn batch_signature(batch: &SampledBatch) -> [u8; 64] {
    *batch.message().last_chunk().expect("longer")
}

/// How many batches are stored.
pub(super) fn batches(outbox: &Outbox) -> usize {
    let read = outbox.database().expect("open").begin_read().expect("begun");
    super::super::batches::Batches::rows(&read).expect("read").len()
}

/// The proof with which a reading is in the archive must be of a batch that it was in.
fn assert_proven(kept: &Archived, batch: &SampledBatch) {
    let Sealed::Batched(reading, Some(BatchProof { key_epoch, attempt, path, signature })) = &kept.sealed else {
        panic!("without a proof: {kept:?}");
    };
    assert_eq!((*key_epoch, *attempt, *signature), (batch.key_epoch, batch.attempt, batch_signature(batch)));
    assert_eq!((path.root(&reading.hash()), &*kept.by), (Some(batch.tree().root()), &by(batch.key_epoch)));
}

#[test]
fn what_arrived_is_in_the_archive_with_the_proof_of_its_newest_batch() {
    let (folder, outbox) = open();
    append(&outbox, ONE, 0..5);
    append(&outbox, TWO, 0..2);
    let first = batch(&outbox, &[(ONE, 0..5), (TWO, 0..2)], 0, 0);
    store_batch(&outbox, &first);
    store_batch(&outbox, &first);
    assert_eq!(batches(&outbox), 1, "the same batch again is not written again");
    outbox.remove_before(&[(ONE, 1)]).expect("removed");
    // After a rotation what is not final is formed anew.
    let second = batch(&outbox, &[(ONE, 1..5)], 1, 0);
    store_batch(&outbox, &second);
    assert_eq!(batches(&outbox), 2, "the other device's are in the first alone");
    drop(outbox);
    let outbox = Outbox::open(folder.path(), Bounds::default()).expect("opened");
    outbox.remove_before(&[(ONE, 4), (TWO, 2)]).expect("removed");
    assert_eq!(batches(&outbox), 1);
    outbox.remove_before(&[(ONE, 5)]).expect("removed");
    assert_eq!(batches(&outbox), 0, "nothing waits that a batch would prove");
    let kept = kept(folder.path(), 0..100);
    assert_eq!(kept.len(), 7);
    for kept in &kept {
        let rotated = kept.sealed.reading().device == ONE && kept.sealed.reading().sequence > 0;
        assert_proven(kept, if rotated { &second } else { &first });
    }
}

#[test]
fn a_reading_that_another_gateways_batch_brought_is_kept_without_a_proof() {
    let (folder, outbox) = open();
    append(&outbox, ONE, 0..2);
    store_batch(&outbox, &batch(&outbox, &[(ONE, 0..1)], 0, 0));
    outbox.remove_before(&[(ONE, 2)]).expect("removed");
    let proofs: Vec<bool> = kept(folder.path(), 0..100)
        .iter()
        .map(|kept| matches!(&kept.sealed, Sealed::Batched(_, proof) if proof.is_some()))
        .collect();
    assert_eq!(proofs, [true, false]);
}
