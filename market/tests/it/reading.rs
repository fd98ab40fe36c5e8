//! The rulebook for readings.

mod corroborate;
mod excess;
mod next;
mod pace;
mod rating;
mod samples;
mod verdict;

use deren_primitives::{Anchor, DeviceCursor, DeviceId, IntervalReading, Quality, ReadingHash, RegisterSpan, Slot};

/// A reading of one quarter-hour, as good as can be: number 7 of its device, which gave 500 Wh.
fn reading() -> IntervalReading {
    IntervalReading {
        device: DeviceId([1; 32]),
        first_slot: Slot(100),
        slot_count: 1,
        register_epoch: 2,
        registers: RegisterSpan {
            import_open_mwh: 5_000,
            import_close_mwh: 5_000,
            export_open_mwh: 70_000,
            export_close_mwh: 570_000,
        },
        quality: Quality::GOOD,
        clock_error_ms: 20,
        samples: 90,
        max_gap_ms: 10_000,
        sequence: 7,
        previous: ReadingHash([3; 32]),
        anchor: Anchor::default(),
    }
}

/// Where the device's chain stands before that reading.
fn cursor() -> DeviceCursor {
    DeviceCursor {
        next_sequence: 7,
        last_hash: ReadingHash([3; 32]),
        register_epoch: 2,
        next_slot: Slot(100),
        registers: RegisterSpan { import_close_mwh: 5_000, export_close_mwh: 70_000, ..RegisterSpan::default() },
    }
}
