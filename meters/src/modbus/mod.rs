//! Modbus: the shared wires, register codecs, and meters described by a template.

mod bus;
pub mod decode;
mod driver;
mod line;
pub mod template;

pub use bus::{Bus, Read};
pub use driver::ModbusDriver;
