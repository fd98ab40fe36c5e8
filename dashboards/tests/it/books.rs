//! Books from rows in a real PostgreSQL, compared with what a made-up history knows of itself.

mod exports;
mod gaps;
mod market_files;
mod reconciliation;
mod setup;
mod shards;
mod verdicts;
