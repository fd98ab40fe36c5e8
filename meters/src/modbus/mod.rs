//! Modbus: the shared wires, register codecs, and meters described by a template.

mod bus;
pub mod decode;
mod driver;
mod line;
mod manners;
mod patience;
pub mod template;

pub use bus::{Bus, Read};
pub use driver::ModbusDriver;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use line::over;
pub use manners::Manners;
