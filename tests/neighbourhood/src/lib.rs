//! A whole neighbourhood of real processes on one machine: node, MQTT broker, simulated devices, and a
//! gateway for each home. The demo and the end-to-end tests are the same code.
//!
//! It must never stand in for a part: what is started here is what people run, and what is registered is
//! registered through the chain's own calls. It talks to 127.0.0.1 only.

mod binaries;
mod broker;
mod error;
mod ports;
mod process;
mod wait;

pub use binaries::Binaries;
pub use broker::Broker;
pub use error::{NeighbourhoodError, Result};
pub use ports::free as free_port;
pub use process::{Process, tail};
pub use wait::{Silent, Wait, Watcher};
