//! Readings, and what metering noted about them.

use super::{kinds::*, table::*};

pub(super) const EVENTS: &[Declaration] = events! {
    ReadingAccepted => readings {
        starts_at: SlotStart = reading.first_slot, market: u32, site: u32, gateway: Bytes32,
        device: Bytes32 = reading.device, role: Role, first_slot: u32 = reading.first_slot,
        slot_count: u16 = reading.slot_count, sequence: u64 = reading.sequence,
        register_epoch: u32 = reading.register_epoch, import_open_mwh: u64 = reading.registers.import_open_mwh,
        import_close_mwh: u64 = reading.registers.import_close_mwh,
        export_open_mwh: u64 = reading.registers.export_open_mwh,
        export_close_mwh: u64 = reading.registers.export_close_mwh, import_wh: u64 = energies.import_wh,
        export_wh: u64 = energies.export_wh, quality: u16 = reading.quality, verdict: u16,
        clock_error_ms: u32 = reading.clock_error_ms, samples: u32 = reading.samples,
        max_gap_ms: u32 = reading.max_gap_ms, hash: Bytes32
    } skip reading.previous, reading.anchor, samples_root;
    ReadingRefused => readings_refused {
        gateway: Bytes32, device: Bytes32, sequence: u64, hash: Bytes32, error: Name
    };
    SlotsClosed => slots_closed { first_slot: u32 = first, through_slot: u32 = through };
    OverExport => over_exports { market: u32, site: u32, slot: u32, surplus_wh: u64, uncorroborated_wh: u64 };
    Equivocation => equivocations {
        gateway: Bytes32, key_epoch: u32, device: Bytes32, sequence: u64, first_hash: Bytes32 = first,
        second_hash: Bytes32 = second, reporter: Bytes32
    };
};
