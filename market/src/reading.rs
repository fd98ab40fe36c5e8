//! The rulebook for readings: which reading is taken, what it is worth, and what of it trades. The chain, the gateway
//! and anyone's verifier call the same functions. They judge what is handed to them, and must never read storage, a
//! clock or a file.
//!
//! The chain applies the rules in this order:
//! 1. [`ensure_next`] refuses what does not continue the device's chain of readings, or is not over yet.
//! 2. [`crate::is_before_service`] and [`crate::Pace`] refuse what is too old, or comes too fast.
//! 3. [`verdict()`] remarks what keeps a reading from trading: [`is_measured`] says how well it must be measured, and
//!    [`most_mwh`] how much it may show. [`sampled_verdict`] adds what [`are_committed`] says of version 2. [`advance`]
//!    moves the device's chain on in either case.
//! 4. [`crate::SlotEnergies::judge`] compares the grid meter with production and storage, within [`tolerated_wh`].
//! 5. [`crate::ExcessHistory`] judges how much of that tolerance trades.

pub(crate) mod corroborate;
pub(crate) mod excess;
mod measuring;
mod next;
pub(crate) mod pace;
mod rating;
mod samples;
mod verdict;

pub use corroborate::tolerated_wh;
pub use measuring::{MAX_CLOCK_ERROR_MS, MIN_SAMPLES_PER_SLOT, is_measured, max_gap_ms};
pub use next::{advance, ensure_next};
pub use rating::{HEADROOM_PERMILLE, most_mwh};
pub use samples::are_committed;
pub use verdict::{ChainTime, Facts, sampled_verdict, verdict};
