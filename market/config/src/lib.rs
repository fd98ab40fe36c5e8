//! Reads configurations, which are TOML and environment variables. Every mistake is told at once, each with the place
//! where it was written and what would be right.
//!
//! It must never know what is configured: no part of the house is a dependency of it.

mod document;
mod key;
mod mistake;
mod table;
mod typed;

pub use document::{Text, parse};
pub use key::Key;
pub use mistake::{Mistake, Place, lines, nearest};
pub use table::Table;
pub use typed::read;
