//! What matching keeps: orders with their versions, what is still to be paid, and how far a market has come.
//!
//! Every type here has a greatest encoded length: nothing that is stored can grow without bound.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_market::{Network, Step, Zone, clearing_steps, hold_ueur, rewards::FeeBase};
use deren_primitives::{OrderStepId, Side, SiteId, Slot, SlotSummary, Timeline, ZoneId};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;

/// How many price steps an order has at most.
pub const MAX_STEPS: u32 = 8;

/// One price step of an order: up to `cap_wh` of each slot's measured energy at this limit or better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PriceStep {
    /// A buyer pays no more, fees included; a seller receives no less.
    pub limit_ueur_per_kwh: u32,
    /// How much of a slot's energy may trade at this limit.
    pub cap_wh: u32,
}

/// The price steps of an order, best first: a buyer's limits fall, a seller's rise.
pub type Steps = BoundedVec<PriceStep, ConstU32<MAX_STEPS>>;

/// An order as it is from one slot on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum OrderState {
    /// It takes part in clearings.
    Active(Steps),
    /// Its hold could not be taken again: it waits for its owner.
    Paused(Steps),
    /// Its owner took it back.
    Cancelled,
}

impl OrderState {
    /// The steps that take part in a clearing; none of a paused or cancelled order.
    pub fn active_steps(&self) -> Option<&Steps> {
        match self {
            Self::Active(steps) => Some(steps),
            Self::Paused(_) | Self::Cancelled => None,
        }
    }

    /// What one slot of this version can cost, in µ€.
    fn slot_ueur(&self) -> u128 {
        self.active_steps()
            .map_or(0, |steps| hold_ueur(steps.iter().map(|step| (step.limit_ueur_per_kwh, step.cap_wh))))
    }
}

/// The order of a site on one side.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Order<AccountId> {
    /// Who placed it, and in whose purse money is on hold.
    pub owner: AccountId,
    /// Its versions, as far as slots that are not settled need them.
    pub timeline: Timeline<OrderState>,
    /// What of the owner's money is on hold for it, in µ€; always 0 for a sell order.
    pub held_ueur: u128,
}

impl<AccountId> Order<AccountId> {
    /// What must be on hold when `next` is the first slot that is not settled. It is what each slot until the newest
    /// version begins can cost, and `hold_slots` slots of that. Of an order that ends, it is the first `hold_slots`
    /// slots that cost anything. So no slot before the newest version takes money that it needs to begin. 0 for a sell
    /// order.
    pub fn required_ueur(&self, side: Side, next: Slot, hold_slots: u32) -> u128 {
        let mut room = if self.goes_on() { u32::MAX } else { hold_slots };
        self.spans(side, next).filter(|(_, _, slot_ueur)| *slot_ueur > 0).fold(
            0,
            |sum: u128, (from, end, slot_ueur)| {
                let slots = end.map_or(hold_slots, |end| end.since(from)).min(room);
                room = room.saturating_sub(slots);
                sum.saturating_add(slot_ueur.saturating_mul(slots.into()))
            },
        )
    }

    /// What must be on hold at least, whichever slots have passed since it was taken. Of an order that ends, it is what
    /// its slots until its next version can cost: when that begins, the hold is looked at again.
    pub fn least_required_ueur(&self, side: Side, next: Slot, hold_slots: u32) -> u128 {
        if self.goes_on() {
            return self.required_ueur(side, next, hold_slots);
        }
        let first = self.spans(side, next).next();
        first.map_or(0, |(from, end, slot_ueur)| {
            let slots = end.map_or(hold_slots, |end| end.since(from).min(hold_slots));
            slot_ueur.saturating_mul(slots.into())
        })
    }

    /// True unless its newest version trades nothing.
    fn goes_on(&self) -> bool {
        matches!(self.timeline.latest(), Some(OrderState::Active(_)))
    }

