//! Modbus: the shared wires, register codecs, and meters described by a template.

mod bus;
pub mod decode;
mod driver;
mod fit;
mod line;
mod manners;
mod patience;
pub mod template;

pub(crate) use bus::RollCall;
pub use bus::{Bus, Read};
pub use driver::ModbusDriver;
pub(crate) use fit::brothers;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use line::over;
pub use manners::Manners;
