//! The keys that a program knows, each declared once: `docs/reference/configuration.md` is made from the declarations.

use std::ops::RangeInclusive;

/// A key, with its limits and what holds where it is not written. The comment at its declaration says what it means,
/// its name's ending the unit.
///
/// ```
/// use deren_config::{Key, parse};
///
/// /// How long final readings are kept.
/// const ARCHIVE_DAYS: Key<u32> = Key::number("archive_days", 1..=36_500).or(400);
///
/// let mut top = parse("gateway.toml", "", "the configuration has");
/// assert_eq!(top.number_or(&ARCHIVE_DAYS), 400);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Key<D = ()> {
    pub(crate) name: &'static str,
    /// What to write, of a key that must be there.
    pub(crate) example: Option<&'static str>,
    pub(crate) range: (i64, i64),
    /// What holds where the key is not written.
    pub default: D,
}

impl Key {
    /// A key for a text, which its reader may parse.
    pub const fn text(name: &'static str) -> Self {
        Self::number(name, i64::MIN..=i64::MAX)
    }

    /// A key for a list of texts.
    pub const fn texts(name: &'static str) -> Self {
        Self::text(name)
    }

    /// A key for a whole number within `range`.
    pub const fn number(name: &'static str, range: RangeInclusive<i64>) -> Self {
        Self { name, example: None, range: (*range.start(), *range.end()), default: () }
    }

    /// A key for true or false.
    pub const fn boolean(name: &'static str) -> Self {
        Self::text(name)
    }

    /// The same, but it must be there. A message shows `example`.
    pub const fn needed(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }

    /// The same, and `default` holds where it is not written.
    pub const fn or<D>(self, default: D) -> Key<D> {
        Key { name: self.name, example: self.example, range: self.range, default }
    }
}
