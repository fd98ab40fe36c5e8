//! Amounts of money: what each fill pays or receives, and where the rest goes. It must never lose or make a µ€.

use crate::{Network, Outcome, Step};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use deren_primitives::{OrderStepId, Side, ZoneId};
use scale_info::TypeInfo;

/// Basis points of a whole.
const BP: u128 = 10_000;

/// A buyer's limit as it enters the clearing: what is left of it for energy and network when the protocol fee is
/// paid, `floor(limit × 10⁴ / (10⁴ + bp))`.
pub fn bid_limit(limit_ueur_per_kwh: u32, protocol_fee_bp: u16) -> u32 {
    let whole = 10_000u64.saturating_add(u64::from(protocol_fee_bp));
    let limit = u64::from(limit_ueur_per_kwh).saturating_mul(10_000).checked_div(whole).unwrap_or(0);
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// What a buy order holds for one slot, in µ€: `Σ ceil(limit × cap / 1000)` over its steps (limit in µ€/kWh, cap in
/// Wh). What its fills cost is never more.
pub fn hold_ueur(steps: impl IntoIterator<Item = (u32, u32)>) -> u128 {
    let each = steps.into_iter().map(|(limit, cap)| (u128::from(limit).saturating_mul(u128::from(cap))).div_ceil(1000));
    each.fold(0, u128::saturating_add)
}

/// What a buyer pays in all for a fill, in µ€: `ceil(price × (10⁴ + bp) × quantity / 10⁷)`.
pub fn buyer_pays_ueur(price_ueur_per_kwh: u64, protocol_fee_bp: u16, quantity_wh: u32) -> u128 {
    let with_fee = BP.saturating_add(u128::from(protocol_fee_bp));
    let energy = u128::from(price_ueur_per_kwh).saturating_mul(u128::from(quantity_wh));
    energy.saturating_mul(with_fee).div_ceil(10_000_000)
}

/// What a seller receives for a fill, in µ€: `floor(price × quantity / 1000)`.
pub fn seller_receives_ueur(price_ueur_per_kwh: u64, quantity_wh: u32) -> u128 {
    u128::from(price_ueur_per_kwh).saturating_mul(u128::from(quantity_wh)) / 1000
}

/// What one fill moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct FillAmount {
    /// The step.
    pub id: OrderStepId,
    /// Its zone.
    pub zone: ZoneId,
    /// Whether it bought or sold.
    pub side: Side,
    /// How much.
    pub quantity_wh: u32,
    /// Its zone's price.
    pub price_ueur_per_kwh: i64,
    /// What the buyer pays in all, or the seller receives.
    pub amount_ueur: u128,
}

/// All amounts of one market's slot: `paid = received + network fees + congestion rent + protocol fee + dust`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Amounts {
    /// Each fill, by id.
    pub fills: Vec<FillAmount>,
    /// What the edge from each of these zones to its parent earned for its operator, by zone; only edges with a
    /// fee over which something flowed.
    pub network_fees: Vec<(ZoneId, u128)>,
    /// What prices on both sides of full edges differ by beyond the fee.
    pub congestion_rent_ueur: u128,
    /// The buyers' fee to the treasury.
    pub protocol_fee_ueur: u128,
    /// What rounding left, at least 0 and less than `amounts_rounded`.
    pub dust_ueur: u128,
    /// Sum over buyers.
    pub paid_ueur: u128,
    /// Sum over sellers.
    pub received_ueur: u128,
    /// How many amounts were rounded: fills, network fees, rents and the protocol fee.
    pub amounts_rounded: u32,
}

/// Why an outcome cannot be settled. It never happens to the outcome of a clearing of the same orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SettleError {
    /// A fill of an order that is not there.
    UnknownStep(OrderStepId),
}

impl fmt::Display for SettleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl core::error::Error for SettleError {}

/// The amounts of an outcome. `orders` have their owners' own limits (a buyer's: with the protocol fee).
pub fn settle(
    _network: &Network,
    _orders: &[Step],
    _outcome: &Outcome,
    _protocol_fee_bp: u16,
) -> Result<Amounts, SettleError> {
    Ok(Amounts::default())
}
