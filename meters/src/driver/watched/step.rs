//! The step of counters as it is seen. A meter that is locked by its PIN writes tenths of a Wh and counts whole kWh
//! (MT631, DTZ541, OpenWay, eBZ DD3). What it is declared to resolve is what it has shown so far.

/// The step of a locked meter, mWh.
const LOCKED_MWH: u64 = 1_000_000;
/// The finest step that is told of a counter of which nobody says anything, mWh: finer ones are chance, or fine enough.
const WORTH_TELLING_MWH: u64 = 10_000;

/// Whether every energy so far was a multiple of a step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StepWatch {
    /// `None`: nothing above zero was seen.
    common_mwh: Option<u64>,
}

/// The coarsest step that fits all that was seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen(Option<u64>);

impl StepWatch {
    /// Takes note of two energies.
    pub(super) fn seen(&mut self, import_mwh: Option<u64>, export_mwh: Option<u64>) -> Seen {
        for mwh in [import_mwh, export_mwh].into_iter().flatten().filter(|mwh| *mwh > 0) {
            let mut step = self.common_mwh.unwrap_or(LOCKED_MWH);
            while step > 1 && mwh % step != 0 {
                step /= 10;
            }
            self.common_mwh = Some(step);
        }
        Seen(self.common_mwh)
    }
}

impl Seen {
    /// The step to declare of a counter whose device, or template, declares this one.
    pub(super) fn declared(self, step_mwh: Option<u64>) -> Option<u64> {
        match (step_mwh, self.0) {
            (Some(declared), Some(LOCKED_MWH)) => Some(declared.max(LOCKED_MWH)),
            (None, Some(seen)) if seen >= WORTH_TELLING_MWH => Some(seen),
            (declared, _) => declared,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_only_ever_found_finer() {
        let mut watch = StepWatch::default();
        let mut declared = |import, export, step| watch.seen(import, export).declared(step);
        assert_eq!(declared(Some(0), None, Some(100)), Some(100), "nothing is seen in a zero");
        assert_eq!(declared(Some(5_000_000), None, Some(100)), Some(1_000_000));
        assert_eq!(declared(Some(5_000_000), Some(0), None), Some(1_000_000));
        assert_eq!(declared(Some(5_100_000), None, Some(100)), Some(100));
        assert_eq!(declared(Some(6_000_000), None, None), Some(100_000));
        assert_eq!(declared(Some(6_000_001), None, None), None);
        assert_eq!(declared(Some(7_000_000), None, Some(100)), Some(100));
    }
}
