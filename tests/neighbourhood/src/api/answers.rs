//! The API's answers, as far as the neighbourhood looks at them. Amounts are µ€, energy is Wh.
//!
//! It is written by hand and takes nothing from the dashboards, so that it is an independent witness of what they
//! answer. Its tests hold it against the API's document.

use deren_primitives::{Side, SiteId, ZoneId};
use serde::{Deserialize, Deserializer, de::Error};

/// A block by number.
#[derive(Clone, Debug, Deserialize)]
pub struct Block {
    /// Its number.
    pub number: u32,
}

/// Where chain and database stand.
#[derive(Clone, Debug, Deserialize)]
pub struct Status {
    /// The newest block in the database.
    pub best: Option<Block>,
    /// The newest finalised block in the database.
    pub finalized: Option<Block>,
    /// How many finalised blocks the database lacks.
    pub lag_blocks: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Zones {
    pub(super) zones: Vec<ZoneShown>,
}

/// A zone.
#[derive(Clone, Debug, Deserialize)]
pub struct ZoneShown {
    /// Which.
    pub id: ZoneId,
    /// Its operator's name for it.
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Slots {
    pub(super) slots: Vec<SlotShown>,
    pub(super) next_to_unix_s: Option<u64>,
}

/// A slot of a market.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SlotShown {
    /// Which.
    pub slot: u32,
    /// `measured`, `cleared`, `settled`, `empty` or `voided`.
    pub state: String,
    /// True if the state is in a finalised block.
    pub finalized: bool,
    /// Accepted readings that cover it.
    pub readings: u32,
    /// Energy bought.
    pub volume_wh: u64,
    /// What buyers paid.
    pub paid_ueur: u64,
    /// What sellers received.
    pub received_ueur: u64,
    /// What the grid's operator received.
    pub network_fees_ueur: u64,
    /// What full lines earned for the community pot.
    pub congestion_rent_ueur: u64,
    /// What the treasury received.
    pub protocol_fee_ueur: u64,
    /// What rounding left to the community pot.
    pub dust_ueur: u64,
    /// Where it was cleared.
    pub cleared_in_block: Option<u32>,
    /// Where the last of its money moved.
    pub settled_in_block: Option<u32>,
    /// REN minted for the era that it ends, in the smallest unit.
    #[serde(deserialize_with = "ren")]
    pub minted_ren: Option<u128>,
    /// Each zone's part.
    pub zones: Vec<ZoneOfSlot>,
}

/// A zone in a slot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ZoneOfSlot {
    /// Which.
    pub zone: ZoneId,
    /// Only where something was traded.
    pub price_ueur_per_kwh: Option<i64>,
    /// Positive: to its parent.
    pub net_export_wh: i64,
    /// Bought in the zone.
    pub bought_wh: u64,
    /// Sold in the zone.
    pub sold_wh: u64,
}

/// An account, shown to itself.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountShown {
    /// Its sites.
    pub sites: Vec<SiteShown>,
    /// The markets that it operates.
    pub operates: Vec<u32>,
}

/// A site of an account.
#[derive(Clone, Debug, Deserialize)]
pub struct SiteShown {
    /// Which.
    pub id: SiteId,
    /// Its owner's name for it.
    pub name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Trades {
    pub(super) trades: Vec<Bought>,
}

/// What a site bought or sold in a slot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Bought {
    /// When.
    pub slot: u32,
    /// Which site.
    pub site: SiteId,
    /// Whether it bought or sold.
    pub side: Side,
    /// How much.
    pub quantity_wh: u64,
    /// What it paid or received in all.
    pub amount_ueur: u64,
    /// True if that is in a finalised block.
    pub finalized: bool,
}

/// REN comes as decimal text, because it does not fit a JavaScript number.
fn ren<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u128>, D::Error> {
    let text: Option<String> = Option::deserialize(from)?;
    text.map(|text| text.parse().map_err(|error| D::Error::custom(format!("`{text}` REN: {error}")))).transpose()
}

#[cfg(test)]
mod tests;
