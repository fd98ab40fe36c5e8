//! The neighbourhood, seen: an indexer that follows the chain into PostgreSQL, and the API and pages that show it.
//!
//! It is never the source of truth: every row that comes from the chain can be made again from it.

pub mod api;
pub mod books;
pub mod db;
pub mod indexer;
pub mod markets;
pub mod operator;
pub mod settings;
pub mod snapshot;
pub mod web;
