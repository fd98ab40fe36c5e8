//! Simulated homes behind real wires.
//!
//! Sun, clouds, load and battery of each home are a pure function of a seed and the simulated instant. Their energies
//! are integers that balance to the mWh. Devices show them over real Modbus TCP (SunSpec chains and template meters),
//! and to a real MQTT broker. Others show P1 and SML telegrams over TCP, Speedwire datagrams and JSON documents. Time
//! runs faster than real time if asked, and faults come by script.
//!
//! It knows of device templates, and nothing of keys, slots or the chain.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that panics has failed"))]

pub mod battery;
mod clients;
pub mod clock;
pub mod config;
pub mod csv;
pub mod device;
mod error;
pub mod faults;
pub mod home;
pub mod http_server;
pub mod load;
pub mod modbus_server;
pub mod model;
pub mod mqtt_payload;
pub mod mqtt_publisher;
pub mod noise;
pub mod pv;
pub mod scripts;
pub mod serving;
pub mod simulator;
pub mod sky;
pub mod speedwire_sender;
pub mod steps;
pub mod stream_server;
pub mod sun;
pub mod sunspec_image;
pub mod templates;
pub mod unit;

pub use config::SimulatorConfig;
pub use error::SimulatorError;
pub use serving::Serving;
pub use simulator::Simulator;
