//! Meters that push telegrams by themselves, every second to every ten: P1 and SML, over a serial line or over TCP from
//! an adapter. Nothing is ever sent to them.

mod probe;
mod reader;
mod source;
mod uri;
mod wire;

pub use uri::{StreamDevice, Telegrams};

use super::Family;
use crate::{
    Library, MeterError,
    driver::source::Source,
    p1,
    uri::{Address, TemplateName},
};
use source::StreamSource;

/// The family.
pub const FAMILY: Family = Family {
    schemes: &["p1+serial", "p1+tcp", "sml+serial", "sml+tcp"],
    parse: uri::parse,
    probe: &probe::StreamProbe,
};

impl Address for StreamDevice {
    fn driver_name(&self) -> String {
        self.telegrams.name().into()
    }

    fn template(&self) -> Option<TemplateName<'_>> {
        let by_template = self.telegrams == Telegrams::P1;
        by_template.then_some(TemplateName { name: p1::TEMPLATE, kind: "mqtt", is_chosen: false })
    }

    fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError> {
        Ok(Box::new(StreamSource::new(self.clone(), library)?))
    }
}
