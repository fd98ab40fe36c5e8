//! A settled slot, calculated again. The input, the outcome and the amounts must be the same, byte for byte, and the
//! one-pass verifier proves the outcome right.

use super::{Ledger, OpenSlot};
use crate::{NeighbourhoodError, Result};
use codec::Encode;
use deren_market::{Amounts, Step, Zone, clearing_steps, cut_to_measured};
use deren_primitives::{Side, Slot, SlotSummary};
use sp_crypto_hashing::blake2_256;
use std::collections::BTreeMap;

impl Ledger {
    /// `Err` with the first difference between what the chain did in a slot and what follows from the books.
    pub(super) fn audit(&self, slot: Slot, open: &OpenSlot, summary: &SlotSummary) -> Result<()> {
        let differs = |what: &str, chain: String, ours: String| {
            Err(violation(slot, format!("{what}: chain {chain}, books {ours}")))
        };
        let Some(cleared) = open.cleared else {
            return if open.fills.is_empty() { Ok(()) } else { Err(violation(slot, "fills without a clearing")) };
        };

        if summary.readings != cleared.readings {
            return differs("readings", summary.readings.to_string(), cleared.readings.to_string());
        }

        let network = self.grid.network(slot)?;
        let fee_bp = self.grid.protocol_fee_bp(slot);
        let steps = self.steps(slot);
        let entered = clearing_steps(&steps, fee_bp);
        let zones: Vec<Zone> = network.zones().collect();
        if blake2_256(&(zones, &entered).encode()) != cleared.input_hash {
            return differs("the clearing's input", hex::encode(cleared.input_hash), format!("{entered:?}"));
        }
        let outcome = deren_market::clear(&network, &entered).map_err(|error| violation(slot, format!("{error:?}")))?;
        if blake2_256(&outcome.encode()) != cleared.outcome_hash {
            return differs("the clearing's outcome", hex::encode(cleared.outcome_hash), format!("{outcome:?}"));
        }
        deren_market::verify(&network, &entered, &outcome).map_err(|error| violation(slot, format!("{error:?}")))?;
        let amounts = deren_market::settle(&network, &steps, &outcome, fee_bp)
            .map_err(|error| violation(slot, format!("{error:?}")))?;
        compare_fills(slot, open, &amounts)?;
        compare_sums(slot, open, &amounts, summary)
    }

    /// The price steps that take part, cut to what was measured, by id, with their owners' own limits.
    fn steps(&self, slot: Slot) -> Vec<Step> {
        let mut steps = Vec::new();
        for (site, side, order) in self.orders.active(slot) {
            let (Some(zone), Some(energy)) = (self.grid.zone_of(site), self.meters.energy(site, slot)) else {
                continue;
            };
            let wanted = order.iter().map(|step| (step.limit_ueur_per_kwh, step.cap_wh));
            steps.extend(cut_to_measured((site, side, zone), wanted, energy));
        }
        steps.sort_unstable_by_key(|step: &Step| step.id);
        steps
    }
}

fn compare_fills(slot: Slot, open: &OpenSlot, amounts: &Amounts) -> Result<()> {
    let chain: BTreeMap<_, _> = open
        .fills
        .iter()
        .map(|fill| (fill.step, (fill.zone, fill.quantity_wh, fill.price_ueur_per_kwh, fill.amount_ueur)))
        .collect();
    let ours: BTreeMap<_, _> = amounts
        .fills
        .iter()
        .map(|fill| (fill.id, (fill.zone, fill.quantity_wh, fill.price_ueur_per_kwh, fill.amount_ueur)))
        .collect();
    if chain.len() != open.fills.len() {
        return Err(violation(slot, "a fill was settled twice"));
    }
    if chain != ours {
        return Err(violation(slot, format!("the chain settled {chain:?}, the books have {ours:?}")));
    }
    Ok(())
}

/// What was paid to everyone, as each event says, as the chain's sums say, and as it must be.
fn compare_sums(slot: Slot, open: &OpenSlot, amounts: &Amounts, summary: &SlotSummary) -> Result<()> {
    let of_side = |side: Side| open.fills.iter().filter(move |fill| fill.step.side() == side);
    let wh = |side| of_side(side).map(|fill| u64::from(fill.quantity_wh)).sum::<u64>();
    let ueur = |side| of_side(side).map(|fill| fill.amount_ueur).sum::<u128>();
    let fees = |each: &mut dyn Iterator<Item = u128>| each.sum::<u128>();
    let lines = [
        ("bought Wh", wh(Side::Buy).into(), summary.bought_wh.into(), amounts_wh(amounts, Side::Buy)),
        ("sold Wh", wh(Side::Sell).into(), summary.sold_wh.into(), amounts_wh(amounts, Side::Sell)),
        ("paid", ueur(Side::Buy), summary.paid_ueur, amounts.paid_ueur),
        ("received", ueur(Side::Sell), summary.received_ueur, amounts.received_ueur),
        (
            "network fees",
            fees(&mut open.network_fees.values().copied()),
            summary.network_fees_ueur,
            fees(&mut amounts.network_fees.iter().map(|(_, amount)| *amount)),
        ),
        ("congestion rent", open.congestion_rent_ueur, summary.congestion_rent_ueur, amounts.congestion_rent_ueur),
        ("protocol fee", open.protocol_fee_ueur, summary.protocol_fee_ueur, amounts.protocol_fee_ueur),
        ("dust", open.dust_ueur, summary.dust_ueur, amounts.dust_ueur),
    ];
    for (what, events, sums, ours) in lines {
        if events != sums || sums != ours {
            return Err(violation(slot, format!("{what}: events {events}, chain's sums {sums}, books {ours}")));
        }
    }
    let parts = summary.received_ueur
        + summary.network_fees_ueur
        + summary.congestion_rent_ueur
        + summary.protocol_fee_ueur
        + summary.dust_ueur;
    if summary.paid_ueur != parts || summary.bought_wh != summary.sold_wh {
        return Err(violation(slot, format!("money or energy was lost or made: {summary:?}")));
    }
    if summary.dust_ueur > 0 && summary.dust_ueur >= summary.amounts_rounded.into() {
        return Err(violation(slot, format!("more dust than rounding leaves: {summary:?}")));
    }
    Ok(())
}

fn amounts_wh(amounts: &Amounts, side: Side) -> u128 {
    amounts.fills.iter().filter(|fill| fill.side == side).map(|fill| u128::from(fill.quantity_wh)).sum()
}

fn violation(slot: Slot, what: impl std::fmt::Display) -> NeighbourhoodError {
    NeighbourhoodError::Invariant(format!("slot {slot}: {what}"))
}
