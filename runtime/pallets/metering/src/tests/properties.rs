//! What holds whatever is sent, in whatever batches. Sequences have no gaps, and a slot is accepted once. What trades
//! is exactly what good readings show, and what is answered beforehand is what happens.

use super::mock::*;
use crate::{Event, SlotEnergies};
use deren_primitives::{DeviceId, IntervalReading, Quality, ReadingHash, ReadingOutcome};
use frame_support::pallet_prelude::TransactionValidityError;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
struct Sent {
    meter: usize,
    skip_slots: u32,
    count: u16,
    import_wh: u64,
    export_wh: u64,
    fault: u8,
}

fn sent() -> impl Strategy<Value = Sent> {
    (0..3usize, 0..3u32, prop_oneof![5 => Just(1u16), 1 => 0..4u16], 0..1_200u64, 0..1_200u64, 0..20u8).prop_map(
        |(meter, skip_slots, count, import_wh, export_wh, fault)| Sent {
            meter,
            skip_slots,
            count,
            import_wh,
            export_wh,
            fault,
        },
    )
}

/// A batch, and how many times four blocks are made before it.
type Round = (u32, Vec<Sent>);

fn rounds() -> impl Strategy<Value = Vec<Round>> {
    proptest::collection::vec((0..3u32, proptest::collection::vec(sent(), 1..8)), 1..12)
}

/// Of which version what is sent is.
#[derive(Clone, Copy, Debug)]
enum Version {
    One,
    Two,
}

impl Version {
    fn hash(self, reading: &IntervalReading) -> ReadingHash {
        match self {
            Self::One => reading.hash(),
            Self::Two => sampled(reading.clone()).hash(),
        }
    }

    fn submit(self, readings: Vec<IntervalReading>) -> Outcome {
        match self {
            Self::One => submit(readings),
            Self::Two => submit_v2(readings.into_iter().map(sampled).collect()),
        }
    }
}

type Outcome = Result<Vec<ReadingOutcome>, TransactionValidityError>;

/// The meter's next reading, with a fault.
fn make(meter: &Meter, next_slot: u32, sent: &Sent) -> IntervalReading {
    let mut reading = meter.peek(next_slot + sent.skip_slots, sent.import_wh, sent.export_wh);
    reading.slot_count = sent.count;
    if sent.count != 1 {
        reading.samples = 0;
    }
    match sent.fault {
        0 => reading.sequence += 1,
        1 => reading.sequence = reading.sequence.saturating_sub(1),
        2 => reading.previous = ReadingHash([3; 32]),
        3 => reading.first_slot.0 -= 1,
        4 => reading.registers.import_open_mwh += 5,
        5 => reading.quality = Quality::SUSPECT,
        6 => reading.register_epoch += 1,
        7 => reading.anchor.block_hash = [0; 32],
        8 => reading.registers.export_close_mwh = 0,
        9 => reading.device = device(9),
        _ => {}
    }
    reading
}

/// What the events of accepted readings add up to.
#[derive(Default)]
struct Seen {
    sequences: BTreeMap<DeviceId, u64>,
    slots: BTreeMap<DeviceId, u32>,
    trading: BTreeMap<u32, SlotEnergies>,
}

impl Seen {
    fn take(&mut self, event: RuntimeEvent) {
        let RuntimeEvent::Metering(Event::ReadingAccepted {
            reading, role, energies, verdict, hash, samples_root, ..
        }) = event
        else {
            return;
        };
        let sequence = self.sequences.entry(reading.device).or_default();
        assert_eq!(reading.sequence, *sequence, "a gap in the sequence");
        *sequence += 1;
        let next_slot = self.slots.entry(reading.device).or_default();
        assert!(reading.first_slot.0 >= *next_slot, "a slot was accepted twice");
        let before = std::mem::replace(next_slot, reading.end_slot().0);
        let version = if samples_root.is_some() { Version::Two } else { Version::One };
        assert_eq!(hash, version.hash(&reading));
        if verdict.trades() {
            assert_eq!(reading.slot_count, 1);
            assert!(reading.sequence == 0 || reading.first_slot.0 == before, "slots were skipped");
            self.trading.entry(reading.first_slot.0).or_default().add(role, 1_000, energies);
        }
    }
}

/// Sends these rounds, as a gateway does that asks after each where its devices stand. `look` gets what became of each
/// batch.
fn play(version: Version, rounds: &[Round], mut look: impl FnMut(Outcome, Vec<RuntimeEvent>)) {
    let meters = [GRID, SOLAR, BATTERY].map(Meter::new);
    let (mut meters, mut slots) = (meters, [FIRST + 1; 3]);
    for (wait, batch) in rounds {
        for _ in 0..wait * 4 {
            next_block();
        }
        let mut readings = vec![];
        let before = (meters.clone(), slots);
        for sent in batch {
            let reading = make(&meters[sent.meter], slots[sent.meter], sent);
            meters[sent.meter].note(reading.clone());
            meters[sent.meter].previous = version.hash(&reading);
            slots[sent.meter] = reading.end_slot().0;
            readings.push(reading);
        }
        let first = System::event_count() as usize;
        let outcome = version.submit(readings);
        look(outcome, events().into_iter().skip(first).collect());
        (meters, slots) = before;
        for (place, n) in [GRID, SOLAR, BATTERY].into_iter().enumerate() {
            if let [Some(cursor)] = Metering::cursors(vec![device(n)])[..] {
                let meter = &mut meters[place];
                meter.sequence = cursor.next_sequence;
                meter.previous = cursor.last_hash;
                meter.register_epoch = cursor.register_epoch;
                meter.import_mwh = cursor.registers.import_close_mwh;
                meter.export_mwh = cursor.registers.export_close_mwh;
                slots[place] = cursor.next_slot.0;
            }
        }
        check_invariants();
    }
}

/// What became of each batch, and what the chain keeps of them all but for the hashes.
fn trace(version: Version, rounds: &[Round]) -> impl PartialEq + std::fmt::Debug {
    let mut outcomes = vec![];
    let mut kept = None;
    run(|| {
        play(version, rounds, |outcome, _| outcomes.push(outcome));
        let cursors: BTreeMap<_, _> = crate::Cursors::<Test>::iter()
            .map(|(device, mut standing)| {
                standing.cursor.last_hash = ReadingHash::default();
                (device, standing)
            })
            .collect();
        let energies: BTreeMap<_, _> =
            crate::SiteEnergies::<Test>::iter().map(|(slot, site, energies)| ((slot, site), energies)).collect();
        let counts: BTreeMap<_, _> =
            crate::ReadingCounts::<Test>::iter().map(|(market, slot, count)| ((market, slot), count)).collect();
        kept = Some((cursors, energies, counts));
    });
    (outcomes, kept)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn only_good_readings_trade_and_each_once(rounds in rounds(), version in prop_oneof![
        Just(Version::One), Just(Version::Two),
    ]) {
        run(|| {
            let mut seen = Seen::default();
            play(version, &rounds, |_, events| events.into_iter().for_each(|event| seen.take(event)));
            for (slot, expected) in &seen.trading {
                assert_eq!(shown(*slot), *expected);
            }
            assert_eq!(crate::SiteEnergies::<Test>::iter().count(), seen.trading.len());
        });
    }

    #[test]
    fn both_versions_of_the_same_readings_are_judged_alike(rounds in rounds()) {
        prop_assert_eq!(trace(Version::One, &rounds), trace(Version::Two, &rounds));
    }
}
