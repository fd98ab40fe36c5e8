//! Meters that publish over MQTT, described by a template, or by themselves to Home Assistant.

mod announced;
pub mod counts;
mod driver;
mod encode;
pub(crate) mod home_assistant;
mod notifications;
pub(crate) mod payload;
mod session;
pub mod template;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use announced::heard;
pub use announced::{Announced, announced};
pub use driver::MqttDriver;
pub use home_assistant::HomeAssistantDriver;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use notifications::follow;

use crate::{
    Driver, MeterError,
    uri::{DeviceUri, MqttDevice},
};
use template::{Format, MqttTemplate};

/// Every topic on which a gateway tells what it measured begins so. None is a meter: it would be counted again.
pub const GATEWAY_TOPIC_ROOT: &str = "deren-gateway/";

/// The driver for that device.
pub(crate) fn open(device: MqttDevice, template: MqttTemplate) -> Result<Box<dyn Driver>, MeterError> {
    if device.channel != 0 && !template.has_channels() {
        let reason = format!("devices of the template `{}` have no channels", device.template);
        return Err(MeterError::Uri { text: DeviceUri::Mqtt(device).to_string(), reason });
    }
    if device.meter.is_some() && !template.has_meters() {
        let reason = format!("messages of the template `{}` are of one meter, and name none", device.template);
        return Err(MeterError::Uri { text: DeviceUri::Mqtt(device).to_string(), reason });
    }
    Ok(match template.format {
        Format::HomeAssistant => Box::new(HomeAssistantDriver::new(device, template)),
        Format::Json | Format::P1 => Box::new(MqttDriver::new(device, template)),
    })
}
