//! How far a device's slots have come: everything that must survive a restart, as one value with fixed bytes.

use super::{Point, Registers, plausible::KeptStaleness};
use codec::{Decode, Encode};
use deren_primitives::{DeviceCursor, Quality, Slot, SlotClock};

/// A confirmed reset that still waits for the end of the slot in which the old registers ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Reset {
    /// The slot with which the old register epoch ends.
    pub(super) slot: Slot,
    /// What the old registers showed last.
    pub(super) old_close: Registers,
    /// What the new registers showed first.
    pub(super) new_open: Registers,
}

/// Where a device's slots stand. It is stored with every reading in one transaction, and now and then in between. So a
/// restart costs no more than the time that it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Progress {
    /// The first slot of the next span; nothing before the first boundary.
    pub(super) next_slot: Option<Slot>,
    /// Registers at the start of `next_slot`.
    pub(super) open: Registers,
    /// How often the registers were reset.
    pub(super) register_epoch: u32,
    /// The next span is the first of its register epoch.
    pub(super) epoch_raised: bool,
    /// From where the next boundary is interpolated.
    pub(super) last: Option<Point>,
    /// The newest boundary that samples crossed while nothing could be sealed.
    pub(super) crossed: Option<Point>,
    /// When the last real sample was taken.
    pub(super) last_sample_ms: u64,
    /// Samples since the start of `next_slot`.
    pub(super) samples: u32,
    /// The longest time without a sample that touches what is not sealed yet.
    pub(super) max_gap_ms: u64,
    /// Bits for the next span, beyond what its gaps say.
    pub(super) quality: Quality,
    /// A reset that has been confirmed but not sealed.
    pub(super) reset: Option<Reset>,
    /// When the registers moved last. It must stay the last field: rows that were stored before it was there end here.
    pub(super) staleness: KeptStaleness,
}

impl Progress {
    /// Continues where the chain says that the device's accepted readings end; for a device whose history this
    /// gateway does not have.
    pub fn continuing(cursor: &DeviceCursor, clock: SlotClock) -> Self {
        if cursor.next_sequence == 0 {
            return Self::default();
        }
        let open =
            Registers { import_mwh: cursor.registers.import_close_mwh, export_mwh: cursor.registers.export_close_mwh };
        let at_ms = clock.start_ms(cursor.next_slot);
        Self {
            next_slot: Some(cursor.next_slot),
            open,
            register_epoch: cursor.register_epoch,
            last: Some(Point { at_ms, registers: open }),
            last_sample_ms: at_ms,
            ..Self::default()
        }
    }

    /// The first slot that no span covers yet; nothing before the first boundary.
    pub fn next_slot(&self) -> Option<Slot> {
        self.next_slot
    }

    /// Samples since the first slot that no span covers yet.
    pub fn samples(&self) -> u32 {
        self.samples
    }

    /// How often the registers were reset.
    pub fn register_epoch(&self) -> u32 {
        self.register_epoch
    }
}
