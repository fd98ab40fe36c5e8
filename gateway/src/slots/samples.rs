//! The samples of slots that are not sealed yet, as they become the leaves of a reading. They are in memory only. A
//! device has at most two slots of [`MAX_LEAVES`] samples, or 192 KiB; at a sample every 10 s it has 4 KiB.

use codec::{Decode, Encode};
use deren_primitives::{MAX_LEAVES, Slot};

/// Maximum number of slots whose samples are kept: the one to be sealed next, and the one of the newest sample. A span
/// of more slots commits to no samples.
const MAX_OPEN_SLOTS: usize = 2;

/// A sample of which a reading is made: a leaf without number and salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SamplePoint {
    /// Milliseconds since the start of the slot.
    pub time_ms: u32,
    /// Import register, mWh, as it is believed.
    pub import_mwh: u64,
    /// Export register, mWh, as it is believed.
    pub export_mwh: u64,
    /// Power at that moment, W, import positive; 0 where the device does not say.
    pub power_w: i32,
}

/// Samples by slot, oldest slot first.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenSamples(Vec<OpenSlot>);

#[derive(Clone, Debug)]
struct OpenSlot {
    slot: Slot,
    kept: Vec<SamplePoint>,
    /// Number of samples that came.
    seen: u32,
    /// Of so many samples one is kept, the first.
    every: u32,
}

impl OpenSamples {
    /// Adds a sample that lies in `slot`. Samples of a later slot are forgotten: the clock was set back.
    pub(super) fn add(&mut self, slot: Slot, sample: SamplePoint) {
        self.forget_after(slot);
        if self.0.last().is_none_or(|open| open.slot < slot) {
            if self.0.len() == MAX_OPEN_SLOTS {
                self.0.remove(0);
            }
            self.0.push(OpenSlot { slot, kept: Vec::new(), seen: 0, every: 1 });
        }
        if let Some(open) = self.0.last_mut() {
            open.add(sample);
        }
    }

    /// The slot's samples, their times rising; none if they are not kept.
    pub(super) fn of(&self, slot: Slot) -> Vec<SamplePoint> {
        self.0.iter().find(|open| open.slot == slot).map_or_else(Vec::new, |open| open.kept.clone())
    }

    /// Forgets what lies in slots before this one: they are sealed.
    pub(super) fn forget_before(&mut self, slot: Slot) {
        self.0.retain(|open| open.slot >= slot);
    }

    /// Forgets what lies in slots after this one.
    pub(super) fn forget_after(&mut self, slot: Slot) {
        self.0.retain(|open| open.slot <= slot);
    }
}

impl OpenSlot {
    /// Adds a sample. Where a tree has no room for more, every second one goes, and from then on one of twice as many
    /// is kept. So those that are kept are spread evenly over the slot, whatever their number.
    fn add(&mut self, sample: SamplePoint) {
        // A clock that was set back: what was sampled at later times than now was not sampled then.
        while self.kept.last().is_some_and(|last| last.time_ms >= sample.time_ms) {
            self.kept.pop();
        }
        if u32::try_from(self.kept.len()).is_ok_and(|kept| kept >= MAX_LEAVES) {
            let mut number = 0u32;
            self.kept.retain(|_| {
                number = number.wrapping_add(1);
                number % 2 == 1
            });
            self.every = self.every.saturating_mul(2);
        }
        if self.seen.is_multiple_of(self.every) {
            self.kept.push(sample);
        }
        self.seen = self.seen.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(time_ms: u32) -> SamplePoint {
        SamplePoint { time_ms, import_mwh: time_ms.into(), export_mwh: 0, power_w: 0 }
    }

    fn times(samples: &OpenSamples, slot: u32) -> Vec<u32> {
        samples.of(Slot(slot)).iter().map(|sample| sample.time_ms).collect()
    }

    #[test]
    fn samples_of_two_slots_are_kept_and_no_more() {
        let mut samples = OpenSamples::default();
        for slot in 1..4 {
            samples.add(Slot(slot), sample(slot * 10));
        }
        assert_eq!([times(&samples, 1), times(&samples, 2), times(&samples, 3)], [vec![], vec![20], vec![30]]);
        samples.forget_before(Slot(3));
        assert_eq!([times(&samples, 2), times(&samples, 3)], [vec![], vec![30]]);
    }

    #[test]
    fn a_clock_that_was_set_back_takes_what_it_showed_later_with_it() {
        let mut samples = OpenSamples::default();
        for time_ms in [10, 20, 30, 20] {
            samples.add(Slot(1), sample(time_ms));
        }
        samples.add(Slot(2), sample(5));
        assert_eq!([times(&samples, 1), times(&samples, 2)], [vec![10, 20], vec![5]]);
        samples.add(Slot(1), sample(25));
        assert_eq!([times(&samples, 1), times(&samples, 2)], [vec![10, 20, 25], vec![]]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn too_many_are_thinned_evenly(count in 1..5 * MAX_LEAVES) {
            let mut samples = OpenSamples::default();
            for number in 0..count {
                samples.add(Slot(1), sample(number));
            }
            let kept = times(&samples, 1);
            let every = count.div_ceil(MAX_LEAVES).next_power_of_two();
            prop_assert!(kept.iter().enumerate().all(|(index, time_ms)| *time_ms == index as u32 * every));
            prop_assert_eq!(kept.len() as u32, count.div_ceil(every));
        }
    }
}
