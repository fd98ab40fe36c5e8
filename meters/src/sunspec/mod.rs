//! SunSpec over Modbus: devices that describe themselves by a chain of models.

mod driver;

pub use driver::SunSpecDriver;
