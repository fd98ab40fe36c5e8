//! SunSpec over Modbus: devices that describe themselves by a chain of models.

mod battery;
pub(crate) mod chain;
mod dc;
pub(crate) mod devices;
mod driver;
pub(crate) mod models;
#[cfg(test)]
mod tests;

pub use driver::SunSpecDriver;
