//! Tests of the on-ramp, one file a topic. Real balances stand in for euros.

mod issuing;
pub(crate) mod mock;
mod paying_out;
mod properties;
