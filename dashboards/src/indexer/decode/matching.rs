//! Orders, clearings and settlement.

use super::{
    Done, EventRows,
    types::{Bytes32, Side, fields, variant},
};
use deren_primitives::OrderStepId;
use subxt::dynamic::Value;

fields! {
    Standing {
        market: u32, site: u32, side: Side, owner: Bytes32, from_slot: u32, steps: Vec<PriceStep>, held_ueur: u128,
    }
}
fields! {
    /// One price step of an order.
    PriceStep { limit_ueur_per_kwh: u32, cap_wh: u32 }
}
fields! { Cancelled { market: u32, site: u32, side: Side, owner: Bytes32, from_slot: u32 } }
fields! { Paused { market: u32, site: u32, side: Side, owner: Bytes32, from_slot: u32, missing_ueur: u128 } }
fields! { Removed { market: u32, site: u32, side: Side, owner: Bytes32 } }
fields! {
    Cleared {
        market: u32, slot: u32, volume_wh: u64, welfare_neur: i128, steps: u32, fills: u32, input_hash: Bytes32,
        outcome_hash: Bytes32,
    }
}
fields! {
    ZoneCleared { market: u32, slot: u32, zone: u32, price_ueur_per_kwh: Option<i64>, net_export_wh: i64 }
}
fields! { Voided { market: u32, slot: u32, reason: Value } }
fields! { SlotVoided { market: u32, slot: u32, cause: Value } }
fields! { Empty { market: u32, slot: u32 } }
fields! {
    Fill {
        market: u32, slot: u32, step: u64, owner: Bytes32, zone: u32, quantity_wh: u32, price_ueur_per_kwh: i64,
        amount_ueur: u128,
    }
}
fields! { NetworkFee { market: u32, slot: u32, zone: u32, operator: Bytes32, amount_ueur: u128 } }
fields! { Community { market: u32, slot: u32, pot: Bytes32, congestion_rent_ueur: u128, dust_ueur: u128 } }
fields! { ProtocolFee { market: u32, slot: u32, treasury: Bytes32, amount_ueur: u128 } }
fields! { Undelivered { market: u32, slot: u32, account: Bytes32, amount_ueur: u128 } }
fields! { Claimed { account: Bytes32, amount_ueur: u128 } }
fields! { Settled { market: u32, slot: u32, summary: Summary } }
fields! {
    /// The sums of a slot.
    Summary {
        state: Value, cleared_in_block: u32, settled_in_block: u32, readings: u32, bought_wh: u64, sold_wh: u64,
        paid_ueur: u128, received_ueur: u128, network_fees_ueur: u128, congestion_rent_ueur: u128,
        protocol_fee_ueur: u128, dust_ueur: u128, amounts_rounded: u32,
    }
}
fields! { Halted { market: u32, slot: u32, error: Value } }
fields! { RebateBegun { market: u32, era: u32, fees_ueur: u128, rebates_ueur: u128, buyers: u32 } }
fields! { Rebated { market: u32, era: u32, account: Bytes32, fee_ueur: u128, amount_ueur: u128 } }
fields! { RebateUndelivered { market: u32, era: u32, account: Bytes32, amount_ueur: u128 } }
fields! { RebatePaid { market: u32, era: u32, amount_ueur: u128, buyers: u32 } }
fields! { RebateHalted { market: u32, era: u32, error: Value } }

pub(super) fn read(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "OrderPlaced" => standing(out, "placed"),
        "OrderChanged" => standing(out, "changed"),
        "OrderResumed" => standing(out, "resumed"),
        "OrderCancelled" | "OrderPaused" | "OrderRemoved" => at_rest(event, out),
        "SlotCleared" => cleared(out),
        "ZoneCleared" => zone_cleared(out),
        "ClearingVoided" => {
            let Voided { market, slot, reason } = out.fields()?;
            let row = out.row("slots_voided").number("market", market).number("slot", slot);
            let _ = row.text("reason", &variant(&reason));
            Ok(())
        }
        "SlotVoided" => {
            let SlotVoided { market, slot, cause } = out.fields()?;
            let row = out.row("slots_voided").number("market", market).number("slot", slot);
            let _ = row.text("reason", &variant(&cause));
            Ok(())
        }
        "SlotEmpty" => {
            let Empty { market, slot } = out.fields()?;
            let _ = out.row("slots_empty").number("market", market).number("slot", slot);
            Ok(())
        }
        "FillSettled" => fill(out),
        "NetworkFeePaid" | "CommunityPaid" | "ProtocolFeePaid" | "Undelivered" | "Claimed" => paid(event, out),
        "SlotSettled" => settled(out),
        "RebateBegun" | "Rebated" | "RebateUndelivered" | "RebatePaid" | "RebateHalted" => rebate(event, out),
        "SettlementHalted" => {
            let Halted { market, slot, error } = out.fields()?;
            let row = out.row("halts").text("what", "settlement").number("market", market).number("slot", slot);
            let _ = row.null("era").text("error", &error.to_string());
            Ok(())
        }
        _ => Ok(()),
    }
}

