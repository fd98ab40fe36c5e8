//! A file with readings of version 2: devices go on from those of version 1, and batches are proved by their signature.
//! Nothing in it can be changed unnoticed, two hashes for one number are named as what they are, and an independent
//! verifier agrees.

use super::{
    draft::{Draft, FROM_SLOT, GRID, ROOF, key},
    mutations::{fields, with_field},
    peer::{agrees_on, peer_says},
};
use deren_gateway::proof::{Failure, Fault, FaultKind, ProvenReading, Writer, verify};
use deren_primitives::{
    BatchProof, DeviceId, GatewayId, MAX_LEAVES, MerkleTree, Quality, ReadingHash, SampledBatch, SampledReading, Slot,
};
use ed25519_dalek::Signer;
use proptest::prelude::*;
use serde_json::json;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What is to be written: first the readings of version 1, then one batch after another.
#[derive(Clone)]
struct SampledDraft {
    old: Draft,
    batches: Vec<SampledBatch>,
}

/// What is changed in a draft before it is signed.
type Change = fn(&mut SampledDraft);

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/readings-v2.jsonl")
}

impl SampledDraft {
    /// The file that is committed as golden.
    fn whole() -> Self {
        let mut old = Draft::whole();
        old.header.version = 2;
        old.header.to_slot = FROM_SLOT + 16;
        let mut draft = Self { old, batches: Vec::new() };
        draft.add(0, &[(GRID, 45, 7, 90), (ROOF, 3, 6, 90), (GRID, 46, 8, 89)]);
        draft.add(3, &[(ROOF, 4, 7, 0)]);
        draft.add(
            15,
            &[(GRID, 47, 9, 1), (GRID, 48, 10, MAX_LEAVES), (ROOF, 5, 9, 90), (ROOF, 6, 10, 7), (ROOF, 7, 11, 8)],
        );
        let estimate = &mut draft.batches[1].readings[0].interval;
        estimate.slot_count = 2;
        estimate.quality = Quality::ESTIMATED;
        draft.chain();
        draft
    }

    /// Adds a batch of readings: whose, number, slot after the first, samples.
    fn add(&mut self, attempt: u32, wanted: &[(DeviceId, u64, u32, u32)]) {
        let make = |(device, sequence, slot, samples): &(DeviceId, u64, u32, u32)| {
            let of_device = |sealed: &&deren_gateway::proof::SealedReading| sealed.reading.device == *device;
            let last = &self.old.readings.iter().rev().find(of_device).unwrap().reading;
            let mut interval = last.clone();
            interval.sequence = *sequence;
            interval.first_slot = Slot(FROM_SLOT + slot);
            interval.samples = *samples;
            interval.quality = Quality::GOOD;
            interval.slot_count = 1;
            let steps = sequence - last.sequence;
            interval.registers.export_open_mwh = last.registers.export_close_mwh + (steps - 1) * 1_000;
            interval.registers.export_close_mwh = last.registers.export_close_mwh + steps * 1_000;
            interval.registers.import_open_mwh = last.registers.import_close_mwh;
            let samples_root = if *samples == 0 { [0; 32] } else { [*samples as u8 | 1; 32] };
            SampledReading { interval, samples_root }
        };
        let readings = wanted.iter().map(make).collect::<Vec<_>>().try_into().unwrap();
        let header = &self.old.header;
        let (genesis, gateway) = (header.genesis.0, GatewayId(header.gateway.0));
        self.batches.push(SampledBatch { genesis, gateway, key_epoch: 1, attempt, readings });
    }

    fn reading(&mut self, batch: usize, index: usize) -> &mut SampledReading {
        &mut self.batches[batch].readings[index]
    }

    /// Has each reading name the one before it of its device, across the versions.
    fn chain(&mut self) {
        let mut last: BTreeMap<DeviceId, ReadingHash> =
            self.old.readings.iter().map(|sealed| (sealed.reading.device, sealed.reading.hash())).collect();
        for reading in self.batches.iter_mut().flat_map(|batch| batch.readings.iter_mut()) {
            let before = last.get_mut(&reading.interval.device).unwrap();
            reading.interval.previous = *before;
            *before = reading.hash();
        }
    }

    fn proven(&self) -> Vec<ProvenReading> {
        let mut all = Vec::new();
        for batch in &self.batches {
            let (tree, signature) = (batch.tree(), key(batch.key_epoch).sign(&batch.message()).to_bytes());
            for (index, reading) in batch.readings.iter().enumerate() {
                let path = tree.path(index as u32).unwrap();
                let proof = BatchProof { key_epoch: batch.key_epoch, attempt: batch.attempt, path, signature };
                all.push(ProvenReading { reading: reading.clone(), proof });
            }
        }
        all
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes_with(&self.proven())
    }

