//! SMA's energy meters (Energy Meter, Sunny Home Manager), which multicast what they count by Speedwire, several times
//! a second. Nothing is ever sent to them.

mod listener;
mod probe;
mod source;
pub mod telegram;
#[cfg(test)]
mod tests;
mod uri;

pub use uri::{GROUP, PORT, SpeedwireDevice};

use super::Family;
use crate::{Library, MeterError, driver::source::Source, uri::Address};
use source::SpeedwireSource;

/// The family.
pub const FAMILY: Family = Family { schemes: &["speedwire"], parse: uri::parse, probe: &probe::SpeedwireProbe };

impl Address for SpeedwireDevice {
    fn driver_name(&self) -> String {
        "speedwire".into()
    }

    fn source(&self, _library: &Library) -> Result<Box<dyn Source>, MeterError> {
        Ok(Box::new(SpeedwireSource::new(self.clone())))
    }
}
