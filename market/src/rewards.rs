//! How much REN an era emits, which fees were paid for whose energy, and what a share is worth. It must never know who
//! the producers are. No sum of emissions passes the hard cap, and no share is worth more than the fees paid for it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::num::NonZeroU32;
use scale_info::TypeInfo;

mod bases;
mod rebate;
mod share;
mod verify;

pub use bases::{FeeBase, SiteTrade, fee_bases};
pub use rebate::{fee_paid_ueur, rebate_ueur, rebates_ueur};
pub use share::{Fullness, Worth, start_up_part, zone_claim};
pub use verify::{BasesFault, verify_fee_bases};

/// The emission's schedule, in REN's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Schedule {
    /// What each of the first eras emits at most.
    pub first_era_emission: u128,
    /// After so many eras the emission is half (rounded down), and so on.
    pub eras_per_halving: NonZeroU32,
    /// What all eras together emit at most.
    pub hard_cap: u128,
}

impl Schedule {
    /// What eras 0 to `era` (counted from the chain's first) emit at most, in all: never above the hard cap.
    pub fn emitted_through(&self, era: u32) -> u128 {
        self.emitted_before(era).saturating_add(self.emission_uncapped(era)).min(self.hard_cap)
    }

    /// What era `era`, counted from the chain's first as 0, emits at most.
    pub fn emission(&self, era: u32) -> u128 {
        self.emitted_through(era).saturating_sub(self.emitted_before(era))
    }

    /// One era's emission by halving alone.
    fn emission_uncapped(&self, era: u32) -> u128 {
        let halvings = era.checked_div(self.eras_per_halving.get()).unwrap_or(u32::MAX);
        self.first_era_emission.checked_shr(halvings).unwrap_or(0)
    }

    /// What the eras before this one emit, at most the hard cap.
    fn emitted_before(&self, era: u32) -> u128 {
        let length = self.eras_per_halving.get();
        let halvings = era.checked_div(length).unwrap_or(0);
        // After 128 halvings nothing is left of any emission.
        let whole = (0..halvings.min(u128::BITS)).fold(0u128, |sum, halving| {
            let emission = self.first_era_emission.checked_shr(halving).unwrap_or(0);
            sum.saturating_add(emission.saturating_mul(u128::from(length)))
        });
        let eras = u128::from(era.checked_rem(length).unwrap_or(0));
        whole.saturating_add(self.emission_uncapped(era).saturating_mul(eras)).min(self.hard_cap)
    }
}
