//! A number that a device holds in one field, or in several that add up. They are phases, a high and a low word apart,
//! or power drawn and power fed in.

use super::decode::{Field, FieldError, Function};
use crate::sample::Counter;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use std::{collections::BTreeSet, fmt};

/// Most fields of one number.
pub const MAX_PARTS: usize = 8;

/// A number in one field, or in several that add up (those with `negate` are taken away).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum(Vec<Field>);

impl Sum {
    /// Its fields, one at least.
    #[must_use]
    pub fn parts(&self) -> &[Field] {
        &self.0
    }

    /// The number in thousandths of its unit's base, from the registers of each part; `None` if a part says "not
    /// available" that is not optional.
    ///
    /// # Errors
    /// [`FieldError`] of a part, or for registers that are missing.
    pub fn decode<'a>(&self, words: impl Fn(&Field) -> Option<&'a [u16]>) -> Result<Option<i128>, FieldError> {
        let mut sum = 0i128;
        for part in &self.0 {
            match part.decode(words(part).unwrap_or_default())? {
                Some(milli) => {
                    sum = sum.checked_add(milli).ok_or_else(|| FieldError::OutOfRange(format!("{sum} + {milli}")))?;
                }
                None if part.optional => {}
                None => return Ok(None),
            }
        }
        Ok(Some(sum))
    }

    /// True if an optional part says "not available" that `seen` has: it was there before, and belongs to the number.
    /// Parts that are there are put into `seen`, at most [`MAX_PARTS`] of a number.
    pub(crate) fn lost_a_part<'a>(
        &self,
        words: impl Fn(&Field) -> Option<&'a [u16]>,
        seen: &mut BTreeSet<(Function, u16)>,
    ) -> bool {
        let mut lost = false;
        for part in self.0.iter().filter(|part| part.optional) {
            let place = (part.function, part.address);
            match part.decode(words(part).unwrap_or_default()) {
                Ok(Some(_)) => drop(seen.insert(place)),
                _ => lost |= seen.contains(&place),
            }
        }
        lost
    }

    /// How an energy of `mwh` is counted. Several parts wrap together where each goes on where the one before is full;
    /// of parts that count for themselves nobody knows.
    #[must_use]
    pub fn counter(&self, mwh: Option<u64>) -> Counter {
        let mut counters: Vec<Counter> = self.0.iter().map(|part| part.counter(mwh)).collect();
        counters.sort_by_key(|counter| counter.step_mwh);
        let joined = counters.windows(2).all(|pair| matches!(pair, [low, high] if low.modulus_mwh == high.step_mwh));
        Counter {
            modulus_mwh: counters.last().filter(|_| joined).and_then(|counter| counter.modulus_mwh),
            step_mwh: counters.first().and_then(|counter| counter.step_mwh),
        }
    }

    /// As [`Self::decode`], from the registers of all parts one after another.
    pub(super) fn decode_joined(&self, words: &[u16]) -> Result<Option<i128>, FieldError> {
        let all = self.0.iter().map(|part| usize::from(part.word_count())).sum::<usize>();
        if words.len() != all {
            return Err(FieldError::Length { expected: u16::try_from(all).unwrap_or(u16::MAX), got: words.len() });
        }
        self.decode(|wanted| {
            let before = self.0.iter().take_while(|part| !std::ptr::eq(*part, wanted));
            let start: usize = before.map(|part| usize::from(part.word_count())).sum();
            words.get(start..start + usize::from(wanted.word_count()))
        })
    }

    /// What each part holds so that they make up `milli`: the coarsest first, and of equals the first, as much as it
    /// can. What is left over is less than the finest step, unless no part can hold it.
    fn shares(&self, milli: i128) -> (Vec<i128>, i128) {
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        let step = |index: &usize| self.0.get(*index).map_or(0, Field::step_milli);
        order.sort_by_key(|index| std::cmp::Reverse(step(index)));
        let mut shares = vec![0; self.0.len()];
        let mut rest = milli;
        for index in order {
            if let (Some(part), Some(share)) = (self.0.get(index), shares.get_mut(index)) {
                *share = part.nearest(rest);
                rest -= *share;
            }
        }
        (shares, rest)
    }

    /// The number nearest to `milli` that the parts can hold.
    pub(crate) fn nearest(&self, milli: i128) -> i128 {
        milli - self.shares(milli).1
    }

    /// The registers of each part that [`Self::decode`] reads as `milli`, as near as they can hold it.
    ///
    /// # Errors
    /// [`FieldError`] if they cannot hold it, or cannot say "not available".
    pub fn encode(&self, milli: Option<i128>) -> Result<Vec<Vec<u16>>, FieldError> {
        let Some(milli) = milli else {
            return self.0.iter().map(|part| part.encode(None)).collect();
        };
        let (shares, rest) = self.shares(milli);
        let finest = self.0.iter().map(Field::step_milli).min().unwrap_or(1);
        if rest.abs() >= finest {
            return Err(FieldError::OutOfRange(milli.to_string()));
        }
        self.0.iter().zip(shares).map(|(part, share)| part.encode(Some(share))).collect()
    }
}

