//! How fast a device's readings may come. They are free, so that they must be bounded by something that nobody can make
//! more of: time. An honest device has at most one reading a slot, and is never stopped by it for good.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::Slot;
use scale_info::TypeInfo;

/// A device's first reading may end this many slots before the first in which it served: a day of quarter-hours.
pub const SERVICE_WINDOW_SLOTS: u32 = 96;
/// The most readings that a device may bring when it begins to serve: those of the window, and some more.
const NEW_DEVICE_READINGS: u64 = 128;
/// The most readings that a device which was silent may bring at once: those of two weeks of quarter-hours.
pub const MAX_READINGS_AT_ONCE: u64 = 14 * SERVICE_WINDOW_SLOTS as u64;
/// What is due beyond them comes at this many readings a slot, so that whoever was silent for longer catches up too.
const READINGS_PER_SLOT: u64 = 4;

/// How many readings of a device were taken, as a moment in quarters of a slot. Each reading moves it on by one, and it
/// may not pass the present.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Pace {
    taken_to: u64,
}

impl Pace {
    /// Of a device that serves from this slot on and of which nothing was read.
    pub fn from(first: Slot) -> Self {
        Self { taken_to: quarters(first).saturating_sub(NEW_DEVICE_READINGS) }
    }

    /// Takes a reading in the slot `now`; nothing if it came too fast.
    #[must_use]
    pub fn take(self, now: Slot) -> Option<Self> {
        let now = quarters(now);
        let taken_to = self.taken_to.max(now.saturating_sub(MAX_READINGS_AT_ONCE)).saturating_add(1);
        (taken_to <= now).then_some(Self { taken_to })
    }
}

fn quarters(slot: Slot) -> u64 {
    u64::from(slot.0).saturating_mul(READINGS_PER_SLOT)
}

/// True if a device's first reading, which ends before `end`, is of slots long before the device served.
pub fn is_before_service(end: Slot, served_from: Slot) -> bool {
    end.plus(SERVICE_WINDOW_SLOTS) <= served_from
}
