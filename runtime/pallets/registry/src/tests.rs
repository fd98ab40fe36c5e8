//! One file a topic, one mock.

mod deposits;
mod devices;
mod faults;
mod gateways;
mod holes;
mod leaving;
mod markets;
pub(crate) mod mock;
mod properties;
mod sites;
