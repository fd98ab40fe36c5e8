//! From a template's text to a template, or to all that is wrong with it and in which lines.

use super::Template;
use crate::{MeterError, modbus::template::ModbusTemplate, mqtt::template::MqttTemplate};
use deren_config::{Mistake, Place, Text};

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

/// What is wrong with the template of this name.
fn refuse(name: &str, mistakes: &[Mistake]) -> MeterError {
    let said: Vec<String> = mistakes.iter().map(|mistake| at_line(&mistake.place, &mistake.reason)).collect();
    MeterError::Template { name: name.into(), reason: said.join("; ") }
}

fn at_line(place: &Place, reason: &str) -> String {
    match place {
        Place::Line { line, .. } => format!("line {line}: {reason}"),
        Place::Variable(_) => reason.to_owned(),
    }
}

/// Reads and checks a template. `name` is its own, or its file's.
pub(super) fn parse(name: &str, text: &str) -> Result<Template, MeterError> {
    let text = Text::new(name, text);
    let refuse = |mistakes: Vec<Mistake>| refuse(name, &mistakes);
    let without_place = |reason: String| MeterError::Template { name: name.into(), reason };
    let template = match text.word("kind") {
        Some((_, Some("modbus"))) => Template::Modbus(text.read_without::<ModbusTemplate>(&["kind"]).map_err(refuse)?),
        Some((_, Some("mqtt"))) => Template::Mqtt(text.read_without::<MqttTemplate>(&["kind"]).map_err(refuse)?),
        _ if !text.mistakes().is_empty() => return Err(refuse(text.mistakes().to_vec())),
        Some((place, Some(other))) => {
            return Err(without_place(at_line(&place, &format!("kind `{other}` is not `modbus` or `mqtt`"))));
        }
        Some((place, None)) => return Err(without_place(at_line(&place, "`kind` is not a text"))),
        None => return Err(without_place("has no `kind`; write kind = \"modbus\" or kind = \"mqtt\"".to_owned())),
    };
    let checked = match &template {
        Template::Modbus(template) => template.check(),
        Template::Mqtt(template) => template.check(),
    };
    let Err(Fault { key, index, reason }) = checked else { return Ok(template) };
    // What is missing has no line.
    let is_there = text.word(key).is_some();
    let place = is_there.then(|| text.nearest(&[key, &index.to_string()]));
    Err(without_place(place.map_or(reason.clone(), |place| at_line(&place, &reason))))
}
