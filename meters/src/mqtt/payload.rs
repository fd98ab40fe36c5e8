//! From a payload to numbers, by a template's fields. A number that is missing, of another type or impossible is its
//! own error; none is ever guessed.

use super::template::{Format, MqttTemplate, Quantity, SerialField};
use crate::{
    MeterError, Readout,
    p1::{self, Telegram},
    quantity::{scale_decimal, whole},
};
use serde_json::Value;

/// A payload that could be read as its template's format.
pub(crate) enum Payload<'a> {
    Json(Value),
    P1(Telegram<'a>),
}

/// A payload and where it was published.
pub(crate) struct Message<'a> {
    topic: &'a str,
    payload: Payload<'a>,
}

impl MqttTemplate {
    /// What one payload that has everything shows. `place` is where it came from, for errors.
    pub(crate) fn decode(&self, bytes: &[u8], place: &str) -> Result<Readout, MeterError> {
        let message = Message::parse(self.format, place, bytes)?;
        let energy = |quantity: &Option<Quantity>| match quantity {
            Some(quantity) => message.energy(quantity),
            None => Ok(None),
        };
        Ok(Readout {
            import_mwh: energy(&self.import)?,
            export_mwh: energy(&self.export)?,
            // Information only: left out where it cannot be read.
            power_w: self.power.as_ref().and_then(|power| message.quantity(power).ok()?).and_then(whole),
            serial: self.serial.as_ref().and_then(|serial| message.serial(serial)),
        })
    }
}

/// A field that could not be used.
enum Fault {
    Missing,
    WrongType { expected: &'static str, got: String },
    OutOfRange(String),
}

impl<'a> Message<'a> {
    pub(crate) fn parse(format: Format, topic: &'a str, bytes: &'a [u8]) -> Result<Self, MeterError> {
        let payload = match format {
            Format::Json => Payload::Json(serde_json::from_slice(bytes).map_err(|error| MeterError::NotJson {
                topic: topic.into(),
                reason: if bytes.is_empty() { "it is empty".into() } else { error.to_string() },
            })?),
            Format::P1 => Payload::P1(Telegram::parse(bytes, topic)?),
        };
        Ok(Self { topic, payload })
    }

    /// The quantity in thousandths; `None` if it is optional and missing.
    pub(crate) fn quantity(&self, quantity: &Quantity) -> Result<Option<i128>, MeterError> {
        let mut missing: Vec<&str> = Vec::new();
        for alternative in &quantity.fields {
            let mut sum = 0i128;
            let mut complete = true;
            for term in alternative {
                let (field, sign) = signed(term);
                match self.number(field, quantity) {
                    Ok(milli) => sum = sum.saturating_add(milli.saturating_mul(sign)),
                    Err(Fault::Missing) => {
                        missing.push(field);
                        complete = false;
                        break;
                    }
                    Err(fault) => return Err(self.error(field, fault)),
                }
            }
            if complete {
                return Ok(Some(sum));
            }
        }
        if quantity.optional {
            return Ok(None);
        }
        Err(self.error(&missing.join(" or "), Fault::Missing))
    }

    /// An energy, mWh; `None` if it is optional and missing.
    pub(crate) fn energy(&self, quantity: &Quantity) -> Result<Option<u64>, MeterError> {
        let Some(mwh) = self.quantity(quantity)? else { return Ok(None) };
        let names = quantity.fields.iter().flatten().cloned().collect::<Vec<_>>().join(", ");
        u64::try_from(mwh).map(Some).map_err(|_| self.error(&names, Fault::OutOfRange(format!("{mwh} mWh"))))
    }

    /// The serial number, at the first of its places that has one.
    pub(crate) fn serial(&self, serial: &SerialField) -> Option<String> {
        [&serial.field].into_iter().chain(&serial.or).find_map(|field| self.text(field))
    }

    /// A text or whole number, such as a serial number.
    fn text(&self, field: &str) -> Option<String> {
        let text = match &self.payload {
            Payload::P1(telegram) => p1::serial_text(telegram.value(field)?),
            Payload::Json(document) => match document.pointer(field)? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return None,
            },
        };
        let text: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
        (!text.trim().is_empty()).then(|| text.trim().to_owned())
    }

    fn number(&self, field: &str, quantity: &Quantity) -> Result<i128, Fault> {
        match &self.payload {
            Payload::P1(telegram) => match telegram.quantity(field).ok_or(Fault::Missing)? {
                Ok((milli, unit)) if unit.is_energy() == quantity.unit.is_energy() => Ok(milli),
                Ok((_, unit)) => Err(Fault::WrongType { expected: expected_unit(quantity), got: format!("{unit:?}") }),
                Err(text) => Err(Fault::WrongType { expected: expected_unit(quantity), got: shortened(text) }),
            },
            Payload::Json(document) => json_number(document.pointer(field).ok_or(Fault::Missing)?, quantity),
        }
    }

    fn error(&self, field: &str, fault: Fault) -> MeterError {
        let (topic, field) = (self.topic.to_owned(), field.to_owned());
        match fault {
            Fault::Missing => MeterError::MissingField { topic, field },
            Fault::WrongType { expected, got } => MeterError::WrongType { topic, field, expected, got },
            Fault::OutOfRange(value) => {
                MeterError::OutOfRange { place: format!("topic {topic}"), what: format!("field {field}"), value }
            }
        }
    }
}

fn expected_unit(quantity: &Quantity) -> &'static str {
    if quantity.unit.is_energy() { "a number of kWh" } else { "a number of kW" }
}

fn json_number(value: &Value, quantity: &Quantity) -> Result<i128, Fault> {
    let exponent = quantity.unit.milli_exponent();
    match value {
        // Written and read back as the shortest decimal text that means the same, so `3063.295` is exact.
        Value::Number(number) => {
            let text = number.to_string();
            scale_decimal(&text, exponent).ok_or(Fault::OutOfRange(text))
        }
        Value::String(text) if quantity.text_numbers => scale_decimal(text.trim(), exponent)
            .ok_or_else(|| Fault::WrongType { expected: "a number as text", got: shortened(text) }),
        Value::Array(items) if quantity.sum_arrays && items.iter().all(Value::is_number) && !items.is_empty() => {
            items.iter().try_fold(0i128, |sum, item| Ok(sum.saturating_add(json_number(item, quantity)?)))
        }
        other => Err(Fault::WrongType { expected: "a number", got: shortened(&other.to_string()) }),
    }
}

/// A field's name and sign.
pub(crate) fn signed(term: &str) -> (&str, i128) {
    match term.strip_prefix('-') {
        Some(field) => (field, -1),
        None => (term, 1),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}
