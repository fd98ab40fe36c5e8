//! Notices a counter that stands while power flows: a register that the firmware no longer writes, or a meter that lost
//! its counting part. It flags, and never changes a value.

use crate::sample::Counter;

/// How much may have flowed past a counter that stands, mWh, besides two of its steps: inverters write their counters
/// only now and then.
const TOLERATED_MWH: u64 = 1_000_000;
/// Longest time between two samples for which the power of the first is taken to have flowed, ms.
const MAX_GAP_MS: u64 = 60_000;

/// What a counter showed last, and what flowed since it last moved.
#[derive(Clone, Copy, Debug, Default)]
struct Standing {
    mwh: Option<u64>,
    flowed_mwh: u64,
}

impl Standing {
    fn stands(&mut self, now_mwh: Option<u64>, counter: Counter, flowed_mwh: u64) -> bool {
        if self.mwh != now_mwh || now_mwh.is_none() {
            *self = Self { mwh: now_mwh, flowed_mwh: 0 };
            return false;
        }
        self.flowed_mwh = self.flowed_mwh.saturating_add(flowed_mwh);
        let two_steps_mwh = counter.step_mwh.unwrap_or_default().saturating_mul(2);
        self.flowed_mwh > two_steps_mwh.saturating_add(TOLERATED_MWH)
    }
}

/// Both counters of a device, and its power at the sample before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StandWatch {
    import: Standing,
    export: Standing,
    /// When that was, ms, and the power, W.
    before: Option<(u64, i32)>,
}

impl StandWatch {
    /// True if one of the two counters has stood while more flowed in its direction than it can have left out. Import
    /// comes first, in mWh and with how it counts.
    pub(crate) fn is_suspect(
        &mut self,
        at_unix_ms: u64,
        power_w: Option<i32>,
        counters: [(Option<u64>, Counter); 2],
    ) -> bool {
        let flowed_mwh = |positive: bool| match self.before {
            Some((before_ms, watt)) if (watt > 0) == positive => {
                let ms = at_unix_ms.saturating_sub(before_ms).min(MAX_GAP_MS);
                u64::from(watt.unsigned_abs()).saturating_mul(ms) / 3_600
            }
            _ => 0,
        };
        let (drawn_mwh, given_mwh) = (flowed_mwh(true), flowed_mwh(false));
        self.before = power_w.map(|watt| (at_unix_ms, watt));
        let [(import_mwh, import_counter), (export_mwh, export_counter)] = counters;
        self.import.stands(import_mwh, import_counter, drawn_mwh)
            | self.export.stands(export_mwh, export_counter, given_mwh)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: Counter = Counter { modulus_mwh: None, step_mwh: Some(100_000) };

    /// Samples at which it was suspect, each 30 s, of a device that shows `import_mwh(n)` and `watt`.
    fn suspects(watt: i32, samples: u64, import_mwh: impl Fn(u64) -> Option<u64>) -> Vec<u64> {
        let mut watch = StandWatch::default();
        let suspect = |n: &u64| {
            let counters = [(import_mwh(*n), STEP), (Some(7), STEP)];
            watch.is_suspect(1_000_000 + n * 30_000, Some(watt), counters)
        };
        (0..samples).filter(suspect).collect()
    }

    #[test]
    fn a_counter_that_stands_is_suspect_once_more_flowed_than_it_can_have_left_out() {
        // 1300 W are 10.8 Wh in 30 s; 1.2 kWh are more than 110 times as much.
        let found = suspects(1_300, 200, |_| Some(5));
        assert_eq!((found.first(), found.last()), (Some(&111), Some(&199)));
        assert!(suspects(-1_300, 200, |_| Some(5)).first() == Some(&111), "the other counter");
    }

    #[test]
    fn a_counter_that_moves_is_not_nor_one_that_is_not_there_nor_one_past_which_nothing_flows() {
        assert_eq!(suspects(1_300, 500, |n| Some(n / 50)), [] as [u64; 0]);
        assert_eq!(suspects(1_300, 500, |_| None), [] as [u64; 0]);
        assert_eq!(suspects(0, 5_000, |_| Some(5)), [] as [u64; 0]);
    }

    #[test]
    fn it_is_trusted_again_once_it_moves_and_a_gap_counts_for_a_minute_at_most() {
        let found = suspects(1_300, 200, |n| Some(n / 150));
        assert_eq!((found.first(), found.last()), (Some(&111), Some(&149)));
        let mut watch = StandWatch::default();
        let mut look = |ms| watch.is_suspect(ms, Some(10_000), [(Some(1), STEP), (None, STEP)]);
        assert!(!look(1_000) && !look(90_000_000), "a day without samples is no proof");
    }
}
