//! From payloads to numbers, by a template's fields. A number that is missing, of another type or impossible is its own
//! error; none is ever guessed.

use super::{
    ANY_METER, Fault, Format, MqttTemplate, PLACEHOLDER, Quantity, Requirement, SerialField, Term, counts::Counts,
    home_assistant::EnergySensor, pointer,
};
use crate::{
    Counter, MeterError, Readout,
    p1::{self, Telegram},
    quantity::{scale_decimal, scale_float_text, whole},
    sample::Counted,
};
use serde_json::Value;

/// A payload that could be read as its template's format.
enum Payload<'a> {
    Json(Value),
    P1(Telegram<'a>),
    /// What a value template is applied to.
    Text(&'a [u8]),
}

/// A payload and where it was published.
struct Message<'a> {
    topic: &'a str,
    payload: Payload<'a>,
    meter: OnlyMeter,
}

/// The one meter of a document whose template takes a meter of any name.
enum OnlyMeter {
    None,
    Named(String),
    /// There are several: these, and perhaps more.
    Several(String, String),
}

/// Payloads of one device.
pub(crate) struct Messages<'a> {
    /// What stands for `{topic}`.
    base: &'a str,
    messages: Vec<Message<'a>>,
}

/// What payloads show of both directions.
pub(crate) struct Energies {
    pub(crate) import_mwh: Option<u64>,
    pub(crate) export_mwh: Option<u64>,
    /// A counter of both directions that stands for one: its topic, its field, and for which.
    undivided: Option<(String, String, Counts)>,
}

impl Energies {
    /// Why a counter of both directions is no energy of one direction, if the power says that some flows the other way.
    pub(crate) fn flowing_back(&self, power_mw: Option<i128>) -> Option<MeterError> {
        let (topic, field, counts) = self.undivided.as_ref()?;
        let against = match counts {
            Counts::Export => power_mw? >= FLOWS_FROM_MW,
            _ => power_mw? <= -FLOWS_FROM_MW,
        };
        against.then(|| MeterError::Undivided { topic: topic.clone(), field: field.clone() })
    }
}

/// Power below which a sensor may only show its noise, mW.
const FLOWS_FROM_MW: i128 = 5_000;

impl MqttTemplate {
    /// What one payload that has everything shows. `place` is where it came from, for errors.
    pub(crate) fn decode(&self, bytes: &[u8], place: &str) -> Result<Counted, MeterError> {
        let messages = Messages::parse(self, place, [(place, bytes)])?;
        let (import_counter, export_counter) = messages.counters(self);
        Ok(Counted { readout: messages.readout(self)?, import_counter, export_counter })
    }
}

impl MqttTemplate {
    /// What payloads, each with its topic, show of the device whose URI has that topic. Its driver reads them so too,
    /// and checks what is required of them.
    pub(crate) fn read(&self, uri_topic: &str, payloads: &[(&str, &[u8])]) -> Result<Readout, MeterError> {
        if self.format == Format::HomeAssistant {
            let description = payloads.iter().find(|(topic, _)| *topic == uri_topic).map_or(&[][..], |(_, text)| *text);
            let sensor = EnergySensor::parse(uri_topic, description)?;
            let state: Vec<_> = payloads.iter().filter(|(topic, _)| *topic == sensor.state_topic).copied().collect();
            let readout = sensor.resolve(self).read_payloads(&sensor.state_topic, &state)?;
            return Ok(Readout { serial: sensor.unique_id, ..readout });
        }
        self.clone().for_channel(0).for_topic(uri_topic).read_payloads(uri_topic, payloads)
    }

    fn read_payloads(&self, uri_topic: &str, payloads: &[(&str, &[u8])]) -> Result<Readout, MeterError> {
        let base = self.base(uri_topic);
        let readout = Messages::parse(self, base, payloads.iter().copied())?.readout(self)?;
        Ok(Readout { serial: readout.serial.or_else(|| self.topic_is_serial.then(|| base.into())), ..readout })
    }
}

