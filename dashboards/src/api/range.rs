//! Ranges of time and numbers of answers, parsed once at the edge: what a handler holds is bounded.

use super::problem::{Problem, Result};
use chrono::{DateTime, Utc};
use deren_primitives::Slot;
use serde::Deserialize;
use std::num::NonZeroU32;
use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, ObjectBuilder, SchemaFormat, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

/// The longest range that is answered: a leap year.
pub const MAX_RANGE_DAYS: i64 = 366;
/// How long the range is when nobody says: a day.
const DEFAULT_RANGE_S: i64 = 24 * 60 * 60;
/// The last moment that a slot of the shortest length (1 s) can begin.
const LAST_UNIX_S: i64 = u32::MAX as i64;

/// A range as it is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RangeQuery {
    /// First moment, in seconds since 1970; default: 24 hours before `to`.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub from: Option<i64>,
    /// First moment that is not in the range any more, in seconds since 1970; default: now.
    #[param(minimum = 0, maximum = 4_294_967_295_i64)]
    pub to: Option<i64>,
}

/// A range of time as it is asked for, and how many items at most, which is never more than `MOST`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitedRangeQuery<const MOST: u32> {
    /// First moment, in seconds since 1970; default: 24 hours before `to`.
    pub from: Option<i64>,
    /// First moment that is not in the range any more, in seconds since 1970; default: now.
    pub to: Option<i64>,
    /// At most so many items; default: as many as one answer may have.
    pub limit: Option<u32>,
}

impl<const MOST: u32> LimitedRangeQuery<MOST> {
    /// The range, and how many items at most.
    pub fn parse(self) -> Result<(TimeRange, i64)> {
        let range = TimeRange::parse(self.from, self.to, Utc::now())?;
        Ok((range, parse_limit(self.limit, MOST)?))
    }
}

impl<const MOST: u32> IntoParams for LimitedRangeQuery<MOST> {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let schema = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(1))
            .maximum(Some(MOST));
        let limit = ParameterBuilder::new()
            .name("limit")
            .parameter_in(ParameterIn::Query)
            .description(Some("At most so many items; default: as many as one answer may have."))
            .schema(Some(schema))
            .build();
        let mut parameters = RangeQuery::into_params(parameter_in);
        parameters.push(limit);
        parameters
    }
}

/// A range of time, `from` up to but without `to`: forwards, and at most [`MAX_RANGE_DAYS`] long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    from_unix_s: i64,
    to_unix_s: i64,
}

impl TimeRange {
    /// Reads a range; `now` stands for a `to` that is not given.
    pub fn parse(from: Option<i64>, to: Option<i64>, now: DateTime<Utc>) -> Result<Self> {
        let to_unix_s =
            to.unwrap_or_else(|| from.map_or(now.timestamp(), |from| now.timestamp().max(from.saturating_add(1))));
        let from_unix_s = from.unwrap_or_else(|| to_unix_s.saturating_sub(DEFAULT_RANGE_S).max(0));
        for (name, unix_s) in [("from", from_unix_s), ("to", to_unix_s)] {
            if !(0..=LAST_UNIX_S).contains(&unix_s) {
                return Err(Problem::range(format!(
                    "{name} = {unix_s} is not a time between 1970 and 2106, in seconds since 1970."
                )));
            }
        }
        if from_unix_s >= to_unix_s {
            return Err(Problem::range(format!(
                "from = {from_unix_s} is not before to = {to_unix_s}: exchange them, or leave one out."
            )));
        }
        if to_unix_s - from_unix_s > MAX_RANGE_DAYS * 24 * 60 * 60 {
            let days = (to_unix_s - from_unix_s) / (24 * 60 * 60);
            return Err(Problem::range(format!(
                "The range has {days} days; at most {MAX_RANGE_DAYS} are answered at once. Ask for a part of it."
            )));
        }
        Ok(Self { from_unix_s, to_unix_s })
    }

