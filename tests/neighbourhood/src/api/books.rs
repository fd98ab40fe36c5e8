//! What the API shows, held against the books that were kept from the chain's events and worked out again.

use super::answers::{SlotShown, ZoneOfSlot};
use crate::report::{SlotReport, Totals};
use deren_primitives::Side;
use std::collections::BTreeMap;

impl SlotShown {
    /// True if everything of it is done and in a finalised block.
    pub fn is_done(&self) -> bool {
        self.state == "settled" && self.finalized && self.minted_ren.is_some()
    }

    fn sum_wh(&self, of: impl Fn(&ZoneOfSlot) -> u64) -> u64 {
        self.zones.iter().map(of).sum()
    }
}

/// The sums over the first `slots` slots in which energy was traded, from the API's answers alone. `Err` says what is
/// still missing.
pub fn totals(shown: &[SlotShown], slots: u32, finalized_block: u32) -> Result<Totals, String> {
    let mut totals = Totals { finalized_block, ..Totals::default() };
    // A market settles its slots in order: nothing will be traded in a slot before one that is settled.
    for slot in shown.iter().filter(|slot| slot.volume_wh > 0) {
        if totals.slots == slots {
            break;
        }
        if !slot.is_done() {
            return Err(format!("slot {} is {}, finalised: {}", slot.slot, slot.state, slot.finalized));
        }
        add(&mut totals, slot);
    }
    if totals.slots == slots { Ok(totals) } else { Err(format!("{} of {slots} slots with trade", totals.slots)) }
}

fn add(totals: &mut Totals, slot: &SlotShown) {
    totals.slots += 1;
    totals.readings += u64::from(slot.readings);
    totals.bought_wh += slot.sum_wh(|zone| zone.bought_wh);
    totals.sold_wh += slot.sum_wh(|zone| zone.sold_wh);
    totals.paid_ueur += u128::from(slot.paid_ueur);
    totals.received_ueur += u128::from(slot.received_ueur);
    totals.network_fees_ueur += u128::from(slot.network_fees_ueur);
    totals.congestion_rent_ueur += u128::from(slot.congestion_rent_ueur);
    totals.protocol_fee_ueur += u128::from(slot.protocol_fee_ueur);
    totals.dust_ueur += u128::from(slot.dust_ueur);
    totals.minted_ren += slot.minted_ren.unwrap_or_default();
}

/// Each thing in which the API's slot is not what the books have of it, in words; empty if they agree.
pub fn differences(shown: &SlotShown, books: &SlotReport) -> Vec<String> {
    let summary = &books.summary;
    let lines: [(&str, i128, i128); 13] = [
        ("slot", shown.slot.into(), books.slot.0.into()),
        ("readings", shown.readings.into(), summary.readings.into()),
        ("volume Wh", shown.volume_wh.into(), summary.bought_wh.into()),
        ("bought Wh", shown.sum_wh(|zone| zone.bought_wh).into(), summary.bought_wh.into()),
        ("sold Wh", shown.sum_wh(|zone| zone.sold_wh).into(), summary.sold_wh.into()),
        ("paid", shown.paid_ueur.into(), signed(summary.paid_ueur)),
        ("received", shown.received_ueur.into(), signed(summary.received_ueur)),
        ("network fees", shown.network_fees_ueur.into(), signed(summary.network_fees_ueur)),
        ("congestion rent", shown.congestion_rent_ueur.into(), signed(summary.congestion_rent_ueur)),
        ("protocol fee", shown.protocol_fee_ueur.into(), signed(summary.protocol_fee_ueur)),
        ("dust", shown.dust_ueur.into(), signed(summary.dust_ueur)),
        ("cleared in block", block(shown.cleared_in_block), summary.cleared_in_block.into()),
        ("settled in block", block(shown.settled_in_block), summary.settled_in_block.into()),
    ];
    let mut found: Vec<String> = lines
        .into_iter()
        .filter(|(_, shown, books)| shown != books)
        .map(|(what, shown, books)| format!("{what}: the API says {shown}, the books {books}"))
        .collect();
    // The market's own: others have their parts of the era.
    let minted_ren: u128 = books.minted_ren.values().sum();
    if shown.minted_ren != Some(minted_ren) {
        let (shown, books) = (shown.minted_ren, minted_ren);
        found.push(format!("minted REN: the API says {shown:?}, the books {books}"));
    }
    if !shown.is_done() {
        found.push(format!("the API says {}, finalised: {}", shown.state, shown.finalized));
    }
    found.extend(of_zones(shown, books));
    found
}

/// Prices, flows and energy of each zone.
fn of_zones(shown: &SlotShown, books: &SlotReport) -> Vec<String> {
    let shown: BTreeMap<_, _> = shown.zones.iter().map(|zone| (zone.zone, zone)).collect();
    let traded_wh = |zone, side| -> u64 {
        let fills = books.fills.iter().filter(|fill| fill.zone == zone && fill.step.side() == side);
        fills.map(|fill| u64::from(fill.quantity_wh)).sum()
    };
    let mut found = Vec::new();
    for zone in shown.keys().chain(books.zones.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (bought_wh, sold_wh) = (traded_wh(*zone, Side::Buy), traded_wh(*zone, Side::Sell));
        let result = books.zones.get(zone);
        let ours = ZoneOfSlot {
            zone: *zone,
            // A price is shown only where something was traded.
            price_ueur_per_kwh: result.and_then(|result| result.price_ueur_per_kwh).filter(|_| bought_wh + sold_wh > 0),
            net_export_wh: result.map_or(0, |result| result.net_export_wh),
            bought_wh,
            sold_wh,
        };
        let nothing = ours.net_export_wh == 0 && bought_wh + sold_wh == 0;
        match shown.get(zone) {
            Some(shown) if **shown == ours => {}
            None if nothing => {}
            shown => found.push(format!("zone {zone}: the API says {shown:?}, the books {ours:?}")),
        }
    }
    found
}

fn block(number: Option<u32>) -> i128 {
    number.map_or(-1, i128::from)
}

fn signed(ueur: u128) -> i128 {
    i128::try_from(ueur).unwrap_or(i128::MAX)
}