fn standing(out: &mut EventRows<'_, '_>, change: &str) -> Done {
    let Standing { market, site, side, owner, from_slot, steps, held_ueur } = out.fields()?;
    let row = out.row("order_versions").number("market", market).number("site", site).text("side", side.word());
    let row = row.bytes("owner", &owner).text("change", change).number("from_slot", from_slot);
    let row = row.numbers("limits_ueur_per_kwh", steps.iter().map(|step| step.limit_ueur_per_kwh));
    let row = row.numbers("caps_wh", steps.iter().map(|step| step.cap_wh));
    let _ = row.number("held_ueur", held_ueur).null("missing_ueur");
    Ok(())
}

/// Versions of an order that do not trade.
fn at_rest(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    let (change, order, from_slot, missing_ueur) = match event {
        "OrderCancelled" => {
            let Cancelled { market, site, side, owner, from_slot } = out.fields()?;
            ("cancelled", Removed { market, site, side, owner }, Some(from_slot), None)
        }
        "OrderPaused" => {
            let Paused { market, site, side, owner, from_slot, missing_ueur } = out.fields()?;
            ("paused", Removed { market, site, side, owner }, Some(from_slot), Some(missing_ueur))
        }
        _ => ("removed", out.fields()?, None, None),
    };
    let row = out.row("order_versions").number("market", order.market).number("site", order.site);
    let row = row.text("side", order.side.word()).bytes("owner", &order.owner).text("change", change);
    let row = row.maybe("from_slot", from_slot).null("limits_ueur_per_kwh").null("caps_wh");
    let _ = row.null("held_ueur").maybe("missing_ueur", missing_ueur);
    Ok(())
}

fn cleared(out: &mut EventRows<'_, '_>) -> Done {
    let Cleared { market, slot, volume_wh, welfare_neur, steps, fills, input_hash, outcome_hash } = out.fields()?;
    let row = out.row("slots_cleared").number("market", market).number("slot", slot).number("volume_wh", volume_wh);
    let row = row.number("welfare_neur", welfare_neur).number("steps", steps).number("fills", fills);
    let _ = row.bytes("input_hash", &input_hash).bytes("outcome_hash", &outcome_hash);
    Ok(())
}

fn zone_cleared(out: &mut EventRows<'_, '_>) -> Done {
    let ZoneCleared { market, slot, zone, price_ueur_per_kwh, net_export_wh } = out.fields()?;
    let starts_at = out.starts_at(slot);
    let row = out.row("zones_cleared").moment("starts_at", starts_at).number("market", market).number("slot", slot);
    let row = row.number("zone", zone).maybe("price_ueur_per_kwh", price_ueur_per_kwh);
    let _ = row.number("net_export_wh", net_export_wh);
    Ok(())
}

fn fill(out: &mut EventRows<'_, '_>) -> Done {
    let Fill { market, slot, step, owner, zone, quantity_wh, price_ueur_per_kwh, amount_ueur } = out.fields()?;
    let (starts_at, id) = (out.starts_at(slot), OrderStepId(step));
    let side = match id.side() {
        deren_primitives::Side::Buy => Side::Buy,
        deren_primitives::Side::Sell => Side::Sell,
    };
    let row = out.row("fills").moment("starts_at", starts_at).number("market", market).number("slot", slot);
    let row = row.number("step_id", step).number("site", id.site()).text("side", side.word());
    let row = row.number("step", id.step()).bytes("owner", &owner).number("zone", zone);
    let row = row.number("quantity_wh", quantity_wh).number("price_ueur_per_kwh", price_ueur_per_kwh);
    let _ = row.number("amount_ueur", amount_ueur);
    Ok(())
}

