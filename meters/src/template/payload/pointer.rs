//! Where a value is in a document: JSON pointers (RFC 6901), and parts in brackets that choose an element of a list.

use super::Fault;
use serde_json::{Map, Value};

/// One part of a pointer.
enum Step<'a> {
    /// A key, or a place in a list, as RFC 6901 has it.
    Key(&'a str),
    /// `[0]`: the element at that place.
    Place(u8),
    /// `[last]`: the last element.
    Last,
    /// `[key=text]`: the only element that has that.
    With(&'a str, &'a str),
}

impl<'a> Step<'a> {
    fn of(part: &'a str) -> Self {
        let Some(inner) = part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) else {
            return Self::Key(part);
        };
        match (inner.split_once('='), inner.parse()) {
            (Some((key, text)), _) => Self::With(key, text),
            (None, Ok(place)) => Self::Place(place),
            (None, Err(_)) if inner == "last" => Self::Last,
            (None, Err(_)) => Self::Key(part),
        }
    }
}

/// True if the element has that text or number under the key.
fn has(element: &Value, key: &str, text: &str) -> bool {
    match element.get(key) {
        Some(Value::String(found)) => found == text,
        Some(Value::Number(found)) => found.to_string() == text,
        _ => false,
    }
}

/// The value at that pointer.
pub(super) fn find<'d>(document: &'d Value, pointer: &str) -> Result<&'d Value, Fault> {
    let mut here = document;
    for part in pointer.split('/').skip(1) {
        let list = || here.as_array().ok_or(Fault::Missing);
        let found = match Step::of(part) {
            Step::Key(key) => here.pointer(&format!("/{key}")),
            Step::Place(place) => list()?.get(usize::from(place)),
            Step::Last => list()?.last(),
            Step::With(key, text) => {
                let mut all = list()?.iter().filter(|element| has(element, key, text));
                let first = all.next();
                if all.next().is_some() {
                    let got = format!("several with {key} {text}");
                    return Err(Fault::WrongType { expected: "in one element of a list alone", got });
                }
                first
            }
        };
        here = found.ok_or(Fault::Missing)?;
    }
    Ok(here)
}

/// Puts a value at that pointer. What is not there yet is made: a list where a part is in brackets, an object
/// elsewhere.
pub(super) fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut here = document;
    for part in pointer.split('/').skip(1) {
        let Some(there) = make(here, &Step::of(part)) else { return };
        here = there;
    }
    *here = value;
}

/// What is at that part of a pointer; it is made if it is not there.
fn make<'v>(here: &'v mut Value, step: &Step<'_>) -> Option<&'v mut Value> {
    if let Step::Key(key) = step {
        if !here.is_object() {
            *here = Value::Object(Map::new());
        }
        let key = key.replace("~1", "/").replace("~0", "~");
        return here.as_object_mut().map(|map| map.entry(key).or_insert(Value::Null));
    }
    if !here.is_array() {
        *here = Value::Array(Vec::new());
    }
    let list = here.as_array_mut()?;
    let place = match step {
        Step::Key(_) => return None,
        Step::Place(place) => usize::from(*place),
        Step::Last => list.len().saturating_sub(1),
        Step::With(key, text) => {
            let known = list.iter().position(|element| has(element, key, text));
            known.unwrap_or_else(|| {
                let value = text.parse::<i64>().map_or_else(|_| Value::from(*text), Value::from);
                list.push(Value::Object(Map::from_iter([((*key).to_owned(), value)])));
                list.len() - 1
            })
        }
    };
    if list.len() <= place {
        list.resize(place + 1, Value::Null);
    }
    list.get_mut(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_element_of_a_list_is_chosen_by_its_place_or_by_what_it_has() {
        let document = json!({
            "meters": [{ "eid": 7, "kWh": [1, 2] }, { "eid": 8, "kWh": [3] }, { "eid": "8" }], "a/b": { "[x": 5, "0": 6 },
        });
        for (pointer, expected) in [
            ("/meters/[eid=7]/kWh/[last]", Ok(json!(2))),
            ("/meters/[1]/kWh/[0]", Ok(json!(3))),
            ("/meters/1/kWh/0", Ok(json!(3))),
            ("/a~1b/[x", Ok(json!(5))),
            ("/a~1b/0", Ok(json!(6))),
            ("/meters/[eid=9]/kWh", Err(Fault::Missing)),
            ("/a~1b/[0]", Err(Fault::Missing)),
            ("/meters/[last]/kWh", Err(Fault::Missing)),
        ] {
            assert_eq!(find(&document, pointer).cloned(), expected, "{pointer}");
        }
        let several = find(&document, "/meters/[eid=8]/kWh").expect_err("which one?");
        assert!(matches!(several, Fault::WrongType { .. }), "{several:?}");
    }

    #[test]
    fn what_is_put_is_found_again() {
        let pointers = [
            "/data/[0]/tuples/[last]/[0]",
            "/data/[0]/tuples/[last]/[1]",
            "/list/[eid=7]/a~1b",
            "/list/[eid=9]/x",
            "/o/0",
        ];
        let mut document = Value::Null;
        for (value, pointer) in pointers.iter().enumerate() {
            put(&mut document, pointer, json!(value));
        }
        for (value, pointer) in pointers.iter().enumerate() {
            assert_eq!(find(&document, pointer), Ok(&json!(value)), "{pointer} of {document}");
        }
        assert_eq!(document["data"], json!([{ "tuples": [[0, 1]] }]));
    }
}
