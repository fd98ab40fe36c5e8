//! Devices that show what they count as JSON documents over HTTP, described by a template of kind `http`: unencrypted, in the
//! home, and only read.

mod source;
#[cfg(test)]
mod tests;
mod uri;

pub use uri::HttpDevice;

use super::family::Family;
use crate::{
    DeviceUri, Library, MeterError,
    discover::probe::Nowhere,
    driver::source::Source,
    uri::{Address, TemplateName},
};
use source::HttpSource;

/// The family. A search does not look for its devices yet: their owners name them.
pub const FAMILY: Family = Family { schemes: &["json+http"], parse: uri::parse, probe: &Nowhere };

impl Address for HttpDevice {
    fn driver_name(&self) -> String {
        self.template.clone()
    }

    fn template(&self) -> Option<TemplateName<'_>> {
        Some(TemplateName { name: &self.template, kind: "http", is_chosen: true })
    }

    fn with_template(&self, name: &str) -> Option<DeviceUri> {
        Some(Self { template: name.into(), ..self.clone() }.into())
    }

    fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError> {
        let template = library.http(&self.template)?.clone();
        if self.channel != 0 && !template.has_channels() {
            let reason = format!("devices of the template `{}` have no channels", self.template);
            return Err(MeterError::Uri { text: self.to_string(), reason });
        }
        Ok(Box::new(HttpSource::new(self.clone(), template)))
    }
}