    /// The first slot from `next` on that what is on hold does not cover wholly; `None` if it covers all.
    pub fn covered_until(&self, side: Side, next: Slot) -> Option<Slot> {
        let mut left_ueur = self.held_ueur;
        for (from, end, slot_ueur) in self.spans(side, next) {
            // A version that costs nothing is covered as long as it holds.
            let Some(slots) = left_ueur.checked_div(slot_ueur) else { continue };
            let covered = from.plus(u32::try_from(slots).unwrap_or(u32::MAX));
            match end {
                Some(end) if covered >= end => {
                    let cost_ueur = slot_ueur.saturating_mul(end.since(from).into());
                    left_ueur = left_ueur.saturating_sub(cost_ueur);
                }
                _ => return Some(covered),
            }
        }
        None
    }

    /// The versions that a slot from `next` on needs. Each has the slot from which it holds, the slot from which the
    /// next version does, and what one of its slots can cost.
    fn spans(&self, side: Side, next: Slot) -> impl Iterator<Item = (Slot, Option<Slot>, u128)> + '_ {
        let ends = self.timeline.versions().skip(1).map(|(from, _)| Some(*from)).chain([None]);
        self.timeline.versions().zip(ends).filter_map(move |((from, state), end)| {
            let slot_ueur = match side {
                Side::Sell => 0,
                Side::Buy => state.slot_ueur(),
            };
            end.is_none_or(|end| end > next).then_some(((*from).max(next), end, slot_ueur))
        })
    }

    /// True if no slot needs it any more.
    pub fn is_over(&self) -> bool {
        self.timeline.versions().all(|(_, state)| matches!(state, OrderState::Cancelled))
    }

    /// True if it has more versions than one: the older ones go when their slots are settled.
    pub fn has_several_versions(&self) -> bool {
        self.timeline.versions().nth(1).is_some()
    }
}

/// Which order of a market: one a site and side.
pub type OrderKey = (SiteId, Side);

/// One fill whose money has not moved yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PendingFill {
    /// Site, side and step.
    pub step: OrderStepId,
    /// The site's zone.
    pub zone: ZoneId,
    /// How much is traded.
    pub quantity_wh: u32,
    /// The zone's price, without the buyer's protocol fee.
    pub price_ueur_per_kwh: i64,
    /// What the buyer pays in all, or what the seller receives.
    pub amount_ueur: u128,
}

/// The fills of one order in a slot: at most one a step.
pub type Fills = BoundedVec<PendingFill, ConstU32<MAX_STEPS>>;

/// One thing that settlement has to do. All orders come first: those of accounts that pay more than they receive, then
/// the others. An account's orders are together, its payments first. So nobody receives what was not paid yet, and
/// mostly a purse is touched on one page alone.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Entry<AccountId> {
    /// A buy order pays for its fills, and its protocol fee is noted for what comes back.
    Bought {
        /// Whose purse pays.
        buyer: AccountId,
        /// What for.
        fills: Fills,
        /// The protocol fee in it.
        fee_ueur: u128,
    },
    /// A sell order is paid for its fills.
    Sold {
        /// Whose purse receives.
        seller: AccountId,
        /// What for.
        fills: Fills,
    },
    /// The fee of the edge above a zone goes to the purse of the zone's operator.
    NetworkFee {
        /// The operator.
        to: AccountId,
        /// The lower end of the edge.
        zone: ZoneId,
        /// How much.
        amount_ueur: u128,
    },
    /// What full edges earned and what rounding left goes to the purse of the community pot.
    Community {
        /// What full edges earned.
        congestion_rent_ueur: u128,
        /// What rounding left.
        dust_ueur: u128,
    },
    /// The protocol fee goes to the treasury.
    ProtocolFee {
        /// How much.
        amount_ueur: u128,
    },
    /// Rewards are told what a site produced and sold to others, and which fee those paid for it.
    Reward {
        /// The site, its owner, and both.
        base: FeeBase<AccountId>,
    },
}

