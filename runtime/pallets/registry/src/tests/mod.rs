//! One file a topic, one mock.

mod devices;
mod gateways;
mod markets;
pub(crate) mod mock;
mod properties;
mod sites;
