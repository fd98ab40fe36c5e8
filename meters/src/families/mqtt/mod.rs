//! Meters that publish over MQTT, described by a template, or by themselves to Home Assistant.

mod announced;
pub(crate) mod home_assistant;
mod notifications;
pub(crate) mod probe;
mod session;
mod source;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use announced::heard;
pub use announced::{Announced, announced};
pub use home_assistant::HomeAssistantSource;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use notifications::follow;
pub use source::MqttSource;

use crate::{
    MeterError,
    driver::source::Source,
    template::payload::{Format, MqttTemplate},
    uri::{DeviceUri, MqttDevice},
};

/// The source of that device.
pub(crate) fn open(device: MqttDevice, template: MqttTemplate) -> Result<Box<dyn Source>, MeterError> {
    if device.channel != 0 && !template.has_channels() {
        let reason = format!("devices of the template `{}` have no channels", device.template);
        return Err(MeterError::Uri { text: DeviceUri::Mqtt(device).to_string(), reason });
    }
    if device.meter.is_some() && !template.has_meters() {
        let reason = format!("messages of the template `{}` are of one meter, and name none", device.template);
        return Err(MeterError::Uri { text: DeviceUri::Mqtt(device).to_string(), reason });
    }
    Ok(match template.format {
        Format::HomeAssistant => Box::new(HomeAssistantSource::new(device, template)),
        Format::Json | Format::P1 => Box::new(MqttSource::new(device, template)),
    })
}
