//! The quarter-hour, as a number. Slots are UTC; local time exists only on screens.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, num::NonZeroU32};
use scale_info::TypeInfo;

/// A slot of the market: `unix_seconds / slot_seconds`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Slot(pub u32);

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Slot {
    /// The slot after this one; the last slot has itself as its next, some 100 000 years from now.
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// The slot before this one; the first slot has itself as its previous one.
    pub fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// The slot `count` after this one, at most the last.
    pub fn plus(self, count: u32) -> Self {
        Self(self.0.saturating_add(count))
    }

    /// How many slots lie between `earlier` and this one; 0 if it is not earlier.
    pub fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Turns times into slots and back. The length of a slot is fixed at genesis.
///
/// ```
/// use deren_primitives::{Slot, SlotClock};
/// use std::num::NonZeroU32;
///
/// let clock = SlotClock::new(NonZeroU32::new(900).expect("more than 0"));
/// let slot = clock.slot_at(1_800_000_900_000);
/// assert_eq!(slot, Slot(2_000_001));
/// assert_eq!(clock.start_ms(slot), 1_800_000_900_000);
/// assert_eq!(clock.end_ms(slot), clock.start_ms(slot.next()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotClock {
    slot_seconds: NonZeroU32,
}

impl SlotClock {
    /// A clock for slots of this length.
    pub fn new(slot_seconds: NonZeroU32) -> Self {
        Self { slot_seconds }
    }

    /// The slot in which this moment lies.
    pub fn slot_at(self, unix_ms: u64) -> Slot {
        let slot = unix_ms / 1000 / u64::from(self.slot_seconds.get());
        Slot(u32::try_from(slot).unwrap_or(u32::MAX))
    }

    /// The slot's first moment, in milliseconds since 1970.
    pub fn start_ms(self, slot: Slot) -> u64 {
        u64::from(slot.0) * self.slot_ms()
    }

    /// The first moment after the slot, in milliseconds since 1970.
    pub fn end_ms(self, slot: Slot) -> u64 {
        self.start_ms(slot) + self.slot_ms()
    }

    /// A slot's length in milliseconds.
    pub fn slot_ms(self) -> u64 {
        u64::from(self.slot_seconds.get()) * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock(slot_seconds: u32) -> SlotClock {
        SlotClock::new(NonZeroU32::new(slot_seconds).expect("not zero"))
    }

    #[test]
    fn a_slot_contains_its_start_and_not_its_end() {
        let clock = clock(900);
        let slot = Slot(1_988_000);
        assert_eq!(clock.slot_at(clock.start_ms(slot)), slot);
        assert_eq!(clock.slot_at(clock.end_ms(slot) - 1), slot);
        assert_eq!(clock.slot_at(clock.end_ms(slot)), slot.next());
    }

    #[test]
    fn the_first_slot_has_none_before_it() {
        assert_eq!((Slot(7).previous(), Slot(0).previous()), (Slot(6), Slot(0)));
        assert_eq!(Slot(7).previous().next(), Slot(7));
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_its_slot(ms in 0..u64::from(u32::MAX) * 1000, length in 1..=3600u32) {
            let clock = clock(length);
            let slot = clock.slot_at(ms);
            prop_assert!(clock.start_ms(slot) <= ms && ms < clock.end_ms(slot));
        }
    }
}
