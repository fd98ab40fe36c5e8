//! Meters that publish over MQTT, described by a template, or by themselves to Home Assistant.

mod announced;
mod home_assistant;
mod notifications;
mod probe;
mod session;
mod source;
mod uri;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use announced::heard;
pub use announced::{Announced, announced};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use notifications::follow;
pub use uri::MqttDevice;

use super::Family;
use crate::{
    DeviceUri, Library, MeterError,
    driver::source::Source,
    template::payload::Format,
    uri::{Address, TemplateName},
};
use home_assistant::HomeAssistantSource;
use source::MqttSource;

/// The family.
pub const FAMILY: Family = Family { schemes: &["mqtt"], parse: uri::parse, probe: &probe::MqttProbe };

impl Address for MqttDevice {
    fn driver_name(&self) -> String {
        self.template.clone()
    }

    fn template(&self) -> Option<TemplateName<'_>> {
        Some(TemplateName { name: &self.template, kind: "mqtt", is_chosen: true })
    }

    fn with_template(&self, name: &str) -> Option<DeviceUri> {
        Some(Self { template: name.into(), ..self.clone() }.into())
    }

    fn is_published(&self) -> bool {
        true
    }

    fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError> {
        let template = library.mqtt(&self.template)?.clone();
        let refuse = |reason| Err(MeterError::Uri { text: self.to_string(), reason });
        if self.channel != 0 && !template.has_channels() {
            return refuse(format!("devices of the template `{}` have no channels", self.template));
        }
        if self.meter.is_some() && !template.has_meters() {
            return refuse(format!("messages of the template `{}` are of one meter, and name none", self.template));
        }
        Ok(match template.format {
            Format::HomeAssistant => Box::new(HomeAssistantSource::new(self.clone(), template)),
            Format::Json | Format::P1 => Box::new(MqttSource::new(self.clone(), template)),
        })
    }
}
