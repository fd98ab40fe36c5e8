//! Readings as gateways make them. A test sets the fields that it is about, and takes the others from here.

use deren_primitives::{Anchor, DeviceId, IntervalReading, Quality, ReadingHash, RegisterSpan, Slot};

/// A device's first reading: of one slot, well measured, and showing no energy.
pub fn reading(device: DeviceId, slot: Slot) -> IntervalReading {
    IntervalReading {
        device,
        first_slot: slot,
        slot_count: 1,
        register_epoch: 0,
        registers: RegisterSpan::default(),
        quality: Quality::GOOD,
        clock_error_ms: 5,
        samples: 90,
        max_gap_ms: 100,
        sequence: 0,
        previous: ReadingHash::default(),
        anchor: Anchor::default(),
    }
}

/// Registers that begin at zero and show this energy.
pub fn shown(import_wh: u64, export_wh: u64) -> RegisterSpan {
    RegisterSpan { import_close_mwh: import_wh * 1_000, export_close_mwh: export_wh * 1_000, ..RegisterSpan::default() }
}
