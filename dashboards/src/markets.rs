//! Which markets an installation follows. It must never know what belongs to a market: `indexer::shard` does.

use std::{fmt, ops::RangeInclusive, str::FromStr};

/// The most ranges that a list has once it is put in order: each is a condition of every copied table.
const MAX_RANGES: usize = 1_000;

/// All markets, or those of a list like `3,7,20-40`. Equal sets are equal, however they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markets(Option<Vec<RangeInclusive<u32>>>);

/// Why a text is no list of markets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarketsError {
    /// Something between two commas is no market and no range.
    #[error("`{0}` is no market: write numbers and ranges, as 3,7,20-40; leave it out to follow all")]
    NotAMarket(String),
    /// A range from a larger number to a smaller one.
    #[error("`{first}-{last}` goes backwards: write {last}-{first}")]
    Backwards {
        /// What stands before the dash.
        first: u32,
        /// What stands behind it.
        last: u32,
    },
    /// More than one database should hold.
    #[error("these are {0} separate ranges of markets; one indexer takes at most {MAX_RANGES}: use several")]
    TooMany(usize),
}

impl Markets {
    /// Every market that there is or will be.
    pub const ALL: Self = Self(None);

    /// True if every market is followed.
    pub fn are_all(&self) -> bool {
        self.0.is_none()
    }

    /// True if this market is followed.
    pub fn contain(&self, market: u32) -> bool {
        self.0.as_ref().is_none_or(|ranges| ranges.iter().any(|range| range.contains(&market)))
    }

    /// True if all of `others` are among these.
    pub fn contain_all(&self, others: &Self) -> bool {
        match (&self.0, &others.0) {
            (None, _) => true,
            (Some(_), None) => false,
            // Ranges of one set never touch, so what lies in several of them is in none of them whole.
            (Some(ours), Some(theirs)) => theirs
                .iter()
                .all(|range| ours.iter().any(|known| known.contains(range.start()) && known.contains(range.end()))),
        }
    }

    /// The ranges, in order and apart from each other; `None` for all markets.
    pub fn ranges(&self) -> Option<&[RangeInclusive<u32>]> {
        self.0.as_deref()
    }

    /// As it is written into settings and databases; `None` for all markets.
    pub fn text(&self) -> Option<String> {
        self.0.as_ref().map(|_| self.to_string())
    }

    /// What [`Self::text`] wrote.
    ///
    /// # Errors
    /// What is not a list of markets.
    pub fn of_text(text: Option<&str>) -> Result<Self, MarketsError> {
        text.map_or(Ok(Self::ALL), str::parse)
    }

    /// For people: `all markets`, `market 3`, or `markets 3,7,20-40`.
    pub fn words(&self) -> String {
        match self.ranges() {
            None => "all markets".to_owned(),
            Some([only]) if only.start() == only.end() => format!("market {}", only.start()),
            Some(_) => format!("markets {self}"),
        }
    }
}

impl FromStr for Markets {
    type Err = MarketsError;

    fn from_str(text: &str) -> Result<Self, MarketsError> {
        let mut ranges = text.split(',').map(range).collect::<Result<Vec<_>, _>>()?;
        ranges.sort_unstable_by_key(|range| *range.start());
        let mut apart: Vec<RangeInclusive<u32>> = Vec::new();
        for range in ranges {
            match apart.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                _ => apart.push(range),
            }
        }
        if apart.len() > MAX_RANGES { Err(MarketsError::TooMany(apart.len())) } else { Ok(Self(Some(apart))) }
    }
}

fn range(text: &str) -> Result<RangeInclusive<u32>, MarketsError> {
    let number = |part: &str| part.trim().parse::<u32>().map_err(|_| MarketsError::NotAMarket(text.trim().to_owned()));
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if first <= last { Ok(first..=last) } else { Err(MarketsError::Backwards { first, last }) }
}

impl fmt::Display for Markets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ranges) = &self.0 else { return f.write_str("all") };
        for (place, range) in ranges.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            match (range.start(), range.end()) {
                (first, last) if first == last => write!(f, "{comma}{first}")?,
                (first, last) => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn markets(text: &str) -> Markets {
        text.parse().expect("markets")
    }

    #[test]
    fn a_list_has_numbers_and_ranges_in_any_order() {
        let some = markets(" 20-40, 7,3,7 ,41");
        assert_eq!(some.to_string(), "3,7,20-41");
        assert_eq!(some.words(), "markets 3,7,20-41");
        assert_eq!((markets("9").words(), Markets::ALL.words()), ("market 9".into(), "all markets".into()));
        for (market, is_followed) in
            [(2, false), (3, true), (4, false), (20, true), (33, true), (41, true), (42, false)]
        {
            assert_eq!(some.contain(market), is_followed, "{market}");
        }
        assert!(markets("0-4294967295").contain(u32::MAX));
        assert!(Markets::ALL.contain(9) && Markets::ALL.are_all() && !some.are_all());
    }

    #[test]
    fn a_bad_list_is_refused_with_what_is_wrong_in_it() {
        for wrong in ["", "3,,7", "all", "3;7", "-3", "3-", "1-2-3", "4294967296", "3.5"] {
            let error = wrong.parse::<Markets>().expect_err(wrong).to_string();
            assert!(error.contains("as 3,7,20-40"), "{wrong}: {error}");
        }
        assert!("3,,7".parse::<Markets>().expect_err("empty").to_string().starts_with("`` is no market"));
        let error = "3, 40-20".parse::<Markets>().expect_err("backwards").to_string();
        assert_eq!(error, "`40-20` goes backwards: write 20-40");
        let odd: Vec<String> = (0..1_001).map(|number| (2 * number).to_string()).collect();
        assert_eq!(odd.join(",").parse::<Markets>(), Err(MarketsError::TooMany(1_001)));
        assert!(odd[1..].join(",").parse::<Markets>().is_ok());
    }

    #[test]
    fn a_set_knows_whether_another_is_a_part_of_it() {
        let some = markets("3,7,20-40");
        for (other, is_part) in [("3", true), ("7,25-30", true), ("20-40", true), ("3-7", false), ("40-41", false)] {
            assert_eq!(some.contain_all(&markets(other)), is_part, "{other}");
        }
        assert!(Markets::ALL.contain_all(&some) && !some.contain_all(&Markets::ALL));
        assert!(Markets::ALL.contain_all(&Markets::ALL));
    }

    proptest! {
        #[test]
        fn a_set_reads_what_it_writes(numbers in prop::collection::vec((0..60u32, 0..6u32), 1..20), market in 0..70u32) {
            let text: Vec<String> = numbers.iter().map(|(first, more)| format!("{first}-{}", first + more)).collect();
            let set = markets(&text.join(","));
            prop_assert_eq!(Markets::of_text(set.text().as_deref()), Ok(set.clone()));
            let is_named = numbers.iter().any(|(first, more)| (*first..=first + more).contains(&market));
            prop_assert_eq!(set.contain(market), is_named);
        }
    }
}
