//! Tests of rewards, one file a topic, on real balances. Only the progress of settlement is a small table.

mod accruing;
mod carrying;
pub(crate) mod mock;
mod paying;
mod schedule;
