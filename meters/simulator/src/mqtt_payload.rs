//! What a device publishes at a moment: its template's messages, and what faults make of them. Knows no broker.

use crate::{
    device::{Device, Moment},
    faults::FaultKind,
    unit::readout,
};
use deren_meters::{
    Readout,
    template::payload::{MqttTemplate, Quantity},
};
use serde_json::Value;

/// Where a message tells the device's own time: Tasmota's.
const TIME: &str = "/Time";

/// One message to the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Full topic.
    pub topic: String,
    /// Contents.
    pub payload: Vec<u8>,
    /// True if the broker shall keep it.
    pub retain: bool,
}

/// The messages of `device` at `moment`; none while it is silent.
pub fn messages(template: &MqttTemplate, device: &Device, topic: &str, moment: &Moment) -> Vec<Message> {
    let on = |kind| device.faults().is_on(kind, moment.elapsed_s);
    if on(FaultKind::Silent) || on(FaultKind::NetworkLoss) || on(FaultKind::Disconnect) {
        return Vec::new();
    }
    let readout = readout(device, &device.shown(moment));
    let encoded = if on(FaultKind::ShortReply) {
        template.encode(&Readout { import_mwh: None, export_mwh: None, ..readout }, topic)
    } else if on(FaultKind::Nan) {
        let numbers = Readout { import_mwh: Some(0), export_mwh: Some(0), power_w: Some(0), ..readout };
        nulled(template, topic, template.encode(&numbers, topic))
    } else {
        template.encode(&readout, topic)
    };
    let encoded = encoded.into_iter().map(|(topic, payload)| (topic, timed(payload, device, moment)));
    let broken = |payload: Vec<u8>| if on(FaultKind::NotJson) { not_json(payload) } else { payload };
    let retain = on(FaultKind::Retained);
    encoded.map(|(topic, payload)| Message { topic, payload: broken(payload), retain }).collect()
}

/// The message with the device's own time where it reports one, as its clock has it.
fn timed(payload: Vec<u8>, device: &Device, moment: &Moment) -> Vec<u8> {
    let Ok(mut document) = serde_json::from_slice::<Value>(&payload) else { return payload };
    let Some(time) = document.pointer_mut(TIME).filter(|time| time.is_string()) else { return payload };
    let off_s = device.faults().on(FaultKind::ClockJump, moment.elapsed_s).map(|jump| jump.by_s.unwrap_or(3_600));
    let unix_s = device.home().clock().unix_s(moment.elapsed_s).saturating_add_signed(off_s.unwrap_or(0).into());
    let shown = i64::try_from(unix_s).ok().and_then(|unix_s| chrono::DateTime::from_timestamp(unix_s, 0));
    if let Some(shown) = shown {
        *time = Value::String(shown.format("%Y-%m-%dT%H:%M:%S").to_string());
    }
    document.to_string().into_bytes()
}

/// A message that broke off in the middle.
fn not_json(mut payload: Vec<u8>) -> Vec<u8> {
    payload.truncate(payload.len() / 2);
    payload
}

/// The messages with null for every number that means something.
fn nulled(template: &MqttTemplate, topic: &str, messages: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let base = template.base(topic);
    let null = |(full, payload): (String, Vec<u8>)| {
        let Ok(mut document) = serde_json::from_slice::<Value>(&payload) else { return (full, payload) };
        let here = |quantity: &&Quantity| MqttTemplate::topic(&quantity.topic, base) == full;
        for quantity in template.quantities().map(|(_, quantity)| quantity).filter(here) {
            for field in quantity.fields.iter().flatten() {
                if let Some(value) = document.pointer_mut(field.trim_start_matches(['?', '-'])) {
                    *value = Value::Null;
                }
            }
        }
        (full, document.to_string().into_bytes())
    };
    messages.into_iter().map(null).collect()
}

#[cfg(test)]
mod tests;
