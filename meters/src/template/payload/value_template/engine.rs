//! The template engine with the few filters, tests and functions that value templates may use. What they mean is what
//! Home Assistant's documentation says of them; a default is never taken.

use super::{
    super::Fault,
    grammar::{FILTERS, FUNCTIONS, METHODS, TESTS},
    text::{Text, replaced},
};
use crate::quantity::float_of_text;
use minijinja::{
    Environment, Error, ErrorKind, UndefinedBehavior, Value, tests,
    value::{Kwargs, Rest, ValueKind},
};
use serde_json::Value as Json;
use std::{collections::BTreeMap, sync::OnceLock};

/// Steps of the engine for one payload at most.
const FUEL: u64 = 10_000;
/// Most numbers that are added up.
const MAX_ITEMS: usize = 1_024;
/// Most digits after the point that a number is rounded to.
const MAX_PRECISION: i32 = 12;
/// Between the texts that a template writes; it occurs in none of them.
const SEPARATOR: char = '\u{1}';

/// Refuses what is no template.
///
/// # Errors
/// What the engine says.
pub(super) fn compile(source: &str) -> Result<(), String> {
    environment().template_from_str(source).map(drop).map_err(|error| error.to_string())
}

/// The one text that the template makes of the payload.
pub(super) fn render(source: &str, payload: &str) -> Result<String, Fault> {
    let failed = |error: &Error| match error.kind() {
        ErrorKind::UndefinedError => Fault::Missing,
        _ => Fault::WrongType { expected: "what its value template can read", got: first_line(error) },
    };
    let environment = environment();
    let template = environment.template_from_str(source).map_err(|error| failed(&error))?;
    let json = serde_json::from_str::<Json>(payload).map_or(Value::UNDEFINED, |json| value_of(&json));
    let context = BTreeMap::from([("value", Text::value(payload)), ("value_json", json)]);
    let written = template.render(context).map_err(|error| failed(&error))?;
    let mut texts = written.split(SEPARATOR).map(str::trim).filter(|text| !text.is_empty());
    match (texts.next(), texts.next()) {
        (Some(text), None) => Ok(text.to_owned()),
        (None, _) => Err(Fault::Missing),
        (Some(_), Some(_)) => {
            Err(Fault::WrongType { expected: "one number", got: "two that its value template writes".into() })
        }
    }
}

fn first_line(error: &Error) -> String {
    let text = error.detail().map_or_else(|| error.to_string(), ToOwned::to_owned);
    text.lines().next().unwrap_or_default().chars().take(120).collect()
}

/// JSON as the engine has it. Texts are payload texts.
fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), ..) => Value::from(number),
            (None, Some(number), _) => Value::from(number),
            (None, None, number) => number.map_or(Value::UNDEFINED, Value::from),
        },
        Json::String(text) => Text::value(text.as_str()),
        Json::Array(items) => Value::from(items.iter().map(value_of).collect::<Vec<Value>>()),
        Json::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value_of(value))).collect(),
    }
}

fn missing() -> Error {
    Error::new(ErrorKind::UndefinedError, "the payload has no such number")
}

fn no_number(value: &Value) -> Error {
    let text: String = value.to_string().chars().take(40).collect();
    Error::new(ErrorKind::InvalidOperation, format!("`{text}` is no number"))
}

/// A number, or a text that is one.
fn number(value: &Value) -> Result<f64, Error> {
    if value.is_undefined() || value.is_none() {
        return Err(missing());
    }
    let number = match value.downcast_object_ref::<Text>() {
        Some(text) if text.0.trim().is_empty() => return Err(missing()),
        Some(text) => float_of_text(&text.0),
        None if value.kind() == ValueKind::Number => f64::try_from(value.clone()).ok(),
        None => None,
    };
    number.filter(|number| number.is_finite()).ok_or_else(|| no_number(value))
}

fn present(value: Value) -> Result<Value, Error> {
    if value.is_undefined() || value.is_none() { Err(missing()) } else { Ok(value) }
}

/// Numbers of a list, or of several arguments.
fn numbers(values: &[Value]) -> Result<Vec<f64>, Error> {
    let items: Vec<Value> = match values {
        [list] if list.kind() == ValueKind::Seq => list.try_iter()?.take(MAX_ITEMS + 1).collect(),
        [list] if list.kind() == ValueKind::Iterable => list.try_iter()?.take(MAX_ITEMS + 1).collect(),
        several => several.to_vec(),
    };
    if items.is_empty() {
        return Err(missing());
    }
    if items.len() > MAX_ITEMS {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("more than {MAX_ITEMS} numbers")));
    }
    items.iter().map(number).collect()
}

/// `round`. As it is usually written it is for the eye, so the number keeps its digits; to round down or up computes.
fn rounded(value: &Value, arguments: &[Value], named: &Kwargs) -> Result<f64, Error> {
    let number = number(value)?;
    let precision = named.get::<Option<i32>>("precision")?;
    let given = arguments.first().map(|value| i32::try_from(value.clone())).transpose()?;
    let precision = precision.or(given).unwrap_or(0);
    let method = named.get::<Option<String>>("method")?.or_else(|| arguments.get(1).map(ToString::to_string));
    named.assert_all_used()?;
    if !(0..=MAX_PRECISION).contains(&precision) {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("`round` to {precision} digits")));
    }
    let factor = 10f64.powi(precision);
    match method.as_deref().unwrap_or("common") {
        "common" => Ok(number),
        "floor" => Ok((number * factor).floor() / factor),
        "ceil" => Ok((number * factor).ceil() / factor),
        other => Err(Error::new(ErrorKind::InvalidOperation, format!("`round` by `{other}` is not known"))),
    }
}

