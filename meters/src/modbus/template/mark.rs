//! By what an unknown device is known: one thing that it shows. Knows no wire.

use crate::modbus::decode::Field;
use serde::Deserialize;

/// One thing by which a device is known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Where it is.
    pub at: Field,
    /// What must be there.
    pub shows: Shows,
    /// What a simulated device has there.
    pub serve: Option<String>,
}

/// What a mark must show.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shows {
    /// A number from the first to the second, in whole units.
    Between(i64, i64),
    /// One of these numbers, in whole units.
    OneOf(Vec<i64>),
    /// A text that begins so.
    StartsWith(String),
    /// A text that has this anywhere.
    Contains(String),
    /// A text of letters and digits and nothing else, from the first to the second many: a serial number.
    Letters(u16, u16),
    /// Nothing: zero, "not available" or an exception.
    Absent(bool),
}

impl Mark {
    /// Why it makes no sense, if it does not.
    pub(super) fn fault(&self) -> Option<String> {
        let served = || {
            let words = self.serve.as_ref().map(|text| self.at.encode_text(text));
            match words {
                Some(Err(error)) => Some(format!("`serve` {error}")),
                Some(Ok(words)) if !self.fits(Some(&words)) => Some("`serve` is not what it `shows`".into()),
                _ => None,
            }
        };
        self.at.fault().or_else(served)
    }

    /// Whether registers that a device gave show it; `None` where it gave an exception.
    #[must_use]
    pub fn fits(&self, words: Option<&[u16]>) -> bool {
        let number = || self.at.decode(words?).ok().flatten();
        let text = || self.at.decode_text(words?).ok().flatten();
        let milli = |whole: &i64| i128::from(*whole) * 1_000;
        match &self.shows {
            Shows::Between(low, high) => number().is_some_and(|number| (milli(low)..=milli(high)).contains(&number)),
            Shows::OneOf(numbers) => number().is_some_and(|number| numbers.iter().any(|one| milli(one) == number)),
            Shows::StartsWith(start) => text().is_some_and(|text| text.starts_with(start.as_str())),
            Shows::Contains(part) => text().is_some_and(|text| text.contains(part.as_str())),
            Shows::Letters(least, most) => text().is_some_and(|text| {
                (usize::from(*least)..=usize::from(*most)).contains(&text.len())
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }),
            Shows::Absent(absent) => number().is_none_or(|milli| milli == 0) == *absent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str) -> Mark {
        toml::from_str(text).expect(text)
    }

    #[test]
    fn numbers_and_texts_show_what_they_should() {
        let number =
            |shows: &str| mark(&format!("at = {{ function = 3, address = 0, type = \"u16\" }}\nshows = {shows}"));
        let text = |shows: &str| {
            mark(&format!("at = {{ function = 3, address = 0, type = \"text\", words = 3 }}\nshows = {shows}"))
        };
        for (mark, words, fits) in [
            (number("{ between = [3, 5] }"), &[5u16][..], true),
            (number("{ between = [3, 5] }"), &[6], false),
            (number("{ one-of = [7, 9] }"), &[9], true),
            (number("{ one-of = [7, 9] }"), &[8], false),
            (number("{ absent = true }"), &[0], true),
            (number("{ absent = true }"), &[1], false),
            (text("{ starts-with = \"SU\" }"), &[0x5355, 0x4E00, 0], true),
            (text("{ contains = \"UN\" }"), &[0x5355, 0x4E00, 0], true),
            (text("{ contains = \"UM\" }"), &[0x5355, 0x4E00, 0], false),
            (text("{ letters = [3, 5] }"), &[0x5355, 0x4E00, 0], true),
            (text("{ letters = [3, 5] }"), &[0x532D, 0x4E00, 0], false),
            (text("{ letters = [3, 5] }"), &[0, 0, 0], false),
        ] {
            assert_eq!(mark.fits(Some(words)), fits, "{mark:?} {words:?}");
        }
        assert!(number("{ absent = true }").fits(None), "an exception is nothing");
        assert!(!number("{ between = [0, 9] }").fits(None));
    }

    #[test]
    fn a_simulated_device_must_show_what_its_mark_wants() {
        let at = "at = { function = 3, address = 0, type = \"u16\" }\nshows = { between = [3, 5] }\nserve = ";
        assert_eq!(mark(&format!("{at}\"4\"")).fault(), None);
        for bad in ["6", "four"] {
            assert!(mark(&format!("{at}\"{bad}\"")).fault().is_some(), "{bad}");
        }
    }
}
