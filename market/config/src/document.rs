//! A configuration before it has types: tables of keys with the place where each was written, so that every complaint
//! names it. The environment's variables are laid over what the file says.

use crate::{
    Mistake, Place,
    table::{Raw, Table},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// A file's text with the places of its bytes.
#[derive(Clone)]
pub(crate) struct Source<'a> {
    file: &'a str,
    text: &'a str,
    line_ends: Vec<usize>,
}

impl<'a> Source<'a> {
    /// `file` is only for messages.
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, line_ends: text.match_indices('\n').map(|(end, _)| end).collect() }
    }

    /// The place of a byte.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let lines = self.line_ends.partition_point(|end| *end < offset);
        let begin = lines.checked_sub(1).and_then(|line| self.line_ends.get(line)).map_or(0, |end| end + 1);
        let column = self.text.get(begin..offset).map_or(0, |before| before.chars().count()) + 1;
        Place::Line { file: self.file.to_owned(), line: lines + 1, column }
    }

    /// The text as TOML, as far as it can be parsed, and what cannot.
    pub(crate) fn parse(&self) -> (Spanned<DeTable<'a>>, Vec<Mistake>) {
        let (parsed, errors) = DeTable::parse_recoverable(self.text);
        let mistake = |error: &toml::de::Error| {
            let place = self.place(error.span().map_or(0, |span| span.start));
            place.mistake(error.message().replace('\n', " "))
        };
        (parsed, errors.iter().map(mistake).collect())
    }

    fn raw(&self, value: &DeValue<'_>, place: &Place, whole: bool) -> Raw {
        match value {
            DeValue::String(text) => Raw::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Raw::Other("a number too large"), Raw::Integer),
            DeValue::Boolean(value) => Raw::Boolean(*value),
            DeValue::Array(items) => {
                let item = |item: &Spanned<DeValue<'_>>| {
                    let place = self.place(item.span().start);
                    let raw = self.raw(item.get_ref(), &place, whole);
                    (place, raw)
                };
                Raw::List(items.iter().map(item).collect())
            }
            DeValue::Float(_) => Raw::Other("a number with a point"),
            DeValue::Datetime(_) => Raw::Other("a date"),
            DeValue::Table(keys) => Raw::Table(self.table(keys, place.clone(), whole)),
        }
    }

    fn table(&self, keys: &DeTable<'_>, place: Place, whole: bool) -> Table {
        let mut table = Table::new(place, whole);
        for (key, value) in keys {
            let place = self.place(key.span().start);
            let raw = self.raw(value.get_ref(), &place, whole);
            table.put(key.get_ref(), place, raw);
        }
        table
    }
}

/// A text, parsed, with the places of its values.
pub struct Text<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) root: Spanned<DeTable<'a>>,
    pub(crate) mistakes: Vec<Mistake>,
}

impl<'a> Text<'a> {
    /// Parses a text; `file` is only for messages.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        let source = Source::new(file, text);
        let (root, mistakes) = source.parse();
        Self { source, root, mistakes }
    }

    /// What is no TOML.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Its top-level table.
    pub fn root(&self) -> &DeTable<'a> {
        self.root.get_ref()
    }

    /// The same text as if `root` were its top-level table, which is made of values of this text.
    pub fn with_root(&self, root: Spanned<DeTable<'a>>) -> Self {
        Self { source: self.source.clone(), root, mistakes: self.mistakes.clone() }
    }

    /// The place of a value of this text, by the byte where it begins.
    pub fn place(&self, offset: usize) -> Place {
        self.source.place(offset)
    }

    /// The place of the top-level key's value, and the value if it is a text. `None` if the key is not there.
    pub fn word(&self, key: &str) -> Option<(Place, Option<&str>)> {
        let value = self.root.get_ref().get(key)?;
        let word = match value.get_ref() {
            DeValue::String(word) => Some(word.as_ref()),
            _ => None,
        };
        Some((self.source.place(value.span().start), word))
    }

    /// The place of the value to which these keys, and numbers from 0 in lists, lead; of the last that is there.
    pub fn nearest(&self, path: &[impl AsRef<str>]) -> Place {
        let mut offset = 0;
        let mut steps = path.iter().map(AsRef::as_ref);
        let mut value = steps.next().and_then(|key| self.root.get_ref().get(key));
        while let Some(here) = value {
            offset = here.span().start;
            let Some(step) = steps.next() else { break };
            value = match here.get_ref() {
                DeValue::Table(keys) => keys.get(step),
                DeValue::Array(items) => step.parse().ok().and_then(|number: usize| items.get(number)),
                _ => None,
            };
        }
        self.source.place(offset)
    }
}

/// Parses `text` into its top-level table, which messages call `owner`, as "the configuration has". `file` is only for
/// messages. What cannot be parsed is a mistake that the table gives when it is finished; the rest is there all the
/// same.
pub fn parse(file: &str, text: &str, owner: &str) -> Table {
    let source = Source::new(file, text);
    let (parsed, mistakes) = source.parse();
    let table = source.table(parsed.get_ref(), source.place(0), mistakes.is_empty());
    table.called(owner).with_mistakes(mistakes)
}

impl Table {
    /// Lets variables `PREFIX<KEY>` stand for the keys of this table, and `PREFIX<SECTION>_<KEY>` for those of the
    /// tables in it that `sections` names. Variables that do not begin with `prefix` are passed over.
    pub fn override_by(&mut self, prefix: &str, sections: &[&str], variables: impl Iterator<Item = (String, String)>) {
        for (variable, value) in variables {
            let Some(key) = variable.strip_prefix(prefix).map(str::to_ascii_lowercase) else {
                continue;
            };
            let place = Place::Variable(variable.clone());
            let within = sections.iter().find_map(|name| Some((*name, key.strip_prefix(name)?.strip_prefix('_')?)));
            match within {
                Some((name, key)) => self.put_within(name, key, place, Raw::Text(value)),
                None => self.put(&key, place, Raw::Text(value)),
            }
        }
    }
}
