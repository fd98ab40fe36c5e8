//! A counter of this year that is sold as a total (wills106/homeassistant-solax-modbus#373). It falls back to almost
//! nothing each New Year, wherever the device's clock stands.

/// Milliseconds of a day.
const DAY_MS: u64 = 86_400_000;
/// Clocks of devices are at most this far from UTC.
const ZONES_MS: u64 = DAY_MS / 24 * 14;
/// A fall to below this part of what was counted is one.
const LEFT_PART: u64 = 20;
/// Less than this is no counter worth a judgement, mWh.
const WORTH_MWH: u64 = 1_000_000;

/// What a counter showed last, and whether it fell when a year began.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PeriodWatch {
    /// The last number above zero, and when it came.
    before: Option<(u64, u64)>,
    /// The height from which it fell.
    fell_from_mwh: Option<u64>,
}

impl PeriodWatch {
    /// From where the counter fell when a year began, if it has not come back since, mWh.
    pub(super) fn begins_anew(&mut self, mwh: Option<u64>, at_unix_ms: u64) -> Option<u64> {
        // A zero for a moment is another fault, and others' to judge.
        let now = mwh.filter(|mwh| *mwh > 0)?;
        if let Some((before, before_ms)) = self.before
            && before >= WORTH_MWH
            && now < before / LEFT_PART
            && year_begins_between(before_ms, at_unix_ms)
        {
            self.fell_from_mwh = Some(before);
        }
        self.fell_from_mwh = self.fell_from_mwh.filter(|before| now < *before);
        if self.fell_from_mwh.is_none() {
            self.before = Some((now, at_unix_ms));
        }
        self.fell_from_mwh
    }
}

/// True if anywhere on Earth a year begins from one time to the other, which are at most two days apart.
fn year_begins_between(from_ms: u64, to_ms: u64) -> bool {
    if to_ms.saturating_sub(from_ms) > 2 * DAY_MS {
        return false;
    }
    let first = from_ms.saturating_sub(ZONES_MS) / DAY_MS;
    let last = to_ms.saturating_add(ZONES_MS) / DAY_MS;
    (first..=last).skip(1).any(is_new_year)
}

/// Whether a day since 1 January 1970 is the first of January. Source: Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `civil_from_days` (years that begin in March, so that January is the eleventh month).
fn is_new_year(days: u64) -> bool {
    let day_of_era = (days + 719_468) % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // 306 days from March to December.
    day_of_year == 306
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_years_are_known() {
        let new_years: Vec<u64> = (0..3_000).filter(|day| is_new_year(*day)).collect();
        assert_eq!(new_years, [0, 365, 730, 1_096, 1_461, 1_826, 2_191, 2_557, 2_922], "1972 and 1976 have a day more");
        assert!(is_new_year(20_454) && is_new_year(10_957), "2026 and 2000");
    }

    #[test]
    fn a_fall_in_the_middle_of_a_year_is_no_period() {
        let mut watch = PeriodWatch::default();
        let middle_ms = 20_463 * DAY_MS;
        assert_eq!(watch.begins_anew(Some(4_000_000_000), middle_ms), None);
        assert_eq!(
            watch.begins_anew(Some(1_000), middle_ms + 1_000),
            None,
            "a reset: whoever holds the registers judges it"
        );
    }

    #[test]
    fn a_counter_that_comes_back_is_a_total() {
        let (mut watch, new_year_ms) = (PeriodWatch::default(), 20_454 * DAY_MS);
        assert_eq!(watch.begins_anew(Some(4_000_000_000), new_year_ms - 1_000), None);
        assert_eq!(watch.begins_anew(Some(2_000), new_year_ms + 1_000), Some(4_000_000_000));
        assert_eq!(watch.begins_anew(Some(4_000_000_100), new_year_ms + 2_000), None);
    }
}