impl<'a> Messages<'a> {
    /// Reads payloads, each with its topic, of the device whose `{topic}` is `base`.
    pub(crate) fn parse(
        template: &MqttTemplate,
        base: &'a str,
        payloads: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, MeterError> {
        let messages = payloads.into_iter().map(|(topic, bytes)| Message::parse(template, topic, bytes));
        Ok(Self { base, messages: messages.collect::<Result<_, _>>()? })
    }

    /// All that the template finds. The power is information only: left out where it cannot be read.
    pub(crate) fn readout(&self, template: &MqttTemplate) -> Result<Readout, MeterError> {
        let energies = self.energies(template)?;
        let power_mw = template.power.as_ref().and_then(|power| Some(self.quantity(power).ok()??.0));
        match energies.flowing_back(power_mw) {
            Some(error) => Err(error),
            None => Ok(Readout {
                import_mwh: energies.import_mwh,
                export_mwh: energies.export_mwh,
                power_w: power_mw.and_then(whole),
                serial: template.serial.as_ref().and_then(|serial| self.serial(serial)),
            }),
        }
    }

    /// How import and export are counted.
    pub(crate) fn counters(&self, template: &MqttTemplate) -> (Counter, Counter) {
        let counter = |quantity: Option<&Quantity>| quantity.map(|quantity| self.counter(quantity)).unwrap_or_default();
        (counter(template.import.as_ref()), counter(template.export.as_ref()))
    }

    /// As the template says, or the telegram. Of registers that add up nobody knows which one is full when.
    fn counter(&self, quantity: &Quantity) -> Counter {
        let shown = |term: Term<'_>| {
            let (topic, field) = self.place(quantity, term.field);
            match &self.message(&topic)?.payload {
                Payload::P1(telegram) => telegram.value(field).map(|_| telegram.counter(field)),
                Payload::Json(_) | Payload::Text(_) => None,
            }
        };
        let counters = |terms: &Vec<String>| {
            let terms = terms.iter().map(|term| Term::of(term));
            let shown = terms.map(|term| (term.is_optional, shown(term)));
            let needed = shown.filter(|(is_optional, counter)| !is_optional || counter.is_some());
            needed.map(|(_, counter)| counter).collect::<Option<Vec<Counter>>>()
        };
        match quantity.fields.iter().find_map(counters).as_deref() {
            None => Counter { modulus_mwh: None, step_mwh: quantity.step_mwh.map(u64::from) },
            Some([counter]) => *counter,
            Some(several) => {
                Counter { modulus_mwh: None, step_mwh: several.iter().filter_map(|counter| counter.step_mwh).min() }
            }
        }
    }

    /// The quantity in thousandths, and which alternative it is of; `None` if it is optional and missing.
    pub(crate) fn quantity(&self, quantity: &Quantity) -> Result<Option<(i128, usize)>, MeterError> {
        let mut missing: Vec<String> = Vec::new();
        for index in 0..quantity.fields.len() {
            match self.sum(quantity, index)? {
                Ok(milli) => return Ok(Some((milli, index))),
                Err(field) if missing.contains(&field) => {}
                Err(field) => missing.push(field),
            }
        }
        if quantity.optional {
            return Ok(None);
        }
        Err(error(&MqttTemplate::topic(&quantity.topic, self.base), &missing.join(" or "), Fault::Missing))
    }

    /// What the fields of an alternative add up to, or the first that is missing.
    fn sum(&self, quantity: &Quantity, index: usize) -> Result<Result<i128, String>, MeterError> {
        let mut sum = 0i128;
        for (place, term) in quantity.fields.get(index).into_iter().flatten().enumerate() {
            let term = Term::of(term);
            let (topic, field) = self.place(quantity, term.field);
            let number = self.message(&topic).ok_or(Fault::Missing).and_then(|it| match it.is_null(field) {
                // A part that a device does not have, some firmware writes as null.
                true if term.is_optional => Err(Fault::Missing),
                _ => it.number(field, quantity),
            });
            let may_be_negative = quantity.counts(index, place).is_none_or(Counts::may_be_negative);
            match number {
                // One tariff below zero is not made up for by the other one.
                Ok(milli) if milli < 0 && !may_be_negative => {
                    return Err(error(&topic, &named(field), Fault::OutOfRange(format!("{milli} mWh"))));
                }
                Ok(milli) => sum = sum.saturating_add(milli.saturating_mul(term.sign.into())),
                Err(Fault::Missing) if term.is_optional => {}
                Err(Fault::Missing) => return Ok(Err(named(field))),
                Err(fault) => return Err(error(&topic, &named(field), fault)),
            }
        }
        Ok(Ok(sum))
    }

