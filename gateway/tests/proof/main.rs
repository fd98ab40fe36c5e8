//! Files of exported readings: what outsiders can check, and that nothing in them can be changed unnoticed.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod draft;
mod export;
mod faults;
mod golden;
mod mutations;
mod peer;
#[path = "../support/mod.rs"]
mod support;
