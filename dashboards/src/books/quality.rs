//! What a reading's verdict means to people.

use deren_primitives::ReadingVerdict;
use serde::Serialize;

/// How good a reading is, worst remark first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BookQuality {
    /// Nothing to remark: it trades.
    Good,
    /// The share of the slot is a guess, or nothing was sampled.
    Estimated,
    /// The chain found something wrong with it.
    Flagged,
    /// It came when the slot was closed already.
    Late,
}

/// The bits of a verdict, each with its name in the API.
const REMARKS: [(ReadingVerdict, &str); 13] = [
    (ReadingVerdict::ESTIMATED, "estimated"),
    (ReadingVerdict::DISCONTINUOUS, "discontinuous"),
    (ReadingVerdict::BACKWARD, "backward"),
    (ReadingVerdict::ABOVE_RATED_POWER, "above_rated_power"),
    (ReadingVerdict::ANCHOR_UNKNOWN, "anchor_unknown"),
    (ReadingVerdict::ANCHOR_STALE, "anchor_stale"),
    (ReadingVerdict::LATE, "late"),
    (ReadingVerdict::EPOCH_CHANGED, "epoch_changed"),
    (ReadingVerdict::OVER_EXPORT, "over_export"),
    (ReadingVerdict::NOT_IN_SERVICE, "not_in_service"),
    (ReadingVerdict::SKIPPED, "skipped"),
    (ReadingVerdict::CLOCK_UNSURE, "clock_unsure"),
    (ReadingVerdict::SAMPLES_UNCOMMITTED, "samples_uncommitted"),
];

impl BookQuality {
    /// What a verdict amounts to: late before flagged before estimated.
    pub fn of(verdict: ReadingVerdict) -> Self {
        let beside = |bits: ReadingVerdict| ReadingVerdict(verdict.0 & !bits.0);
        if verdict.contains(ReadingVerdict::LATE) {
            Self::Late
        } else if beside(ReadingVerdict::ESTIMATED) != ReadingVerdict::GOOD {
            Self::Flagged
        } else if verdict == ReadingVerdict::GOOD {
            Self::Good
        } else {
            Self::Estimated
        }
    }

    /// Its name in answers and exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Estimated => "estimated",
            Self::Flagged => "flagged",
            Self::Late => "late",
        }
    }
}

/// The names of all that a verdict remarks.
pub fn remarks(verdict: ReadingVerdict) -> Vec<&'static str> {
    REMARKS.iter().filter(|(bit, _)| verdict.contains(*bit)).map(|(_, name)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_remark_names_the_quality() {
        let (late, estimated) = (ReadingVerdict::LATE, ReadingVerdict::ESTIMATED);
        assert_eq!(BookQuality::of(ReadingVerdict::GOOD), BookQuality::Good);
        assert_eq!(BookQuality::of(estimated), BookQuality::Estimated);
        assert_eq!(BookQuality::of(estimated.with(ReadingVerdict::BACKWARD)), BookQuality::Flagged);
        assert_eq!(BookQuality::of(late.with(ReadingVerdict::BACKWARD).with(estimated)), BookQuality::Late);
    }

    #[test]
    fn every_bit_has_one_name() {
        let all = REMARKS.iter().fold(ReadingVerdict::GOOD, |all, (bit, _)| all.with(*bit));
        assert_eq!(all.0, (1 << REMARKS.len()) - 1);
        assert_eq!(remarks(all).len(), REMARKS.len());
        assert!(remarks(ReadingVerdict::GOOD).is_empty());
    }

    #[test]
    fn a_quality_is_called_the_same_everywhere() {
        for quality in [BookQuality::Good, BookQuality::Estimated, BookQuality::Flagged, BookQuality::Late] {
            assert_eq!(serde_json::to_value(quality).expect("JSON"), quality.name());
        }
    }
}
