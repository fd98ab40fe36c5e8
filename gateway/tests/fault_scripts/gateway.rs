//! A gateway that reads the device for a week, with the real slot builder and outbox. What goes wrong on its own side
//! comes by seed: kill -9, a disk that is full, a clock that jumps.

use crate::{device::Device, homes::WEEK_MS};
use codec::{Decode, Encode};
use deren_gateway::{
    outbox::{Bounds, Outbox, Samples, Seal, Tail, Update},
    slots::{Note, Observation, Progress, Rules, SlotBuilder, Span},
};
use deren_primitives::{Anchor, DeviceId, SampledReading, SlotClock};
use deren_simulator::noise::Noise;
use std::{collections::BTreeMap, num::NonZeroU32};

pub const CLOCK_ERROR_MS: u32 = 150;
const CHECKPOINT_MS: u64 = 60_000;
/// A driver asks at least this often who the device is.
const TRUST_MS: u64 = 15 * 60_000;

/// What one device's gateway made.
pub struct Recorded {
    pub readings: Vec<SampledReading>,
    /// What the outbox holds of each reading's samples.
    pub samples: Vec<Option<Samples>>,
    pub wraps: u64,
}

/// Something of the gateway's own that goes wrong for a while.
#[derive(Debug)]
pub struct Trouble {
    pub from_ms: u64,
    pub to_ms: u64,
    kind: TroubleKind,
}

#[derive(Debug)]
enum TroubleKind {
    DiskFull,
    /// The clock is wrong by this much, and known not to be synchronised.
    ClockOff(i64),
    /// The process is killed at the start, and started again at the end.
    Killed,
}

/// The last day is quiet, as the device's script is.
pub fn troubles(seed: u64) -> Vec<Trouble> {
    let noise = Noise::new(seed, "gateway").stream("troubles");
    let count = noise.between(0, 0, 12);
    let trouble = |number: u64| {
        let draw = |index, low, high| noise.between(number * 8 + index, low, high);
        let from_ms = draw(1, 3_600_000, WEEK_MS - 86_400_000);
        let for_ms = draw(2, 1_000, 5_000) << draw(3, 0, 11);
        let kind = match draw(4, 0, 4) {
            0 => TroubleKind::DiskFull,
            1 => TroubleKind::ClockOff(draw(5, 0, 14_400_000) as i64 - 7_200_000),
            _ => TroubleKind::Killed,
        };
        Trouble { from_ms, to_ms: from_ms + for_ms, kind }
    };
    (1..=count).map(trouble).collect()
}

/// One device as the gateway's recorder keeps it.
struct Slots {
    builder: SlotBuilder,
    stored: Progress,
    spans: Vec<Span>,
    wraps: u64,
}

impl Slots {
    fn new(rules: Rules) -> Self {
        let stored = Progress::default();
        Self { builder: SlotBuilder::new(rules, stored.clone()), stored, spans: Vec::new(), wraps: 0 }
    }

    /// Spans are stored in one transaction with the progress that made them.
    fn keep(&mut self, spans: Vec<Span>, checkpoint: bool) {
        if !spans.is_empty() || checkpoint {
            self.stored = self.builder.progress().clone();
        }
        self.spans.extend(spans);
    }

    fn start_again(&mut self, rules: Rules) {
        let bytes = self.stored.encode();
        self.builder = SlotBuilder::new(rules, Progress::decode(&mut &bytes[..]).unwrap());
    }
}

fn rules(device: &Device<'_>) -> Rules {
    Rules {
        clock: SlotClock::new(NonZeroU32::new(900).unwrap()),
        confirmations: 6,
        boundary_wait_ms: 60_000,
        max_power: Some(device.power),
        has_serial: device.has_serial(),
    }
}

/// How often it samples.
pub fn every_ms(seed: u64) -> u64 {
    [10_000, 20_000, 30_000, 60_000][Noise::new(seed, "gateway").between(0, 0, 3) as usize]
}

