//! A text of a payload, as a value template sees it. It has a few methods, and no arithmetic: a text twice is no
//! number.

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Object, ObjectRepr},
};
use std::{fmt, sync::Arc};

/// Most parts that a text is split into.
const MAX_PARTS: usize = 1_024;
/// Longest text that a method makes, bytes.
const MAX_BYTES: usize = 64 * 1_024;

/// A text of a payload.
#[derive(Debug)]
pub(super) struct Text(pub(super) String);

impl Text {
    /// The text as a value.
    pub(super) fn value(text: impl Into<String>) -> Value {
        Value::from_object(Self(text.into()))
    }
}

impl Object for Text {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.0.is_empty()
    }

    fn call_method(self: &Arc<Self>, _: &State<'_, '_>, method: &str, args: &[Value]) -> Result<Value, Error> {
        let arguments: Vec<String> = args.iter().map(ToString::to_string).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let text = self.0.as_str();
        let trimmed = |chars: &str| chars.chars().collect::<Vec<char>>();
        match (method, arguments.as_slice()) {
            ("split", []) => parts(text.split_whitespace()),
            ("split", [separator]) if !separator.is_empty() => parts(text.split(separator)),
            ("strip", []) => Ok(Self::value(text.trim())),
            ("lstrip", []) => Ok(Self::value(text.trim_start())),
            ("rstrip", []) => Ok(Self::value(text.trim_end())),
            ("strip", [chars]) => Ok(Self::value(text.trim_matches(trimmed(chars).as_slice()))),
            ("lstrip", [chars]) => Ok(Self::value(text.trim_start_matches(trimmed(chars).as_slice()))),
            ("rstrip", [chars]) => Ok(Self::value(text.trim_end_matches(trimmed(chars).as_slice()))),
            ("lower", []) => Ok(Self::value(text.to_lowercase())),
            ("replace", [from, to]) => replaced(text, from, to),
            _ => Err(Error::new(ErrorKind::UnknownMethod, format!("no method `{method}` with these arguments"))),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn parts<'a>(parts: impl Iterator<Item = &'a str>) -> Result<Value, Error> {
    let parts: Vec<Value> = parts.take(MAX_PARTS + 1).map(Text::value).collect();
    if parts.len() > MAX_PARTS {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("more than {MAX_PARTS} parts")));
    }
    Ok(Value::from(parts))
}

/// `text` with every `from` replaced by `to`, unless that becomes too long.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> Result<Value, Error> {
    let times = if from.is_empty() { text.chars().count().saturating_add(1) } else { text.matches(from).count() };
    if text.len().saturating_add(times.saturating_mul(to.len())) > MAX_BYTES {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("a text of more than {MAX_BYTES} bytes")));
    }
    Ok(Text::value(text.replace(from, to)))
}
