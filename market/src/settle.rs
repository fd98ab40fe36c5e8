//! Amounts of money: what each fill pays or receives, and where the rest goes. It must never lose or make a µ€.

use crate::{
    MAX_STEPS, Network, Outcome, Step, ZoneOutcome,
    units::{BP, NEUR_PER_UEUR},
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use deren_primitives::{OrderStepId, Side, ZoneId};
use scale_info::TypeInfo;

/// A buyer's limit as it enters the clearing: what is left of it for energy and network when the protocol fee is
/// paid, `floor(limit × 10⁴ / (10⁴ + bp))`.
pub fn bid_limit(limit_ueur_per_kwh: u32, protocol_fee_bp: u16) -> u32 {
    let whole = (BP as u64).saturating_add(protocol_fee_bp.into());
    let limit = u64::from(limit_ueur_per_kwh).saturating_mul(BP as u64).checked_div(whole).unwrap_or(0);
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// What a buy order holds for one slot, in µ€: `Σ ceil(limit × cap / 1000)` over its steps (limit in µ€/kWh, cap in
/// Wh). What its fills cost is never more.
pub fn hold_ueur(steps: impl IntoIterator<Item = (u32, u32)>) -> u128 {
    let each = steps
        .into_iter()
        .map(|(limit, cap)| (u128::from(limit).saturating_mul(u128::from(cap))).div_ceil(NEUR_PER_UEUR));
    each.fold(0, u128::saturating_add)
}

/// What a buyer pays in all for a fill, in µ€: `ceil(price × (10⁴ + bp) × quantity / 10⁷)`.
pub fn buyer_pays_ueur(price_ueur_per_kwh: u64, protocol_fee_bp: u16, quantity_wh: u32) -> u128 {
    let with_fee = BP.saturating_add(u128::from(protocol_fee_bp));
    let energy = u128::from(price_ueur_per_kwh).saturating_mul(u128::from(quantity_wh));
    energy.saturating_mul(with_fee).div_ceil(BP * NEUR_PER_UEUR)
}

/// The protocol fee on what was bought for `bought_neur` without it, in µ€, rounded down.
pub(crate) fn protocol_fee_ueur(bought_neur: u128, protocol_fee_bp: u16) -> u128 {
    bought_neur.saturating_mul(protocol_fee_bp.into()) / (BP * NEUR_PER_UEUR)
}

/// What a seller receives for a fill, in µ€: `floor(price × quantity / 1000)`.
pub fn seller_receives_ueur(price_ueur_per_kwh: u64, quantity_wh: u32) -> u128 {
    u128::from(price_ueur_per_kwh).saturating_mul(u128::from(quantity_wh)) / NEUR_PER_UEUR
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
    /// What the edge from each of these zones to its parent earned for its operator, by zone. Only edges with a fee
    /// over which something flowed are there.
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
    /// More fills than a clearing has.
    TooManyFills(usize),
    /// The outcome's zones are not the market's.
    Zones(ZoneId),
    /// A fill of an order that is not there.
    UnknownStep(OrderStepId),
    /// A fill of more than the order's quantity.
    Overfilled(OrderStepId),
    /// A fill in a zone without a price, or with a price below 0.
    NoPrice(OrderStepId),
    /// A buyer's price and fee are above its limit, or a seller's price is below.
    BeyondLimit(OrderStepId),
    /// A flow over the zone's edge does not earn the edge's fee.
    Loss(ZoneId),
    /// What buyers pay is not what sellers, network and treasury receive and rounding leaves. What is bought, sold and
    /// sent between zones does not fit together.
    Unbalanced,
}

impl fmt::Display for SettleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyFills(count) => write!(f, "{count} fills: a clearing has at most {MAX_STEPS}"),
            Self::Zones(zone) => write!(f, "zone {zone}: the outcome must name each zone of the market once, by id"),
            Self::UnknownStep(id) => write!(f, "fill {id}: there is no such order"),
            Self::Overfilled(id) => write!(f, "fill {id}: more than the order's quantity"),
            Self::NoPrice(id) => write!(f, "fill {id}: its zone has no price of at least 0"),
            Self::BeyondLimit(id) => write!(f, "fill {id}: the price is beyond the order's limit"),
            Self::Loss(zone) => write!(f, "zone {zone}: the flow to its parent does not earn the edge's fee"),
            Self::Unbalanced => write!(f, "the outcome's fills, flows and prices do not fit together"),
        }
    }
}

