//! The families of devices: how each is named, found and read.

pub mod homewizard;
pub mod modbus;
pub mod mqtt;
pub mod stream;
pub mod sunspec;
