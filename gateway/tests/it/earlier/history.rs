//! What a data folder holds of each device: what is final, and what waits.

use deren_gateway::outbox::{Bounds, Outbox, Reading, Sealed, SignedBy, archived};
use deren_primitives::{DeviceId, GatewayId, IntervalReading, Signature, Slot, interval_message, verify};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

/// More readings than any test has.
const ALL: usize = 1_000_000;

/// A device's readings in their order, what is final first.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) readings: Vec<Reading>,
    pub(super) final_count: usize,
}

pub(super) struct History {
    pub(super) gateway: GatewayId,
    pub(super) devices: BTreeMap<DeviceId, Held>,
}

impl History {
    /// Reads the folder of a gateway that does not run. What is signed must hold, under the gateway's first key.
    pub(super) fn of(data_folder: &Path) -> Self {
        let mut devices: BTreeMap<DeviceId, Held> = BTreeMap::new();
        let mut signer = None;
        for kept in archived(data_folder, Slot(0)..Slot(u32::MAX)).unwrap() {
            let kept = kept.unwrap();
            let by = signer.get_or_insert_with(|| kept.by.clone());
            assert_eq!(*by, kept.by, "one key signed all");
            let held = devices.entry(kept.sealed.reading().device).or_default();
            held.readings.push(checked(by, kept.sealed));
            held.final_count += 1;
        }
        let by = signer.expect("something is final");
        assert_eq!((by.key_epoch, by.public_key), (0, by.gateway.0));
        let outbox = Outbox::open(data_folder, Bounds::default()).unwrap();
        for (device, held) in &mut devices {
            for queued in outbox.next(&[(*device, 0)], Slot(u32::MAX), ALL).unwrap() {
                match (&queued.reading, queued.signature) {
                    (Reading::Interval(reading), Some((0, signature))) => assert_signed(&by, reading, &signature),
                    (Reading::Sampled(_), None) => {}
                    other => panic!("{other:?}"),
                }
                held.readings.push(queued.reading);
            }
            let tail = outbox.stored(*device).unwrap().unwrap().tail;
            let last = held.readings.last().unwrap();
            assert_eq!((tail.next_sequence, tail.last_hash), (last.sequence + 1, last.hash()));
        }
        assert_eq!(outbox.waiting().unwrap().len(), devices.len());
        Self { gateway: by.gateway, devices }
    }
}

/// A reading of the archive, whose signature or proof must hold.
fn checked(by: &SignedBy, sealed: Sealed) -> Reading {
    match sealed {
        Sealed::Signed(signed) => {
            assert_signed(by, &signed.reading, &signed.signature);
            Reading::Interval(signed.reading)
        }
        Sealed::Batched(reading, proof) => {
            let proof = proof.expect("a proof");
            let message = proof.message(&by.genesis, by.gateway, reading.hash()).expect("a batch has such a place");
            assert!(verify(&by.public_key, &message, &proof.signature), "{reading:?}");
            Reading::Sampled(reading)
        }
    }
}

fn assert_signed(by: &SignedBy, reading: &IntervalReading, signature: &Signature) {
    let message = interval_message(&by.genesis, by.gateway, by.key_epoch, reading.hash());
    assert!(verify(&by.public_key, &message, signature), "{reading:?}");
}

/// The readings of an exported file, a line each as it is written.
pub(super) fn lines(exported: &[u8]) -> Vec<String> {
    let text = String::from_utf8(exported.to_vec()).unwrap();
    let is_reading = |line: &&str| serde_json::from_str::<Value>(line).unwrap().get("sequence").is_some();
    text.lines().filter(is_reading).map(str::to_owned).collect()
}
