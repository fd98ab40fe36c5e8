//! What a device's power allows: how far registers rise in a time, what a reading may show, and how far a boundary can
//! be off. What a reading may show is the market's rule, as on the chain. So what the chain would flag is held here and
//! explained.

use super::Span;
use deren_market::reading::{HEADROOM_PERMILLE, MIN_SAMPLES_PER_SLOT, most_mwh};

/// A device's answer may be this much older than the moment at which it arrives.
const ANSWER_MS: u64 = 2_000;

/// How fast a device's registers can rise at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPower {
    /// The device's rated power.
    pub rated_w: u32,
    /// The metered time that a slot stands for.
    pub slot_energy_seconds: u32,
    /// A slot's length.
    pub slot_seconds: u32,
}

impl MaxPower {
    /// The most that flows in `elapsed_ms` of the chain's time at 1.1 × rated power, mWh, rounded up.
    pub fn energy_mwh(self, elapsed_ms: u64) -> u64 {
        // W × ms ÷ 3600 = mWh; permille on top.
        let scaled = u128::from(self.rated_w)
            .saturating_mul(u128::from(elapsed_ms))
            .saturating_mul(u128::from(self.slot_energy_seconds))
            .saturating_mul(u128::from(HEADROOM_PERMILLE));
        let divisor = 3_600_000 * u128::from(self.slot_seconds.max(1));
        u64::try_from(scaled.div_ceil(divisor)).unwrap_or(u64::MAX)
    }

    /// The most that a register can rise between two samples `elapsed_ms` apart, mWh, steps not counted. Twice the
    /// time: it may have moved just before the one and just after the other. Not more than that, so that a rise that is
    /// taken for energy and was none stays within what two boundaries declare.
    pub(super) fn between_samples_mwh(self, elapsed_ms: u64) -> u64 {
        self.energy_mwh(elapsed_ms.saturating_add(elapsed_ms.max(ANSWER_MS)))
    }

    /// The time between two samples of a device that is sampled as often as a reading needs it.
    pub(super) fn between_samples_at_most_ms(self) -> u64 {
        u64::from(self.slot_seconds) * 1_000 / u64::from(MIN_SAMPLES_PER_SLOT)
    }

    /// The energy of `watt` in `elapsed_ms` of the chain's time, mWh, rounded down.
    pub(super) fn shown_mwh(self, watt: u32, elapsed_ms: u64) -> u64 {
        let scaled = u128::from(watt)
            .saturating_mul(u128::from(elapsed_ms))
            .saturating_mul(u128::from(self.slot_energy_seconds));
        u64::try_from(scaled / (3_600 * u128::from(self.slot_seconds.max(1)))).unwrap_or(u64::MAX)
    }

    /// True if the chain lets a reading show this much, by [`most_mwh`].
    pub fn allows(self, span: &Span, step_mwh: u64) -> bool {
        let seconds = u64::from(self.slot_energy_seconds).saturating_mul(u64::from(span.slot_count));
        span.registers.largest_mwh() <= most_mwh(self.rated_w, seconds, step_mwh)
    }
}

/// The declared error of each of a reading's boundary registers, mWh: how far it can be from what truly had flowed.
///
/// ```text
/// 1.1 × rated_power × (max_gap + clock_error) × slot_energy_seconds ÷ slot_seconds  +  2 × register step
/// ```
///
/// A boundary's register lies between what the device showed last before it and first after it, and so does the truth.
/// The two are `max_gap` apart at most, and between them no more can have flowed than the device's power allows. A
/// clock that is wrong moves the boundary by its error. What a device shows is cut off to its step on either side. The
/// energy of a slot is between two boundaries, so it is off by twice this at most. All terms but rating and step are
/// signed with the reading, and those two are in the device's registration: anyone can compute it.
pub fn boundary_error_mwh(power: MaxPower, max_gap_ms: u32, clock_error_ms: u32, step_mwh: u64) -> u64 {
    let off_ms = u64::from(max_gap_ms).saturating_add(u64::from(clock_error_ms));
    power.energy_mwh(off_ms).saturating_add(step_mwh.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::{Quality, RegisterSpan, Slot};

    const FIVE_KW: MaxPower = MaxPower { rated_w: 5000, slot_energy_seconds: 900, slot_seconds: 900 };

    fn span(import_mwh: u64, slot_count: u16) -> Span {
        Span {
            first_slot: Slot(0),
            slot_count,
            register_epoch: 0,
            registers: RegisterSpan { import_open_mwh: 7, import_close_mwh: 7 + import_mwh, ..Default::default() },
            quality: Quality::GOOD,
            samples: Vec::new(),
            max_gap_ms: 0,
        }
    }

    #[test]
    fn the_declared_error_follows_gap_clock_and_step() {
        // 5.5 kW × 10 s = 15 278 mWh (rounded up), and two steps of a Wh.
        assert_eq!(boundary_error_mwh(FIVE_KW, 10_000, 0, 1_000), 17_278);
        assert_eq!(boundary_error_mwh(FIVE_KW, 9_000, 1_000, 1_000), 17_278);
        assert_eq!(boundary_error_mwh(FIVE_KW, 0, 0, 0), 0);
        // On a development chain a slot of 12 s stands for 900 s: so does each of its seconds.
        let fast = MaxPower { slot_seconds: 12, ..FIVE_KW };
        assert_eq!(boundary_error_mwh(fast, 1_000, 0, 0), FIVE_KW.energy_mwh(75_000));
    }

    #[test]
    fn what_may_rise_between_two_samples_is_within_what_two_boundaries_declare() {
        for elapsed_ms in [2_000, 10_000, 60_000, 900_000] {
            let declared_mwh = 2 * boundary_error_mwh(FIVE_KW, elapsed_ms, 0, 0);
            assert!(FIVE_KW.between_samples_mwh(elapsed_ms.into()) <= declared_mwh);
        }
        assert_eq!(FIVE_KW.between_samples_mwh(100), FIVE_KW.energy_mwh(2_100), "an answer may be late");
    }

    #[test]
    fn a_reading_may_show_a_tenth_more_than_rated_and_two_steps() {
        assert!(FIVE_KW.allows(&span(1_375_000 + 200, 1), 100));
        assert!(!FIVE_KW.allows(&span(1_375_000 + 201, 1), 100));
        assert!(FIVE_KW.allows(&span(2 * 1_375_000, 2), 0));
    }
}