    /// The file with these readings of version 2.
    fn bytes_with(&self, proven: &[ProvenReading]) -> Vec<u8> {
        let mut writer = Writer::begin(Vec::new(), &self.old.header).unwrap();
        for sealed in &self.old.readings {
            writer.reading(sealed).unwrap();
        }
        for proven in proven {
            writer.proven(proven).unwrap();
        }
        writer.end(1, |message| Ok(key(1).sign(message).to_bytes())).unwrap()
    }
}

fn fault_of(bytes: &[u8]) -> Fault {
    match verify(bytes, &[]) {
        Err(Failure::Fault(fault)) => fault,
        other => panic!("expected a fault: {other:?}"),
    }
}

/// Every later version of the program must write these bytes.
#[test]
fn the_format_is_as_it_was() {
    let made = SampledDraft::whole().bytes();
    deren_testing::assert_snapshot(path(), &made, "-p deren-gateway --test it proof::sampled");
    assert_eq!(peer_says(&[path()]), [json!({"ok": true, "readings": 16})]);
}

#[test]
fn devices_go_on_from_version_1() {
    let draft = SampledDraft::whole();
    let summary = verify(&*draft.bytes(), &[]).unwrap();
    assert_eq!(summary.readings, 16);
    let (grid, roof) = (&summary.devices[0], &summary.devices[1]);
    assert_eq!((grid.readings, grid.export_wh), (8, 3 + 4));
    assert_eq!((roof.readings, roof.estimated_readings), (8, 2));
    assert_eq!(roof.last_hash, Some(draft.batches[2].readings[4].hash()));
}

#[test]
fn every_changed_field_is_noticed() {
    let whole = SampledDraft::whole().bytes();
    let all = fields(&whole);
    let paths: usize = SampledDraft::whole().proven().iter().map(|proven| proven.proof.path.siblings.len()).sum();
    assert_eq!(all.len(), 8 + 6 + 12 + 7 * 18 + 9 * 23 + paths + 5);
    for field in &all {
        for by in [0, 5, 11] {
            assert!(verify(&*with_field(&whole, field, by), &[]).is_err(), "{field:?} goes unnoticed");
        }
    }
}