/// The engine. Everything in it is named in the grammar, and nothing else is in it.
fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, _, value| {
            let value = present(value.clone())?;
            match value.kind() {
                ValueKind::Number => write!(out, "{SEPARATOR}{value}{SEPARATOR}"),
                _ => match value.downcast_object_ref::<Text>() {
                    Some(text) => write!(out, "{SEPARATOR}{}{SEPARATOR}", text.0.replace(SEPARATOR, " ")),
                    None => return Err(no_number(&value)),
                },
            }
            .map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))
        });
        environment.set_unknown_method_callback(|_, value, method, arguments| match (method, arguments) {
            ("get", [key, ..]) => value.get_item(key),
            _ => Err(Error::new(ErrorKind::UnknownMethod, format!("no method `{method}` here"))),
        });
        add_filters(&mut environment);
        add_tests(&mut environment);
        add_functions(&mut environment);
        debug_assert!(METHODS.contains(&"get"));
        environment
    })
}

fn add_filters(environment: &mut Environment<'static>) {
    for name in FILTERS {
        match name {
            // The default of each is ignored: a number that is missing is missing.
            "float" => environment.add_filter(name, |value: Value, _: Rest<Value>| number(&value)),
            // As before a division, so for the eye: no digit is lost.
            "int" => environment.add_filter(name, |value: Value, _: Rest<Value>| number(&value)),
            "default" | "d" => environment.add_filter(name, |value: Value, _: Rest<Value>| present(value)),
            "is_defined" => environment.add_filter(name, present),
            "abs" => environment.add_filter(name, |value: Value| number(&value).map(f64::abs)),
            "multiply" => {
                environment.add_filter(name, |value: Value, by: Value| Ok::<_, Error>(number(&value)? * number(&by)?))
            }
            "add" => environment
                .add_filter(name, |value: Value, more: Value| Ok::<_, Error>(number(&value)? + number(&more)?)),
            "round" => environment.add_filter(name, |value: Value, arguments: Rest<Value>, named: Kwargs| {
                rounded(&value, &arguments, &named)
            }),
            "sum" => {
                environment.add_filter(name, |value: Value| Ok::<_, Error>(numbers(&[value])?.iter().sum::<f64>()))
            }
            "min" => environment.add_filter(name, |value: Value| least(&[value])),
            "max" => environment.add_filter(name, |value: Value| most(&[value])),
            "first" => environment.add_filter(name, |value: Value| value.get_item_by_index(0)),
            "last" => environment.add_filter(name, |value: Value| match value.len() {
                Some(length @ 1..) => value.get_item_by_index(length - 1),
                _ => Err(missing()),
            }),
            "length" => environment.add_filter(name, |value: Value| value.len().ok_or_else(missing)),
            "string" => {
                environment.add_filter(name, |value: Value| present(value).map(|value| Text::value(value.to_string())))
            }
            "trim" => environment
                .add_filter(name, |value: Value| present(value).map(|value| Text::value(value.to_string().trim()))),
            "replace" => environment.add_filter(name, |value: Value, from: String, to: String| {
                replaced(&present(value)?.to_string(), &from, &to)
            }),
            "from_json" => environment.add_filter(name, |value: Value| {
                let json = serde_json::from_str(&present(value)?.to_string());
                json.map(|json| value_of(&json))
                    .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
            }),
            _ => {}
        }
    }
}

fn least(values: &[Value]) -> Result<f64, Error> {
    numbers(values).map(|numbers| numbers.into_iter().fold(f64::INFINITY, f64::min))
}

fn most(values: &[Value]) -> Result<f64, Error> {
    numbers(values).map(|numbers| numbers.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

fn add_tests(environment: &mut Environment<'static>) {
    for name in TESTS {
        match name {
            "defined" => environment.add_test(name, tests::is_defined),
            "undefined" => environment.add_test(name, tests::is_undefined),
            "none" => environment.add_test(name, tests::is_none),
            "number" => environment.add_test(name, |value: &Value| value.kind() == ValueKind::Number),
            "is_number" => environment.add_test(name, |value: Value| number(&value).is_ok()),
            "string" => environment.add_test(name, |value: Value| value.downcast_object_ref::<Text>().is_some()),
            "mapping" => environment.add_test(name, |value: &Value| value.kind() == ValueKind::Map),
            "sequence" => environment.add_test(name, |value: &Value| value.kind() == ValueKind::Seq),
            _ => {}
        }
    }
}

fn add_functions(environment: &mut Environment<'static>) {
    for name in FUNCTIONS {
        match name {
            "float" => environment.add_function(name, |value: Value, _: Rest<Value>| number(&value)),
            "int" => environment.add_function(name, |value: Value, _: Rest<Value>| number(&value)),
            "is_number" => environment.add_function(name, |value: Value| number(&value).is_ok()),
            "min" => environment.add_function(name, |values: Rest<Value>| least(&values)),
            "max" => environment.add_function(name, |values: Rest<Value>| most(&values)),
            _ => {}
        }
    }
}