/// The readings of each meter that was there, by serial number, in the order in which they came.
pub fn record(device: &Device<'_>, seed: u64) -> BTreeMap<u32, Recorded> {
    let noise = Noise::new(seed, "gateway");
    let troubles = troubles(seed);
    let every_ms = every_ms(seed);
    let skew_ms = noise.between(1, 0, 100) as i64 - 50;
    let (mut meters, rules) = (BTreeMap::<u32, Slots>::new(), rules(device));
    let mut known: Option<(u32, u64)> = None;
    let mut last_checkpoint_ms = 0;
    let mut was_dead = false;
    for tick in 0..WEEK_MS / every_ms {
        let true_ms = tick * every_ms + noise.between(tick + 10, 2, 50);
        let on = || troubles.iter().filter(|trouble| (trouble.from_ms..trouble.to_ms).contains(&true_ms));
        if on().any(|trouble| matches!(trouble.kind, TroubleKind::Killed)) {
            was_dead = true;
            continue;
        }
        if std::mem::take(&mut was_dead) {
            known = None;
            meters.values_mut().for_each(|slots| slots.start_again(rules));
        }
        let may_seal = !on().any(|trouble| matches!(trouble.kind, TroubleKind::DiskFull));
        let off = on().find_map(|trouble| match trouble.kind {
            TroubleKind::ClockOff(off_ms) => Some(off_ms),
            _ => None,
        });
        let now_ms = (device.home.start_ms + true_ms).saturating_add_signed(off.unwrap_or(skew_ms));
        let checkpoint = true_ms >= last_checkpoint_ms + CHECKPOINT_MS;
        if checkpoint {
            last_checkpoint_ms = true_ms;
        }
        if !device.answers(true_ms) {
            // The driver connects again, and asks who is there.
            known = None;
        }
        let serial = device.serial(true_ms);
        if device.answers(true_ms) && known.is_none_or(|(_, since_ms)| true_ms >= since_ms + TRUST_MS) {
            if let Some(slots) = meters.get_mut(&serial) {
                slots.builder.identity_seen();
            }
            known = Some((serial, true_ms));
        }
        if let (Some((reads_as, _)), Some(sample)) = (known, device.sample(true_ms, now_ms)) {
            // A meter without a serial number that is swapped is the same device to anyone.
            let id = if device.has_serial() { reads_as } else { 0 };
            let slots = meters.entry(id).or_insert_with(|| Slots::new(rules));
            let outcome = slots.builder.take(Observation::of(&sample, off.is_some()), may_seal);
            slots.wraps += u64::from(outcome.note == Note::WrapConfirmed);
            slots.keep(outcome.spans, checkpoint);
            if slots.builder.wants_identity() {
                if reads_as == serial {
                    slots.builder.identity_seen();
                }
                known = Some((serial, true_ms));
            }
        }
        for slots in meters.values_mut() {
            let spans = slots.builder.close(now_ms, may_seal);
            slots.keep(spans, false);
        }
    }
    meters.into_iter().map(|(serial, slots)| (serial, store(serial, slots))).collect()
}

/// Brings what was made through the real outbox, which numbers and chains it, and keeps its samples.
fn store(serial: u32, slots: Slots) -> Recorded {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path(), Bounds { max_mb: 8, ..Bounds::default() }).unwrap();
    let mut id = [7; 32];
    id[..4].copy_from_slice(&serial.to_le_bytes());
    let device = DeviceId(id);
    outbox.begin(device, Tail::default(), &Progress::default()).unwrap();
    let seal = Seal { anchor: Anchor::default(), clock_error_ms: CLOCK_ERROR_MS, good_ms: None, slot_seconds: 900 };
    let update = Update { device, spans: slots.spans, progress: slots.stored };
    let readings = outbox.append(vec![update], &seal).unwrap();
    let samples = readings.iter().map(|reading| outbox.samples(device, reading.interval.sequence).unwrap()).collect();
    Recorded { readings, samples, wraps: slots.wraps }
}
