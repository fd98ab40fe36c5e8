//! What holds whatever is sent, in whatever batches. Sequences have no gaps, and a slot is accepted once. What trades
//! is exactly what good readings show, and what is answered beforehand is what happens.

use super::mock::*;
use crate::{Event, SlotEnergies};
use deren_primitives::{DeviceId, IntervalReading, Quality, ReadingHash};
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

/// The meter's next reading, with a fault.
fn make(meter: &Meter, next_slot: u32, sent: &Sent) -> IntervalReading {
    let mut reading = meter.peek(next_slot + sent.skip_slots, sent.import_wh, sent.export_wh);
    reading.slot_count = sent.count;
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
        let RuntimeEvent::Metering(Event::ReadingAccepted { reading, role, energies, verdict, hash, .. }) = event
        else {
            return;
        };
        let sequence = self.sequences.entry(reading.device).or_default();
        assert_eq!(reading.sequence, *sequence, "a gap in the sequence");
        *sequence += 1;
        let next_slot = self.slots.entry(reading.device).or_default();
        assert!(reading.first_slot.0 >= *next_slot, "a slot was accepted twice");
        let before = std::mem::replace(next_slot, reading.end_slot().0);
        assert_eq!(hash, reading.hash());
        if verdict.trades() {
            assert_eq!(reading.slot_count, 1);
            assert!(reading.sequence == 0 || reading.first_slot.0 == before, "slots were skipped");
            self.trading.entry(reading.first_slot.0).or_default().add(role, 1_000, energies);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn only_good_readings_trade_and_each_once(
        rounds in proptest::collection::vec((0..3u32, proptest::collection::vec(sent(), 1..8)), 1..12),
    ) {
        run(|| {
            let meters = [GRID, SOLAR, BATTERY].map(Meter::new);
            let (mut meters, mut slots) = (meters, [FIRST + 1; 3]);
            let mut seen = Seen::default();
            for (wait, batch) in rounds {
                for _ in 0..wait * 4 {
                    next_block();
                }
                let mut readings = vec![];
                let before = (meters.clone(), slots);
                for sent in &batch {
                    let reading = make(&meters[sent.meter], slots[sent.meter], sent);
                    meters[sent.meter].note(reading.clone());
                    slots[sent.meter] = reading.end_slot().0;
                    readings.push(reading);
                }
                let first = System::event_count() as usize;
                let _ = submit(readings);
                events().into_iter().skip(first).for_each(|event| seen.take(event));
                // A gateway asks where its devices stand, and goes on from there.
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
            for (slot, expected) in &seen.trading {
                assert_eq!(shown(*slot), *expected);
            }
            assert_eq!(crate::SiteEnergies::<Test>::iter().count(), seen.trading.len());
        });
    }
}
