//! The time that is exported: whole slots. Times are UTC unless they say otherwise; there is no local time here.

use chrono::DateTime;
use deren_primitives::{Slot, SlotClock};

/// Slots from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub from: Slot,
    /// The first that is no longer part of it.
    pub to: Slot,
}

impl Period {
    /// The slots that these seconds since 1970 touch. `None` if there is no time between them.
    pub fn touching(from_unix_s: u64, to_unix_s: u64, clock: SlotClock) -> Option<Self> {
        if from_unix_s >= to_unix_s {
            return None;
        }
        let slot_at = |unix_s: u64| clock.slot_at(unix_s.saturating_mul(1000));
        let last = slot_at(to_unix_s - 1);
        let period = Self { from: slot_at(from_unix_s), to: last.next() };
        (period.from < period.to).then_some(period)
    }

    /// True if this slot is part of it. A reading belongs to the slot with which it begins. So two exports of times
    /// that follow one another share no reading, and leave none out.
    pub fn contains(&self, slot: Slot) -> bool {
        (self.from..self.to).contains(&slot)
    }
}

/// Seconds since 1970, from such a number or a time such as `2026-11-21T15:00:00Z`.
///
/// # Errors
/// What would be right, in words.
pub fn parse_time(text: &str) -> Result<u64, String> {
    let should_be = || format!("`{text}` should be a time such as 2026-11-21T15:00:00Z, or seconds since 1970");
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| should_be());
    }
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| should_be())?;
    u64::try_from(time.timestamp()).map_err(|_| format!("`{text}` is before 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn period(from: u64, to: u64) -> Option<(u32, u32)> {
        let clock = SlotClock::new(NonZeroU32::new(900).expect("not zero"));
        Period::touching(from, to, clock).map(|period| (period.from.0, period.to.0))
    }

    #[test]
    fn slots_that_are_touched_are_whole() {
        assert_eq!(period(0, 900), Some((0, 1)));
        assert_eq!(period(899, 901), Some((0, 2)));
        assert_eq!(period(900, 901), Some((1, 2)));
        assert_eq!(period(5, 5), None);
        assert_eq!(period(6, 5), None);
        assert_eq!(period(u64::MAX - 1, u64::MAX), None, "no slot has that number");
    }

    #[test]
    fn times_are_rfc_3339_or_seconds() {
        assert_eq!(parse_time("1000"), Ok(1000));
        assert_eq!(parse_time("1970-01-01T01:00:00Z"), Ok(3600));
        assert_eq!(parse_time("1970-01-01T01:00:00+01:00"), Ok(0));
        for wrong in ["", "-5", "yesterday", "2026-11-21", "1969-12-31T00:00:00Z", "99999999999999999999"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }
}
