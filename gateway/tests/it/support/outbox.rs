//! An outbox of one device, and readings for it that a test numbers.

use deren_gateway::{
    outbox::{Bounds, Outbox, Seal, SignedBy, Tail, Update},
    slots::{Progress, SamplePoint, Span},
};
use deren_primitives::{Anchor, DeviceId, GatewayId, Quality, RegisterSpan, SampledBatch, SampledReading, Slot};
use std::{ops::Range, path::Path};

pub const DEVICE: DeviceId = DeviceId([1; 32]);

pub fn open(folder: &Path, bounds: Bounds) -> Outbox {
    let outbox = Outbox::open(folder, bounds).expect("opened");
    outbox.begin(DEVICE, Tail::default(), &Progress::default()).expect("begun");
    outbox
}

/// Appends the device's readings of these sequence numbers, which are their slots too, in one step.
pub fn append(outbox: &Outbox, sequences: Range<u64>) -> Result<(), String> {
    let span = |sequence: u64| Span {
        first_slot: Slot(u32::try_from(sequence).expect("a slot")),
        slot_count: 1,
        register_epoch: 0,
        registers: RegisterSpan { import_open_mwh: sequence, import_close_mwh: sequence + 1, ..Default::default() },
        quality: Quality::GOOD,
        samples: vec![SamplePoint { time_ms: 0, import_mwh: sequence, export_mwh: 0, power_w: 0 }],
        max_gap_ms: 1,
    };
    let seal = Seal { anchor: Anchor::default(), clock_error_ms: 0, good_ms: None, slot_seconds: 900 };
    let update = Update { device: DEVICE, spans: sequences.map(span).collect(), progress: Progress::default() };
    outbox.append(vec![update], &seal).map(drop).map_err(|error| error.to_string())
}

/// Stores a signed batch of these readings, as before it is sent.
pub fn store_batch(outbox: &Outbox, readings: Vec<SampledReading>, attempt: u32) -> Result<(), String> {
    let (genesis, gateway) = ([0; 32], GatewayId([0; 32]));
    let by = SignedBy { genesis, gateway, key_epoch: 0, public_key: [0; 32] };
    let readings = readings.try_into().expect("few");
    let batch = SampledBatch { genesis, gateway, key_epoch: 0, attempt, readings };
    outbox.store_batch(&batch, &[9; 64], &by).map_err(|error| error.to_string())
}
