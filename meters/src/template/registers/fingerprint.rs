//! By what an unknown device is known: one thing that it shows. Knows no wire.

use super::decode::Field;
use serde::Deserialize;
use std::fmt;

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
    /// The device shows it at times alone (a battery that is not empty, a meter that answers). A search asks for it,
    /// and a new connection does not.
    #[serde(default)]
    pub passing: bool,
    /// What a device is that does not show it, for whoever reads it by this template.
    pub otherwise: Option<String>,
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
    /// A text that begins in one of these ways.
    StartsWithOneOf(Vec<String>),
    /// A text that has this anywhere.
    Contains(String),
    /// A text that has none of these anywhere.
    Lacks(Vec<String>),
    /// A text of letters and digits and nothing else, from the first to the second many: a serial number.
    Letters(u16, u16),
    /// Nothing: zero, "not available" or an exception.
    Absent(bool),
}

impl fmt::Display for Shows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Between(low, high) if low == high => write!(f, "{low}"),
            Self::Between(low, high) => write!(f, "{low} to {high}"),
            Self::OneOf(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
                write!(f, "{}", numbers.join(" or "))
            }
            Self::StartsWith(text) => write!(f, "a text that begins with \"{text}\""),
            Self::StartsWithOneOf(texts) => write!(f, "a text that begins with {}", texts.join(" or ")),
            Self::Lacks(texts) => write!(f, "a text without {}", texts.join(" or ")),
            Self::Contains(text) => write!(f, "a text with \"{text}\" in it"),
            Self::Letters(least, most) => write!(f, "{least} to {most} letters and digits"),
            Self::Absent(true) => write!(f, "nothing"),
            Self::Absent(false) => write!(f, "something"),
        }
    }
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

    /// What registers that a device gave show there, in words; `None` where it gave an exception.
    pub(crate) fn shown(&self, words: Option<&[u16]>) -> String {
        let Some(words) = words else { return "nothing".into() };
        match self.at.decode_text(words) {
            Ok(Some(text)) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
            _ => format!("{words:04x?}").replace(", ", " "),
        }
    }

    /// Whether no device can show both this and `other`, as far as can be told from the two.
    #[cfg(test)]
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        let place = |mark: &Self| (mark.at.function, mark.at.address);
        if place(self) != place(other) {
            return false;
        }
        let same_field = self.at == other.at;
        let numbers = |shows: &Shows| match shows {
            Shows::Between(low, high) => Some(vec![(*low, *high)]),
            Shows::OneOf(numbers) => Some(numbers.iter().map(|number| (*number, *number)).collect()),
            _ => None,
        };
        let starts = |shows: &Shows| match shows {
            Shows::StartsWith(start) => Some(vec![start.clone()]),
            Shows::StartsWithOneOf(starts) => Some(starts.clone()),
            _ => None,
        };
        if let (Some(ours), Some(theirs), true) = (numbers(&self.shows), numbers(&other.shows), same_field) {
            return ours.iter().all(|(low, high)| theirs.iter().all(|(least, most)| high < least || most < low));
        }
        if let (Some(ours), Some(theirs)) = (starts(&self.shows), starts(&other.shows)) {
            let apart = |a: &String, b: &String| !a.starts_with(b.as_str()) && !b.starts_with(a.as_str());
            return ours.iter().all(|a| theirs.iter().all(|b| apart(a, b)));
        }
        let above_zero = |shows: &Shows| numbers(shows).is_some_and(|all| all.iter().all(|(low, _)| *low > 0));
        match (&self.shows, &other.shows) {
            // A number above zero is something, however many of its registers are looked at.
            (Shows::Absent(true), shows) | (shows, Shows::Absent(true)) => same_field && above_zero(shows),
            (Shows::Lacks(parts), Shows::Contains(part)) | (Shows::Contains(part), Shows::Lacks(parts)) => {
                parts.contains(part)
            }
            _ => false,
        }
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
            Shows::StartsWithOneOf(starts) => {
                text().is_some_and(|text| starts.iter().any(|start| text.starts_with(start.as_str())))
            }
            Shows::Lacks(parts) => text().is_some_and(|text| !parts.iter().any(|part| text.contains(part.as_str()))),
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
            (text("{ starts-with-one-of = [\"X\", \"SU\"] }"), &[0x5355, 0x4E00, 0], true),
            (text("{ starts-with-one-of = [\"X\", \"UN\"] }"), &[0x5355, 0x4E00, 0], false),
            (text("{ lacks = [\"X\", \"UN\"] }"), &[0x5355, 0x4E00, 0], false),
            (text("{ lacks = [\"X\", \"NU\"] }"), &[0x5355, 0x4E00, 0], true),
            (text("{ lacks = [\"X\"] }"), &[0, 0, 0], false),
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
    fn marks_that_no_device_can_show_both_exclude_each_other() {
        let mark = |layout: &str, shows: &str| {
            let words = if layout == "text" { ", words = 3" } else { "" };
            mark(&format!("at = {{ function = 3, address = 0, type = \"{layout}\"{words} }}\nshows = {shows}"))
        };
        for (layout, a, b, excluded) in [
            ("u16", "{ between = [1, 4] }", "{ between = [5, 9] }", true),
            ("u16", "{ between = [1, 5] }", "{ one-of = [5, 9] }", false),
            ("u16", "{ absent = true }", "{ between = [1, 9] }", true),
            ("u16", "{ absent = true }", "{ between = [0, 9] }", false),
            ("text", "{ starts-with = \"SU\" }", "{ starts-with-one-of = [\"SN\", \"X\"] }", true),
            ("text", "{ starts-with = \"SU\" }", "{ starts-with-one-of = [\"SUN\", \"X\"] }", false),
            ("text", "{ lacks = [\"M\", \"Smart\"] }", "{ contains = \"Smart\" }", true),
            ("text", "{ letters = [3, 5] }", "{ contains = \"Smart\" }", false),
        ] {
            assert_eq!(mark(layout, a).excludes(&mark(layout, b)), excluded, "{a} {b}");
            assert_eq!(mark(layout, b).excludes(&mark(layout, a)), excluded, "{b} {a}");
        }
        assert!(!mark("u16", "{ between = [1, 4] }").excludes(&mark("u32", "{ between = [5, 9] }")));
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
