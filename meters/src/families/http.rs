//! Devices that show what they count as JSON documents over HTTP, described by a template of kind `http`: in the home,
//! and only read. Over HTTPS one certificate is trusted, which the URI names.

mod probe;
mod source;
#[cfg(test)]
mod tests;
mod uri;

pub use uri::HttpDevice;

use super::Family;
use crate::{
    DeviceUri, Library, MeterError,
    driver::source::Source,
    uri::{Address, TemplateName},
};
use source::HttpSource;

/// The family.
pub const FAMILY: Family =
    Family { schemes: &["json+http", "json+https"], parse: uri::parse, probe: &probe::HttpProbe };

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
        let template = library.http(&self.template)?;
        let refuse = |reason: String| Err(MeterError::Uri { text: self.to_string(), reason });
        if self.channel != 0 && !template.has_channels() {
            return refuse(format!("devices of the template `{}` have no channels", self.template));
        }
        let named: Vec<&str> = template.named().collect();
        if let Some(unknown) = self.names.keys().find(|what| !named.contains(&what.as_str())) {
            return refuse(format!("channels of the template `{}` have no name for `{unknown}`", self.template));
        }
        if !named.is_empty() && !["import", "export"].iter().any(|what| self.names.contains_key(*what)) {
            return refuse("names no channel; add `import=` or `export=` with what its owner calls it".into());
        }
        Ok(Box::new(HttpSource::new(self.clone(), template.clone())))
    }
}
