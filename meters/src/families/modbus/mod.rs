//! Modbus: the shared wires, register codecs, and meters described by a template.

mod fit;
pub(crate) mod probe;
mod source;

pub(crate) use fit::brothers;
pub use source::ModbusSource;
