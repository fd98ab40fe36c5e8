//! The rulebook for readings. It judges what is handed to it; it must never read storage, a clock or a file.

pub(crate) mod corroborate;
pub(crate) mod excess;
mod judge;
mod measuring;
pub(crate) mod pace;

pub use judge::{ChainTime, Facts, advance, energies, ensure_next, verdict};
pub use measuring::{MAX_CLOCK_ERROR_MS, MIN_SAMPLES_PER_SLOT, is_measured};
