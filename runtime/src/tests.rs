//! The runtime as a whole, from the presets' genesis on.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::expect_used)]

mod chain;
mod cheats;
mod clients;
mod consensus;
mod euros;
mod fees;
mod genesis;
mod governance;
mod homes;
mod limits;
mod newcomers;
mod production;
mod progress;
mod proxies;
mod queries;
mod sampled;
mod shares;
mod submission;
mod validators;
