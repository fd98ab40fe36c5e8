//! A value that changes only at slot boundaries, with the versions that slots not yet cleared still need.
//!
//! Whatever shapes a slot is what it was at the slot's first block. So a change never overwrites: it is stored with the
//! slot from which it holds.

use crate::Slot;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How many versions a timeline keeps at most.
pub const MAX_VERSIONS: u32 = 8;

/// The versions of a value, oldest first, each with the slot from which it holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Timeline<T>(BoundedVec<(Slot, T), ConstU32<MAX_VERSIONS>>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self(BoundedVec::default())
    }
}

/// The timeline already keeps as many versions as it may: wait until an older slot has been cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimelineFull;

impl<T> Timeline<T> {
    /// A timeline with one version that holds from `from`.
    pub fn starting(from: Slot, value: T) -> Self {
        let mut versions = BoundedVec::default();
        // One item fits in eight places.
        let _ = versions.try_push((from, value));
        Self(versions)
    }

    /// What holds in `slot`; nothing before the first version.
    pub fn at(&self, slot: Slot) -> Option<&T> {
        self.0.iter().rev().find(|(from, _)| *from <= slot).map(|(_, value)| value)
    }

    /// The newest version, whether it holds already or not.
    pub fn latest(&self) -> Option<&T> {
        self.0.last().map(|(_, value)| value)
    }

    /// Makes `value` hold from `from` on. Versions that would have held from that slot or later are replaced.
    pub fn set(&mut self, from: Slot, value: T) -> Result<(), TimelineFull> {
        let kept = self.0.iter().take_while(|(earlier, _)| *earlier < from).count();
        if kept == MAX_VERSIONS as usize {
            return Err(TimelineFull);
        }
        self.0.truncate(kept);
        self.0.try_push((from, value)).map_err(|_| TimelineFull)
    }

    /// Forgets what no slot from `slot` on needs.
    pub fn forget_before(&mut self, slot: Slot) {
        let unneeded = self.0.iter().take_while(|(from, _)| *from <= slot).count().saturating_sub(1);
        self.0.drain(..unneeded);
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = &(Slot, T)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_change_leaves_earlier_slots_as_they_were() {
        let mut fee = Timeline::starting(Slot(10), 1);
        fee.set(Slot(12), 2).expect("room");
        assert_eq!(fee.at(Slot(9)), None);
        assert_eq!(fee.at(Slot(11)), Some(&1));
        assert_eq!(fee.at(Slot(12)), Some(&2));
        assert_eq!(fee.latest(), Some(&2));
    }

    #[test]
    fn a_second_change_for_the_same_slot_replaces_the_first() {
        let mut fee = Timeline::starting(Slot(10), 1);
        fee.set(Slot(12), 2).expect("room");
        fee.set(Slot(12), 3).expect("room");
        assert_eq!(fee.versions().count(), 2);
        assert_eq!(fee.at(Slot(12)), Some(&3));
    }

    #[test]
    fn a_full_timeline_refuses_and_keeps_what_it_has() {
        let mut fee = Timeline::default();
        for slot in 0..MAX_VERSIONS {
            fee.set(Slot(slot), slot).expect("room");
        }
        let before = fee.clone();
        assert_eq!(fee.set(Slot(MAX_VERSIONS), 99), Err(TimelineFull));
        assert_eq!(fee, before);
        fee.forget_before(Slot(1));
        assert_eq!(fee.set(Slot(MAX_VERSIONS), 99), Ok(()));
    }

    proptest! {
        #[test]
        fn forgetting_changes_nothing_from_its_slot_on(
            changes in proptest::collection::vec((0..20u32, any::<u8>()), 0..8), from in 0..20u32,
        ) {
            let mut timeline = Timeline::default();
            for (slot, value) in changes {
                let _ = timeline.set(Slot(slot), value);
            }
            let mut pruned = timeline.clone();
            pruned.forget_before(Slot(from));
            for slot in from..25 {
                prop_assert_eq!(timeline.at(Slot(slot)), pruned.at(Slot(slot)));
            }
        }
    }
}
