//! Sensors that Home Assistant's MQTT discovery describes, as payloads: what a description says, and how one is
//! written.

mod config;
pub(crate) mod meaning;
mod write;

pub(crate) use config::EnergySensor;
pub(crate) use write::write;
