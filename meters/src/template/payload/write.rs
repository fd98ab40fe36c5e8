//! From what a device shows to the messages it would publish: the writing side of a template, for simulated devices.

use super::{
    ANY_METER, Format, MqttTemplate, PLACEHOLDER, Quantity, Requirement, Term, counts::Counts, home_assistant, pointer,
    read::is_xml,
};
use crate::{
    p1,
    quantity::decimal_text,
    sample::{Readout, unix_ms},
};
use serde_json::{Map, Number, Value};

/// Header of a written telegram.
const P1_HEADER: &str = "DRN5\\2SIM";
/// Where a written document has the fields of its one meter.
const A_METER: &str = "/SML/";

impl MqttTemplate {
    /// The messages, as topic and payload, of a device that shows `readout` and whose URI has that topic.
    #[must_use]
    pub fn encode(&self, readout: &Readout, uri_topic: &str) -> Vec<(String, Vec<u8>)> {
        if self.format == Format::HomeAssistant {
            return home_assistant::write(self, readout, uri_topic);
        }
        self.clone().for_channel(0).for_topic(uri_topic).encode_here(readout, uri_topic)
    }

    fn encode_here(&self, readout: &Readout, uri_topic: &str) -> Vec<(String, Vec<u8>)> {
        let base = self.base(uri_topic);
        let mut messages = Messages { format: self.format, documents: Vec::new() };
        for extra in &self.extra {
            let value = serde_json::to_value(&extra.value).unwrap_or(Value::Null);
            messages.put(Self::topic(&extra.topic, base), &extra.field, value);
        }
        for requirement in self.require.iter().chain(&self.fingerprint) {
            if let Some(value) = met(requirement) {
                messages.put(Self::topic(&requirement.topic, base), &requirement.field, value);
            }
        }
        if let (Some(field), Some(serial)) = (&self.serial, &readout.serial) {
            let text = if self.format == Format::P1 { p1::serial_hex(serial) } else { serial.clone() };
            messages.put(Self::topic(&field.topic, base), &field.field, Value::String(text));
        }
        for (name, quantity) in self.quantities() {
            let terms = match (name, readout) {
                ("import", Readout { import_mwh: None, .. }) | ("export", Readout { export_mwh: None, .. }) => continue,
                ("import", _) => energy_terms(quantity, readout, Counts::Import),
                ("export", _) => energy_terms(quantity, readout, Counts::Export),
                (_, Readout { power_w: Some(watt), .. }) => power_terms(quantity, i128::from(*watt) * 1_000),
                _ => continue,
            };
            for (field, milli) in terms {
                let (pattern, field) =
                    if field.contains(PLACEHOLDER) { (field, "") } else { (quantity.topic.as_str(), field) };
                messages.put(Self::topic(pattern, base), field, written(self.format, quantity, milli));
            }
        }
        messages.finish()
    }
}

/// What a device says whose values are valid now, if it has to say something.
fn met(requirement: &Requirement) -> Option<Value> {
    match (&requirement.equals, requirement.max_age_s) {
        (Some(text), _) => Some(text.parse::<i64>().map_or_else(|_| Value::String(text.clone()), Value::from)),
        (None, Some(_)) => Some(Value::from(if requirement.in_ms { unix_ms() } else { unix_ms() / 1_000 })),
        (None, None) => None,
    }
}

/// What each field of the first alternative holds of a device that has counted so much. The first of each kind of
/// counter holds all of it, and the others nothing. Through a counter that does not tell the directions apart, energy
/// flows one way.
fn energy_terms<'a>(quantity: &'a Quantity, readout: &Readout, wanted: Counts) -> Vec<(&'a str, i128)> {
    let total = |mwh: Option<u64>| mwh.map_or(0, i128::from);
    let (import, export) = (total(readout.import_mwh), total(readout.export_mwh));
    let mut seen = Vec::new();
    let share = |(place, term): (usize, &'a String)| {
        let counts = if quantity.is_undivided(0) { wanted } else { quantity.counts(0, place)? };
        let milli = if seen.contains(&counts) { 0 } else { counts.shown(import, export) };
        seen.push(counts);
        Some((Term::of(term).field, milli))
    };
    quantity.fields.first().into_iter().flatten().enumerate().filter_map(share).collect()
}

/// What each field of the first alternative holds, so that they make up `milli`. The first field that counts up, or
/// down, holds all of it, and the others nothing.
fn power_terms(quantity: &Quantity, milli: i128) -> Vec<(&str, i128)> {
    let fields: Vec<Term<'_>> = quantity.fields.first().into_iter().flatten().map(|term| Term::of(term)).collect();
    let wanted = if milli < 0 { -1 } else { 1 };
    let holder = fields.iter().position(|term| term.sign == wanted).unwrap_or(0);
    let share = |(index, term): (usize, Term<'_>)| if index == holder { milli * i128::from(term.sign) } else { 0 };
    let shares: Vec<i128> = fields.iter().copied().enumerate().map(share).collect();
    fields.into_iter().map(|term| term.field).zip(shares).collect()
}

fn written(format: Format, quantity: &Quantity, milli: i128) -> Value {
    let exponent = quantity.unit.milli_exponent();
    if format == Format::P1 || quantity.text_numbers {
        // Utility meters show three digits after the point, of kWh or kW.
        let text = decimal_text(milli.div_euclid(10i128.pow((exponent - 3).max(0).unsigned_abs())), 3.min(exponent));
        if format == Format::Json {
            return Value::String(text);
        }
        let (width, symbol) = if quantity.unit.is_energy() { (10, "kWh") } else { (6, "kW") };
        return Value::String(format!("{text:0>width$}*{symbol}"));
    }
    let number = decimal_text(milli, exponent).parse().ok().and_then(Number::from_f64);
    number.map_or(Value::Null, Value::Number)
}

/// The payloads under way, by topic in the order of first use.
struct Messages {
    format: Format,
    documents: Vec<(String, Vec<(String, Value)>)>,
}

impl Messages {
    fn put(&mut self, topic: String, field: &str, value: Value) {
        let entry = (field.to_owned(), value);
        match self.documents.iter_mut().find(|(known, _)| *known == topic) {
            Some((_, fields)) => fields.push(entry),
            None => self.documents.push((topic, vec![entry])),
        }
    }

    fn finish(self) -> Vec<(String, Vec<u8>)> {
        let format = self.format;
        let bytes = |topic: &str, fields: Vec<(String, Value)>| match format {
            _ if is_xml(topic) => xml(&fields).into_bytes(),
            Format::Json | Format::HomeAssistant => json(fields).to_string().into_bytes(),
            Format::P1 => {
                let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let lines: Vec<_> = fields.into_iter().map(|(code, value)| (code, text(value))).collect();
                p1::write(P1_HEADER, &lines).into_bytes()
            }
        };
        let document = |(topic, fields): (String, Vec<_>)| {
            let bytes = bytes(&topic, fields);
            (topic, bytes)
        };
        self.documents.into_iter().map(document).collect()
    }
}

/// A document that has each value where its pointer says; one without a pointer is the whole document.
fn json(fields: Vec<(String, Value)>) -> Value {
    let mut document = Value::Object(Map::new());
    for (field, value) in fields {
        pointer::put(&mut document, &field.replacen(ANY_METER, A_METER, 1), value);
    }
    document
}

/// An XML document of elements, each of which is called as its field is.
fn xml(fields: &[(String, Value)]) -> String {
    let element = |(tag, value): &(String, Value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{tag}{text}{}", tag.replacen('<', "</", 1))
    };
    fields.iter().map(element).collect()
}
