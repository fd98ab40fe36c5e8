//! What goes into a clearing and what comes out of it. Nothing here computes.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::{OrderStepId, Side, ZoneId};
use scale_info::TypeInfo;

/// One price step of one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Step {
    /// Names the step in the outcome; unique in a clearing.
    pub id: OrderStepId,
    /// The zone of its site.
    pub zone: ZoneId,
    /// Whether it buys or sells.
    pub side: Side,
    /// The most that a buyer pays, the least that a seller receives. In a clearing, a buyer's is without the
    /// protocol fee: [`crate::bid_limit`].
    pub limit_ueur_per_kwh: u32,
    /// What the site's meter showed, up to the step's cap. A step of 0 Wh is as none.
    pub quantity_wh: u32,
}

/// How much of a step is traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Fill {
    /// The step.
    pub id: OrderStepId,
    /// More than 0, at most the step's quantity.
    pub quantity_wh: u32,
}

/// A zone's price, and what its subtree sends to its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ZoneOutcome {
    /// The zone.
    pub id: ZoneId,
    /// What its buyers pay and its sellers receive, network fees included; `None` where there is no order and no line
    /// could bring anything.
    pub price_ueur_per_kwh: Option<i64>,
    /// Export of the zone and all zones below it to its parent; negative: import.
    pub net_export_wh: i64,
}

/// The result of a clearing. There is exactly one for each network and set of steps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Outcome {
    /// Every zone, by id.
    pub zones: Vec<ZoneOutcome>,
    /// What trades, by id.
    pub fills: Vec<Fill>,
    /// Σ buyers' limit × quantity − Σ sellers' limit × quantity − Σ fee × |flow|, in n€ (1 Wh × 1 µ€/kWh).
    pub welfare_neur: i128,
    /// The sum bought, which is the sum sold.
    pub volume_wh: u64,
}

impl Outcome {
    /// What became of this zone.
    pub fn zone(&self, id: ZoneId) -> Option<&ZoneOutcome> {
        self.zones.get(self.zones.binary_search_by_key(&id, |zone| zone.id).ok()?)
    }

    /// How much of this step trades; 0 if none of it.
    pub fn filled_wh(&self, id: OrderStepId) -> u32 {
        let at = self.fills.binary_search_by_key(&id, |fill| fill.id).ok();
        at.and_then(|at| self.fills.get(at)).map_or(0, |fill| fill.quantity_wh)
    }
}
