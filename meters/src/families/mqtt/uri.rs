//! URIs of meters that publish over MQTT: `mqtt://[user@]broker:port/topic`.

use crate::{
    DeviceUri,
    uri::{
        broker::{Broker, broker_of},
        parts::{Parameters, decoded, template, timeout},
    },
    wire::escaped,
};
use std::fmt;
use url::Url;

/// Longest name of a meter within a message, bytes.
pub(super) const MAX_METER_BYTES: usize = 64;

/// One meter that publishes over MQTT.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MqttDevice {
    /// The broker.
    pub broker: Broker,
    /// What stands for `{topic}` in the template's topics, or one of these topics itself.
    pub topic: String,
    /// Name of its template.
    pub template: String,
    /// Which of its channels, if the template has several.
    pub channel: u8,
    /// Which of the meters that its message names, if it names several.
    pub meter: Option<String>,
    /// How long to wait for a message, ms; without one, the template's time.
    pub timeout_ms: Option<u32>,
}

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    let topic = decoded(url.path().strip_prefix('/').unwrap_or(url.path()))?;
    if topic.is_empty() {
        return Err("names no topic, as in `mqtt://broker/shellypro3em-0cb8?template=shelly-em`".into());
    }
    if topic.contains(['+', '#', '\0']) {
        return Err(format!("topic `{topic}` has a wildcard; name one device's topic"));
    }
    let broker = broker_of(url, parameters)?;
    let timeout_ms = timeout(parameters)?;
    let channel = parameters.number("channel", 0, u8::MAX)?.unwrap_or(0);
    let meter = parameters.take("meter");
    if meter.as_ref().is_some_and(|name| name.len() > MAX_METER_BYTES) {
        return Err(format!("names a `meter` of more than {MAX_METER_BYTES} bytes"));
    }
    Ok(MqttDevice { broker, topic, template: template(parameters)?, channel, meter, timeout_ms }.into())
}

impl fmt::Display for MqttDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = escaped(&self.template);
        write!(f, "mqtt://{}/{}?template={template}", self.broker, escaped(&self.topic))?;
        if self.channel != 0 {
            write!(f, "&channel={}", self.channel)?;
        }
        if let Some(meter) = &self.meter {
            write!(f, "&meter={}", escaped(meter))?;
        }
        if let Some(file) = &self.broker.password_file {
            write!(f, "&password_file={}", escaped(&file.to_string_lossy()))?;
        }
        match self.timeout_ms {
            Some(timeout_ms) => write!(f, "&timeout_ms={timeout_ms}"),
            None => Ok(()),
        }
    }
}
