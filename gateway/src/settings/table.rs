//! One table of a configuration: each key is taken out as it is understood. What is wrong is noted and the reading
//! goes on, so that its writer hears of everything at once.

use super::{
    mistake::{Mistake, Place},
    raw::Raw,
};
use deren_meters::nearest;
use std::{collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};

/// The keys of one table.
#[derive(Debug)]
pub(super) struct Table {
    /// How the table is called in messages.
    name: String,
    place: Place,
    /// False if parts of the file could not be parsed: then a key may only seem to be missing.
    whole: bool,
    entries: BTreeMap<String, (Place, Raw)>,
    /// The keys that were looked for: all that there can be.
    known: Vec<&'static str>,
    mistakes: Vec<Mistake>,
}

impl Table {
    pub(super) fn new(name: String, place: Place, whole: bool) -> Self {
        Self { name, place, whole, entries: BTreeMap::new(), known: Vec::new(), mistakes: Vec::new() }
    }

    pub(super) fn put(&mut self, key: &str, place: Place, raw: Raw) {
        self.entries.insert(key.to_owned(), (place, raw));
    }

    /// The place of the table itself.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The place of that key, while it is there; otherwise the table's.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.entries.get(key).map_or(&self.place, |(place, _)| place).clone()
    }

    /// True while the key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Notes what is wrong there.
    pub(super) fn wrong(&mut self, place: &Place, reason: impl fmt::Display) {
        self.mistakes.push(place.mistake(reason));
    }

    /// Notes that the key is missing, unless it may stand where the file cannot be parsed.
    pub(super) fn missing(&mut self, key: &str, example: &str) {
        if self.whole {
            let reason = format!("{} has no `{key}`: {key} = {example}", self.name);
            self.mistakes.push(self.place.mistake(reason));
        }
    }

    /// Everything that was wrong, with the keys that nobody asked for and the nearest that is known.
    pub(super) fn finish(mut self) -> Vec<Mistake> {
        for (key, (place, _)) in &self.entries {
            let near = nearest(key, &self.known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.mistakes.push(place.mistake(format!("{} has no key `{key}`{near}", self.name)));
        }
        self.mistakes
    }

    fn take(&mut self, key: &'static str) -> Option<(Place, Raw)> {
        self.known.push(key);
        self.entries.remove(key)
    }

    /// A text, if the key is there.
    pub(super) fn text(&mut self, key: &'static str) -> Option<(Place, String)> {
        match self.take(key)? {
            (place, Raw::Text(text)) if text.is_empty() => self.wrong(&place, format!("`{key}` is empty")),
            (place, Raw::Text(text)) => return Some((place, text)),
            (place, other) => self.wrong(&place, format!("`{key}` is {}, it should be a text", other.kind())),
        }
        None
    }

    /// What `parse` makes of a text, if the key is there; what it refuses is noted with the key's place.
    pub(super) fn parsed<T>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (place, text) = self.text(key)?;
        parse(&text).map_err(|reason| self.wrong(&place, reason)).ok()
    }

    /// As [`Table::parsed`], for a key that must be there.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if !self.has(key) {
            self.known.push(key);
            self.missing(key, example);
        }
        self.parsed(key, parse)
    }

    /// A list of texts, if the key is there; in the environment they are separated by commas.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<(Place, Vec<String>)> {
        let (place, raw) = self.take(key)?;
        let texts = match (&place, raw) {
            (Place::Variable(_), Raw::Text(text)) => {
                Some(text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>())
            }
            (_, Raw::List(items)) => items
                .into_iter()
                .map(|item| match item {
                    Raw::Text(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => None,
        };
        if texts.is_none() {
            self.wrong(&place, format!("`{key}` should be a list of texts: [\"…\", \"…\"]"));
        }
        Some((place, texts?))
    }

    /// A whole number within `range`, if the key is there. The key's ending names its unit.
    pub(super) fn number<T: TryFrom<u32>>(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Option<T> {
        let (place, raw) = self.take(key)?;
        let number = match (&place, &raw) {
            (_, Raw::Integer(number)) => Ok(*number),
            (Place::Variable(_), Raw::Text(text)) => text.trim().parse().map_err(|_| wrong_unit(key, text)),
            (_, Raw::Text(text)) => Err(wrong_unit(key, text)),
            _ => Err(format!("`{key}` is {}, it should be a whole number", raw.kind())),
        };
        let fitting = number.and_then(|number| {
            let fits = u32::try_from(number).ok().filter(|number| range.contains(number));
            fits.and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| format!("`{key}` is {number}, it should be from {} to {}", range.start(), range.end()))
        });
        fitting.map_err(|reason| self.wrong(&place, reason)).ok()
    }

    /// True or false, if the key is there.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let (place, raw) = self.take(key)?;
        let value = match (&place, &raw) {
            (_, Raw::Boolean(value)) => Some(*value),
            (Place::Variable(_), Raw::Text(text)) => bool::from_str(text.trim()).ok(),
            _ => None,
        };
        if value.is_none() {
            self.wrong(&place, format!("`{key}` is {}, it should be true or false", raw.kind()));
        }
        value
    }
}

/// Explains a text where a number is wanted: most likely a unit was written.
fn wrong_unit(key: &str, text: &str) -> String {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let in_ms = |unit: &str| match unit {
        "ms" => Some(1u64),
        "s" | "sec" => Some(1000),
        "m" | "min" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let wanted = key.rsplit('_').next().unwrap_or_default();
    let written = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
    let converted = match (digits.parse::<u64>(), in_ms(written), in_ms(wanted)) {
        (Ok(number), Some(from), Some(to)) => number.checked_mul(from).map(|ms| ms / to),
        _ => None,
    };
    let unit = match wanted {
        "ms" => "milliseconds",
        "s" => "seconds",
        "w" => "watts",
        "mb" => "megabytes",
        "days" => "days",
        _ => "a whole number",
    };
    match converted {
        Some(number) => format!("`{key}` is \"{text}\", it should be a bare number in {unit}: {key} = {number}"),
        None => format!("`{key}` is \"{text}\", it should be a bare number ({unit})"),
    }
}
