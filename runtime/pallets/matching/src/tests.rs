//! Tests of matching, one file a topic, on real balances, assets and purses. Only the registry, metering and rewards
//! are small tables.

mod calls;
mod capacity;
mod clearing;
mod conservation;
mod frozen;
mod halts;
mod invariants;
mod lagging;
pub(crate) mod mock;
mod orders;
mod pausing;
mod purses;
mod rebates;
mod rewarding;
mod settling;
mod voiding;
mod world;
