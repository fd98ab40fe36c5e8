//! Every field that a reader asks for is in the API's document, and every answer that fits the document can be read.

use super::*;
use serde::{
    de::{DeserializeOwned, Visitor, value},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

const DOCUMENT: &str = include_str!("../../../../../dashboards/openapi.json");

/// Notes which fields a reader asks for, and gives it nothing.
struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(value::Error::custom("there is nothing to read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn asked<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut fields: &'static [&'static str] = &[];
    assert!(T::deserialize(Asked(&mut fields)).is_err());
    fields
}

/// An answer that fits a schema: with something in each field, or with null where it may be null.
fn example(document: &Value, schema: &Value, with_nulls: bool) -> Value {
    let of = |schema: &Value| example(document, schema, with_nulls);
    if let Some(reference) = schema["$ref"].as_str() {
        return of(document.pointer(reference.trim_start_matches('#')).expect("a schema"));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let objects = parts.iter().map(of).filter_map(|part| part.as_object().cloned());
        return objects.flatten().collect::<Map<_, _>>().into();
    }
    if let Some(parts) = schema["oneOf"].as_array() {
        return parts.iter().find(|part| (part["type"] == "null") == with_nulls).map_or(Value::Null, of);
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    if with_nulls && kinds.contains(&"null".into()) {
        return Value::Null;
    }
    match kinds[0].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            properties.map(|(name, schema)| (name.clone(), of(schema))).collect::<Map<_, _>>().into()
        }
        Some("array") => vec![of(&schema["items"])].into(),
        Some("integer") => 1.into(),
        Some("boolean") => true.into(),
        Some("string") => text(schema).into(),
        kind => panic!("{kind:?} of {schema}"),
    }
}

/// The first value that a text's description names in backticks; else a number, as REN is told in.
fn text(schema: &Value) -> &str {
    let description = schema["description"].as_str().unwrap_or_default();
    let named = description.split('`').nth(1).filter(|value| value.chars().all(|letter| letter.is_ascii_lowercase()));
    named.unwrap_or("1")
}

/// Both answers to a GET of this path that fit the document: with something in each field, and with nulls.
fn examples(path: &str) -> [Value; 2] {
    let document: Value = serde_json::from_str(DOCUMENT).expect("a document");
    let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    [false, true].map(|with_nulls| example(&document, schema, with_nulls))
}

/// Holds a reader against what the API answers at `path`; `within`: the lists and fields that lead to what it reads.
fn holds<T: DeserializeOwned>(path: &str, within: &[&str]) {
    for mut answer in examples(path) {
        for name in within {
            answer = answer[name].take();
            if answer.is_array() {
                answer = answer[0].take();
            }
        }
        if answer.is_null() && !within.is_empty() {
            continue;
        }
        for field in asked::<T>() {
            assert!(answer.get(field).is_some(), "GET {path} {within:?} has no {field}: {answer}");
        }
        if let Err(error) = serde_json::from_value::<T>(answer.clone()) {
            panic!("GET {path} {within:?}: {error}: {answer}");
        }
    }
}

#[test]
fn every_reader_reads_what_the_document_says() {
    let status = "/api/v1/status";
    holds::<Status>(status, &[]);
    holds::<Block>(status, &["best"]);
    holds::<Block>(status, &["finalized"]);
    let zones = "/api/v1/markets/{id}/zones";
    holds::<Zones>(zones, &[]);
    holds::<ZoneShown>(zones, &["zones"]);
    let slots = "/api/v1/markets/{id}/slots";
    holds::<Slots>(slots, &[]);
    holds::<SlotShown>(slots, &["slots"]);
    holds::<ZoneOfSlot>(slots, &["slots", "zones"]);
    let account = "/api/v1/accounts/{address}";
    holds::<AccountShown>(account, &[]);
    holds::<SiteShown>(account, &["sites"]);
    let trades = "/api/v1/accounts/{address}/trades";
    holds::<Trades>(trades, &[]);
    holds::<Bought>(trades, &["trades"]);
}

/// Without it, a reader that asks for nothing would be held against nothing.
#[test]
#[should_panic(expected = "has no number")]
fn a_field_that_the_document_has_not_is_found() {
    holds::<Block>("/api/v1/markets/{id}/zones", &["zones"]);
}
