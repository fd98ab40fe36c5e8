//! What a fee base is worth in REN: nine tenths of the fees that did not come back. The rate is that at which the chain
//! takes REN for fees. It must never be more than an era and a zone may have.

use crate::wide::mul_div;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A zone gets at most this part of what an era emits: a fifth.
const ZONES_PER_EMISSION: u128 = 5;
/// Parts of a rate.
const RATE_PARTS: u128 = 1_000_000_000_000_000_000;

/// What fee bases of one market and era are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Worth {
    /// The protocol fees that buyers paid in the era.
    pub fees_ueur: u128,
    /// What of them came back to the buyers.
    pub rebates_ueur: u128,
    /// REN's smallest units for a µ€, in parts of 10¹⁸.
    pub rate: u128,
}

impl Worth {
    /// What this fee base can claim, in REN's smallest unit, rounded down:
    /// `0.9 × base × (fees − rebates) ÷ fees × rate`. Claims of parts are never more than that of the whole.
    pub fn claim(&self, fee_base_ueur: u128) -> u128 {
        let kept_ueur = match self.fees_ueur {
            0 => fee_base_ueur,
            fees => mul_div(fee_base_ueur, fees.saturating_sub(self.rebates_ueur), fees),
        };
        mul_div(kept_ueur.saturating_mul(9), self.rate, RATE_PARTS.saturating_mul(10)).saturating_add(start_up_part())
    }
}

/// What a young market's producers get beyond the fees paid for their energy: nothing, as long as no witness shows that
/// the energy is there.
pub const fn start_up_part() -> u128 {
    0
}

/// What all claims of a zone may have together of an era's emission.
pub fn zone_claim(claims: u128, emission: u128) -> u128 {
    claims.min(emission / ZONES_PER_EMISSION)
}

/// How full an era was: what it emitted, and what was claimed of it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Fullness {
    /// What it emitted at most.
    pub emission: u128,
    /// What was claimed of it, each zone cut to its part.
    pub claims: u128,
}

impl Fullness {
    /// The share of one claim of a zone that claims `of_zone` in all, rounded down. Shares of a zone are never more
    /// than the zone may have. With an era's own fullness, shares of an era are never more than it emits.
    pub fn share(&self, claim: u128, of_zone: u128, emission: u128) -> u128 {
        let cut = mul_div(claim, zone_claim(of_zone, emission), of_zone);
        if self.claims > self.emission { mul_div(cut, self.emission, self.claims) } else { cut }
    }
}
