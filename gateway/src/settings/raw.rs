//! Configuration before it has types: keys with the place where each was written, so that every complaint names it.

use crate::error::GatewayError;
use std::{collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};
use toml::de::{DeTable, DeValue};

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In the file.
    Line { file: String, line: usize },
    /// In the environment.
    Variable(String),
}

impl Place {
    /// A complaint about what stands here.
    pub(super) fn error(&self, reason: impl fmt::Display) -> GatewayError {
        GatewayError::Settings { place: self.to_string(), reason: reason.to_string() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(f, "{file} line {line}"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
        }
    }
}

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<Raw>),
    /// Something that no key takes, by its kind.
    Other(&'static str),
}

impl Raw {
    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Other(kind) => kind,
        }
    }

    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Self::Other("a number too large"), Self::Integer),
            DeValue::Boolean(value) => Self::Boolean(*value),
            DeValue::Array(items) => Self::List(items.iter().map(|item| Self::of(item.get_ref())).collect()),
            DeValue::Float(_) => Self::Other("a number with a point"),
            DeValue::Datetime(_) => Self::Other("a date"),
            DeValue::Table(_) => Self::Other("a table"),
        }
    }
}

/// The keys of one table, each taken out as it is understood.
#[derive(Debug)]
pub(super) struct Table {
    /// How the table is called in messages.
    name: String,
    place: Place,
    entries: BTreeMap<String, (Place, Raw)>,
}

/// The file's top level and its `[[device]]` tables.
pub(super) struct Document {
    pub(super) top: Table,
    pub(super) devices: Vec<Table>,
}

/// Parses `text`; `file` is only for messages.
pub(super) fn parse(file: &str, text: &str) -> Result<Document, GatewayError> {
    let line_of = |offset: usize| 1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
    let at = |offset: usize| Place::Line { file: file.to_owned(), line: line_of(offset) };
    let parsed =
        DeTable::parse(text).map_err(|error| at(error.span().map_or(0, |span| span.start)).error(error.message()))?;
    let mut devices = Vec::new();
    let mut top = Table { name: "the configuration".to_owned(), place: at(0), entries: BTreeMap::new() };
    for (key, value) in parsed.get_ref() {
        let place = at(key.span().start);
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("device", DeValue::Array(items)) => {
                for (number, item) in items.iter().enumerate() {
                    let place = at(item.span().start);
                    let DeValue::Table(keys) = item.get_ref() else {
                        return Err(place.error("a device is a table: write [[device]] and its keys below"));
                    };
                    let mut table = Table { name: format!("device {}", number + 1), place, entries: BTreeMap::new() };
                    for (key, value) in keys {
                        let place = at(key.span().start);
                        table.entries.insert(key.get_ref().to_string(), (place, Raw::of(value.get_ref())));
                    }
                    devices.push(table);
                }
            }
            ("device", _) => return Err(place.error("devices are tables: write [[device]] for each")),
            (name, value) => {
                top.entries.insert(name.to_owned(), (place, Raw::of(value)));
            }
        }
    }
    Ok(Document { top, devices })
}

impl Table {
    /// The place of the table itself.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Lets variables `PREFIX…` stand for the keys of this table.
    pub(super) fn override_by(&mut self, prefix: &str, variables: impl Iterator<Item = (String, String)>) {
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix(prefix) {
                let raw = Raw::Text(value);
                self.entries.insert(key.to_ascii_lowercase(), (Place::Variable(name.clone()), raw));
            }
        }
    }

    /// Refuses the first key that is not known, and names the nearest that is.
    pub(super) fn refuse_unknown(&self, known: &[&str]) -> Result<(), GatewayError> {
        let unknown = self.entries.iter().find(|(key, _)| !known.contains(&key.as_str()));
        let Some((key, (place, _))) = unknown else {
            return Ok(());
        };
        let nearest = nearest(key, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Err(place.error(format!("{} has no key `{key}`{nearest}", self.name)))
    }

    /// A text, if the key is there.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<(Place, String)>, GatewayError> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some((place, Raw::Text(text))) if text.is_empty() => Err(place.error(format!("`{key}` is empty"))),
            Some((place, Raw::Text(text))) => Ok(Some((place, text))),
            Some((place, other)) => Err(place.error(format!("`{key}` is {}, it should be a text", other.kind()))),
        }
    }

    /// A list of texts, if the key is there; in the environment they are separated by commas.
    pub(super) fn texts(&mut self, key: &str) -> Result<Option<(Place, Vec<String>)>, GatewayError> {
        let wrong = |place: Place| place.error(format!("`{key}` should be a list of texts: [\"…\", \"…\"]"));
        match self.entries.remove(key) {
            None => Ok(None),
            Some((place @ Place::Variable(_), Raw::Text(text))) => {
                Ok(Some((place, text.split(',').map(|part| part.trim().to_owned()).collect())))
            }
            Some((place, Raw::List(items))) => {
                let texts = items.into_iter().map(|item| match item {
                    Raw::Text(text) => Ok(text),
                    _ => Err(wrong(place.clone())),
                });
                Ok(Some((place.clone(), texts.collect::<Result<_, _>>()?)))
            }
            Some((place, _)) => Err(wrong(place)),
        }
    }

    /// A whole number within `range`, if the key is there. The key's ending names its unit.
    pub(super) fn number<T>(&mut self, key: &str, range: RangeInclusive<u32>) -> Result<Option<T>, GatewayError>
    where
        T: TryFrom<u32>,
    {
        let Some((place, raw)) = self.entries.remove(key) else {
            return Ok(None);
        };
        let number = match (&place, &raw) {
            (_, Raw::Integer(number)) => *number,
            (Place::Variable(_), Raw::Text(text)) if text.trim().parse::<i64>().is_ok() => {
                text.trim().parse().unwrap_or(i64::MAX)
            }
            (_, Raw::Text(text)) => return Err(place.error(wrong_unit(key, text))),
            _ => return Err(place.error(format!("`{key}` is {}, it should be a whole number", raw.kind()))),
        };
        let fits = u32::try_from(number).ok().filter(|number| range.contains(number));
        let value = fits.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            place.error(format!("`{key}` is {number}, it should be from {} to {}", range.start(), range.end()))
        })?;
        Ok(Some(value))
    }

    /// True or false, if the key is there.
    pub(super) fn boolean(&mut self, key: &str) -> Result<Option<bool>, GatewayError> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some((_, Raw::Boolean(value))) => Ok(Some(value)),
            Some((place, raw)) => match raw {
                Raw::Text(text) if matches!(place, Place::Variable(_)) => bool::from_str(text.trim())
                    .map(Some)
                    .map_err(|_| place.error(format!("`{key}` is `{text}`, it should be true or false"))),
                other => Err(place.error(format!("`{key}` is {}, it should be true or false", other.kind()))),
            },
        }
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

/// The known key most like `key`, if any is like it at all.
pub(super) fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |candidate: &str| {
        let within = key.len() > 2 && (candidate.contains(key) || key.contains(candidate));
        let longer_by = candidate.len().abs_diff(key.len()).min(100) as f64;
        strsim::jaro_winkler(key, candidate).max(if within { 1.0 - longer_by / 400.0 } else { 0.0 })
    };
    known
        .iter()
        .map(|candidate| (likeness(candidate), *candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
