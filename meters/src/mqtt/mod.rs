//! Meters that publish over MQTT, described by a template.

mod driver;
mod encode;
pub(crate) mod payload;
mod session;
pub mod template;

pub use driver::MqttDriver;
