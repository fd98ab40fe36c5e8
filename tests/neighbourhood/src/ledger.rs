//! The neighbourhood's own books, kept from finalised events alone: what was registered, ordered, measured, cleared and
//! paid. Every settled slot is calculated again from them and compared with what the chain says.
//!
//! It must never ask the chain for a result that it is to check.

mod audit;
mod follow;
mod measured;
mod orders;
mod rebates;
mod zones;

pub use follow::Follower;
pub use measured::{Accepted, Meters};

use crate::{
    NeighbourhoodError, Result,
    report::{Fill, ZoneResult},
};
use deren_primitives::{MarketId, SiteId, Slot, SlotSummary, ZoneId};
use deren_runtime::{AccountId, RuntimeEvent};
use orders::OrderBook;
use pallet_deren_matching::Event as Matching;
use pallet_deren_registry::Event as Registry;
use pallet_deren_rewards::Event as Rewards;
use rebates::Rebating;
use std::collections::BTreeMap;
use zones::Grid;

/// How many slots are kept before they must have been reported.
const MAX_OPEN_SLOTS: usize = 1024;

/// What the events say of a slot.
#[derive(Clone, Debug, Default)]
struct OpenSlot {
    cleared: Option<Cleared>,
    zones: BTreeMap<ZoneId, ZoneResult>,
    fills: Vec<Fill>,
    network_fees: BTreeMap<ZoneId, u128>,
    congestion_rent_ueur: u128,
    dust_ueur: u128,
    protocol_fee_ueur: u128,
    settled: Option<SlotSummary>,
}

#[derive(Clone, Copy, Debug)]
struct Cleared {
    input_hash: [u8; 32],
    outcome_hash: [u8; 32],
    /// Readings that cover the slot and were accepted before it was closed.
    readings: u32,
}

/// The books of one market.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    market: MarketId,
    grid: Grid,
    orders: OrderBook,
    meters: Meters,
    owners: BTreeMap<AccountId, Vec<SiteId>>,
    open: BTreeMap<Slot, OpenSlot>,
    /// REN given by era, to each owner in this market.
    rewards: BTreeMap<u32, BTreeMap<AccountId, u128>>,
    /// REN minted by era, in this market.
    minted: BTreeMap<u32, u128>,
    /// REN minted by era that is paid, in all markets.
    paid_eras: BTreeMap<u32, u128>,
    /// Eras whose fees are coming back.
    rebates: BTreeMap<u32, Rebating>,
}

impl Ledger {
    /// Empty books of this market.
    pub fn new(market: MarketId) -> Self {
        Self { market, ..Self::default() }
    }

    /// What was measured.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// Writes an event down. Events must come in the chain's order, from its first block on.
    pub fn write(&mut self, event: &RuntimeEvent) -> Result<()> {
        match event {
            RuntimeEvent::Registry(event) => self.registered(event),
            RuntimeEvent::Metering(event) => self.meters.write(event)?,
            RuntimeEvent::Matching(event) => self.matched(event)?,
            RuntimeEvent::Rewards(event) => self.rewarded(event),
            _ => {}
        }
        Ok(())
    }

    fn registered(&mut self, event: &Registry<deren_runtime::Runtime>) {
        match event {
            Registry::MarketCreated { market, protocol_fee_bp, from, .. }
            | Registry::MarketUpdated { market, protocol_fee_bp, from, .. }
                if *market == self.market =>
            {
                self.grid.set_protocol_fee(*from, *protocol_fee_bp);
            }
            Registry::ZoneCreated { zone, market, parent, edge, from, .. } if *market == self.market => {
                self.grid.add(*zone, *parent, *edge, *from);
            }
            Registry::EdgeSet { zone, market, edge, from, fee_from } if *market == self.market => {
                self.grid.set_edge(*zone, *edge, *from, *fee_from);
            }
            Registry::SiteRegistered { site, market, zone, owner, .. } if *market == self.market => {
                self.grid.add_site(*site, *zone);
                self.owners.entry(owner.clone()).or_default().push(*site);
            }
            Registry::DeviceRegistered { device, market, register_step_mwh, .. } if *market == self.market => {
                self.meters.install(*device, *register_step_mwh);
            }
            _ => {}
        }
    }

