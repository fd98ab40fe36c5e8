//! HomeWizard's energy devices, by their local API.

mod probe;
mod source;
mod uri;

pub use uri::{HTTP_PORT, HomeWizardDevice};

use super::Family;
use crate::{
    Library, MeterError,
    driver::source::Source,
    uri::{Address, TemplateName},
};
use source::{HomeWizardSource, TEMPLATE};

/// The family.
pub const FAMILY: Family = Family { schemes: &["homewizard+http"], parse: uri::parse, probe: &probe::HomeWizardProbe };

impl Address for HomeWizardDevice {
    fn driver_name(&self) -> String {
        "homewizard".into()
    }

    fn template(&self) -> Option<TemplateName<'_>> {
        Some(TemplateName { name: TEMPLATE, kind: "mqtt", is_chosen: false })
    }

    fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError> {
        Ok(Box::new(HomeWizardSource::new(self.clone(), library)?))
    }
}
