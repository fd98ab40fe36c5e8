//! Books from rows in a real PostgreSQL, compared with what a made-up history knows of itself.

#[path = "../history/mod.rs"]
mod history;

mod exports;
mod gaps;
mod market_files;
mod reconciliation;
mod setup;
