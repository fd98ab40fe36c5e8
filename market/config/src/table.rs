//! One table of a configuration: each key is taken out as it is understood. What is wrong is noted and the reading
//! goes on, so that its writer hears of everything at once.

use crate::{Mistake, Place, nearest};
use std::{collections::BTreeMap, fmt, ops::RangeInclusive, str::FromStr};

/// A value as it was written.
#[derive(Clone, Debug)]
pub(crate) enum Raw {
    Text(String),
    Integer(i64),
    Boolean(bool),
    /// Each item with its place.
    List(Vec<(Place, Raw)>),
    Table(Table),
    /// Something that no key takes, by its kind.
    Other(&'static str),
}

impl Raw {
    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

/// The keys of one table. Who reads it takes out each key that there can be, and then calls [`Table::finish`].
#[derive(Clone, Debug)]
pub struct Table {
    /// How messages begin that say what the table has: "the configuration has".
    owner: String,
    place: Place,
    /// False if parts of the file could not be parsed: then a key may only seem to be missing.
    whole: bool,
    entries: BTreeMap<String, (Place, Raw)>,
    /// The keys that were looked for: all that there can be.
    known: Vec<&'static str>,
    /// Keys that must be there and are not, each with what to write.
    missing: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl Table {
    pub(crate) fn new(place: Place, whole: bool) -> Self {
        let owner = "the table has".to_owned();
        let (entries, missing) = (BTreeMap::new(), BTreeMap::new());
        Self { owner, place, whole, entries, known: Vec::new(), missing, mistakes: Vec::new() }
    }

    pub(crate) fn called(self, owner: &str) -> Self {
        Self { owner: owner.to_owned(), ..self }
    }

    pub(crate) fn with_mistakes(mut self, mistakes: Vec<Mistake>) -> Self {
        self.mistakes.extend(mistakes);
        self
    }

    pub(crate) fn put(&mut self, key: &str, place: Place, raw: Raw) {
        self.entries.insert(key.to_owned(), (place, raw));
    }

    /// Puts a key into the table `section` of this one, which is made if it is not there.
    pub(crate) fn put_within(&mut self, section: &str, key: &str, place: Place, raw: Raw) {
        let made = (place.clone(), Raw::Table(Self::new(place.clone(), true)));
        if let (_, Raw::Table(table)) = self.entries.entry(section.to_owned()).or_insert(made) {
            table.put(key, place, raw);
        }
    }

    /// The place of the table itself.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The place of that key, while it is there; otherwise the table's.
    pub fn place_of(&self, key: &str) -> Place {
        self.entries.get(key).map_or(&self.place, |(place, _)| place).clone()
    }

    /// True while the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Notes what is wrong there.
    pub fn wrong(&mut self, place: &Place, reason: impl fmt::Display) {
        self.mistakes.push(place.mistake(reason));
    }

    /// Notes that the key is missing, unless it may stand where the file cannot be parsed.
    pub fn missing(&mut self, key: &str, example: &str) {
        if self.whole {
            self.missing.insert(key.to_owned(), example.to_owned());
        }
    }

    /// Everything that was wrong, with the keys that nobody asked for, and what may have been meant by each.
    pub fn finish(mut self) -> Vec<Mistake> {
        for (key, (place, _)) in &self.entries {
            let near = nearest(key, &self.known);
            // A key that was misspelt is not missing besides.
            near.and_then(|near| self.missing.remove(near));
            let meant = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", self.known.join(", ")),
            };
            self.mistakes.push(place.mistake(format!("{} no key `{key}`; {meant}", self.owner)));
        }
        for (key, example) in &self.missing {
            self.mistakes.push(self.place.mistake(format!("{} no `{key}`: {key} = {example}", self.owner)));
        }
        self.mistakes
    }

    fn take(&mut self, key: &'static str) -> Option<(Place, Raw)> {
        self.known.push(key);
        self.entries.remove(key)
    }

    /// The table under this key, if it is there, which messages call `owner`, as "the market's clock has".
    pub fn section(&mut self, key: &'static str, owner: &str) -> Option<Self> {
        match self.take(key)? {
            (_, Raw::Table(table)) => return Some(table.called(owner)),
            (place, _) => self.wrong(&place, format!("`{key}` is a table: write [{key}] and its keys below")),
        }
        None
    }

    /// The tables under this key. Messages call each `owner` of its number from 1, as "device 1 has". Each is a `noun`, and
    /// `header` stands above it in the file, as `[[device]]`.
    pub fn tables(
        &mut self,
        key: &'static str,
        (noun, header): (&str, &str),
        owner: impl Fn(usize) -> String,
    ) -> Vec<Self> {
        let items = match self.take(key) {
            Some((_, Raw::List(items))) => items,
            Some((place, _)) => {
                self.wrong(&place, format!("{noun}s are tables: write {header} for each"));
                return Vec::new();
            }
            None => return Vec::new(),
        };
        let mut tables = Vec::with_capacity(items.len());
        for (number, (place, item)) in items.into_iter().enumerate() {
            match item {
                Raw::Table(table) => tables.push(table.called(&owner(number + 1))),
                _ => self.wrong(&place, format!("a {noun} is a table: write {header} and its keys below")),
            }
        }
        tables
    }

    /// A text, if the key is there.
    pub fn text(&mut self, key: &'static str) -> Option<(Place, String)> {
        match self.take(key)? {
            (place, Raw::Text(text)) if text.is_empty() => self.wrong(&place, format!("`{key}` is empty")),
            (place, Raw::Text(text)) => return Some((place, text)),
            (place, other) => self.wrong(&place, format!("`{key}` is {}, it should be a text", other.kind())),
        }
        None
    }

