//! Tests of matching, one file a topic, on real balances, assets and holds. Only the registry and metering are
//! small tables.

mod calls;
mod capacity;
mod claims;
mod clearing;
mod conservation;
mod frozen;
mod halts;
mod invariants;
mod lagging;
pub(crate) mod mock;
mod orders;
mod pausing;
mod rebates;
mod rewarding;
mod settling;
mod voiding;
mod world;
