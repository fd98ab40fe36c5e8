#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)
)]

extern crate alloc;

#[cfg(feature = "file")]
pub mod file;
mod input;
mod mechanism;
mod network;
mod outcome;
pub mod point;
pub mod reading;
pub mod rewards;
mod settle;
mod units;
mod violation;
mod wide;

pub use input::{clearing_steps, cut_to_measured};
pub use mechanism::uniform_price::{ClearError, clear, verify};
pub use network::{Edge, MAX_DEPTH, MAX_ZONES, Network, NetworkError, Zone};
pub use outcome::{Fill, Outcome, Step, ZoneOutcome};
pub use reading::corroborate::{Claim, Energies, SlotEnergies};
pub use reading::excess::{EXCESS_DAYS, ExcessDay, ExcessHistory, TradedSlot, verify_excess};
pub use reading::pace::{MAX_READINGS_AT_ONCE, Pace, SERVICE_WINDOW_SLOTS, is_before_service};
pub use settle::{
    Amounts, FillAmount, SettleError, bid_limit, buyer_pays_ueur, hold_ueur, seller_receives_ueur, settle,
};
pub use units::MAX_STEPS;
pub use violation::Violation;