    fn matched(&mut self, event: &Matching<deren_runtime::Runtime>) -> Result<()> {
        self.orders.write(self.market, event);
        self.rebated(event)?;
        let ours = self.market;
        match event {
            Matching::SlotCleared { market, slot, input_hash, outcome_hash, .. } if *market == ours => {
                let readings = self.meters.readings(*slot);
                let cleared = Cleared { input_hash: *input_hash, outcome_hash: *outcome_hash, readings };
                self.open(*slot)?.cleared = Some(cleared);
            }
            Matching::ZoneCleared { market, slot, zone, price_ueur_per_kwh, net_export_wh } if *market == ours => {
                let result = ZoneResult { price_ueur_per_kwh: *price_ueur_per_kwh, net_export_wh: *net_export_wh };
                self.open(*slot)?.zones.insert(*zone, result);
            }
            Matching::FillSettled {
                market, slot, step, zone, quantity_wh, price_ueur_per_kwh, amount_ueur, ..
            } if *market == ours => {
                self.open(*slot)?.fills.push(Fill {
                    step: *step,
                    zone: *zone,
                    quantity_wh: *quantity_wh,
                    price_ueur_per_kwh: *price_ueur_per_kwh,
                    amount_ueur: *amount_ueur,
                });
            }
            Matching::NetworkFeePaid { market, slot, zone, amount_ueur, .. } if *market == ours => {
                *self.open(*slot)?.network_fees.entry(*zone).or_default() += amount_ueur;
            }
            Matching::CommunityPaid { market, slot, congestion_rent_ueur, dust_ueur, .. } if *market == ours => {
                let slot = self.open(*slot)?;
                slot.congestion_rent_ueur += congestion_rent_ueur;
                slot.dust_ueur += dust_ueur;
            }
            Matching::ProtocolFeePaid { market, slot, amount_ueur, .. } if *market == ours => {
                self.open(*slot)?.protocol_fee_ueur += amount_ueur;
            }
            Matching::SlotSettled { market, slot, summary } if *market == ours => {
                self.open(*slot)?.settled = Some(summary.clone());
            }
            Matching::ClearingVoided { market, slot, reason } if *market == ours => {
                return Err(NeighbourhoodError::Invariant(format!(
                    "the clearing of slot {slot} was voided: {reason:?}"
                )));
            }
            Matching::SlotVoided { market, slot, cause } if *market == ours => {
                return Err(NeighbourhoodError::Invariant(format!("slot {slot} was voided: {cause:?}")));
            }
            Matching::SettlementHalted { market, slot, error } if *market == ours => {
                return Err(NeighbourhoodError::Invariant(format!("the settlement of slot {slot} halted: {error:?}")));
            }
            _ => {}
        }
        Ok(())
    }

    fn rewarded(&mut self, event: &Rewards<deren_runtime::Runtime>) {
        match event {
            Rewards::Rewarded { market, era, owner, amount, .. } if *market == self.market => {
                *self.rewards.entry(*era).or_default().entry(owner.clone()).or_default() += amount;
            }
            Rewards::MarketEraPaid { market, era, minted, .. } if *market == self.market => {
                self.minted.insert(*era, *minted);
            }
            Rewards::EraPaid { era, minted, .. } => {
                self.paid_eras.insert(*era, *minted);
                while self.paid_eras.len() > MAX_OPEN_SLOTS {
                    self.paid_eras.pop_first();
                }
                while self.rewards.len() > MAX_OPEN_SLOTS {
                    self.rewards.pop_first();
                }
                while self.minted.len() > MAX_OPEN_SLOTS {
                    self.minted.pop_first();
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, slot: Slot) -> Result<&mut OpenSlot> {
        if self.open.len() >= MAX_OPEN_SLOTS && !self.open.contains_key(&slot) {
            return Err(NeighbourhoodError::Invariant(format!("{MAX_OPEN_SLOTS} slots are cleared and not settled")));
        }
        Ok(self.open.entry(slot).or_default())
    }

    /// What the owners of sites were given in an era, by site; an owner of several counts for its first.
    fn minted_by_site(&self, era: u32) -> BTreeMap<SiteId, u128> {
        let of_era = self.rewards.get(&era).into_iter().flatten();
        of_era.filter_map(|(owner, amount)| Some((*self.owners.get(owner)?.first()?, *amount))).collect()
    }
}

#[cfg(test)]
mod tests;
