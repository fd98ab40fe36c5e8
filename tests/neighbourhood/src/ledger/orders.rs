//! Standing orders as they were in each slot, from matching's events.

use deren_primitives::{MarketId, Side, SiteId, Slot};
use deren_runtime::Runtime;
use pallet_deren_matching::{Event, Steps};
use std::collections::BTreeMap;

/// All orders with all their versions; `None` is one that does not trade.
#[derive(Clone, Debug, Default)]
pub(super) struct OrderBook(BTreeMap<(SiteId, Side), BTreeMap<Slot, Option<Steps>>>);

impl OrderBook {
    pub(super) fn write(&mut self, ours: MarketId, event: &Event<Runtime>) {
        match event {
            Event::OrderPlaced { market, site, side, from_slot, steps, .. }
            | Event::OrderChanged { market, site, side, from_slot, steps, .. }
            | Event::OrderResumed { market, site, side, from_slot, steps, .. }
                if *market == ours =>
            {
                self.set(*site, *side, *from_slot, Some(steps.clone()));
            }
            Event::OrderCancelled { market, site, side, from_slot, .. }
            | Event::OrderPaused { market, site, side, from_slot, .. }
                if *market == ours =>
            {
                self.set(*site, *side, *from_slot, None);
            }
            _ => {}
        }
    }

    /// What would have held from this slot or later is void.
    fn set(&mut self, site: SiteId, side: Side, from: Slot, version: Option<Steps>) {
        let versions = self.0.entry((site, side)).or_default();
        versions.split_off(&from);
        versions.insert(from, version);
    }

    /// The orders that take part in that slot, by site and side.
    pub(super) fn active(&self, slot: Slot) -> impl Iterator<Item = (SiteId, Side, &Steps)> {
        self.0.iter().filter_map(move |((site, side), versions)| {
            let (_, version) = versions.range(..=slot).next_back()?;
            Some((*site, *side, version.as_ref()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pallet_deren_matching::PriceStep;

    fn steps(limit_ueur_per_kwh: u32) -> Steps {
        vec![PriceStep { limit_ueur_per_kwh, cap_wh: 1 }].try_into().expect("one step")
    }

    #[test]
    fn versions_hold_from_their_slots() {
        let mut book = OrderBook::default();
        book.set(SiteId(1), Side::Buy, Slot(3), Some(steps(10)));
        book.set(SiteId(1), Side::Buy, Slot(5), Some(steps(20)));
        book.set(SiteId(1), Side::Buy, Slot(7), None);
        let limit = |slot| book.active(Slot(slot)).next().map(|(_, _, steps)| steps[0].limit_ueur_per_kwh);
        assert_eq!([2, 3, 4, 5, 6, 7].map(limit), [None, Some(10), Some(10), Some(20), Some(20), None]);
    }

    #[test]
    fn a_pause_voids_later_versions() {
        let mut book = OrderBook::default();
        book.set(SiteId(1), Side::Sell, Slot(3), Some(steps(10)));
        book.set(SiteId(1), Side::Sell, Slot(6), Some(steps(20)));
        book.set(SiteId(1), Side::Sell, Slot(5), None);
        assert_eq!(book.active(Slot(9)).count(), 0);
    }
}
