//! Modbus: the shared wires, register codecs, and meters described by a template.

mod driver;
mod fit;

pub use driver::ModbusDriver;
pub(crate) use fit::brothers;