    /// Both energies.
    pub(crate) fn energies(&self, template: &MqttTemplate) -> Result<Energies, MeterError> {
        let mut energies = Energies { import_mwh: None, export_mwh: None, undivided: None };
        for (quantity, counts) in [(&template.import, Counts::Import), (&template.export, Counts::Export)] {
            let Some(quantity) = quantity else { continue };
            let Some((mwh, index)) = self.quantity(quantity)? else { continue };
            let topic = MqttTemplate::topic(&quantity.topic, self.base);
            let fields = || {
                let terms = quantity.fields.get(index).into_iter().flatten().map(|term| named(Term::of(term).field));
                terms.collect::<Vec<String>>().join(", ")
            };
            let shown =
                u64::try_from(mwh).map_err(|_| error(&topic, &fields(), Fault::OutOfRange(format!("{mwh} mWh"))))?;
            match counts {
                Counts::Export => energies.export_mwh = Some(shown),
                _ => energies.import_mwh = Some(shown),
            }
            if quantity.is_undivided(index) {
                energies.undivided = Some((topic, fields(), counts));
            }
        }
        Ok(energies)
    }

    /// The serial number, at the first of its places that has one.
    pub(crate) fn serial(&self, serial: &SerialField) -> Option<String> {
        let message = self.message(&MqttTemplate::topic(&serial.topic, self.base))?;
        [&serial.field].into_iter().chain(&serial.or).find_map(|field| message.text(field))
    }

    /// Refuses payloads that say themselves that they are not valid, or old. `at_unix_ms` is when they came.
    pub(crate) fn check(&self, requirement: &Requirement, at_unix_ms: u64) -> Result<(), MeterError> {
        let topic = MqttTemplate::topic(&requirement.topic, self.base);
        let refuse = |reason: String| Err(MeterError::Invalid { topic: topic.clone(), reason });
        let message = self.message(&topic);
        if let Some(reason) = &requirement.absent
            && message.is_some_and(|message| message.has(&requirement.field))
        {
            return refuse(reason.clone());
        }
        let text = message.and_then(|message| message.text(&requirement.field)).unwrap_or_default();
        if let Some(expected) = requirement.equals.as_ref().filter(|expected| **expected != text) {
            return refuse(format!("`{text}` where valid values come with `{expected}`"));
        }
        if requirement.differs.as_ref() == Some(&text) {
            return refuse(format!("`{}` is `{text}`", requirement.field));
        }
        let Some(max_age_s) = requirement.max_age_s else { return Ok(()) };
        let (unit, in_unit_ms) = if requirement.in_ms { ("milliseconds", 1) } else { ("seconds", 1_000) };
        let Ok(then) = text.parse::<u64>() else { return refuse(format!("`{text}` is no time in {unit}")) };
        let apart_s = (at_unix_ms / in_unit_ms).abs_diff(then) / (1_000 / in_unit_ms);
        if apart_s > max_age_s.into() {
            return refuse(format!("the values are {apart_s} s old, or its clock is wrong"));
        }
        Ok(())
    }

    /// True if these are payloads of a device that the template's fingerprint describes.
    pub(crate) fn fit(&self, fingerprint: &[Requirement]) -> bool {
        let is_there = |mark: &Requirement| {
            let message = self.message(&MqttTemplate::topic(&mark.topic, self.base));
            message.is_some_and(|message| message.has(&mark.field))
        };
        let says = |mark: &Requirement| mark.says_something() || is_there(mark);
        !fingerprint.is_empty() && fingerprint.iter().all(|mark| says(mark) && self.check(mark, 0).is_ok())
    }

    /// The topic and field that a term of a quantity means.
    fn place<'t>(&self, quantity: &Quantity, term: &'t str) -> (String, &'t str) {
        if term.contains(PLACEHOLDER) {
            (MqttTemplate::topic(term, self.base), "")
        } else {
            (MqttTemplate::topic(&quantity.topic, self.base), term)
        }
    }

    fn message(&self, topic: &str) -> Option<&Message<'a>> {
        self.messages.iter().find(|message| message.topic == topic)
    }
}

impl<'a> Message<'a> {
    fn parse(template: &MqttTemplate, topic: &'a str, bytes: &'a [u8]) -> Result<Self, MeterError> {
        let payload = match template.format {
            Format::Json if is_xml(topic) => Payload::Text(bytes),
            Format::Json => Payload::Json(serde_json::from_slice(bytes).map_err(|error| MeterError::NotJson {
                topic: topic.into(),
                reason: if bytes.is_empty() { "it is empty".into() } else { error.to_string() },
            })?),
            Format::HomeAssistant => Payload::Text(bytes),
            Format::P1 => Payload::P1(Telegram::parse(bytes, topic)?),
        };
        let meter = match &payload {
            Payload::Json(document) => OnlyMeter::of(document, template),
            Payload::P1(_) | Payload::Text(_) => OnlyMeter::None,
        };
        Ok(Self { topic, payload, meter })
    }

