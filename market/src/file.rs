//! Market files: a market and its orders as JSON, and the result of its clearing. Amounts are whole numbers; what
//! a file does not say in the form described here is refused, never guessed.

use crate::{ClearError, Edge, Fill, Network, NetworkError, Outcome, Step, Zone, ZoneOutcome};
use deren_primitives::{OrderStepId, Side, ZoneId};
use serde::{Deserialize, Serialize};
use std::{fmt, string::String, vec::Vec};

/// What a market file says: a network and the steps of its orders, both valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The zones.
    pub network: Network,
    /// One price step each, buyers' limits without the protocol fee.
    pub steps: Vec<Step>,
}

/// Why a file is refused.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// Not JSON, or not the fields and numbers of such a file. The error says where.
    Json(serde_json::Error),
    /// The root has a fee or a capacity, but no edge that could have it.
    RootWithEdge(ZoneId),
    /// The zones are not a tree.
    Network(NetworkError),
    /// The orders cannot be cleared.
    Orders(ClearError),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::RootWithEdge(zone) => {
                write!(f, "zone {zone} has no parent, so no edge: remove its fee and capacities, or name its parent")
            }
            Self::Network(error) => error.fmt(f),
            Self::Orders(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FileError {}

impl Market {
    /// Reads a market file.
    pub fn from_json(json: &[u8]) -> Result<Self, FileError> {
        let file: MarketFile = serde_json::from_slice(json).map_err(FileError::Json)?;
        let zones = file.zones.into_iter().map(ZoneEntry::into_zone).collect::<Result<Vec<_>, _>>()?;
        let network = Network::new(zones).map_err(FileError::Network)?;
        let steps: Vec<Step> = file.orders.into_iter().map(OrderEntry::into_step).collect();
        crate::mechanism::uniform_price::Book::new(&network, &steps).map_err(FileError::Orders)?;
        Ok(Self { network, steps })
    }

    /// Writes the market file of these zones and steps.
    pub fn to_json(&self) -> Result<String, FileError> {
        let file = MarketFile {
            zones: self.network.zones().map(ZoneEntry::from_zone).collect(),
            orders: self.steps.iter().map(OrderEntry::from_step).collect(),
        };
        serde_json::to_string(&file).map_err(FileError::Json)
    }
}

impl Outcome {
    /// Reads a result. Whether it is right only [`crate::verify`] can say.
    pub fn from_json(json: &[u8]) -> Result<Self, FileError> {
        let file: ResultFile = serde_json::from_slice(json).map_err(FileError::Json)?;
        let zone = |entry: ResultZone| ZoneOutcome {
            id: entry.id,
            price_ueur_per_kwh: entry.price,
            net_export_wh: entry.net_export_wh,
        };
        Ok(Self {
            zones: file.zones.into_iter().map(zone).collect(),
            fills: file.fills.into_iter().map(|fill| Fill { id: fill.id, quantity_wh: fill.quantity_wh }).collect(),
            welfare_neur: file.welfare_nano,
            volume_wh: file.volume_wh,
        })
    }

    /// Writes the result: the same bytes on every machine.
    pub fn to_json(&self) -> Result<String, FileError> {
        let zone = |zone: &ZoneOutcome| ResultZone {
            id: zone.id,
            price: zone.price_ueur_per_kwh,
            net_export_wh: zone.net_export_wh,
        };
        let file = ResultFile {
            zones: self.zones.iter().map(zone).collect(),
            fills: self.fills.iter().map(|fill| ResultFill { id: fill.id, quantity_wh: fill.quantity_wh }).collect(),
            welfare_nano: self.welfare_neur,
            volume_wh: self.volume_wh,
        };
        serde_json::to_string(&file).map_err(FileError::Json)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MarketFile {
    zones: Vec<ZoneEntry>,
    orders: Vec<OrderEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ZoneEntry {
    id: ZoneId,
    parent: Option<ZoneId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_up_wh: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity_down_wh: Option<u64>,
}

impl ZoneEntry {
    fn into_zone(self) -> Result<Zone, FileError> {
        let Self { id, parent, fee, capacity_up_wh, capacity_down_wh } = self;
        let Some(parent) = parent else {
            return match (fee, capacity_up_wh, capacity_down_wh) {
                (None, None, None) => Ok(Zone { id, edge: None }),
                _ => Err(FileError::RootWithEdge(id)),
            };
        };
        let fee_ueur_per_kwh = fee.unwrap_or(0);
        Ok(Zone { id, edge: Some(Edge { parent, fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh }) })
    }

    fn from_zone(zone: Zone) -> Self {
        Self {
            id: zone.id,
            parent: zone.edge.map(|edge| edge.parent),
            fee: zone.edge.map(|edge| edge.fee_ueur_per_kwh),
            capacity_up_wh: zone.edge.and_then(|edge| edge.capacity_up_wh),
            capacity_down_wh: zone.edge.and_then(|edge| edge.capacity_down_wh),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderEntry {
    id: OrderStepId,
    zone: ZoneId,
    side: Side,
    limit: u32,
    quantity_wh: u32,
}

impl OrderEntry {
    fn into_step(self) -> Step {
        let Self { id, zone, side, limit, quantity_wh } = self;
        Step { id, zone, side, limit_ueur_per_kwh: limit, quantity_wh }
    }

    fn from_step(step: &Step) -> Self {
        let Step { id, zone, side, limit_ueur_per_kwh, quantity_wh } = *step;
        Self { id, zone, side, limit: limit_ueur_per_kwh, quantity_wh }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResultFile {
    zones: Vec<ResultZone>,
    fills: Vec<ResultFill>,
    welfare_nano: i128,
    volume_wh: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResultZone {
    id: ZoneId,
    price: Option<i64>,
    net_export_wh: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResultFill {
    id: OrderStepId,
    quantity_wh: u32,
}
