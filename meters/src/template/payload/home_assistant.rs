//! Sensors that Home Assistant's MQTT discovery describes, as payloads: what a description says, and how one is
//! written.

mod config;
pub(crate) mod meaning;

pub(crate) use config::EnergySensor;

use crate::{quantity::decimal_text, sample::Readout, template::payload::MqttTemplate};
use serde_json::{Number, Value, json};

/// The messages of a sensor that Home Assistant would discover, for simulated devices.
///
/// The description, published as `uri_topic`, and the state, in Wh. The serial number is the unique id.
pub(crate) fn write(template: &MqttTemplate, readout: &Readout, uri_topic: &str) -> Vec<(String, Vec<u8>)> {
    let state_topic = format!("{}/state", uri_topic.strip_suffix("/config").unwrap_or(uri_topic));
    let mut description = json!({
        "state_topic": state_topic, "unit_of_measurement": "Wh", "device_class": "energy",
        "state_class": "total_increasing", "value_template": "{{ value_json.energy }}",
    });
    if let (Value::Object(keys), Some(serial)) = (&mut description, &readout.serial) {
        keys.insert("unique_id".into(), Value::from(serial.as_str()));
    }
    let mwh = template.import.as_ref().map_or(readout.export_mwh, |_| readout.import_mwh);
    let wh = mwh.and_then(|mwh| Number::from_f64(decimal_text(mwh.into(), 3).parse().ok()?));
    let state = match wh {
        Some(wh) => json!({ "energy": wh }),
        None => json!({}),
    };
    vec![(uri_topic.to_owned(), description.to_string().into_bytes()), (state_topic, state.to_string().into_bytes())]
}
