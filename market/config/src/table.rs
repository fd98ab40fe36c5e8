//! One table of a configuration: each key is taken out as it is understood. What is wrong is noted and the reading
//! goes on, so that its writer hears of everything at once.

use crate::{Key, Mistake, Place, nearest};
use std::{collections::BTreeMap, fmt, str::FromStr};

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
    missing: BTreeMap<&'static str, &'static str>,
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

    /// As [`Table::take`]. A key that must be there is missing otherwise, unless it may stand where the file cannot be
    /// parsed.
    fn take_declared<D>(&mut self, key: &Key<D>) -> Option<(Place, Raw)> {
        if let Some(example) = key.example.filter(|_| self.whole && !self.has(key.name)) {
            self.missing.insert(key.name, example);
        }
        self.take(key.name)
    }

    /// The table under this key, if it is there, which messages call `owner`, as "the market's clock has".
    pub fn section(&mut self, key: &'static str, owner: &str) -> Option<Self> {
        match self.take(key)? {
            (_, Raw::Table(table)) => return Some(table.called(owner)),
            (place, _) => self.wrong(&place, format!("`{key}` is a table: write [{key}] and its keys below")),
        }
        None
    }

    /// The tables under this key. Messages call each `owner` of its number from 1, as "device 1 has". Each is a `noun`,
    /// and `header` stands above it in the file, as `[[device]]`.
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
    pub fn text<D>(&mut self, key: &Key<D>) -> Option<(Place, String)> {
        let (place, raw) = self.take_declared(key)?;
        let name = key.name;
        match raw {
            Raw::Text(text) if text.is_empty() => self.wrong(&place, format!("`{name}` is empty")),
            Raw::Text(text) => return Some((place, text)),
            other => self.wrong(&place, format!("`{name}` is {}, it should be a text", other.kind())),
        }
        None
    }

    /// A text, or else the key's default.
    pub fn text_or(&mut self, key: &Key<&'static str>) -> String {
        self.text(key).map_or(key.default.to_owned(), |(_, text)| text)
    }

    /// What `parse` makes of a text, if the key is there; what it refuses is noted with the key's place.
    pub fn parsed<T, D>(&mut self, key: &Key<D>, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (place, text) = self.text(key)?;
        parse(&text).map_err(|reason| self.wrong(&place, reason)).ok()
    }

    /// A list of texts, if the key is there; in the environment they are separated by commas.
    pub fn texts(&mut self, key: &Key) -> Option<(Place, Vec<String>)> {
        let (place, raw) = self.take_declared(key)?;
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
            self.wrong(&place, format!("`{}` should be a list of texts: [\"…\", \"…\"]", key.name));
        }
        Some((place, texts?))
    }

    /// A whole number within the key's range, if the key is there.
    pub fn number<T: TryFrom<i64>, D>(&mut self, key: &Key<D>) -> Option<T> {
        let (place, raw) = self.take_declared(key)?;
        let (name, (least, most)) = (key.name, key.range);
        let number = match (&place, &raw) {
            (_, Raw::Integer(number)) => Ok(*number),
            (Place::Variable(_), Raw::Text(text)) => text.trim().parse().map_err(|_| wrong_unit(name, text)),
            (_, Raw::Text(text)) => Err(wrong_unit(name, text)),
            _ => Err(format!("`{name}` is {}, it should be a whole number", raw.kind())),
        };
        let fitting = number.and_then(|number| {
            let fits = Some(number).filter(|number| (least..=most).contains(number));
            fits.and_then(|number| T::try_from(number).ok())
                .ok_or_else(|| format!("`{name}` is {number}, it should be from {least} to {most}"))
        });
        fitting.map_err(|reason| self.wrong(&place, reason)).ok()
    }

    /// A whole number within the key's range, or else the key's default.
    pub fn number_or<T: TryFrom<i64> + Copy>(&mut self, key: &Key<T>) -> T {
        self.number(key).unwrap_or(key.default)
    }

    /// True or false, or else the key's default.
    pub fn boolean_or(&mut self, key: &Key<bool>) -> bool {
        let Some((place, raw)) = self.take_declared(key) else { return key.default };
        let value = match (&place, &raw) {
            (_, Raw::Boolean(value)) => Some(*value),
            (Place::Variable(_), Raw::Text(text)) => bool::from_str(text.trim()).ok(),
            _ => None,
        };
        if value.is_none() {
            self.wrong(&place, format!("`{}` is {}, it should be true or false", key.name, raw.kind()));
        }
        value.unwrap_or(key.default)
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
    use crate::{Key, lines, parse};

    const NAME: Key = Key::text("name").needed("\"one\"");
    const DAYS: Key = Key::number("days", 1..=30);
    const SPEED_PERMILLE: Key = Key::number("speed_permille", 1..=i64::MAX).needed("1000");
    const ROLE: Key = Key::text("role").needed("\"grid\"");

    /// Takes everything that a made-up program knows.
    fn mistakes(text: &str, variables: &[(&str, &str)]) -> String {
        let mut top = parse("made-up.toml", text, "the file has");
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        top.override_by("MADE_UP_", &["clock"], variables);
        top.text(&NAME);
        top.number::<u8, _>(&DAYS);
        let mut mistakes = Vec::new();
        if let Some(mut clock) = top.section("clock", "[clock] has") {
            clock.number::<i64, _>(&SPEED_PERMILLE);
            mistakes.extend(clock.finish());
        }
        for mut home in top.tables("home", ("home", "[[home]]"), |number| format!("home {number} has")) {
            home.text(&ROLE);
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

    const LIMIT_S: Key<u16> = Key::number("limit_s", 1..=600).or(60);
    const OPEN: Key<bool> = Key::boolean("open").or(false);
    const FOLDER: Key<&str> = Key::text("folder").or("data");
    const NODES: Key = Key::texts("nodes");

    /// What these four keys are, and what is wrong with them.
    fn read(text: &str, variables: &[(&str, &str)]) -> ((u16, bool, String, Vec<String>), String) {
        let mut top = parse("made-up.toml", text, "the file has");
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        top.override_by("MADE_UP_", &[], variables);
        let nodes = top.texts(&NODES).map(|(_, nodes)| nodes).unwrap_or_default();
        let values = (top.number_or(&LIMIT_S), top.boolean_or(&OPEN), top.text_or(&FOLDER), nodes);
        (values, lines(&top.finish()))
    }

    #[test]
    fn a_default_holds_where_nothing_is_written() {
        assert_eq!(read("", &[]), ((60, false, "data".to_owned(), Vec::new()), String::new()));
    }

    #[test]
    fn a_variable_is_a_number_a_truth_or_a_list_and_goes_before_the_file() {
        let text = "limit_s = 5\nopen = false\nnodes = [\"c\"]\n";
        let variables = [("MADE_UP_LIMIT_S", " 7 "), ("MADE_UP_OPEN", "true"), ("MADE_UP_NODES", "a, b")];
        let (values, mistakes) = read(text, &variables);
        assert_eq!((values.0, values.1, values.3, mistakes.as_str()), (7, true, vec!["a".into(), "b".into()], ""));
    }

    #[test]
    fn a_value_of_another_kind_is_named() {
        let (_, mistakes) = read("limit_s = true\nopen = \"yes\"\nfolder = \"\"\nnodes = [1]\n", &[]);
        for said in
            ["`limit_s` is true or false, it should be a whole number", "`open` is a text, it should be true or false"]
        {
            assert!(mistakes.contains(said), "{mistakes}");
        }
        assert!(mistakes.contains("line 3: `folder` is empty"), "{mistakes}");
        assert!(mistakes.contains("line 4: `nodes` should be a list of texts"), "{mistakes}");
    }

    #[test]
    fn a_unit_that_was_written_along_is_converted() {
        let said = read("limit_s = \"2 min\"\n", &[]).1;
        assert!(said.contains("it should be a bare number in seconds: limit_s = 120"), "{said}");
        let said = read("", &[("MADE_UP_LIMIT_S", "soon")]).1;
        assert!(said.contains("environment variable MADE_UP_LIMIT_S") && said.contains("(seconds)"), "{said}");
    }

    #[test]
    fn nothing_is_missing_from_a_file_that_cannot_be_parsed() {
        let said = mistakes("days = 3\nname one\n", &[("MADE_UP_CLOCK_SPEED_PERMILLE", "7")]);
        assert!(said.contains("line 2") && !said.contains("no `name`"), "{said}");
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
