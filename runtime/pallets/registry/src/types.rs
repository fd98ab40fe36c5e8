//! What the registry keeps of each thing. Nothing here reads storage.

use crate::USUAL_REGISTER_STEP_MWH;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use deren_primitives::{
    DeviceId, DeviceRole, GatewayId, MarketId, PublicKey, SiteId, Slot, Source, Sources, Timeline, ZoneId,
};
use scale_info::TypeInfo;
use sp_core::H256;

/// A market: one tree of zones under one operator.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct MarketRecord<AccountId> {
    /// Who approves points, sets edges, and receives network fees.
    pub operator: AccountId,
    /// How many sites a published aggregate needs at least.
    pub privacy_threshold: u32,
    /// The buyer's fee in 1/10 000 of the price.
    pub protocol_fee_bp: Timeline<u16>,
    /// No line's fee may be set above this, in µ€/kWh.
    pub max_fee_ueur_per_kwh: u32,
    /// The zone without a parent, once there is one.
    pub root: Option<ZoneId>,
    /// Points that are approved.
    pub points: u32,
    /// Sites that are registered, those included that are closed and not forgotten.
    pub sites: u32,
    /// False while the market is stopped.
    pub trades: Timeline<bool>,
}

/// A zone and the line to its parent.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct ZoneRecord {
    /// The market.
    pub market: MarketId,
    /// `None` for the root.
    pub parent: Option<ZoneId>,
    /// Edges between this zone and the root.
    pub depth: u8,
    /// The first slot in which the zone exists.
    pub since: Slot,
    /// What every kWh that crosses the line to the parent pays, in µ€/kWh; empty for the root.
    pub fee_ueur_per_kwh: Timeline<u32>,
    /// What the line to the parent carries; empty for the root.
    pub capacities: Timeline<Capacities>,
}

/// What the line between a zone and its parent carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Capacities {
    /// The most Wh a slot towards the parent; `None`: unlimited.
    pub up_wh: Option<u64>,
    /// The most Wh a slot from the parent; `None`: unlimited.
    pub down_wh: Option<u64>,
}

/// What holds for the line between a zone and its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct EdgeTerms {
    /// What every kWh that crosses pays, in µ€/kWh.
    pub fee_ueur_per_kwh: u32,
    /// The most Wh a slot towards the parent; `None`: unlimited.
    pub capacity_up_wh: Option<u64>,
    /// The most Wh a slot from the parent; `None`: unlimited.
    pub capacity_down_wh: Option<u64>,
}

impl EdgeTerms {
    /// What the line carries.
    pub fn capacities(&self) -> Capacities {
        Capacities { up_wh: self.capacity_up_wh, down_wh: self.capacity_down_wh }
    }
}

impl ZoneRecord {
    /// A zone that exists from `since` on.
    pub fn starting(market: MarketId, parent: Option<ZoneId>, depth: u8, since: Slot, edge: Option<EdgeTerms>) -> Self {
        let fee_ueur_per_kwh = edge.map(|edge| Timeline::starting(since, edge.fee_ueur_per_kwh)).unwrap_or_default();
        let capacities = edge.map(|edge| Timeline::starting(since, edge.capacities())).unwrap_or_default();
        Self { market, parent, depth, since, fee_ueur_per_kwh, capacities }
    }

    /// The line to the parent in that slot; `None` for the root.
    pub fn edge_at(&self, slot: Slot) -> Option<EdgeTerms> {
        Some(edge_of(*self.fee_ueur_per_kwh.at(slot)?, *self.capacities.at(slot)?))
    }

    /// The newest terms of the line to the parent, whether they hold already or not; `None` for the root.
    pub fn latest_edge(&self) -> Option<EdgeTerms> {
        Some(edge_of(*self.fee_ueur_per_kwh.latest()?, *self.capacities.latest()?))
    }
}

fn edge_of(fee_ueur_per_kwh: u32, capacities: Capacities) -> EdgeTerms {
    let Capacities { up_wh, down_wh } = capacities;
    EdgeTerms { fee_ueur_per_kwh, capacity_up_wh: up_wh, capacity_down_wh: down_wh }
}

