//! Meters that publish over MQTT.

mod driver;
mod encode;
pub(crate) mod payload;
pub mod template;

pub use driver::MqttDriver;
