//! Meters that publish over MQTT.

mod driver;
pub mod template;

pub use driver::MqttDriver;