/// Where a new zone hangs: the parent and the line to it. `None` makes the root.
pub type ParentEdge = Option<(ZoneId, u32, Option<u64>, Option<u64>)>;

/// What an operator approves at a connection point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PointTerms {
    /// The most power that the connection takes; no role's devices behind it may be rated higher together.
    pub max_power_w: u32,
    /// The largest step that a device's registers may have.
    pub max_register_step_mwh: u32,
    /// What production devices may make power from.
    pub sources: Sources,
}

impl PointTerms {
    /// A point of this power with these sources and the usual registers.
    pub fn new(max_power_w: u32, sources: Sources) -> Self {
        Self { max_power_w, max_register_step_mwh: USUAL_REGISTER_STEP_MWH, sources }
    }
}

/// A connection point that the operator approved, named by a commitment only.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct PointRecord<AccountId> {
    /// Its zone.
    pub zone: ZoneId,
    /// The regulator's keyed hash of its official id.
    pub nullifier: H256,
    /// Who may register a site there.
    pub owner: AccountId,
    /// What may stand behind it.
    pub terms: PointTerms,
    /// The site, once registered.
    pub site: Option<SiteId>,
}

/// A site: a registered connection point.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct SiteRecord<AccountId> {
    /// Who trades for it.
    pub owner: Timeline<AccountId>,
    /// The market of its zone.
    pub market: MarketId,
    /// Its zone.
    pub zone: ZoneId,
    /// The commitment of its point.
    pub commitment: H256,
    /// True from the slot after registration, false while suspended.
    pub active: Timeline<bool>,
    /// The first slot in which it is gone; `None` while it stays.
    pub closed: Option<Slot>,
}

/// A device's time at a site: `from` up to but without `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Membership {
    /// The device.
    pub device: DeviceId,
    /// What it measures.
    pub role: DeviceRole,
    /// The first slot.
    pub from: Slot,
    /// The first slot in which it is gone; `None` while it stays.
    pub until: Option<Slot>,
}

impl Membership {
    /// True if the device serves in this slot.
    pub fn covers(&self, slot: Slot) -> bool {
        self.from <= slot && self.until.is_none_or(|until| slot < until)
    }

    /// True if one of its slots may not be settled.
    pub fn is_needed(&self, unsettled_from: Slot) -> bool {
        self.until.is_none_or(|until| until > unsettled_from)
    }

    /// True if there is a slot in which both serve.
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts = self.from.max(other.from);
        self.covers(starts) && other.covers(starts)
    }
}

/// All that a reading of a device is judged by, in one storage item.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct DeviceRecord {
    /// The site that it measures.
    pub site: SiteId,
    /// The site's market.
    pub market: MarketId,
    /// The site's zone.
    pub zone: ZoneId,
    /// What it measures.
    pub role: DeviceRole,
    /// What a production device makes power from.
    pub source: Option<Source>,
    /// More than this it cannot measure.
    pub rated_power_w: u32,
    /// The smallest step of its registers.
    pub register_step_mwh: u32,
    /// Which gateway reads it.
    pub gateway: GatewayId,
    /// The first slot in which it serves.
    pub from: Slot,
    /// The first slot in which it is gone; `None` while it stays.
    pub until: Option<Slot>,
}

/// What a gateway's signatures are judged by.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct GatewayState {
    /// The key with which it signs now.
    pub public_key: PublicKey,
    /// How often the key was changed.
    pub key_epoch: u32,
    /// False after proven equivocation, until its owner gives it a new key.
    pub active: bool,
}

/// How a gateway came to a new key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum KeyChange {
    /// The old key vouched for the new one.
    Rotated,
    /// The owner of all of its sites vouched for the new one.
    Replaced,
}

/// What an owner says a device is.
pub struct Rating {
    /// What it measures.
    pub role: DeviceRole,
    /// What a production device makes power from.
    pub source: Option<Source>,
    /// More than this it cannot measure.
    pub rated_power_w: u32,
    /// The smallest step of its registers.
    pub register_step_mwh: u32,
}
