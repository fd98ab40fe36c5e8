//! Orders, clearings and settlement.

use super::{kinds::*, table::*};

pub(super) const EVENTS: &[Declaration] = events! {
    OrderPlaced => order_versions {
        market: u32, site: u32, side: Side, owner: Bytes32, change = "placed", from_slot: u32,
        limits_ueur_per_kwh: Limits = steps, caps_wh: Caps = steps, held_ueur: u128, missing_ueur = null
    };
    OrderChanged => order_versions {
        market: u32, site: u32, side: Side, owner: Bytes32, change = "changed", from_slot: u32,
        limits_ueur_per_kwh: Limits = steps, caps_wh: Caps = steps, held_ueur: u128, missing_ueur = null
    };
    OrderResumed => order_versions {
        market: u32, site: u32, side: Side, owner: Bytes32, change = "resumed", from_slot: u32,
        limits_ueur_per_kwh: Limits = steps, caps_wh: Caps = steps, held_ueur: u128, missing_ueur = null
    };
    OrderCancelled => order_versions {
        market: u32, site: u32, side: Side, owner: Bytes32, change = "cancelled", from_slot: u32,
        limits_ueur_per_kwh = null, caps_wh = null, held_ueur = null, missing_ueur = null
    };
    OrderPaused => order_versions {
        market: u32, site: u32, side: Side, owner: Bytes32, change = "paused", from_slot: u32,
        limits_ueur_per_kwh = null, caps_wh = null, held_ueur = null, missing_ueur: u128
    };
    OrderRemoved => order_versions {
        market: u32, site: u32, side: Side, owner: Bytes32, change = "removed", from_slot = null,
        limits_ueur_per_kwh = null, caps_wh = null, held_ueur = null, missing_ueur = null
    };
    SlotCleared => slots_cleared {
        market: u32, slot: u32, volume_wh: u64, welfare_neur: i128, steps: u32, fills: u32, input_hash: Bytes32,
        outcome_hash: Bytes32
    };
    ZoneCleared => zones_cleared {
        starts_at: SlotStart = slot, market: u32, slot: u32, zone: u32, price_ueur_per_kwh: Option<i64>,
        net_export_wh: i64
    };
    ClearingVoided => slots_voided { market: u32, slot: u32, reason: Name };
    SlotVoided => slots_voided { market: u32, slot: u32, reason: Name = cause };
    SlotEmpty => slots_empty { market: u32, slot: u32 };
    FillSettled => fills {
        starts_at: SlotStart = slot, market: u32, slot: u32, step_id: u64 = step, site: StepSite = step,
        side: StepSide = step, step: StepNumber, owner: Bytes32, zone: u32, quantity_wh: u32, price_ueur_per_kwh: i64,
        amount_ueur: u128
    };
    NetworkFeePaid => network_fees { market: u32, slot: u32, zone: u32, operator: Bytes32, amount_ueur: u128 };
    CommunityPaid => community_payments {
        market: u32, slot: u32, pot: Bytes32, congestion_rent_ueur: u128, dust_ueur: u128
    };
    ProtocolFeePaid => protocol_fees { market: u32, slot: u32, treasury: Bytes32, amount_ueur: u128 };
    SlotSettled => slots_settled {
        market: u32, slot: u32, state: SmallName = summary.state, cleared_in_block: u32 = summary.cleared_in_block,
        settled_in_block: u32 = summary.settled_in_block, readings: u32 = summary.readings,
        bought_wh: u64 = summary.bought_wh, sold_wh: u64 = summary.sold_wh, paid_ueur: u128 = summary.paid_ueur,
        received_ueur: u128 = summary.received_ueur, network_fees_ueur: u128 = summary.network_fees_ueur,
        congestion_rent_ueur: u128 = summary.congestion_rent_ueur, protocol_fee_ueur: u128 = summary.protocol_fee_ueur,
        dust_ueur: u128 = summary.dust_ueur, amounts_rounded: u32 = summary.amounts_rounded
    };
    SettlementHalted => halts { what = "settlement", market: u32, slot: u32, era = null, error: Whole };
    RebateBegun => rebates_begun { market: u32, era: u32, fees_ueur: u128, rebates_ueur: u128, buyers: u32 };
    Rebated => rebates { market: u32, era: u32, account: Bytes32, fee_ueur: u128, amount_ueur: u128 };
    RebatePaid => rebates_paid { market: u32, era: u32, amount_ueur: u128, buyers: u32 };
    RebateHalted => halts { what = "rebates", market: u32, slot = null, era: u32, error: Whole };
};
