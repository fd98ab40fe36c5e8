//! How much REN an era emits and what a producer's share of it is. Nothing here knows who the producers are, and
//! no sum of emissions ever passes the hard cap.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::num::NonZeroU32;
use scale_info::TypeInfo;

/// The emission's schedule, in REN's smallest unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Schedule {
    /// What each of the first eras emits at most.
    pub first_era_emission: u128,
    /// After so many eras the emission is half (rounded down), and so on.
    pub eras_per_halving: NonZeroU32,
    /// What all eras together emit at most.
    pub hard_cap: u128,
    /// What a producer gets at most for a kWh.
    pub cap_per_kwh: u128,
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

    /// A producer's share of the era's `emission`: pro rata to its `own_wh` of all producers' `total_wh`, rounded down,
    /// at most the cap per kWh. The shares of all producers never exceed the emission.
    pub fn share(&self, emission: u128, own_wh: u64, total_wh: u64) -> u128 {
        let own_wh = own_wh.min(total_wh);
        let pro_rata = times_ratio(emission, own_wh, total_wh);
        // At most 1000 times more than fits: whatever saturates is above every share.
        let thousandth = self.cap_per_kwh / 1000;
        let rest = (self.cap_per_kwh % 1000).saturating_mul(u128::from(own_wh)) / 1000;
        pro_rata.min(thousandth.saturating_mul(u128::from(own_wh)).saturating_add(rest))
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

/// `floor(amount × part / whole)` for `part ≤ whole`, exact for all amounts; 0 if `whole` is 0.
fn times_ratio(amount: u128, part: u64, whole: u64) -> u128 {
    let (part, whole) = (u128::from(part), u128::from(whole));
    let (Some(times), Some(rest)) = (amount.checked_div(whole), amount.checked_rem(whole)) else { return 0 };
    // times × part ≤ amount, and rest × part < whole² ≤ 2¹²⁸: neither saturates.
    let of_rest = rest.saturating_mul(part).checked_div(whole).unwrap_or(0);
    times.saturating_mul(part).saturating_add(of_rest)
}
