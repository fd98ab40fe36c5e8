//! SunSpec over Modbus: devices that describe themselves by a chain of models.

mod battery;
pub(crate) mod chain;
mod dc;
pub(crate) mod devices;
pub(crate) mod models;
pub(crate) mod source;
#[cfg(test)]
mod tests;
mod uri;

pub use uri::SunSpecDevice;

use super::Family;
use crate::{Library, MeterError, discover::probe::Nowhere, driver::source::Source, uri::Address};
use source::SunSpecSource;

/// The family. Modbus's search finds its devices, which are on the same wires.
pub const FAMILY: Family =
    Family { schemes: &["sunspec+tcp", "sunspec+rtutcp", "sunspec+rtu"], parse: uri::parse, probe: &Nowhere };

impl Address for SunSpecDevice {
    fn driver_name(&self) -> String {
        self.model.map_or("sunspec".into(), |model| format!("sunspec:{model}"))
    }

    fn source(&self, _library: &Library) -> Result<Box<dyn Source>, MeterError> {
        Ok(Box::new(SunSpecSource::new(self.clone())))
    }
}