    /// Reads what a request asked for, with the clock of this machine.
    pub fn of(query: RangeQuery) -> Result<Self> {
        Self::parse(query.from, query.to, Utc::now())
    }

    /// The first moment, in seconds since 1970.
    pub fn from_unix_s(self) -> i64 {
        self.from_unix_s
    }

    /// The first moment that is not in the range any more, in seconds since 1970.
    pub fn to_unix_s(self) -> i64 {
        self.to_unix_s
    }

    /// The slots that begin in the range: the first, and the first that does not any more.
    pub fn slots(self, slot_seconds: NonZeroU32) -> (Slot, Slot) {
        let length = i64::from(slot_seconds.get());
        let first_from = |unix_s: i64| Slot(u32::try_from((unix_s + length - 1) / length).unwrap_or(u32::MAX));
        (first_from(self.from_unix_s), first_from(self.to_unix_s))
    }
}

/// How many items an answer has at most: from 1 to `most`, `most` when nobody says.
fn parse_limit(limit: Option<u32>, most: u32) -> Result<i64> {
    match limit.unwrap_or(most) {
        limit if (1..=most).contains(&limit) => Ok(limit.into()),
        limit => Err(Problem::bad_request(format!("limit = {limit} is not a number from 1 to {most}."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;
    use proptest::prelude::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a time")
    }

    fn range(from: i64, to: i64) -> Result<TimeRange> {
        TimeRange::parse(Some(from), Some(to), now())
    }

    #[test]
    fn without_a_word_it_is_the_last_day() {
        let day = TimeRange::parse(None, None, now()).expect("a range");
        assert_eq!((day.from_unix_s(), day.to_unix_s()), (1_800_000_000 - 86_400, 1_800_000_000));
    }

    #[test]
    fn a_range_backwards_is_refused() {
        assert_eq!(range(200, 100).map_err(|problem| problem.status()), Err(StatusCode::BAD_REQUEST));
        assert!(range(100, 100).is_err());
    }

    #[test]
    fn a_range_of_ten_years_is_refused() {
        let ten_years_s = 10 * 366 * 86_400;
        assert_eq!(range(0, ten_years_s).map_err(|problem| problem.status()), Err(StatusCode::BAD_REQUEST));
        assert!(range(0, 366 * 86_400).is_ok());
    }

    #[test]
    fn a_slot_is_in_the_range_in_which_it_begins() {
        let quarter = NonZeroU32::new(900).expect("not zero");
        assert_eq!(range(900, 2700).expect("a range").slots(quarter), (Slot(1), Slot(3)));
        assert_eq!(range(901, 2701).expect("a range").slots(quarter), (Slot(2), Slot(4)));
    }

    #[test]
    fn a_limit_outside_its_bounds_is_refused() {
        assert!(matches!((parse_limit(None, 50), parse_limit(Some(1), 50)), (Ok(50), Ok(1))));
        assert!(parse_limit(Some(0), 50).is_err() && parse_limit(Some(51), 50).is_err());
    }

    proptest! {
        #[test]
        fn any_numbers_are_a_bounded_range_or_refused(from: Option<i64>, to: Option<i64>) {
            if let Ok(range) = TimeRange::parse(from, to, now()) {
                let length = range.to_unix_s() - range.from_unix_s();
                prop_assert!(length > 0 && length <= MAX_RANGE_DAYS * 86_400);
            }
        }

        #[test]
        fn adjacent_ranges_share_no_slot_and_leave_none_out(
            from in 0..1_000_000i64, middle in 1..1_000_000i64, to in 1..1_000_000i64, length in 1..3600u32,
        ) {
            let length = NonZeroU32::new(length).expect("not zero");
            let (first, second) = (range(from, from + middle), range(from + middle, from + middle + to));
            let (first, second) = (first.expect("a range").slots(length), second.expect("a range").slots(length));
            prop_assert_eq!(first.1, second.0);
        }
    }
}