    /// What stands at a pointer of a document.
    fn find<'d>(&self, document: &'d Value, field: &str) -> Result<&'d Value, Fault> {
        let Some(rest) = field.strip_prefix(ANY_METER) else { return pointer::find(document, field) };
        match &self.meter {
            OnlyMeter::None => Err(Fault::Missing),
            OnlyMeter::Named(name) => {
                document.get(name).and_then(|meter| meter.pointer(&format!("/{rest}"))).ok_or(Fault::Missing)
            }
            OnlyMeter::Several(first, second) => Err(Fault::WrongType {
                expected: "of one meter alone, named by `meter=`",
                got: shortened(&format!("in `{first}` and in `{second}`")),
            }),
        }
    }

    /// True if the field is there, whatever it holds.
    fn has(&self, field: &str) -> bool {
        match &self.payload {
            Payload::Json(document) => self.find(document, field).is_ok_and(|value| !value.is_null()),
            Payload::P1(telegram) => telegram.value(field).is_some(),
            Payload::Text(_) => self.text(field).is_some(),
        }
    }

    /// True if the field is there and holds nothing.
    fn is_null(&self, field: &str) -> bool {
        match &self.payload {
            Payload::Json(document) => self.find(document, field).is_ok_and(Value::is_null),
            Payload::P1(_) | Payload::Text(_) => false,
        }
    }

    /// A text or whole number, such as a serial number.
    fn text(&self, field: &str) -> Option<String> {
        let text = match &self.payload {
            Payload::P1(telegram) => p1::serial_text(telegram.value(field)?),
            Payload::Json(document) => match self.find(document, field).ok()? {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(value) => value.to_string(),
                _ => return None,
            },
            Payload::Text(bytes) => element(bytes, field)?.to_owned(),
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
            Payload::Json(document) => json_number(self.find(document, field)?, quantity),
            Payload::Text(bytes) => text_number(bytes, quantity),
        }
    }
}

impl OnlyMeter {
    /// The objects of the document that have an energy by one of the template's labels. Nobody can guess which one of
    /// several is meant, or whether one has the other's export.
    fn of(document: &Value, template: &MqttTemplate) -> Self {
        let mut meters = meters(document, template);
        match (meters.next(), meters.next()) {
            (None, _) => Self::None,
            (Some(name), None) => Self::Named(name.clone()),
            (Some(first), Some(second)) => Self::Several(first.clone(), second.clone()),
        }
    }
}

/// True for the path of an XML document.
pub(super) fn is_xml(topic: &str) -> bool {
    topic.ends_with(".xml")
}

/// The text of the first element of an XML document that is written as `tag`, such as `<sn>`.
fn element<'b>(document: &'b [u8], tag: &str) -> Option<&'b str> {
    let (_, rest) = std::str::from_utf8(document).ok()?.split_once(tag)?;
    let (text, _) = rest.split_once(&tag.replacen('<', "</", 1))?;
    (tag.starts_with('<') && !text.contains('<')).then_some(text)
}

/// The names of the meters in a document, by what the template says that a meter calls its energies.
pub(crate) fn meters<'d>(document: &'d Value, template: &MqttTemplate) -> impl Iterator<Item = &'d String> {
    let labels: Vec<String> = template.meter_labels().map(|label| format!("/{label}")).collect();
    let objects = document.as_object().into_iter().flatten();
    let is_meter = move |object: &Value| labels.iter().any(|label| object.pointer(label).is_some());
    objects.filter(move |(_, object)| is_meter(object)).map(|(name, _)| name)
}

/// The number of a sensor's state, by its value template if it has one.
fn text_number(bytes: &[u8], quantity: &Quantity) -> Result<i128, Fault> {
    let text = match &quantity.value_template {
        Some(template) => template.apply(bytes)?,
        None => String::from_utf8_lossy(bytes).trim().to_owned(),
    };
    if text.is_empty() || text == "None" {
        return Err(Fault::Missing);
    }
    scale_float_text(&text, quantity.unit.milli_exponent())
        .ok_or_else(|| Fault::WrongType { expected: "a number", got: shortened(&text) })
}

/// A field as errors name it.
fn named(field: &str) -> String {
    if field.is_empty() { "(the whole payload)".into() } else { field.into() }
}

fn error(topic: &str, field: &str, fault: Fault) -> MeterError {
    let (topic, field) = (topic.to_owned(), field.to_owned());
    match fault {
        Fault::Missing => MeterError::MissingField { topic, field },
        Fault::WrongType { expected, got } => MeterError::WrongType { topic, field, expected, got },
        Fault::OutOfRange(value) => {
            MeterError::OutOfRange { place: format!("topic {topic}"), what: format!("field {field}"), value }
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

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}
