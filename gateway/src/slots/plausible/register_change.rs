//! Whether registers can have got from what they were to what they are: pure, one direction at a time.
//!
//! It never makes a number up. What it passes on is the register as it is shown, plus the wraps that its layout
//! explains, or as it stood before.

use super::super::{Observation, Registers};
use deren_meters::Counter;

/// A wrap of a device whose power nobody knows must begin in the last and end in the first 64th of its counter.
const WRAP_MARGIN: u64 = 64;

/// What is known of one direction when a sample comes.
#[derive(Clone, Copy, Debug)]
struct Direction {
    /// What the register was, wraps included.
    from_mwh: u64,
    /// What it shows now.
    shown_mwh: u64,
    /// How the device counts it.
    counter: Counter,
    /// The most it can have risen since it moved last; nothing if its power is unknown.
    most_mwh: Option<u64>,
    /// A device that starts again may have forgotten this much.
    forgotten_mwh: u64,
}

/// What one register did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moved {
    /// It rose or stood still: it is at this now.
    To(u64),
    /// It shows a little less than before: it stands until it shows more again.
    Below,
    /// It began at 0 again where its layout says so: it would be at this now.
    Wrapped(u64),
    /// It fell.
    Back,
    /// It rose by more than can have flowed.
    Jump,
}

impl Direction {
    fn moved(self) -> Moved {
        let Self { from_mwh, shown_mwh, counter, most_mwh, forgotten_mwh } = self;
        // A register beyond its modulus does not have that modulus.
        let modulus = counter.modulus_mwh.filter(|modulus| shown_mwh < *modulus);
        let wrapped_before = modulus.map_or(0, |modulus| from_mwh - from_mwh % modulus);
        let now_mwh = wrapped_before.saturating_add(shown_mwh);
        if let Some(risen_mwh) = now_mwh.checked_sub(from_mwh) {
            let possible = most_mwh.is_none_or(|most_mwh| risen_mwh <= most_mwh);
            return if possible { Moved::To(now_mwh) } else { Moved::Jump };
        }
        let fallen_mwh = from_mwh - now_mwh;
        if fallen_mwh <= counter.step_mwh.unwrap_or(0).saturating_mul(2) {
            return Moved::To(from_mwh);
        }
        if let Some(modulus) = modulus {
            let wrapped_mwh = now_mwh.saturating_add(modulus);
            let margin = modulus / WRAP_MARGIN;
            let possible = match most_mwh {
                Some(most_mwh) => wrapped_mwh - from_mwh <= most_mwh,
                None => from_mwh % modulus >= modulus - margin && shown_mwh <= margin,
            };
            if possible {
                return Moved::Wrapped(wrapped_mwh);
            }
        }
        let half_is_left = shown_mwh >= (from_mwh - wrapped_before) / 2;
        if half_is_left && fallen_mwh <= forgotten_mwh { Moved::Below } else { Moved::Back }
    }
}

/// Why a sample is not taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// A register fell.
    Back,
    /// A register rose by more than can have flowed.
    Jump,
    /// A register may have wrapped.
    Wrap,
}

/// What a sample is, as a step from the last registers believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::slots) struct Step {
    /// Where the registers are now, if it is believed.
    pub(in crate::slots) registers: Registers,
    /// Why not to believe it at once.
    pub(super) oddity: Option<Oddity>,
    /// A register shows less than is believed, and stands.
    pub(in crate::slots) below: bool,
}

impl Step {
    /// From registers that are believed to what a device shows. `most_mwh`: the most that each can have risen, steps
    /// not counted, if the power is known.
    pub(super) fn between(from: Registers, seen: &Observation, most_mwh: Option<[u64; 2]>, forgotten_mwh: u64) -> Self {
        let direction = |from_mwh, shown_mwh, counter: Counter, most_mwh: Option<u64>| {
            let steps_mwh = counter.step_mwh.unwrap_or(0).saturating_mul(2);
            let most_mwh = most_mwh.map(|most_mwh| most_mwh.saturating_add(steps_mwh));
            Direction { from_mwh, shown_mwh, counter, most_mwh, forgotten_mwh }
        };
        let (shown, [import_most_mwh, export_most_mwh]) =
            (seen.point.registers, most_mwh.map_or([None; 2], |most| most.map(Some)));
        Self::of(
            direction(from.import_mwh, shown.import_mwh, seen.import_counter, import_most_mwh),
            direction(from.export_mwh, shown.export_mwh, seen.export_counter, export_most_mwh),
        )
    }

