//! How much an hour writes to the SD card. There are 20 devices, slots of a quarter of an hour, and a checkpoint every
//! minute. In the worst case each device's reading, with its 90 samples, is stored by itself. The test is alone in its
//! process, because the count is the process's.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use deren_gateway::{
    outbox::{Bounds, Outbox, Seal, SignedBy, Tail, Update},
    slots::{Progress, SamplePoint, Span},
};
use deren_primitives::{
    Anchor, DeviceCursor, DeviceId, GatewayId, Quality, RegisterSpan, SampledBatch, Slot, SlotClock,
};
use std::{fs, num::NonZeroU32};

const DEVICES: u8 = 20;
const SLOTS_PER_HOUR: u32 = 4;
const CHECKPOINTS_PER_SLOT: u32 = 15;
/// What one hour may write.
const MAX_MB_PER_HOUR: u64 = 6;

fn written() -> u64 {
    let io = fs::read_to_string("/proc/self/io").unwrap();
    io.lines().find_map(|line| line.strip_prefix("wchar: ")).unwrap().parse().unwrap()
}

/// Where a device's slots stand after `slot`, as large as it is in real life.
fn progress(slot: u32) -> Progress {
    let clock = SlotClock::new(NonZeroU32::new(900).unwrap());
    Progress::continuing(&DeviceCursor { next_sequence: 1, next_slot: Slot(slot), ..Default::default() }, clock)
}

fn hour(outbox: &Outbox, first_slot: u32) {
    let (genesis, gateway) = ([1; 32], GatewayId([2; 32]));
    let by = SignedBy { genesis, gateway, key_epoch: 0, public_key: [3; 32] };
    let store = |updates: Vec<Update>| {
        let seal = Seal {
            anchor: Anchor::default(),
            clock_error_ms: 5,
            good_ms: Some(u64::from(first_slot)),
            slot_seconds: 900,
        };
        outbox.append(updates, &seal).unwrap()
    };
    let sample =
        |number: u32| SamplePoint { time_ms: number * 10_000, import_mwh: 9_000_000_000, export_mwh: 0, power_w: 500 };
    let devices: Vec<DeviceId> = (0..DEVICES).map(|device| DeviceId([device; 32])).collect();
    for slot in first_slot..first_slot + SLOTS_PER_HOUR {
        for _ in 0..CHECKPOINTS_PER_SLOT {
            let update = |device: &DeviceId| Update { device: *device, spans: vec![], progress: progress(slot) };
            store(devices.iter().map(update).collect());
        }
        let (mut arrived, mut readings) = (Vec::new(), Vec::new());
        for device in &devices {
            let span = Span {
                first_slot: Slot(slot),
                slot_count: 1,
                register_epoch: 0,
                registers: RegisterSpan {
                    import_open_mwh: slot.into(),
                    import_close_mwh: slot.into(),
                    ..Default::default()
                },
                quality: Quality::GOOD,
                samples: (0..90).map(sample).collect(),
                max_gap_ms: 10_000,
            };
            let made = store(vec![Update { device: *device, spans: vec![span], progress: progress(slot + 1) }]);
            arrived.push((*device, made[0].interval.sequence + 1));
            readings.extend(made);
        }
        let batch = SampledBatch { genesis, gateway, key_epoch: 0, attempt: 0, readings: readings.try_into().unwrap() };
        outbox.store_batch(&batch, &[7; 64], &by).unwrap();
        assert_eq!(outbox.remove_before(&arrived).unwrap(), u64::from(DEVICES));
        outbox.prune_archive(Slot(slot), 900).unwrap();
    }
}

#[test]
fn an_hour_of_20_devices_writes_little() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path(), Bounds::default()).unwrap();
    for device in 0..DEVICES {
        outbox.begin(DeviceId([device; 32]), Tail::default(), &Progress::default()).unwrap();
    }
    // Some before, so that it is one of many.
    for earlier in 0..4 {
        hour(&outbox, 1_000 + earlier * SLOTS_PER_HOUR);
    }
    let before = written();
    hour(&outbox, 2_000);
    let bytes = written() - before;
    println!("{bytes} bytes in an hour, {} GB in a year", bytes * 24 * 365 / 1_000_000_000);
    assert!(bytes < MAX_MB_PER_HOUR * 1_000_000, "{bytes} bytes");
}
