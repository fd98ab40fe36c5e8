//! The sums of an era from two sources, and what is different about them. Pure.

use deren_primitives::{MarketId, Slot, SlotState, SlotSummary};
use std::collections::{BTreeMap, BTreeSet};

/// What is compared of a slot, each with its name.
fn named(slot: &SlotSummary) -> [(&'static str, u128); 13] {
    [
        ("settled", u128::from(slot.state == SlotState::Settled)),
        ("cleared in block", slot.cleared_in_block.into()),
        ("settled in block", slot.settled_in_block.into()),
        ("readings", slot.readings.into()),
        ("bought Wh", slot.bought_wh.into()),
        ("sold Wh", slot.sold_wh.into()),
        ("paid µ€", slot.paid_ueur),
        ("received µ€", slot.received_ueur),
        ("network fees µ€", slot.network_fees_ueur),
        ("congestion rent µ€", slot.congestion_rent_ueur),
        ("protocol fee µ€", slot.protocol_fee_ueur),
        ("dust µ€", slot.dust_ueur),
        ("amounts rounded", slot.amounts_rounded.into()),
    ]
}

/// What one source says of an era.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EraSums {
    /// Slots of which there is something to say.
    pub slots: BTreeMap<(MarketId, Slot), SlotSummary>,
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
                for ((what, ours), (_, theirs)) in named(rows).into_iter().zip(named(chain)) {
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
