//! Notices a counter that falls by a little and comes back, as some manufacturers' do. What lies below its highest is
//! no total: the difference would be booked a second time on the way up.

/// The highest that a device's counters were seen at, import first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DipWatch([Option<u64>; 2]);

/// A counter below its highest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dip {
    /// `import` or `export`.
    pub(crate) what: &'static str,
    /// Below its highest, mWh.
    pub(crate) fell_mwh: u64,
}

impl DipWatch {
    /// A counter that is below its highest by at most `most_mwh`, if one is. A larger fall is a reset, and begins anew.
    pub(crate) fn dip(&mut self, import_mwh: Option<u64>, export_mwh: Option<u64>, most_mwh: u64) -> Option<Dip> {
        let mut dip = None;
        for ((highest, now), what) in self.0.iter_mut().zip([import_mwh, export_mwh]).zip(["import", "export"]) {
            let Some(now) = now else { continue };
            match highest.map(|highest| highest.saturating_sub(now)) {
                // A zero is another matter: see `ZeroWatch`.
                Some(fell_mwh) if fell_mwh > 0 && fell_mwh <= most_mwh && now > 0 => dip = Some(Dip { what, fell_mwh }),
                _ => *highest = Some(now),
            }
        }
        dip
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_fall_is_a_dip_until_the_counter_is_back_and_a_large_one_a_reset() {
        let mut watch = DipWatch::default();
        let mut look = |mwh| watch.dip(None, Some(mwh), 100).map(|dip| dip.fell_mwh);
        assert_eq!(
            [1_000, 990, 950, 999, 1_000, 1_001].map(&mut look),
            [None, Some(10), Some(50), Some(1), None, None]
        );
        assert_eq!([901, 900].map(&mut look), [Some(100), None], "a reset is passed on, and counts from there");
        assert_eq!([899, 0, 5].map(&mut look), [Some(1), None, None]);
        assert_eq!(watch.dip(None, None, 100), None);
    }

    proptest! {
        #[test]
        fn what_is_no_dip_never_rises_by_more_than_the_counter_did(
            steps in prop::collection::vec(-50i64..200, 1..100),
        ) {
            let (mut watch, mut now, mut passed, mut booked, mut highest) = (DipWatch::default(), 1_000_000i64, None, 0, 1_000_000);
            for step in steps {
                now += step;
                let mwh = u64::try_from(now).expect("positive");
                if watch.dip(Some(mwh), None, 1_000_000).is_none() {
                    booked += passed.map_or(0, |before: i64| now - before);
                    passed = Some(now);
                }
                highest = highest.max(now);
            }
            prop_assert!(booked <= highest - 1_000_000 + 50, "nothing is booked twice");
        }
    }
}
