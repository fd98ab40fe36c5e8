//! The tree of zones as it was in each slot, from the registry's events.

use crate::{NeighbourhoodError, Result};
use deren_market::{Edge, Network, Zone};
use deren_primitives::{SiteId, Slot, ZoneId};
use pallet_deren_registry::{Capacities, EdgeTerms};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
struct KnownZone {
    parent: Option<ZoneId>,
    since: Slot,
    fees_ueur_per_kwh: BTreeMap<Slot, u32>,
    capacities: BTreeMap<Slot, Capacities>,
}

/// All zones, and the sites in them.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    zones: BTreeMap<ZoneId, KnownZone>,
    sites: BTreeMap<SiteId, ZoneId>,
    protocol_fee_bp: BTreeMap<Slot, u16>,
}

impl Grid {
    pub(super) fn add(&mut self, zone: ZoneId, parent: Option<ZoneId>, edge: Option<EdgeTerms>, from: Slot) {
        let known = KnownZone { parent, since: from, fees_ueur_per_kwh: BTreeMap::new(), capacities: BTreeMap::new() };
        self.zones.insert(zone, known);
        if let Some(edge) = edge {
            self.set_edge(zone, edge, from, from);
        }
    }

    /// The capacities hold from `from`, the fee from `fee_from`.
    pub(super) fn set_edge(&mut self, zone: ZoneId, edge: EdgeTerms, from: Slot, fee_from: Slot) {
        if let Some(known) = self.zones.get_mut(&zone) {
            known.capacities.insert(from, edge.capacities());
            known.fees_ueur_per_kwh.insert(fee_from, edge.fee_ueur_per_kwh);
        }
    }

    pub(super) fn set_protocol_fee(&mut self, from: Slot, fee_bp: u16) {
        self.protocol_fee_bp.insert(from, fee_bp);
    }

    pub(super) fn add_site(&mut self, site: SiteId, zone: ZoneId) {
        self.sites.insert(site, zone);
    }

    pub(super) fn zone_of(&self, site: SiteId) -> Option<ZoneId> {
        self.sites.get(&site).copied()
    }

    /// The buyer's fee in that slot.
    pub(super) fn protocol_fee_bp(&self, slot: Slot) -> u16 {
        self.protocol_fee_bp.range(..=slot).next_back().map(|(_, fee)| *fee).unwrap_or_default()
    }

    /// The tree in that slot.
    pub(super) fn network(&self, slot: Slot) -> Result<Network> {
        let zones = self.zones.iter().filter(|(_, known)| known.since <= slot);
        let zones = zones.map(|(id, known)| {
            let fee = known.fees_ueur_per_kwh.range(..=slot).next_back().map(|(_, fee)| *fee);
            let carries = known.capacities.range(..=slot).next_back().map(|(_, capacities)| *capacities);
            let edge = known.parent.zip(fee).zip(carries).map(|((parent, fee_ueur_per_kwh), carries)| Edge {
                parent,
                fee_ueur_per_kwh,
                capacity_up_wh: carries.up_wh,
                capacity_down_wh: carries.down_wh,
            });
            Zone { id: *id, edge }
        });
        Network::new(zones.collect())
            .map_err(|error| NeighbourhoodError::Invariant(format!("the zones of slot {slot} are no tree: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn terms(fee_ueur_per_kwh: u32) -> EdgeTerms {
        EdgeTerms { fee_ueur_per_kwh, capacity_up_wh: None, capacity_down_wh: Some(7) }
    }

    #[test]
    fn a_changed_fee_holds_from_its_slot() {
        let mut grid = Grid::default();
        grid.add(ZoneId(0), None, None, Slot(5));
        grid.add(ZoneId(1), Some(ZoneId(0)), Some(terms(10)), Slot(5));
        grid.set_edge(ZoneId(1), terms(20), Slot(6), Slot(8));
        let fee = |slot| {
            let network = grid.network(Slot(slot)).expect("a tree");
            network.zones().find_map(|zone| zone.edge).map(|edge| edge.fee_ueur_per_kwh)
        };
        assert_eq!((fee(5), fee(7), fee(8)), (Some(10), Some(10), Some(20)));
    }

    #[test]
    fn before_the_first_zone_there_is_no_tree() {
        assert!(Grid::default().network(Slot(1)).is_err());
        assert_eq!(Grid::default().protocol_fee_bp(Slot(1)), 0);
    }
}
