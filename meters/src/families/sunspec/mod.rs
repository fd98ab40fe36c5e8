//! SunSpec over Modbus: devices that describe themselves by a chain of models.

mod battery;
pub(crate) mod chain;
mod dc;
pub(crate) mod devices;
pub(crate) mod models;
mod source;
#[cfg(test)]
mod tests;

pub use source::SunSpecSource;
