//! The rulebook for readings. It judges what is handed to it; it must never read storage, a clock or a file.

pub(crate) mod corroborate;
pub(crate) mod excess;
mod judge;
pub(crate) mod pace;

pub use judge::{ChainTime, Facts, advance, energies, ensure_next, verdict};
