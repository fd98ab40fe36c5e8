//! From a template's text to a template, or to what is wrong with it and in which line.

use super::Template;
use crate::{MeterError, modbus::template::ModbusTemplate, mqtt::template::MqttTemplate};
use serde::Deserialize;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

/// Something in a template that makes no sense, by the key under which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The top-level key; empty for the whole.
    pub(crate) key: &'static str,
    /// Which of several under that key, from 0.
    pub(crate) index: usize,
    /// What is wrong with it and what would be right.
    pub(crate) reason: String,
}

/// A text with the lines of its top-level keys.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
    /// Where each key's value begins; of a list, each item's.
    keys: Vec<(String, Vec<usize>)>,
}

impl Source<'_> {
    fn refuse(&self, offset: Option<usize>, reason: &str) -> MeterError {
        let line = |offset| 1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count();
        let reason = reason.trim().replace('\n', "; ");
        let reason = offset.map_or(reason.clone(), |offset| format!("line {}: {reason}", line(offset)));
        MeterError::Template { name: self.name.into(), reason }
    }

    fn refuse_toml(&self, error: &toml::de::Error) -> MeterError {
        self.refuse(error.span().map(|span: Range<usize>| span.start), error.message())
    }

    fn refuse_fault(&self, fault: &Fault) -> MeterError {
        let key = self.keys.iter().find(|(key, _)| key == fault.key);
        self.refuse(key.and_then(|(_, places)| places.get(fault.index).or(places.first()).copied()), &fault.reason)
    }

    fn read<'i, T: Deserialize<'i>>(&self, table: Spanned<DeTable<'i>>) -> Result<T, MeterError> {
        T::deserialize(Deserializer::from(table)).map_err(|error| self.refuse_toml(&error))
    }
}

/// Reads and checks a template. `name` is its own, or its file's.
pub(super) fn parse(name: &str, text: &str) -> Result<Template, MeterError> {
    let mut source = Source { name, text, keys: Vec::new() };
    let mut table = DeTable::parse(text).map_err(|error| source.refuse_toml(&error))?;
    let places = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).collect(),
        _ => vec![value.span().start],
    };
    source.keys = table.get_ref().iter().map(|(key, value)| (key.get_ref().to_string(), places(value))).collect();
    let key = table.get_ref().keys().find(|key| key.get_ref() == "kind").cloned();
    let kind = key.and_then(|key| table.get_mut().remove(&key));
    let Some(kind) = kind else {
        return Err(source.refuse(None, "has no `kind`; write kind = \"modbus\" or kind = \"mqtt\""));
    };
    let template = match kind.get_ref() {
        DeValue::String(text) if text == "modbus" => Template::Modbus(source.read::<ModbusTemplate>(table)?),
        DeValue::String(text) if text == "mqtt" => Template::Mqtt(source.read::<MqttTemplate>(table)?),
        DeValue::String(other) => {
            let reason = format!("kind `{other}` is not `modbus` or `mqtt`");
            return Err(source.refuse(Some(kind.span().start), &reason));
        }
        _ => return Err(source.refuse(Some(kind.span().start), "`kind` is not a text")),
    };
    let checked = match &template {
        Template::Modbus(template) => template.check(),
        Template::Mqtt(template) => template.check(),
    };
    checked.map_err(|fault| source.refuse_fault(&fault)).map(|()| template)
}
