//! What one slot of a market brought, and the sums over several: plain data that the view prints and tests read.

use deren_primitives::{OrderStepId, Side, SiteId, Slot, SlotSummary, ZoneId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One fill whose money has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Site, side and step.
    pub step: OrderStepId,
    /// The site's zone.
    pub zone: ZoneId,
    /// How much.
    pub quantity_wh: u32,
    /// The zone's price.
    pub price_ueur_per_kwh: i64,
    /// What the buyer paid in all, or the seller received.
    pub amount_ueur: u128,
}

/// A zone's price and what its subtree sends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneResult {
    /// `None` where it has none.
    pub price_ueur_per_kwh: Option<i64>,
    /// Positive: to the substation.
    pub net_export_wh: i64,
}

/// A slot that is settled and whose era is paid, in a finalised block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotReport {
    /// Which.
    pub slot: Slot,
    /// Its sums, as the chain has them.
    pub summary: SlotSummary,
    /// Each zone that has a price or a flow.
    pub zones: BTreeMap<ZoneId, ZoneResult>,
    /// Every fill, in the order of settlement.
    pub fills: Vec<Fill>,
    /// REN that each site's owner was given for the slot's era, in the smallest unit.
    pub minted_ren: BTreeMap<SiteId, u128>,
    /// The finalised block in which all this was seen.
    pub finalized_block: u32,
}

impl SlotReport {
    /// True if energy was traded.
    pub fn traded(&self) -> bool {
        self.summary.bought_wh > 0
    }

    /// What a site bought or sold: (Wh, µ€).
    pub fn of_site(&self, site: SiteId, side: Side) -> (u64, u128) {
        self.fills
            .iter()
            .filter(|fill| fill.step.site() == site && fill.step.side() == side)
            .fold((0, 0), |(wh, ueur), fill| (wh + u64::from(fill.quantity_wh), ueur + fill.amount_ueur))
    }
}

/// The one line that `--until-settled` prints: sums over exactly the slots that it waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Settled and finalised slots in which energy was traded.
    pub slots: u32,
    /// Accepted readings that cover them.
    pub readings: u64,
    /// Energy bought.
    pub bought_wh: u64,
    /// Energy sold.
    pub sold_wh: u64,
    /// What buyers paid.
    pub paid_ueur: u128,
    /// What sellers received.
    pub received_ueur: u128,
    /// What the grid's operator received.
    pub network_fees_ueur: u128,
    /// What full lines earned for the community pot.
    pub congestion_rent_ueur: u128,
    /// What the treasury received.
    pub protocol_fee_ueur: u128,
    /// What rounding left to the community pot.
    pub dust_ueur: u128,
    /// REN given to producers, in the smallest unit.
    pub minted_ren: u128,
    /// The finalised block in which the last of it was seen.
    pub finalized_block: u32,
}

impl Totals {
    /// Adds a slot.
    pub fn add(&mut self, report: &SlotReport) {
        let summary = &report.summary;
        self.slots += 1;
        self.readings += u64::from(summary.readings);
        self.bought_wh += summary.bought_wh;
        self.sold_wh += summary.sold_wh;
        self.paid_ueur += summary.paid_ueur;
        self.received_ueur += summary.received_ueur;
        self.network_fees_ueur += summary.network_fees_ueur;
        self.congestion_rent_ueur += summary.congestion_rent_ueur;
        self.protocol_fee_ueur += summary.protocol_fee_ueur;
        self.dust_ueur += summary.dust_ueur;
        self.minted_ren += report.minted_ren.values().sum::<u128>();
        self.finalized_block = self.finalized_block.max(report.finalized_block);
    }

    /// `Err` with the first sum that is not as it must be: as much sold as bought, and no µ€ lost or made.
    pub fn check(&self) -> Result<(), String> {
        if self.bought_wh != self.sold_wh {
            return Err(format!("{} Wh were bought and {} Wh sold", self.bought_wh, self.sold_wh));
        }
        let parts = [
            self.received_ueur,
            self.network_fees_ueur,
            self.congestion_rent_ueur,
            self.protocol_fee_ueur,
            self.dust_ueur,
        ];
        let sum: u128 = parts.iter().sum();
        if self.paid_ueur != sum {
            return Err(format!("buyers paid {} µ€, and {sum} µ€ went to others", self.paid_ueur));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::SlotState;
    use proptest::prelude::*;

    fn report(received: u128, fees: u128, rent: u128, dust: u128, wh: u64) -> SlotReport {
        SlotReport {
            slot: Slot(1),
            summary: SlotSummary {
                state: SlotState::Settled,
                cleared_in_block: 1,
                settled_in_block: 2,
                readings: 3,
                bought_wh: wh,
                sold_wh: wh,
                paid_ueur: received + fees + rent + dust,
                received_ueur: received,
                network_fees_ueur: fees,
                congestion_rent_ueur: rent,
                protocol_fee_ueur: 0,
                dust_ueur: dust,
                amounts_rounded: 9,
            },
            zones: BTreeMap::new(),
            fills: Vec::new(),
            minted_ren: BTreeMap::from([(SiteId(1), 5), (SiteId(2), 2)]),
            finalized_block: 4,
        }
    }

    proptest! {
        #[test]
        fn sums_of_sound_slots_are_sound(slots in proptest::collection::vec(
            (0..1_000_000u128, 0..1000u128, 0..1000u128, 0..5u128, 1..10_000u64), 1..20,
        )) {
            let mut totals = Totals::default();
            for (received, fees, rent, dust, wh) in &slots {
                totals.add(&report(*received, *fees, *rent, *dust, *wh));
            }
            prop_assert_eq!(totals.check(), Ok(()));
            prop_assert_eq!(totals.slots as usize, slots.len());
            prop_assert_eq!(totals.minted_ren, 7 * slots.len() as u128);
        }
    }

    #[test]
    fn a_lost_micro_euro_is_seen() {
        let mut totals = Totals::default();
        totals.add(&report(10, 2, 0, 1, 5));
        totals.dust_ueur -= 1;
        assert!(totals.check().expect_err("lost").contains("13 µ€"));
    }

    #[test]
    fn the_line_has_the_documented_names() {
        let line = serde_json::to_value(Totals::default()).expect("JSON");
        let names: Vec<_> = line.as_object().expect("an object").keys().cloned().collect();
        let mut expected = [
            "slots",
            "readings",
            "bought_wh",
            "sold_wh",
            "paid_ueur",
            "received_ueur",
            "network_fees_ueur",
            "congestion_rent_ueur",
            "protocol_fee_ueur",
            "dust_ueur",
            "minted_ren",
            "finalized_block",
        ];
        expected.sort_unstable();
        assert_eq!(
            names.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
            expected
        );
    }
}
