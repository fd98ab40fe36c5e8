//! From a template's text to the templates of its devices, or to what is wrong with it and in which line.
//!
//! A file is one product. What it says before its first `[[device]]` holds for each of them; marks of a fingerprint come
//! first the product's, then the device's. A file without a `[[device]]` is one device.

use super::{Template, fault::Fault, payload::MqttTemplate, registers::ModbusTemplate};
use crate::MeterError;
use serde::Deserialize;
use std::ops::Range;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Deserializer},
};

/// Most devices of one product.
const MAX_DEVICES: usize = 8;
/// Longest name of a device, characters.
const MAX_NAME: usize = 64;
/// The one key that a product and its device may both have.
const FINGERPRINT: &str = "fingerprint";

/// A text, and what errors call it.
struct Source<'a> {
    name: &'a str,
    text: &'a str,
}

/// Where each key's value begins; of a list, each item's.
type Keys = Vec<(String, Vec<usize>)>;

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

    fn refuse_fault(&self, fault: &Fault, keys: &Keys) -> MeterError {
        let key = keys.iter().find(|(key, _)| key == fault.key);
        self.refuse(key.and_then(|(_, places)| places.get(fault.index).or(places.first()).copied()), &fault.reason)
    }

    fn read<'i, T: Deserialize<'i>>(&self, table: Spanned<DeTable<'i>>) -> Result<T, MeterError> {
        T::deserialize(Deserializer::from(table)).map_err(|error| self.refuse_toml(&error))
    }
}

/// Reads and checks the templates of a product, each with its name. Errors call the text `source`; `stem` is the name of the
/// device that has none of its own.
pub(super) fn parse(source: &str, stem: &str, text: &str) -> Result<Vec<(String, Template)>, MeterError> {
    let source = Source { name: source, text };
    let mut product = DeTable::parse(text).map_err(|error| source.refuse_toml(&error))?;
    let Some(devices) = take(product.get_mut(), "device") else {
        return Ok(vec![(stem.into(), device(&source, product)?)]);
    };
    let start = devices.span().start;
    let DeValue::Array(devices) = devices.into_inner() else {
        return Err(source.refuse(Some(start), "`device` is no list; write [[device]] before each"));
    };
    if devices.is_empty() {
        return Err(source.refuse(Some(start), "`device` names none"));
    }
    let mut templates: Vec<(String, Template)> = Vec::new();
    for one in devices.iter().cloned() {
        let span = one.span();
        let refuse = |reason: &str| Err(source.refuse(Some(span.start), reason));
        let DeValue::Table(mut own) = one.into_inner() else { return refuse("`device` is no table") };
        let name = match take(&mut own, "name").map(Spanned::into_inner) {
            None => stem.to_owned(),
            Some(DeValue::String(name)) if is_name(&name) => name.into_owned(),
            Some(_) => return refuse("`name` is not of small letters, digits and -, at most 64"),
        };
        if templates.iter().any(|(other, _)| *other == name) {
            return refuse(&format!("another device is named `{name}`; give each a `name` of its own"));
        }
        if templates.len() == MAX_DEVICES {
            return refuse(&format!("more than {MAX_DEVICES} devices"));
        }
        let whole = Spanned::new(span.clone(), source.together(product.get_ref(), own)?);
        let mut template = device(&source, whole)?;
        if let Template::Modbus(template) = &mut template {
            template.part_of.get_or_insert_with(|| stem.into());
        }
        templates.push((name, template));
    }
    Ok(templates)
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_NAME).contains(&text.len()) && text.chars().all(allowed)
}

/// Takes a key's value out of a table.
fn take<'i>(table: &mut DeTable<'i>, name: &str) -> Option<Spanned<DeValue<'i>>> {
    let key = table.keys().find(|key| key.get_ref() == name).cloned()?;
    table.remove(&key)
}

impl Source<'_> {
    /// What a product says of all its devices, with what is said of one.
    fn together<'i>(&self, product: &DeTable<'i>, own: DeTable<'i>) -> Result<DeTable<'i>, MeterError> {
        let mut whole = product.clone();
        for (key, value) in own {
            let name = key.get_ref().to_string();
            let value = match take(&mut whole, &name) {
                None => value,
                Some(of_all) => match (of_all.into_inner(), value.into_inner()) {
                    (DeValue::Array(mut marks), DeValue::Array(more)) if name == FINGERPRINT => {
                        more.iter().for_each(|mark| marks.push(mark.clone()));
                        Spanned::new(key.span(), DeValue::Array(marks))
                    }
                    _ => {
                        let reason = format!("`{name}` is said of the product and of this device; say it once");
                        return Err(self.refuse(Some(key.span().start), &reason));
                    }
                },
            };
            whole.insert(key, value);
        }
        Ok(whole)
    }
}

/// Reads and checks one device.
fn device(source: &Source<'_>, mut table: Spanned<DeTable<'_>>) -> Result<Template, MeterError> {
    let places = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).collect(),
        _ => vec![value.span().start],
    };
    let keys: Keys = table.get_ref().iter().map(|(key, value)| (key.get_ref().to_string(), places(value))).collect();
    let Some(kind) = take(table.get_mut(), "kind") else {
        return Err(source.refuse(None, "has no `kind`; write kind = \"modbus\" or kind = \"mqtt\""));
    };
    let template = match kind.get_ref() {
        DeValue::String(text) if text == "modbus" => Template::Modbus(source.read::<ModbusTemplate>(table)?),
        DeValue::String(text) if text == "mqtt" => Template::Mqtt(source.read::<MqttTemplate>(table)?),
        DeValue::String(text) if text == "http" => {
            Template::Mqtt(MqttTemplate { over_http: true, ..source.read::<MqttTemplate>(table)? })
        }
        DeValue::String(other) => {
            let reason = format!("kind `{other}` is not `modbus` or `mqtt` or `http`");
            return Err(source.refuse(Some(kind.span().start), &reason));
        }
        _ => return Err(source.refuse(Some(kind.span().start), "`kind` is not a text")),
    };
    let checked = match &template {
        Template::Modbus(template) => template.check(),
        Template::Mqtt(template) => template.check(),
    };
    checked.map_err(|fault| source.refuse_fault(&fault, &keys)).map(|()| template)
}
