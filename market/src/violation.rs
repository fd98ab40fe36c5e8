//! What can be wrong with an outcome. Nothing here decides whether it is.

use crate::ClearError;
use core::fmt;
use deren_primitives::{OrderStepId, ZoneId};

/// The first rule that an outcome breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The steps themselves cannot be cleared.
    Steps(ClearError),
    /// The outcome's zones are not the market's zones, each once, by id; this is the first in which they differ.
    Zones(ZoneId),
    /// The fills are not strictly by id: this one is not after the one before it.
    FillOrder(OrderStepId),
    /// A fill of a step that is not there.
    UnknownStep(OrderStepId),
    /// A fill of 0 Wh.
    EmptyFill(OrderStepId),
    /// A fill of more than the step's quantity.
    Overfilled {
        /// The step.
        id: OrderStepId,
        /// What it asked for.
        quantity_wh: u32,
        /// What it is given.
        filled_wh: u32,
    },
    /// The fills of the zone's subtree do not add up to its net export.
    NetExport {
        /// The zone.
        zone: ZoneId,
        /// What the outcome says.
        stated_wh: i64,
        /// What its fills add up to.
        actual_wh: i64,
    },
    /// What is bought in the whole market is not what is sold.
    Unbalanced {
        /// Sold minus bought.
        surplus_wh: i64,
    },
    /// The edge from this zone to its parent carries more than its capacity.
    Capacity {
        /// The zone.
        zone: ZoneId,
        /// Up; negative: down.
        flow_wh: i64,
    },
    /// A step trades although its limit is worse than the zone's price.
    WorseThanLimit(OrderStepId),
    /// A step does not trade whole although its limit is better than the zone's price.
    NotWhole(OrderStepId),
    /// Something flows between two zones of which one has no price.
    FlowWithoutPrice(ZoneId),
    /// The prices of the zone and its parent differ by more than the fee, and the edge has room; or by less, and
    /// something flows.
    Arbitrage {
        /// The zone.
        zone: ZoneId,
        /// Its parent's price minus its own.
        difference_ueur_per_kwh: i64,
    },
    /// The zone's price supports the trade, but is not the one that the price rule names.
    PriceRule {
        /// The zone.
        zone: ZoneId,
        /// What the outcome says.
        stated: Option<i64>,
        /// What the rule says.
        ruled: Option<i64>,
    },
    /// The tie rule gives the zone's own steps and its children other shares of what is left at the zone's price.
    ZoneShares(ZoneId),
    /// A step at the zone's price does not have the share that the tie rule gives it.
    StepShare(OrderStepId),
    /// The welfare is another.
    Welfare {
        /// What the outcome says.
        stated_neur: i128,
        /// What it is.
        actual_neur: i128,
    },
    /// The volume is another.
    Volume {
        /// What the outcome says.
        stated_wh: u64,
        /// What it is.
        actual_wh: u64,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(error) => error.fmt(f),
            Self::Zones(zone) => write!(f, "zone {zone}: the result must name each zone of the market once, by id"),
            Self::FillOrder(id) => write!(f, "fill {id}: fills must be in order of ids, each once"),
            Self::UnknownStep(id) => write!(f, "fill {id}: there is no such order"),
            Self::EmptyFill(id) => write!(f, "fill {id}: fills of 0 Wh must be left out"),
            Self::Overfilled { id, quantity_wh, filled_wh } => {
                write!(f, "fill {id}: {filled_wh} Wh of an order of {quantity_wh} Wh")
            }
            Self::NetExport { zone, stated_wh, actual_wh } => {
                write!(f, "zone {zone}: net export is said to be {stated_wh} Wh, the fills add up to {actual_wh} Wh")
            }
            Self::Unbalanced { surplus_wh } => write!(f, "sold minus bought is {surplus_wh} Wh: it must be 0"),
            Self::Capacity { zone, flow_wh } => {
                write!(f, "zone {zone}: a flow of {flow_wh} Wh to its parent is beyond the capacity")
            }
            Self::WorseThanLimit(id) => write!(f, "order {id}: trades although its limit is worse than the price"),
            Self::NotWhole(id) => write!(f, "order {id}: not filled whole although its limit is better than the price"),
            Self::FlowWithoutPrice(zone) => write!(f, "zone {zone}: a flow, but no price at one of its ends"),
            Self::Arbitrage { zone, difference_ueur_per_kwh } => write!(
                f,
                "zone {zone}: the parent's price is higher by {difference_ueur_per_kwh} µ€/kWh, \
                 which does not fit the fee, the flow and the capacity"
            ),
            Self::PriceRule { zone, stated, ruled } => {
                write!(f, "zone {zone}: the price is {}, by the price rule it is {}", Price(*stated), Price(*ruled))
            }
            Self::ZoneShares(zone) => {
                write!(f, "zone {zone}: not divided by the tie rule among its orders at the price and its children")
            }
            Self::StepShare(id) => {
                write!(f, "order {id}: not its share, by the tie rule, of what is left at the price")
            }
            Self::Welfare { stated_neur, actual_neur } => {
                write!(f, "welfare is said to be {stated_neur} n€, it is {actual_neur} n€")
            }
            Self::Volume { stated_wh, actual_wh } => {
                write!(f, "volume is said to be {stated_wh} Wh, it is {actual_wh} Wh")
            }
        }
    }
}

impl core::error::Error for Violation {}

/// A price in words.
struct Price(Option<i64>);

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(price) => write!(f, "{price} µ€/kWh"),
            None => f.write_str("none"),
        }
    }
}
