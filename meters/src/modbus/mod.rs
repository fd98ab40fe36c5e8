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
pub use manners::Manners;