/// The gateway signs the changed file's end too: then its readings' own proofs find it.
#[test]
fn a_proof_holds_for_its_own_reading_batch_and_place_alone() {
    let draft = SampledDraft::whole();
    let changes: [fn(&mut Vec<ProvenReading>); 9] = [
        |all| all[0].reading.interval.samples += 1,
        |all| all[0].reading.samples_root[31] ^= 1,
        |all| all[0].proof.attempt += 1,
        |all| all[0].proof.key_epoch = 0,
        |all| all[0].proof.path.index = 1,
        |all| all[0].proof.path.leaves = 4,
        |all| all[0].proof.path.siblings[0][0] ^= 1,
        |all| all[0].proof.signature[0] ^= 1,
        |all| all[0].proof = all[2].proof.clone(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut proven = draft.proven();
        change(&mut proven);
        let fault = fault_of(&draft.bytes_with(&proven));
        assert_eq!((fault.line, fault.device, fault.fault), (9, Some(GRID), FaultKind::BadSignature), "{number}");
    }
}

#[test]
fn a_batch_of_more_than_64_readings_is_none() {
    let draft = SampledDraft::whole();
    let mut proven = draft.proven();
    let own = proven[0].reading.hash();
    let tree = MerkleTree::of(std::iter::once(own).chain((1..65).map(|other| ReadingHash([other; 32])))).unwrap();
    let proof = &mut proven[0].proof;
    proof.path = tree.path(0).unwrap();
    let message = proof.message(&draft.old.header.genesis.0, GatewayId(draft.old.header.gateway.0), own).unwrap();
    proof.signature = key(1).sign(&message).to_bytes();
    assert_eq!(fault_of(&draft.bytes_with(&proven)).fault, FaultKind::BadSignature);
}

/// The gateway signed both, each in a batch of its own.
#[test]
fn two_hashes_for_one_number_are_equivocation() {
    for (number, back) in [(47, 0u64), (45, 2), (44, 3)] {
        let mut draft = SampledDraft::whole();
        draft.batches.truncate(1);
        draft.add(1, &[(GRID, 47, 9, 5)]);
        draft.chain();
        let mut second = draft.batches[1].clone();
        second.attempt = 2;
        second.readings[0].interval.sequence = number;
        second.readings[0].interval.max_gap_ms += 1;
        draft.batches.push(second);
        let fault = fault_of(&draft.bytes());
        assert_eq!((fault.device, fault.sequence), (Some(GRID), Some(number)), "{back} before the last");
        assert_eq!(fault.fault, FaultKind::Equivocation);
        assert!(fault.why.contains("equivocation"), "{fault}");
    }
    let mut doubled = SampledDraft::whole();
    let last = doubled.batches[2].clone();
    doubled.batches.push(SampledBatch { attempt: 1, ..last });
    assert_eq!(fault_of(&doubled.bytes()).fault, FaultKind::WrongSequence, "the same reading in two batches is none");
}

/// Signed by the gateway as it is, and wrong.
const LIES: [(&str, Change, FaultKind); 8] = [
    ("samples without a root", |draft| draft.reading(0, 0).samples_root = [0; 32], FaultKind::BadSamples),
    ("a root without samples", |draft| draft.reading(1, 0).samples_root = [1; 32], FaultKind::BadSamples),
    ("too many samples", |draft| draft.reading(2, 1).interval.samples += 1, FaultKind::BadSamples),
    ("samples of several slots", |draft| draft.reading(0, 2).interval.slot_count = 2, FaultKind::BadSamples),
    ("left out", |draft| drop(draft.batches.remove(1)), FaultKind::WrongSequence),
    ("jump", |draft| draft.reading(2, 1).interval.registers.export_open_mwh += 1, FaultKind::RegistersNotContinuous),
    ("overlap", |draft| draft.reading(2, 0).interval.first_slot = Slot(FROM_SLOT + 8), FaultKind::SlotsGoBack),
    ("outside", |draft| draft.old.header.to_slot = FROM_SLOT + 11, FaultKind::OutsideTime),
];

#[test]
fn what_cannot_be_is_refused_though_it_is_signed() {
    for (what, change, fault) in LIES {
        let mut draft = SampledDraft::whole();
        change(&mut draft);
        draft.chain();
        assert_eq!(fault_of(&draft.bytes()).fault, fault, "{what}");
    }
    let mut draft = SampledDraft::whole();
    draft.reading(0, 0).interval.previous = ReadingHash([9; 32]);
    assert_eq!(fault_of(&draft.bytes()).fault, FaultKind::WrongPreviousHash, "across the versions");
}

#[test]
fn version_1_of_the_format_has_no_readings_of_version_2() {
    let mut draft = SampledDraft::whole();
    draft.old.header.version = 1;
    let fault = fault_of(&draft.bytes());
    assert_eq!((fault.line, fault.fault), (9, FaultKind::NotALine));
}

#[test]
fn an_independent_verifier_agrees() {
    let draft = SampledDraft::whole();
    let whole = draft.bytes();
    let mut files = Vec::new();
    for (place, field) in fields(&whole).iter().enumerate() {
        let by = u64::try_from(place).unwrap();
        files.push((format!("{field:?} by {by}"), with_field(&whole, field, by)));
    }
    for place in (0..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 7);
        files.push((format!("byte {place}"), bytes));
    }
    for (what, change, _) in LIES {
        let mut draft = SampledDraft::whole();
        change(&mut draft);
        draft.chain();
        files.push((what.to_owned(), draft.bytes()));
    }
    let mut two_truths = draft.clone();
    two_truths.add(1, &[(GRID, 46, 8, 5)]);
    files.push(("two truths".to_owned(), two_truths.bytes()));
    let mut first = draft.clone();
    first.old.header.version = 1;
    files.push(("version 1".to_owned(), first.bytes()));
    agrees_on(&files);
}

proptest! {
    #[test]
    fn any_changed_bit_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut bytes = SampledDraft::whole().bytes();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(verify(&*bytes, &[]).is_err());
    }

    #[test]
    fn batches_of_any_size_are_proved(count in 1..=64u64, attempt in 0..16u32) {
        let mut draft = SampledDraft::whole();
        draft.old.header.to_slot = FROM_SLOT + 200;
        draft.batches.clear();
        let wanted: Vec<_> = (0..count).map(|number| (GRID, 45 + number, 7 + number as u32, 4)).collect();
        draft.add(attempt, &wanted);
        draft.chain();
        prop_assert_eq!(verify(&*draft.bytes(), &[]).unwrap().readings, 7 + count);
    }
}