fn paid(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "NetworkFeePaid" => {
            let NetworkFee { market, slot, zone, operator, amount_ueur } = out.fields()?;
            let row = out.row("network_fees").number("market", market).number("slot", slot).number("zone", zone);
            let _ = row.bytes("operator", &operator).number("amount_ueur", amount_ueur);
        }
        "CommunityPaid" => {
            let Community { market, slot, pot, congestion_rent_ueur, dust_ueur } = out.fields()?;
            let row = out.row("community_payments").number("market", market).number("slot", slot);
            let row = row.bytes("pot", &pot).number("congestion_rent_ueur", congestion_rent_ueur);
            let _ = row.number("dust_ueur", dust_ueur);
        }
        "ProtocolFeePaid" => {
            let ProtocolFee { market, slot, treasury, amount_ueur } = out.fields()?;
            let row = out.row("protocol_fees").number("market", market).number("slot", slot);
            let _ = row.bytes("treasury", &treasury).number("amount_ueur", amount_ueur);
        }
        "Undelivered" => {
            let Undelivered { market, slot, account, amount_ueur } = out.fields()?;
            let row = out.row("undelivered").number("market", market).number("slot", slot).null("era");
            let _ = row.bytes("account", &account).number("amount_ueur", amount_ueur);
        }
        _ => {
            let Claimed { account, amount_ueur } = out.fields()?;
            let _ = out.row("claims").bytes("account", &account).number("amount_ueur", amount_ueur);
        }
    }
    Ok(())
}

/// What comes back of an era's fees.
fn rebate(event: &str, out: &mut EventRows<'_, '_>) -> Done {
    match event {
        "RebateBegun" => {
            let RebateBegun { market, era, fees_ueur, rebates_ueur, buyers } = out.fields()?;
            let row = out.row("rebates_begun").number("market", market).number("era", era);
            let row = row.number("fees_ueur", fees_ueur).number("rebates_ueur", rebates_ueur);
            let _ = row.number("buyers", buyers);
        }
        "Rebated" => {
            let Rebated { market, era, account, fee_ueur, amount_ueur } = out.fields()?;
            let row = out.row("rebates").number("market", market).number("era", era).bytes("account", &account);
            let _ = row.number("fee_ueur", fee_ueur).number("amount_ueur", amount_ueur);
        }
        "RebateUndelivered" => {
            let RebateUndelivered { market, era, account, amount_ueur } = out.fields()?;
            let row = out.row("undelivered").number("market", market).null("slot").number("era", era);
            let _ = row.bytes("account", &account).number("amount_ueur", amount_ueur);
        }
        "RebatePaid" => {
            let RebatePaid { market, era, amount_ueur, buyers } = out.fields()?;
            let row = out.row("rebates_paid").number("market", market).number("era", era);
            let _ = row.number("amount_ueur", amount_ueur).number("buyers", buyers);
        }
        _ => {
            let RebateHalted { market, era, error } = out.fields()?;
            let row = out.row("halts").text("what", "rebates").number("market", market).null("slot");
            let _ = row.number("era", era).text("error", &error.to_string());
        }
    }
    Ok(())
}

fn settled(out: &mut EventRows<'_, '_>) -> Done {
    let Settled { market, slot, summary } = out.fields()?;
    let row = out.row("slots_settled").number("market", market).number("slot", slot);
    let row = row.text("state", &variant(&summary.state).to_lowercase());
    let row = row.number("cleared_in_block", summary.cleared_in_block);
    let row = row.number("settled_in_block", summary.settled_in_block).number("readings", summary.readings);
    let row = row.number("bought_wh", summary.bought_wh).number("sold_wh", summary.sold_wh);
    let row = row.number("paid_ueur", summary.paid_ueur).number("received_ueur", summary.received_ueur);
    let row = row.number("network_fees_ueur", summary.network_fees_ueur);
    let row = row.number("congestion_rent_ueur", summary.congestion_rent_ueur);
    let row = row.number("protocol_fee_ueur", summary.protocol_fee_ueur).number("dust_ueur", summary.dust_ueur);
    let _ = row.number("amounts_rounded", summary.amounts_rounded);
    Ok(())
}
