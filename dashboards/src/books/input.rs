//! The input of a slot's clearing, calculated from rows alone. It is the network of that slot, and each site's order as
//! it stood, cut to what its unflagged readings show.
//!
//! It must follow the chain's rules to the bit: whether it did is known by the hash of its bytes.

mod load;

use super::BooksError;
use codec::Encode;
use deren_market::{Network, SlotEnergies, Step, Zone, clearing_steps, cut_to_measured, file::Market};
use deren_primitives::{Side, SiteId, ZoneId, blake2_256};
use std::collections::BTreeMap;

/// An order that takes part in a slot's clearing if something was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingOrder {
    /// Whose.
    pub site: SiteId,
    /// Buys or sells.
    pub side: Side,
    /// The site's zone.
    pub zone: ZoneId,
    /// Limit in µ€/kWh and cap in Wh, best step first.
    pub steps: Vec<(u32, u32)>,
}

/// What the rows say of a slot.
#[derive(Clone, Debug, Default)]
pub struct SlotRows {
    /// The zones of the market with that slot's fees and capacities.
    pub zones: Vec<Zone>,
    /// The buyer's fee in that slot, in 1/10 000 of the price.
    pub protocol_fee_bp: u16,
    /// Orders that stand in that slot, of active sites.
    pub orders: Vec<StandingOrder>,
    /// What unflagged readings show of each site.
    pub energies: BTreeMap<SiteId, SlotEnergies>,
}

/// The input of one clearing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotInput {
    /// The zones as a tree.
    pub network: Network,
    /// The buyer's fee, in 1/10 000 of the price.
    pub protocol_fee_bp: u16,
    /// Price steps with their owners' own limits, cut to what was measured, by id.
    pub steps: Vec<Step>,
}

impl SlotInput {
    /// What follows from the rows.
    pub fn from_rows(rows: SlotRows) -> Result<Self, BooksError> {
        let network = Network::new(rows.zones)?;
        let mut steps = Vec::new();
        for StandingOrder { site, side, zone, steps: order } in rows.orders {
            let measured = rows.energies.get(&site).and_then(SlotEnergies::judge);
            if let Some((energy, _)) = measured.filter(|_| network.contains(zone)) {
                steps.extend(cut_to_measured((site, side, zone), order, energy));
            }
        }
        steps.sort_unstable_by_key(|step: &Step| step.id);
        Ok(Self { network, protocol_fee_bp: rows.protocol_fee_bp, steps })
    }

    /// The market file's content: buy limits without the protocol fee.
    pub fn market(&self) -> Market {
        Market { network: self.network.clone(), steps: clearing_steps(&self.steps, self.protocol_fee_bp) }
    }
}

/// blake2_256 of the SCALE bytes of zones by id and steps by id: what the chain notes of a clearing's input.
pub fn input_hash(market: &Market) -> [u8; 32] {
    let zones: Vec<Zone> = market.network.zones().collect();
    blake2_256(&(zones, &market.steps).encode())
}

#[cfg(test)]
mod tests;
