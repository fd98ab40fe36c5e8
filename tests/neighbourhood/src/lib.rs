//! A whole neighbourhood of real processes on one machine: node, MQTT broker, simulated devices, a
//! gateway for each home, and the dashboards with their database. The demo and the end-to-end tests are the same code.
//!
//! It must never stand in for a part. What is started here is what people run, and what is registered is registered
//! through the chain's own calls. It talks to 127.0.0.1 only.

pub mod adversary;
pub mod api;
mod binaries;
mod broker;
pub mod browser;
pub mod chain;
pub mod clients;
mod dashboards;
mod database;
mod error;
mod gateway;
pub mod layout;
mod ledger;
pub mod load;
mod neighbourhood;
mod node;
mod pages;
mod process;
mod registration;
mod report;
mod restartable;
mod script;
mod settled;
mod simulator;
pub mod view;
mod wait;

pub use binaries::Binaries;
pub use broker::Broker;
pub use dashboards::{Dashboards, MarketClock, PointToApprove, ReadyAccount, Role};
pub use database::Database;
pub use error::{NeighbourhoodError, Result};
pub use gateway::{DeviceKey, Gateway, Keys};
pub use ledger::{Accepted, Follower, Ledger, Meters};
pub use neighbourhood::{Config, Neighbourhood};
pub use node::{Node, Preset};
pub use pages::{Address, Pages, Shown};
pub use process::{Process, tail};
pub use registration::{NEWCOMER, People, Registered, RegisteredHome};
pub use report::{Fill, SlotReport, Totals, ZoneResult};
pub use restartable::Restartable;
pub use settled::settled;
pub use simulator::Simulator;
pub use wait::{Silent, Wait, Watcher};