impl core::error::Error for SettleError {}

/// The amounts of an outcome. `orders` have their owners' own limits (a buyer's: with the protocol fee), in any order.
///
/// ```
/// use deren_market::{Network, Step, Zone, clear, clearing_steps, settle};
/// use deren_primitives::{OrderStepId, Side, SiteId, ZoneId};
///
/// let network = Network::new(vec![Zone { id: ZoneId(0), edge: None }])?;
/// let step = |site, side, limit_ueur_per_kwh, quantity_wh| {
///     let id = OrderStepId::new(SiteId(site), side, 0);
///     Step { id, zone: ZoneId(0), side, limit_ueur_per_kwh, quantity_wh }
/// };
/// let orders = [step(1, Side::Sell, 100_000, 2_000), step(2, Side::Buy, 240_000, 1_500)];
/// let protocol_fee_bp = 100;
///
/// let outcome = clear(&network, &clearing_steps(&orders, protocol_fee_bp))?;
/// let amounts = settle(&network, &orders, &outcome, protocol_fee_bp)?;
/// assert_eq!((amounts.received_ueur, amounts.protocol_fee_ueur), (150_000, 1_500));
/// assert_eq!(amounts.paid_ueur, 151_500);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn settle(
    network: &Network,
    orders: &[Step],
    outcome: &Outcome,
    protocol_fee_bp: u16,
) -> Result<Amounts, SettleError> {
    if outcome.fills.len() > MAX_STEPS {
        return Err(SettleError::TooManyFills(outcome.fills.len()));
    }
    let mut ledger = Ledger { amounts: Amounts::default(), protocol_fee_bp, bought_neur: 0, given_neur: 0 };
    let mut orders: Vec<_> = orders.iter().collect();
    orders.sort_by_key(|order| order.id);
    let mut orders = orders.into_iter().peekable();
    for fill in &outcome.fills {
        while orders.next_if(|order| order.id < fill.id).is_some() {}
        let order = orders.next_if(|order| order.id == fill.id).ok_or(SettleError::UnknownStep(fill.id))?;
        let zone = outcome.zone(order.zone).ok_or(SettleError::Zones(order.zone))?;
        ledger.add_fill(order, fill.quantity_wh, zone.price_ueur_per_kwh)?;
    }
    let mut zones = outcome.zones.iter();
    for (_, node) in network.by_id() {
        let zone = zones.next().filter(|zone| zone.id == node.id).ok_or(SettleError::Zones(node.id))?;
        if let Some(edge) = node.edge.as_ref().filter(|_| zone.net_export_wh != 0) {
            let above = outcome.zone(edge.parent).and_then(|parent| parent.price_ueur_per_kwh);
            ledger.add_flow(zone, edge.fee_ueur_per_kwh, above)?;
        }
    }
    zones.next().map_or_else(|| ledger.close(), |more| Err(SettleError::Zones(more.id)))
}

/// Amounts as they add up.
struct Ledger {
    amounts: Amounts,
    protocol_fee_bp: u16,
    /// Σ price × quantity over buyers, of which the protocol fee is a part of 10⁴.
    bought_neur: u128,
    /// Σ price × quantity over sellers and Σ (price at its end − price at its start) × |flow| over edges: the same.
    given_neur: u128,
}

