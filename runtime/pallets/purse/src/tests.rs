//! Tests of purses, one file a topic, on real balances and assets.

mod calls;
mod deposits;
mod freezing;
mod invariants;
pub(crate) mod mock;
mod pages;
mod properties;
