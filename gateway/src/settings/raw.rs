//! Configuration before it has types: keys with the place where each was written, so that every complaint names it.

use super::{
    mistake::{Mistake, Place},
    table::Table,
};
use std::collections::BTreeMap;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

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
    pub(super) fn kind(&self) -> &'static str {
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

/// The file's top level, its sections, such as `[home_assistant]`, and its `[[device]]` tables.
pub(super) struct Document {
    pub(super) top: Table,
    pub(super) sections: BTreeMap<&'static str, Table>,
    pub(super) devices: Vec<Table>,
    /// What is wrong with the text itself.
    pub(super) mistakes: Vec<Mistake>,
}

/// Parses `text`, which may have tables of these names; `file` is only for messages. What cannot be parsed is a
/// mistake, and the rest is looked at all the same.
pub(super) fn parse(file: &str, text: &str, sections: &[&'static str]) -> Document {
    let line_ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end).collect();
    let line_of = |offset: usize| 1 + line_ends.partition_point(|end| *end < offset);
    let at = |offset: usize| Place::Line { file: file.to_owned(), line: line_of(offset) };
    let (parsed, errors) = DeTable::parse_recoverable(text);
    let mistakes: Vec<Mistake> =
        errors.iter().map(|error| at(error.span().map_or(0, |span| span.start)).mistake(error.message())).collect();
    let whole = mistakes.is_empty();
    let fill = |table: &mut Table, keys: &DeTable<'_>| {
        for (key, value) in keys {
            table.put(key.get_ref(), at(key.span().start), Raw::of(value.get_ref()));
        }
    };
    let mut document = Document {
        top: Table::new("the configuration".to_owned(), at(0), whole),
        sections: BTreeMap::new(),
        devices: Vec::new(),
        mistakes,
    };
    for (key, value) in parsed.get_ref() {
        let place = at(key.span().start);
        let section = sections.iter().find(|name| **name == key.get_ref().as_ref());
        match (key.get_ref().as_ref(), value.get_ref(), section) {
            ("device", DeValue::Array(items), _) => {
                for (number, item) in items.iter().enumerate() {
                    match table_of(item) {
                        Some(keys) => {
                            let mut table = Table::new(format!("device {}", number + 1), at(item.span().start), whole);
                            fill(&mut table, keys);
                            document.devices.push(table);
                        }
                        None => document.mistakes.push(
                            at(item.span().start).mistake("a device is a table: write [[device]] and its keys below"),
                        ),
                    }
                }
            }
            ("device", _, _) => {
                document.mistakes.push(place.mistake("devices are tables: write [[device]] for each"));
            }
            (_, DeValue::Table(keys), Some(name)) => {
                let mut table = Table::new(format!("[{name}]"), place, whole);
                fill(&mut table, keys);
                document.sections.insert(name, table);
            }
            (_, _, Some(name)) => {
                document
                    .mistakes
                    .push(place.mistake(format!("`{name}` is a table: write [{name}] and its keys below")));
            }
            (name, value, None) => document.top.put(name, place, Raw::of(value)),
        }
    }
    document
}

fn table_of<'a, 't>(item: &'a Spanned<DeValue<'t>>) -> Option<&'a DeTable<'t>> {
    match item.get_ref() {
        DeValue::Table(keys) => Some(keys),
        _ => None,
    }
}

impl Document {
    /// Lets variables `PREFIX<KEY>` stand for the keys of the top level, and `PREFIX<SECTION>_<KEY>` for a section's.
    pub(super) fn override_by(
        &mut self,
        prefix: &str,
        sections: &[&'static str],
        variables: impl Iterator<Item = (String, String)>,
    ) {
        for (variable, value) in variables {
            let Some(key) = variable.strip_prefix(prefix).map(str::to_ascii_lowercase) else {
                continue;
            };
            let place = Place::Variable(variable.clone());
            let within = sections.iter().find_map(|name| Some((*name, key.strip_prefix(name)?.strip_prefix('_')?)));
            match within {
                Some((name, key)) => {
                    let section = || Table::new(format!("[{name}]"), place.clone(), true);
                    self.sections.entry(name).or_insert_with(section).put(key, place.clone(), Raw::Text(value));
                }
                None => self.top.put(&key, place, Raw::Text(value)),
            }
        }
    }
}
