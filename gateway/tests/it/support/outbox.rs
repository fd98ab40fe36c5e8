//! An outbox of one device, and readings for it that a test numbers.

use deren_gateway::{
    outbox::{Bounds, Outbox, Seal, SignedBy, Tail, Update},
    slots::{Progress, Span},
};
use deren_primitives::{Anchor, DeviceId, GatewayId, Quality, ReadingHash, RegisterSpan, Slot};
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
        samples: 1,
        max_gap_ms: 1,
    };
    let sign = |_: ReadingHash| Ok([0; 64]);
    let by = SignedBy { genesis: [0; 32], gateway: GatewayId([0; 32]), key_epoch: 0, public_key: [0; 32] };
    let seal = Seal { anchor: Anchor::default(), clock_error_ms: 0, good_ms: None, by, sign: &sign };
    let update = Update { device: DEVICE, spans: sequences.map(span).collect(), progress: Progress::default() };
    outbox.append(vec![update], &seal).map(drop).map_err(|error| error.to_string())
}