    /// What `parse` makes of a text, if the key is there; what it refuses is noted with the key's place.
    pub fn parsed<T>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (place, text) = self.text(key)?;
        parse(&text).map_err(|reason| self.wrong(&place, reason)).ok()
    }

    /// As [`Table::parsed`], for a key that must be there.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.parsed(key, parse)
    }

    /// A list of texts, if the key is there; in the environment they are separated by commas.
    pub fn texts(&mut self, key: &'static str) -> Option<(Place, Vec<String>)> {
        let (place, raw) = self.take(key)?;
        let texts = match (&place, raw) {
            (Place::Variable(_), Raw::Text(text)) => {
                Some(text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>())
            }
            (_, Raw::List(items)) => items
                .into_iter()
                .map(|(_, item)| match item {
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
    pub fn number<T: TryFrom<i64>>(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<T> {
        let (place, raw) = self.take(key)?;
        let number = match (&place, &raw) {
            (_, Raw::Integer(number)) => Ok(*number),
            (Place::Variable(_), Raw::Text(text)) => text.trim().parse().map_err(|_| wrong_unit(key, text)),
            (_, Raw::Text(text)) => Err(wrong_unit(key, text)),
            _ => Err(format!("`{key}` is {}, it should be a whole number", raw.kind())),
        };
        let fitting = number.and_then(|number| {
            let fits = Some(number).filter(|number| range.contains(number));
            fits.and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| format!("`{key}` is {number}, it should be from {} to {}", range.start(), range.end()))
        });
        fitting.map_err(|reason| self.wrong(&place, reason)).ok()
    }

    /// As [`Table::number`], for a key that must be there.
    pub fn required_number<T: TryFrom<i64>>(
        &mut self,
        key: &'static str,
        example: &str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        if !self.has(key) {
            self.missing(key, example);
        }
        self.number(key, range)
    }

    /// True or false, if the key is there.
    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
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

#[cfg(test)]
mod tests {
    use crate::{lines, parse};

    /// Takes everything that a made-up program knows.
    fn mistakes(text: &str, variables: &[(&str, &str)]) -> String {
        let mut top = parse("made-up.toml", text, "the file has");
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        top.override_by("MADE_UP_", &["clock"], variables);
        top.required("name", "\"one\"", |name| Ok(name.to_owned()));
        top.number::<u8>("days", 1..=30);
        let mut mistakes = Vec::new();
        if let Some(mut clock) = top.section("clock", "[clock] has") {
            clock.required_number::<i64>("speed_permille", "1000", 1..=i64::MAX);
            mistakes.extend(clock.finish());
        }
        for mut home in top.tables("home", ("home", "[[home]]"), |number| format!("home {number} has")) {
            home.required("role", "\"grid\"", |role| Ok(role.to_owned()));
            mistakes.extend(home.finish());
        }
        mistakes.extend(top.finish());
        mistakes.sort_by(|one, other| one.place.cmp(&other.place));
        lines(&mistakes)
    }

    #[test]
    fn a_right_file_has_no_mistakes() {
        let text = "name = \"a\"\ndays = 3\n[clock]\nspeed_permille = 5\n[[home]]\nrole = \"grid\"\n";
        assert_eq!(mistakes(text, &[]), "");
        assert_eq!(mistakes("", &[("MADE_UP_NAME", "a"), ("MADE_UP_CLOCK_SPEED_PERMILLE", "7"), ("OTHER_X", "y")]), "");
    }

    #[test]
    fn tables_in_tables_tell_their_mistakes_by_the_line() {
        let text = "days = 31\n[clock]\nspeed = 5\n[[home]]\n[[home]]\nroel = \"grid\"\nzzz = 1\n";
        let expected = [
            "made-up.toml line 1: `days` is 31, it should be from 1 to 30",
            "made-up.toml line 1: the file has no `name`: name = \"one\"",
            "made-up.toml line 3: [clock] has no key `speed`; did you mean `speed_permille`?",
            "made-up.toml line 4: home 1 has no `role`: role = \"grid\"",
            "made-up.toml line 6: home 2 has no key `roel`; did you mean `role`?",
            "made-up.toml line 7: home 2 has no key `zzz`; known are role",
        ];
        assert_eq!(mistakes(text, &[]), expected.join("\n"));
    }

    #[test]
    fn a_complaint_finds_the_place_of_what_it_is_about() {
        let places = crate::Text::new("made-up.toml", "a = 1\n[[b]]\nc = [5,\n  6]\n[[b]]\nd = { e = 1 }\n");
        let at = |path: &[&str]| places.nearest(path).to_string();
        assert_eq!(at(&["a"]), "made-up.toml line 1");
        assert_eq!(at(&["b", "0", "c", "1"]), "made-up.toml line 4");
        assert_eq!(at(&["b", "1", "d", "e"]), "made-up.toml line 6");
        assert_eq!(at(&["b", "1", "x", "y"]), "made-up.toml line 5");
        assert_eq!(at(&["x"]), "made-up.toml line 1");
    }

    #[test]
    fn what_is_no_table_is_told_how_to_be_one() {
        let said = mistakes("name = \"a\"\nclock = 5\nhome = [1]\n", &[("MADE_UP_CLOCK_SPEED_PERMILLE", "0")]);
        assert!(said.contains("line 2: `clock` is a table: write [clock] and its keys below"), "{said}");
        assert!(said.contains("line 3: a home is a table: write [[home]] and its keys below"), "{said}");
        let said = mistakes("name = \"a\"\nhome = 5\n", &[("MADE_UP_CLOCK_SPEED_PERMILLE", "0")]);
        assert!(said.contains("line 2: homes are tables: write [[home]] for each"), "{said}");
        assert!(said.contains("environment variable MADE_UP_CLOCK_SPEED_PERMILLE: `speed_permille` is 0"), "{said}");
    }
}
