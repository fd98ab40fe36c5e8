//! The sums of an era from two sources, and what is different about them. Pure.

use deren_primitives::{MarketId, Slot, SlotState, SlotSummary};
use std::collections::{BTreeMap, BTreeSet};

/// What one source says of a market's slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotSums {
    /// True once all its money has moved.
    pub settled: bool,
    /// The block that cleared it.
    pub cleared_in_block: u32,
    /// The block that settled its last page.
    pub settled_in_block: u32,
    /// Accepted readings that cover it and came in time.
    pub readings: u64,
    /// Energy bought.
    pub bought_wh: u64,
    /// Energy sold.
    pub sold_wh: u64,
    /// What buyers paid.
    pub paid_ueur: u128,
    /// What sellers received.
    pub received_ueur: u128,
    /// What operators received for their lines.
    pub network_fees_ueur: u128,
    /// What full lines earned.
    pub congestion_rent_ueur: u128,
    /// What the treasury received.
    pub protocol_fee_ueur: u128,
    /// What rounding left.
    pub dust_ueur: u128,
}

impl From<SlotSummary> for SlotSums {
    fn from(summary: SlotSummary) -> Self {
        Self {
            settled: summary.state == SlotState::Settled,
            cleared_in_block: summary.cleared_in_block,
            settled_in_block: summary.settled_in_block,
            readings: summary.readings.into(),
            bought_wh: summary.bought_wh,
            sold_wh: summary.sold_wh,
            paid_ueur: summary.paid_ueur,
            received_ueur: summary.received_ueur,
            network_fees_ueur: summary.network_fees_ueur,
            congestion_rent_ueur: summary.congestion_rent_ueur,
            protocol_fee_ueur: summary.protocol_fee_ueur,
            dust_ueur: summary.dust_ueur,
        }
    }
}

impl SlotSums {
    /// Each sum with its name.
    fn named(&self) -> [(&'static str, u128); 12] {
        [
            ("settled", self.settled.into()),
            ("cleared in block", self.cleared_in_block.into()),
            ("settled in block", self.settled_in_block.into()),
            ("readings", self.readings.into()),
            ("bought Wh", self.bought_wh.into()),
            ("sold Wh", self.sold_wh.into()),
            ("paid µ€", self.paid_ueur),
            ("received µ€", self.received_ueur),
            ("network fees µ€", self.network_fees_ueur),
            ("congestion rent µ€", self.congestion_rent_ueur),
            ("protocol fee µ€", self.protocol_fee_ueur),
            ("dust µ€", self.dust_ueur),
        ]
    }
}

/// What one source says of an era.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EraSums {
    /// Slots of which there is something to say.
    pub slots: BTreeMap<(MarketId, Slot), SlotSums>,
    /// What was minted, in the smallest unit of REN; `None` if the era is not paid.
    pub minted_ren: Option<u128>,
}

/// What the rows say differently from the chain, in words, slot by slot.
pub fn differences(rows: &EraSums, chain: &EraSums) -> Vec<String> {
    let mut differences = Vec::new();
    let keys: BTreeSet<_> = rows.slots.keys().chain(chain.slots.keys()).collect();
    for key @ (market, slot) in keys {
        let place = format!("market {market}, slot {slot}");
        match (rows.slots.get(key), chain.slots.get(key)) {
            (Some(_), None) => differences.push(format!("{place}: the chain has no such slot")),
            (None, Some(_)) => differences.push(format!("{place}: there are no rows of it")),
            (None, None) => {}
            (Some(rows), Some(chain)) => {
                for ((what, ours), (_, theirs)) in rows.named().into_iter().zip(chain.named()) {
                    if ours != theirs {
                        differences.push(format!("{place}: {what} {ours} in the rows, {theirs} on the chain"));
                    }
                }
            }
        }
    }
    if rows.minted_ren != chain.minted_ren {
        let words = |ren: Option<u128>| ren.map_or("none".to_owned(), |ren| ren.to_string());
        let (ours, theirs) = (words(rows.minted_ren), words(chain.minted_ren));
        differences.push(format!("minted REN {ours} in the rows, {theirs} on the chain"));
    }
    differences
}
