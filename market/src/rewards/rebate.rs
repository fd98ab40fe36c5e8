//! What comes back to an era's buyers out of congestion rent and dust, in proportion to the protocol fees that they
//! paid. It must never be more than half of those.

use crate::{settle::protocol_fee_ueur, wide::mul_div};

/// The protocol fee in what a buyer paid for these fills (price in µ€/kWh, quantity in Wh), in µ€, rounded down once.
pub fn fee_paid_ueur(fills: impl IntoIterator<Item = (i64, u32)>, protocol_fee_bp: u16) -> u128 {
    let worth = |(price, quantity_wh): (i64, u32)| {
        u128::from(u64::try_from(price).unwrap_or(0)).saturating_mul(u128::from(quantity_wh))
    };
    protocol_fee_ueur(fills.into_iter().map(worth).fold(0, u128::saturating_add), protocol_fee_bp)
}

/// What comes back to all buyers of an era: what there is, at most half of all `fees_ueur`. Producers are rewarded out
/// of the fees that do not come back: if all did, a street with a full line would reward nobody.
pub fn rebates_ueur(pot_ueur: u128, fees_ueur: u128) -> u128 {
    pot_ueur.min(fees_ueur / 2)
}

/// What comes back to a buyer who paid `fee_ueur` of `fees_ueur`, of which `rebates_ueur` come back: rounded down.
pub fn rebate_ueur(fee_ueur: u128, fees_ueur: u128, rebates_ueur: u128) -> u128 {
    mul_div(fee_ueur, rebates_ueur, fees_ueur).min(fee_ueur)
}