impl From<Field> for Sum {
    fn from(field: Field) -> Self {
        Self(vec![field])
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;

        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Sum;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a field, or 1 to {MAX_PARTS} that add up")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Sum, A::Error> {
                Field::deserialize(MapAccessDeserializer::new(map)).map(Sum::from)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Sum, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = fields.next_element()? {
                    parts.push(part);
                    if parts.len() > MAX_PARTS {
                        return Err(A::Error::invalid_length(parts.len(), &self));
                    }
                }
                if parts.is_empty() { Err(A::Error::invalid_length(0, &self)) } else { Ok(Sum(parts)) }
            }
        }

        deserializer.deserialize_any(OneOrMany)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Deserialize)]
    struct Holder {
        sum: Sum,
    }

    fn sum(text: &str) -> Sum {
        toml::from_str::<Holder>(text).expect(text).sum
    }

    /// Two 16-bit words that lie apart, tenths of a kWh.
    const APART: &str = r#"
        [[sum]]
        function = 3
        address = 78
        type = "u16"
        exponent = -1
        unit = "kWh"
        [[sum]]
        function = 3
        address = 80
        type = "u16"
        exponent = -1
        times = 65536
        unit = "kWh"
    "#;
    /// Power drawn, less power fed in.
    const DRAWN_LESS_FED: &str = r#"
        sum = [
            { function = 3, address = 10, type = "u32", unit = "W" },
            { function = 3, address = 12, type = "u32", unit = "W", negate = true },
        ]
    "#;

    #[test]
    fn words_that_lie_apart_make_one_number() {
        let apart = sum(APART);
        // 0x0001_86A0 tenths of a kWh.
        assert_eq!(apart.decode_joined(&[0x86A0, 0x0001]), Ok(Some(10_000_000_000)));
        assert_eq!(apart.encode(Some(10_000_000_000)), Ok(vec![vec![0x86A0], vec![0x0001]]));
        assert!(apart.encode(Some(i128::from(u64::MAX))).is_err(), "more than both hold");
        assert!(matches!(apart.decode_joined(&[1]), Err(FieldError::Length { expected: 2, got: 1 })));
    }

    #[test]
    fn a_sum_wraps_only_where_its_parts_are_one_counter() {
        let (step_mwh, modulus_mwh) = (Some(100_000), Some((1 << 32) * 100_000));
        assert_eq!(sum(APART).counter(None), Counter { modulus_mwh, step_mwh });
        let phases = "sum = [{ function = 3, address = 1, type = \"u32\", unit = \"Wh\" },
                      { function = 3, address = 3, type = \"u32\", unit = \"Wh\" }]";
        assert_eq!(sum(&phases.replace('\n', " ")).counter(None), Counter { modulus_mwh: None, step_mwh: Some(1_000) });
    }

    #[test]
    fn what_is_fed_in_is_taken_away() {
        let power = sum(DRAWN_LESS_FED);
        assert_eq!(power.decode_joined(&[0, 0, 0, 700]), Ok(Some(-700_000)));
        assert_eq!(power.encode(Some(-700_000)), Ok(vec![vec![0, 0], vec![0, 700]]));
        assert_eq!(power.encode(Some(300_000)), Ok(vec![vec![0, 300], vec![0, 0]]));
    }

    #[test]
    fn a_part_without_a_number_is_no_number_unless_it_is_optional() {
        let phases = |optional: bool| {
            sum(&format!(
                r#"sum = [
                    {{ function = 3, address = 1, type = "u16", unit = "Wh", none = ["all-ones"] }},
                    {{ function = 3, address = 2, type = "u16", unit = "Wh", none = ["all-ones"], optional = {optional} }},
                ]"#
            ))
        };
        assert_eq!(phases(false).decode_joined(&[5, 0xFFFF]), Ok(None));
        assert_eq!(phases(true).decode_joined(&[5, 0xFFFF]), Ok(Some(5_000)));
        assert_eq!(phases(true).decode_joined(&[0xFFFF, 5]), Ok(None));
        assert_eq!(phases(true).encode(None), Ok(vec![vec![0xFFFF], vec![0xFFFF]]));
    }

    #[test]
    fn no_field_or_too_many_are_refused() {
        let field = "{ function = 3, address = 1, type = \"u16\" },";
        for (count, fine) in [(0, false), (1, true), (MAX_PARTS, true), (MAX_PARTS + 1, false)] {
            let text = format!("sum = [{}]", field.repeat(count));
            assert_eq!(toml::from_str::<Holder>(&text).is_ok(), fine, "{count}");
        }
        let error = toml::from_str::<Holder>("sum = 3").expect_err("a number").to_string();
        assert!(error.contains("a field, or 1 to 8 that add up"), "{error}");
    }

    proptest! {
        #[test]
        fn what_a_sum_writes_it_reads(tenths in 0u32.., watts in -5_000_000i128..5_000_000) {
            let milli = i128::from(tenths) * 100_000;
            let words = sum(APART).encode(Some(milli)).expect("it fits").concat();
            prop_assert_eq!(sum(APART).decode_joined(&words), Ok(Some(milli)));
            let words = sum(DRAWN_LESS_FED).encode(Some(watts * 1_000)).expect("it fits").concat();
            prop_assert_eq!(sum(DRAWN_LESS_FED).decode_joined(&words), Ok(Some(watts * 1_000)));
        }
    }
}
