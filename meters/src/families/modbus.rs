//! Modbus: meters described by a template.

mod fit;
mod line;
pub(crate) mod probe;
pub(crate) mod search;
pub(crate) mod source;
mod uri;

pub use uri::ModbusDevice;

use super::Family;
use crate::{
    DeviceUri, Library, MeterError,
    driver::source::Source,
    uri::{Address, TemplateName},
};
use source::ModbusSource;

/// The family.
pub const FAMILY: Family =
    Family { schemes: &["modbus+tcp", "modbus+rtutcp", "modbus+rtu"], parse: uri::parse, probe: &probe::ModbusProbe };

impl Address for ModbusDevice {
    fn driver_name(&self) -> String {
        self.template.clone()
    }

    fn template(&self) -> Option<TemplateName<'_>> {
        Some(TemplateName { name: &self.template, kind: "modbus", is_chosen: true })
    }

    fn with_template(&self, name: &str) -> Option<DeviceUri> {
        Some(Self { template: name.into(), ..self.clone() }.into())
    }

    fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError> {
        let template = library.modbus(&self.template)?;
        let brothers = fit::brothers(template, library.shared());
        Ok(Box::new(ModbusSource::new(self.clone(), template.clone()).with_brothers(brothers)))
    }
}
