//! From a template's text to the templates of its devices, or to all that is wrong with it and in which lines.
//!
//! A file is one product. What it says before its first `[[device]]` holds for each of them; marks of a fingerprint
//! come first the product's, then the device's. A file without a `[[device]]` is one device.

use super::{Fault, Template, payload::MqttTemplate, registers::ModbusTemplate};
use crate::MeterError;
use deren_config::{Mistake, Place, Text};
use std::collections::BTreeSet;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// Most devices of one product.
const MAX_DEVICES: usize = 8;
/// Longest name of a device, characters.
const MAX_NAME: usize = 64;
/// The one key that a product and its device may both have.
const FINGERPRINT: &str = "fingerprint";

/// Everything that is wrong, with its place, in the order in which it is written. What is missing has no place. Each is
/// told once, though what is wrong with a product is wrong with each of its devices.
#[derive(Default)]
struct Wrong(BTreeSet<(Option<Place>, String)>);

impl Wrong {
    fn note(&mut self, place: Option<Place>, reason: impl Into<String>) {
        self.0.insert((place, reason.into()));
    }

    fn note_all(&mut self, mistakes: Vec<Mistake>) {
        self.0.extend(mistakes.into_iter().map(|Mistake { place, reason }| (Some(place), reason)));
    }

    /// `found`, unless something is wrong with the template of this name.
    fn or<T>(self, name: &str, found: T) -> Result<T, MeterError> {
        if self.0.is_empty() {
            return Ok(found);
        }
        let said: Vec<String> = self.0.into_iter().map(|(place, reason)| at_line(place, reason)).collect();
        Err(MeterError::Template { name: name.into(), reason: said.join("; ") })
    }
}

fn at_line(place: Option<Place>, reason: String) -> String {
    match place {
        Some(Place::Line { line, .. }) => format!("line {line}: {reason}"),
        Some(Place::Variable(_)) | None => reason,
    }
}

/// Reads and checks the templates of a product, each with its name. Errors call the text `source`; `stem` is the name
/// of the device that has none of its own.
pub(super) fn parse(source: &str, stem: &str, text: &str) -> Result<Vec<(String, Template)>, MeterError> {
    let text = Text::new(source, text);
    let mut wrong = Wrong::default();
    let mut product = text.root().clone();
    let templates = match product.remove("device") {
        None => device(&text, &mut wrong).map(|template| (stem.to_owned(), template)).into_iter().collect(),
        Some(devices) => Product { text, keys: product, stem }.devices(&devices, &mut wrong),
    };
    wrong.or(source, templates)
}

/// What a file says of all its devices.
struct Product<'a> {
    text: Text<'a>,
    keys: DeTable<'a>,
    /// The name of the device that has none of its own.
    stem: &'a str,
}

impl<'a> Product<'a> {
    fn devices(&self, devices: &Spanned<DeValue<'a>>, wrong: &mut Wrong) -> Vec<(String, Template)> {
        let place = |value: &Spanned<DeValue<'_>>| Some(self.text.place(value.span().start));
        wrong.note_all(self.text.mistakes().to_vec());
        let mut templates = Vec::new();
        let DeValue::Array(all) = devices.get_ref() else {
            wrong.note(place(devices), "`device` is no list; write [[device]] before each");
            return templates;
        };
        if all.is_empty() {
            wrong.note(place(devices), "`device` names none");
        }
        let mut names = BTreeSet::new();
        for (number, one) in all.iter().enumerate() {
            if number == MAX_DEVICES {
                wrong.note(place(one), format!("more than {MAX_DEVICES} devices"));
                break;
            }
            let DeValue::Table(own) = one.get_ref() else {
                wrong.note(place(one), "`device` is no table");
                continue;
            };
            let mut own = own.clone();
            let name = self.name(&mut own);
            match &name {
                None => wrong.note(place(one), "`name` is not of small letters, digits and -, at most 64"),
                Some(name) if !names.insert(name.clone()) => {
                    let reason = format!("another device is named `{name}`; give each a `name` of its own");
                    wrong.note(place(one), reason);
                }
                Some(_) => {}
            }
            let whole = Spanned::new(one.span(), self.with(own, wrong));
            let template = device(&self.text.with_root(whole), wrong);
            templates.extend(name.zip(template.map(|template| self.part(template))));
        }
        templates
    }

    /// Takes out what the device is called.
    fn name(&self, own: &mut DeTable<'a>) -> Option<String> {
        match own.remove("name").map(Spanned::into_inner) {
            None => Some(self.stem.to_owned()),
            Some(DeValue::String(name)) if is_name(&name) => Some(name.into_owned()),
            Some(_) => None,
        }
    }

    /// What the product says, with what is said of one device.
    fn with(&self, own: DeTable<'a>, wrong: &mut Wrong) -> DeTable<'a> {
        let mut whole = self.keys.clone();
        for (key, value) in own {
            let value = match whole.remove(&**key.get_ref()).map(Spanned::into_inner) {
                None => value,
                Some(of_all) => match (of_all, value.into_inner()) {
                    (DeValue::Array(mut marks), DeValue::Array(more)) if key.get_ref() == FINGERPRINT => {
                        more.iter().for_each(|mark| marks.push(mark.clone()));
                        Spanned::new(key.span(), DeValue::Array(marks))
                    }
                    (_, value) => {
                        let name = key.get_ref();
                        let reason = format!("`{name}` is said of the product and of this device; say it once");
                        wrong.note(Some(self.text.place(key.span().start)), reason);
                        Spanned::new(key.span(), value)
                    }
                },
            };
            whole.insert(key, value);
        }
        whole
    }

    fn part(&self, mut template: Template) -> Template {
        if let Template::Modbus(template) = &mut template {
            template.part_of.get_or_insert_with(|| self.stem.into());
        }
        template
    }
}

fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=MAX_NAME).contains(&text.len()) && text.chars().all(allowed)
}

/// Reads and checks one device.
fn device(text: &Text<'_>, wrong: &mut Wrong) -> Option<Template> {
    let read = match text.word("kind") {
        Some((_, Some("modbus"))) => text.read_without::<ModbusTemplate>(&["kind"]).map(Template::Modbus),
        Some((_, Some("mqtt"))) => text.read_without::<MqttTemplate>(&["kind"]).map(Template::Mqtt),
        Some((_, Some("http"))) => text
            .read_without::<MqttTemplate>(&["kind"])
            .map(|template| Template::Mqtt(MqttTemplate { over_http: true, ..template })),
        _ if !text.mistakes().is_empty() => Err(text.mistakes().to_vec()),
        Some((place, Some(other))) => {
            wrong.note(Some(place), format!("kind `{other}` is not `modbus` or `mqtt` or `http`"));
            return None;
        }
        Some((place, None)) => {
            wrong.note(Some(place), "`kind` is not a text");
            return None;
        }
        None => {
            wrong.note(None, "has no `kind`; write kind = \"modbus\", \"mqtt\" or \"http\"");
            return None;
        }
    };
    let template = read.map_err(|mistakes| wrong.note_all(mistakes)).ok()?;
    let checked = match &template {
        Template::Modbus(template) => template.check(),
        Template::Mqtt(template) => template.check(),
    };
    if let Err(Fault { key, index, reason }) = checked {
        // What is missing has no line.
        let is_there = text.word(key).is_some();
        wrong.note(is_there.then(|| text.nearest(&[key, &index.to_string()])), reason);
    }
    Some(template)
}