impl Ledger {
    fn add_fill(&mut self, order: &Step, quantity_wh: u32, price: Option<i64>) -> Result<(), SettleError> {
        let id = order.id;
        if quantity_wh > order.quantity_wh {
            return Err(SettleError::Overfilled(id));
        }
        // Energy comes from a seller, whose limit is not below 0, and only gets dearer on its way to a buyer.
        let price_ueur_per_kwh = price.ok_or(SettleError::NoPrice(id))?;
        let price = u64::try_from(price_ueur_per_kwh).map_err(|_| SettleError::NoPrice(id))?;
        let limit = u64::from(order.limit_ueur_per_kwh);
        let worth = u128::from(price).saturating_mul(u128::from(quantity_wh));
        let (amount_ueur, is_within) = match order.side {
            Side::Buy => {
                let amount_ueur = buyer_pays_ueur(price, self.protocol_fee_bp, quantity_wh);
                self.bought_neur = self.bought_neur.saturating_add(worth);
                self.amounts.paid_ueur = self.amounts.paid_ueur.saturating_add(amount_ueur);
                // So the amount is at most ceil(limit × quantity / 1000), which the order holds.
                let with_fee = u128::from(price).saturating_mul(BP.saturating_add(u128::from(self.protocol_fee_bp)));
                (amount_ueur, with_fee <= u128::from(limit).saturating_mul(BP))
            }
            Side::Sell => {
                let amount_ueur = seller_receives_ueur(price, quantity_wh);
                self.given_neur = self.given_neur.saturating_add(worth);
                self.amounts.received_ueur = self.amounts.received_ueur.saturating_add(amount_ueur);
                (amount_ueur, price >= limit)
            }
        };
        if !is_within {
            return Err(SettleError::BeyondLimit(id));
        }
        self.count_one();
        let (zone, side) = (order.zone, order.side);
        self.amounts.fills.push(FillAmount { id, zone, side, quantity_wh, price_ueur_per_kwh, amount_ueur });
        Ok(())
    }

    /// A flow, not 0, between this zone and a parent with the price `above`.
    fn add_flow(&mut self, zone: &ZoneOutcome, fee: u32, above: Option<i64>) -> Result<(), SettleError> {
        let loss = SettleError::Loss(zone.id);
        let (price, above) = (zone.price_ueur_per_kwh.ok_or(loss)?, above.ok_or(loss)?);
        let (from, to) = if zone.net_export_wh > 0 { (price, above) } else { (above, price) };
        let earned = u64::try_from(i128::from(to).saturating_sub(i128::from(from))).map_err(|_| loss)?;
        let rent = earned.checked_sub(fee.into()).ok_or(loss)?;
        let flow_wh = u128::from(zone.net_export_wh.unsigned_abs());
        self.given_neur = self.given_neur.saturating_add(u128::from(earned).saturating_mul(flow_wh));
        if fee > 0 {
            let fee_ueur = u128::from(fee).saturating_mul(flow_wh) / NEUR_PER_UEUR;
            self.amounts.network_fees.push((zone.id, fee_ueur));
            self.count_one();
        }
        if rent > 0 {
            let rent_ueur = u128::from(rent).saturating_mul(flow_wh) / NEUR_PER_UEUR;
            self.amounts.congestion_rent_ueur = self.amounts.congestion_rent_ueur.saturating_add(rent_ueur);
            self.count_one();
        }
        Ok(())
    }

    /// Adds the protocol fee; what is then left of the payments is the dust.
    fn close(mut self) -> Result<Amounts, SettleError> {
        self.amounts.protocol_fee_ueur = protocol_fee_ueur(self.bought_neur, self.protocol_fee_bp);
        self.count_one();
        let amounts = &self.amounts;
        let given_ueur = amounts.network_fees.iter().fold(
            amounts
                .received_ueur
                .saturating_add(amounts.congestion_rent_ueur)
                .saturating_add(amounts.protocol_fee_ueur),
            |sum, (_, fee_ueur)| sum.saturating_add(*fee_ueur),
        );
        // Exact before rounding; each rounding then leaves less than 1 µ€.
        let dust_ueur = amounts.paid_ueur.checked_sub(given_ueur).ok_or(SettleError::Unbalanced)?;
        if self.bought_neur != self.given_neur || dust_ueur >= u128::from(amounts.amounts_rounded) {
            return Err(SettleError::Unbalanced);
        }
        self.amounts.dust_ueur = dust_ueur;
        Ok(self.amounts)
    }

    fn count_one(&mut self) {
        self.amounts.amounts_rounded = self.amounts.amounts_rounded.saturating_add(1);
    }
}
