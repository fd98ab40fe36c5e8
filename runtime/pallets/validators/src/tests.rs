//! Tests of validators, one file a topic, on real sessions. Only finality is a small table.

mod bans;
mod changes;
mod finality;
pub(crate) mod mock;
mod ownership;
mod planning;
