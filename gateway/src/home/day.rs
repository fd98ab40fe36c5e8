//! What a device counted since midnight, for the page. Local time exists only here and on screens.

use chrono::NaiveDate;
use deren_meters::Sample;

/// The registers with which a day began, as far as this process saw.
#[derive(Debug, Default)]
pub(super) struct Day {
    date: Option<NaiveDate>,
    import_mwh: Option<u64>,
    export_mwh: Option<u64>,
}

impl Day {
    /// Imported and exported since `today` began, Wh. A register that went back counts from there.
    pub(super) fn show(&mut self, sample: &Sample, today: NaiveDate) -> (Option<u64>, Option<u64>) {
        if self.date != Some(today) {
            *self = Self { date: Some(today), import_mwh: sample.import_mwh, export_mwh: sample.export_mwh };
        }
        (since(&mut self.import_mwh, sample.import_mwh), since(&mut self.export_mwh, sample.export_mwh))
    }
}

fn since(start: &mut Option<u64>, now: Option<u64>) -> Option<u64> {
    let now = now?;
    let from = start.filter(|from| *from <= now).unwrap_or(now);
    *start = Some(from);
    Some((now - from) / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(import_mwh: Option<u64>) -> Sample {
        Sample { at_unix_ms: 0, import_mwh, export_mwh: None, power_w: None, suspect: false, ..Sample::default() }
    }

    #[test]
    fn a_day_counts_from_its_first_sample() {
        let (monday, tuesday) =
            (NaiveDate::from_ymd_opt(2026, 6, 1).expect("a day"), NaiveDate::from_ymd_opt(2026, 6, 2).expect("a day"));
        let mut day = Day::default();
        assert_eq!(day.show(&sample(Some(5_000)), monday), (Some(0), None));
        assert_eq!(day.show(&sample(Some(9_500)), monday), (Some(4), None));
        assert_eq!(day.show(&sample(Some(9_900)), tuesday), (Some(0), None));
        assert_eq!(day.show(&sample(Some(100)), tuesday), (Some(0), None));
        assert_eq!(day.show(&sample(Some(2_100)), tuesday), (Some(2), None));
    }
}