impl<AccountId> Entry<AccountId> {
    /// What it brings into transit, and what it takes out of there, in µ€.
    pub fn moves_ueur(&self) -> (u128, u128) {
        match self {
            Self::Bought { fills, .. } => (sum_ueur(fills), 0),
            Self::Sold { fills, .. } => (0, sum_ueur(fills)),
            Self::NetworkFee { amount_ueur, .. } | Self::ProtocolFee { amount_ueur } => (0, *amount_ueur),
            Self::Community { congestion_rent_ueur, dust_ueur } => (0, congestion_rent_ueur.saturating_add(*dust_ueur)),
            Self::Reward { .. } => (0, 0),
        }
    }
}

/// The money of an order's fills.
fn sum_ueur(fills: &[PendingFill]) -> u128 {
    fills.iter().fold(0, |sum, fill| sum.saturating_add(fill.amount_ueur))
}

/// Why a cleared slot is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum VoidCause {
    /// The council decided so.
    Council,
}

/// A market's slot between its clearing and the end of its settlement.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Settling {
    /// The page that comes next.
    pub next_page: u32,
    /// How many pages there are.
    pub pages: u32,
    /// In which block the slot was cleared.
    pub cleared_in_block: u32,
    /// True if the slot is void: its pages are dropped, and nothing of them is done.
    pub is_void: bool,
    /// What buyers have paid and nobody received yet, in µ€.
    pub in_transit_ueur: u128,
    /// The sums; `None` for a slot without any reading, of which only orders' versions are to be pruned.
    pub summary: Option<SlotSummary>,
}

impl Settling {
    /// True as long as nobody has paid or was paid.
    pub fn can_be_voided(&self) -> bool {
        !self.is_void && self.pages > 0 && self.next_page == 0
    }
}

/// How far a market has come. Everything before `next` is settled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct MarketProgress {
    /// The slot that is being settled, or else the one that is cleared next.
    pub next: Slot,
    /// What is left to do of `next`; `None` before it is cleared.
    pub settling: Option<Settling>,
}

/// The protocol fees that buyers of one market paid in an era, until some of them come back.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EraFees {
    /// What all of them paid.
    pub fees_ueur: u128,
    /// How many they are.
    pub buyers: u32,
}

/// What comes back of one market's fees of an era.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Rebating {
    /// What all buyers paid.
    pub fees_ueur: u128,
    /// What of it comes back.
    pub rebates_ueur: u128,
    /// What of that has come back already.
    pub paid_ueur: u128,
    /// To how many it has.
    pub buyers: u32,
}

/// The input of one clearing: a pure function of the slot's readings, orders and network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearingInput<AccountId> {
    /// The market's zones with that slot's fees and capacities.
    pub network: Network,
    /// The buyer's fee, in 1/10 000 of the price.
    pub protocol_fee_bp: u16,
    /// Price steps with their owners' own limits, cut to what was measured, by id.
    pub steps: Vec<Step>,
    /// The orders of `steps`, by site and side.
    pub orders: Vec<TradingOrder<AccountId>>,
}

/// An order that takes part in a clearing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradingOrder<AccountId> {
    /// Which site.
    pub site: SiteId,
    /// On which side.
    pub side: Side,
    /// Who pays or is paid.
    pub owner: AccountId,
    /// What its production devices produced in the slot.
    pub produced_wh: u64,
    /// What is on hold for it.
    pub held_ueur: u128,
}

impl<AccountId> ClearingInput<AccountId> {
    /// The steps as they enter the clearing and market files: buy limits without the protocol fee.
    pub fn clearing_steps(&self) -> Vec<Step> {
        clearing_steps(&self.steps, self.protocol_fee_bp)
    }

    /// What a market file says: zones by id, and the steps as they enter the clearing. An input's hash is
    /// blake2_256 of the SCALE bytes of this pair.
    pub fn market_file(&self) -> (Vec<Zone>, Vec<Step>) {
        (self.network.zones().collect(), self.clearing_steps())
    }

    /// The order of this site and side.
    pub fn order(&self, site: SiteId, side: Side) -> Option<&TradingOrder<AccountId>> {
        let at = self.orders.binary_search_by_key(&(site, side), |order| (order.site, order.side)).ok()?;
        self.orders.get(at)
    }
}
