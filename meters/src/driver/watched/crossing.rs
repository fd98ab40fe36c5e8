//! Import and export that change places, as a hybrid inverter's do now and then after a restart
//! (marcelblijleven/goodwe#47). Whoever looks at each counter alone sees a fall in one and a leap in the other.

/// Counters closer together than this are never told apart, mWh.
const APART_MWH: u64 = 8_000_000;
/// What may have been counted meanwhile: this part of what lies between the two counters.
const COUNTED_PART: u64 = 8;

/// The last energies that were in their places, mWh.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CrossingWatch(Option<(u64, u64)>);

impl CrossingWatch {
    /// True if each of the two stands where the other one stood, or a little above.
    pub(super) fn have_changed_places(&mut self, import_mwh: Option<u64>, export_mwh: Option<u64>) -> bool {
        let (Some(import), Some(export)) = (import_mwh, export_mwh) else { return false };
        if let Some((import_before, export_before)) = self.0 {
            let apart = import_before.abs_diff(export_before);
            let has_taken_the_place =
                |now: u64, before: u64| now.checked_sub(before).is_some_and(|counted| counted <= apart / COUNTED_PART);
            if apart >= APART_MWH
                && has_taken_the_place(import, export_before)
                && has_taken_the_place(export, import_before)
            {
                return true;
            }
        }
        self.0 = Some((import, export));
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counters_that_are_near_each_other_may_cross() {
        let mut watch = CrossingWatch::default();
        assert!(!watch.have_changed_places(Some(5_000_000), Some(6_000_000)));
        assert!(!watch.have_changed_places(Some(6_000_000), Some(6_000_000)));
        assert!(!watch.have_changed_places(Some(7_000_000), Some(6_000_000)));
        assert!(!watch.have_changed_places(None, Some(7_000_000)), "one counter has no place to change");
    }

    proptest! {
        #[test]
        fn counters_that_only_rise_have_never_changed_places(
            start in (0u64..1 << 50, 0u64..1 << 50), rises in prop::collection::vec((0u64..1 << 30, 0u64..1 << 30), 1..20),
        ) {
            let (mut import, mut export) = start;
            let mut watch = CrossingWatch::default();
            for (more_import, more_export) in rises {
                prop_assert!(!watch.have_changed_places(Some(import), Some(export)));
                (import, export) = (import + more_import, export + more_export);
            }
        }
    }
}