    /// Puts both directions together; the oddest one counts.
    fn of(import: Direction, export: Direction) -> Self {
        let moved = [import.moved(), export.moved()];
        let has = |wanted: fn(&Moved) -> bool| moved.iter().any(wanted);
        let oddity = if has(|moved| matches!(moved, Moved::Back)) {
            Some(Oddity::Back)
        } else if has(|moved| matches!(moved, Moved::Jump)) {
            Some(Oddity::Jump)
        } else if has(|moved| matches!(moved, Moved::Wrapped(_))) {
            Some(Oddity::Wrap)
        } else {
            None
        };
        let at = |direction: Direction, moved: Moved| match moved {
            Moved::To(mwh) | Moved::Wrapped(mwh) => mwh,
            Moved::Below | Moved::Back | Moved::Jump => direction.from_mwh,
        };
        let [import_moved, export_moved] = moved;
        let registers = Registers { import_mwh: at(import, import_moved), export_mwh: at(export, export_moved) };
        Self { registers, oddity, below: has(|moved| matches!(moved, Moved::Below)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ACC32: Counter = Counter { modulus_mwh: Some(4_294_967_296_000), step_mwh: Some(1_000) };

    fn direction(from_mwh: u64, shown_mwh: u64) -> Direction {
        Direction { from_mwh, shown_mwh, counter: ACC32, most_mwh: Some(50_000), forgotten_mwh: 5_000_000 }
    }

    #[test]
    fn a_wrap_is_known_by_its_modulus_and_by_what_can_have_flowed() {
        let near = 4_294_967_296_000 - 20_000;
        assert_eq!(direction(near, 10_000).moved(), Moved::Wrapped(4_294_967_306_000));
        assert_eq!(direction(near, 60_000).moved(), Moved::Back, "more than can have flowed");
        assert_eq!(direction(near - 1_000_000, 10_000).moved(), Moved::Back, "too far from its end");
        let unknown = Direction { most_mwh: None, ..direction(near, 10_000) };
        assert_eq!(unknown.moved(), Moved::Wrapped(4_294_967_306_000));
        assert_eq!(Direction { counter: Counter::default(), ..unknown }.moved(), Moved::Back, "no modulus, no wrap");
    }

    #[test]
    fn after_a_wrap_the_register_goes_on_above_it() {
        let modulus = 4_294_967_296_000;
        assert_eq!(direction(modulus + 10_000, 15_000).moved(), Moved::To(modulus + 15_000));
        assert_eq!(direction(3 * modulus - 5, 7).moved(), Moved::Wrapped(3 * modulus + 7));
        assert_eq!(direction(modulus + 900_000_000, 3_000).moved(), Moved::Back, "a reset after a wrap");
    }

    #[test]
    fn a_register_beyond_its_modulus_does_not_wrap_there() {
        let wrong = Counter { modulus_mwh: Some(1_000_000), step_mwh: None };
        let beyond = Direction { counter: wrong, ..direction(1_400_000, 1_420_000) };
        assert_eq!(beyond.moved(), Moved::To(1_420_000));
    }

    #[test]
    fn trembling_by_two_steps_is_standing_still_and_a_little_less_is_held() {
        assert_eq!(direction(1_000_000, 998_000).moved(), Moved::To(1_000_000));
        assert_eq!(direction(9_000_000, 8_990_000).moved(), Moved::Below);
        assert_eq!(direction(9_000_000, 3_000_000).moved(), Moved::Back, "more than half of it is gone");
        assert_eq!(direction(90_000_000, 80_000_000).moved(), Moved::Back, "more than is ever forgotten");
    }

    #[test]
    fn a_rise_beyond_all_power_is_a_jump_unless_the_power_is_unknown() {
        assert_eq!(direction(1_000, 51_000).moved(), Moved::To(51_000));
        assert_eq!(direction(1_000, 51_001).moved(), Moved::Jump);
        assert_eq!(Direction { most_mwh: None, ..direction(1_000, u64::MAX / 2) }.moved(), Moved::To(u64::MAX / 2));
    }

    #[test]
    fn the_oddest_direction_counts() {
        let on = direction(1_000, 2_000);
        let back = direction(90_000_000, 0);
        let jump = direction(0, 90_000_000);
        assert_eq!(Step::of(jump, back).oddity, Some(Oddity::Back));
        assert_eq!(Step::of(jump, on).oddity, Some(Oddity::Jump));
        let registers = Registers { import_mwh: 2_000, export_mwh: 2_000 };
        assert_eq!(Step::of(on, on), Step { registers, oddity: None, below: false });
    }

    proptest! {
        #[test]
        fn what_is_believed_never_falls_and_never_rises_by_more_than_can_have_flowed(
            from_mwh in 0..u64::MAX / 4, shown_mwh in 0..u64::MAX / 4, modulus in 1..u64::MAX / 4,
            step_mwh in 0..1_000_000u64, most_mwh in 0..1_000_000u64,
        ) {
            let counter = Counter { modulus_mwh: Some(modulus), step_mwh: Some(step_mwh) };
            let judged =
                Direction { from_mwh, shown_mwh, counter, most_mwh: Some(most_mwh), forgotten_mwh: 1_000_000 }.moved();
            if let Moved::To(mwh) | Moved::Wrapped(mwh) = judged {
                prop_assert!((from_mwh..=from_mwh + most_mwh).contains(&mwh));
            }
        }

        #[test]
        fn a_counter_that_wraps_is_followed_for_ever(
            modulus in 100_000..10_000_000u64, start in 0..10_000_000u64, rises in prop::collection::vec(0..50_000u64, 1..200),
        ) {
            let counter = Counter { modulus_mwh: Some(modulus), step_mwh: Some(1) };
            let (mut truth, mut believed) = (start % modulus, start % modulus);
            for rise in rises {
                truth += rise;
                let shown_mwh = truth % modulus;
                let judged =
                    Direction { from_mwh: believed, shown_mwh, counter, most_mwh: Some(50_000), forgotten_mwh: 0 }.moved();
                match judged {
                    Moved::To(mwh) | Moved::Wrapped(mwh) => believed = mwh,
                    other => prop_assert!(false, "{other:?}"),
                }
                prop_assert_eq!(believed, truth);
            }
        }
    }
}
