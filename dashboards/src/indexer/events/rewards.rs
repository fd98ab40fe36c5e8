//! REN for producers.

use super::{kinds::*, table::*};

pub(super) const EVENTS: &[Declaration] = events! {
    Accrued => accruals {
        era: u32, slot: u32, site: u32, owner: Bytes32, rewarded_wh: u64, left_out = false, market: u32, zone: u32,
        fee_base_ueur: u128
    };
    LeftOut => accruals {
        era: u32, slot: u32, site: u32, owner: Bytes32, rewarded_wh: u64, left_out = true, market: u32, zone: u32,
        fee_base_ueur: u128
    };
    Rewarded => rewards {
        era: u32, owner: Bytes32, wh: u64, amount_ren: u128 = amount, market: u32, zone: u32, fee_base_ueur: u128
    };
    MarketEraClosed => market_eras_closed {
        market: u32, era: u32, fee_bases_ueur: u128, fees_ueur: u128 = worth.fees_ueur,
        rebates_ueur: u128 = worth.rebates_ueur, rate: u128 = worth.rate, claims_ren: u128 = claims
    };
    MarketEraPaid => market_eras_paid {
        market: u32, era: u32, minted_ren: u128 = minted, wh: u64, earners: u32,
        full_emission_ren: u128 = fullness.emission, full_claims_ren: u128 = fullness.claims
    };
    RewardCarried => rewards_carried { owner: Bytes32, amount_ren: u128 = amount, paid = false };
    CarriedPaid => rewards_carried { owner: Bytes32, amount_ren: u128 = amount, paid = true };
    EraPaid => eras_paid { era: u32, minted_ren: u128 = minted, wh: u64, earners: u32 };
    PayingHalted => halts { what = "rewards", market: u32, slot = null, era: u32, error: Whole };
};
