//! What a device publishes at a moment: its template's messages, and what faults make of them. Knows no broker.

use crate::{
    device::{Device, Moment},
    faults::FaultKind,
    unit::readout,
};
use deren_meters::{
    Readout,
    mqtt::template::{MqttTemplate, Quantity},
};
use serde_json::Value;

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
    if on(FaultKind::Silent) || on(FaultKind::Disconnect) {
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
    let broken = |payload: Vec<u8>| if on(FaultKind::NotJson) { not_json(payload) } else { payload };
    let retain = on(FaultKind::Retained);
    encoded.into_iter().map(|(topic, payload)| Message { topic, payload: broken(payload), retain }).collect()
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
                if let Some(value) = document.pointer_mut(field.trim_start_matches('-')) {
                    *value = Value::Null;
                }
            }
        }
        (full, document.to_string().into_bytes())
    };
    messages.into_iter().map(null).collect()
}

#[cfg(test)]
#[path = "mqtt_payload_tests.rs"]
mod tests;
