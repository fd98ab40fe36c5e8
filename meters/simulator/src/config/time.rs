//! Days and times of day as people write them.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A day, written `2026-06-21`; 1970 to 2200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    days_since_epoch: u32,
}

/// A time of day in UTC, written `11:00` or `11:00:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay {
    second_of_day: u32,
}

const LAST_DAY: u32 = 84_370;

impl Day {
    /// Midnight (UTC) at which the day begins, seconds since the Unix epoch.
    pub const fn unix_s(self) -> u64 {
        self.days_since_epoch as u64 * 86_400
    }
}

impl TimeOfDay {
    /// Seconds since midnight, 0 to 86 399.
    pub const fn second_of_day(self) -> u32 {
        self.second_of_day
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let refuse = || format!("`{text}` is not a day from 1970-01-01 to 2200-12-31; write it as 2026-06-21");
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| refuse())?;
        let days = u32::try_from(day.signed_duration_since(NaiveDate::default()).num_days()).map_err(|_| refuse())?;
        if days > LAST_DAY { Err(refuse()) } else { Ok(Self { days_since_epoch: days }) }
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let time = NaiveTime::parse_from_str(&text, "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(&text, "%H:%M"))
            .map_err(|_| format!("`{text}` is not a time of day; write it as 11:00 or 11:00:30 (UTC)"))?;
        let second_of_day = time.signed_duration_since(NaiveTime::MIN).num_seconds();
        Ok(Self { second_of_day: u32::try_from(second_of_day).unwrap_or_default().min(86_399) })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = NaiveDate::default() + chrono::Days::new(u64::from(self.days_since_epoch));
        write!(f, "{}", day.format("%Y-%m-%d"))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) =
            (self.second_of_day / 3_600, self.second_of_day / 60 % 60, self.second_of_day % 60);
        write!(f, "{hour:02}:{minute:02}:{second:02}")
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl std::str::FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_read_back() {
        let day: Day = "2026-06-21".parse().unwrap();
        assert_eq!((day.unix_s(), day.to_string().as_str()), (1_782_000_000, "2026-06-21"));
        let last: Day = "2200-12-31".parse().unwrap();
        assert_eq!(last.days_since_epoch, LAST_DAY);
        let time: TimeOfDay = "11:00".parse().unwrap();
        assert_eq!((time.second_of_day(), time.to_string().as_str()), (39_600, "11:00:00"));
        assert_eq!("23:59:59".parse::<TimeOfDay>().unwrap().second_of_day(), 86_399);
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        for text in ["21.6.2026", "2026-02-30", "1969-12-31", "2201-01-01", ""] {
            assert!(text.parse::<Day>().unwrap_err().contains("write it as 2026-06-21"), "{text}");
        }
        for text in ["24:00", "11", "11:61", "-1:00", "noon"] {
            assert!(text.parse::<TimeOfDay>().unwrap_err().contains("write it as 11:00"), "{text}");
        }
    }
}
