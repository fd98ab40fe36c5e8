//! Clearing, settlement and rewards, as the chain does them.

use super::{History, MARKET, SlotTruth, readings::Read};
use codec::Encode;
use deren_market::{Amounts, Network, Outcome, Step, Zone, clear, clearing_steps, cut_to_measured, settle, verify};
use deren_primitives::{Side, SiteId, SlotState, SlotSummary, ZoneId, blake2_256};
use std::collections::BTreeMap;

const POT: [u8; 32] = [0xc0; 32];
const TREASURY: [u8; 32] = [0x77; 32];
/// REN for a produced and sold Wh, in the smallest unit. Each is rewarded as if others had paid a fee of 1 µ€ for it.
const REN_PER_WH: u128 = 1_000_000;

impl History {
    /// Closes the slot, lets late readings come, clears and settles.
    pub(super) fn clear_and_settle(&mut self, slot: u32, mut read: Read) {
        drop(self.event("slots_closed").put(slot).put(slot));
        for late in std::mem::take(&mut read.late) {
            self.accept(late);
        }
        if read.in_time == 0 {
            drop(self.event("slots_empty").put(MARKET).put(slot));
            self.begin_block(slot);
        } else {
            let cleared_in_block = self.block;
            let fee_bp = *self.fees_bp.at(&(), slot).expect("a fee");
            let network = self.network(slot);
            let steps = self.steps(slot, &read);
            let entered = clearing_steps(&steps, fee_bp);
            let outcome = clear(&network, &entered).expect("clears");
            if self.plan.eventful {
                assert_eq!(verify(&network, &entered, &outcome), Ok(()));
            }
            self.cleared(slot, &network, &entered, &outcome);
            let amounts = settle(&network, &steps, &outcome, fee_bp).expect("settles");
            self.begin_block(slot);
            self.settled(slot, &read, &amounts, cleared_in_block, steps.len());
        }
        self.pay_era(slot);
    }

    fn network(&self, slot: u32) -> Network {
        let root = Zone { id: ZoneId(0), edge: None };
        let feeders = self.edges.all(slot).map(|(zone, edge)| Zone { id: ZoneId(*zone), edge: Some(*edge) });
        Network::new(std::iter::once(root).chain(feeders).collect()).expect("a tree")
    }

    fn steps(&mut self, slot: u32, read: &Read) -> Vec<Step> {
        let (mut steps, mut over) = (Vec::new(), BTreeMap::new());
        for ((site, side), order) in self.orders.all(slot) {
            let Some(order) = order else { continue };
            if !self.active.at(site, slot).copied().unwrap_or_default() {
                continue;
            }
            let Some((energy, uncorroborated_wh)) = read.energies.get(&SiteId(*site)).and_then(|e| e.judge()) else {
                continue;
            };
            if uncorroborated_wh > 0 {
                over.insert(*site, (energy.surplus_wh + uncorroborated_wh, uncorroborated_wh));
            }
            let zone = ZoneId(self.homes[*site as usize].zone);
            steps.extend(cut_to_measured((SiteId(*site), *side, zone), order.iter().copied(), energy));
        }
        for (site, (surplus_wh, uncorroborated_wh)) in over {
            drop(self.event("over_exports").put(MARKET).put(site).put(slot).put(surplus_wh).put(uncorroborated_wh));
            self.truth.over_exported.push((site, slot));
        }
        steps.sort_unstable_by_key(|step| step.id);
        steps
    }

    fn cleared(&mut self, slot: u32, network: &Network, entered: &[Step], outcome: &Outcome) {
        let zones: Vec<Zone> = network.zones().collect();
        let input_hash = blake2_256(&(zones, entered).encode());
        let line = self.event("slots_cleared").put(MARKET).put(slot).put(outcome.volume_wh).put(outcome.welfare_neur);
        let line = line.put(entered.len()).put(outcome.fills.len()).bytes(&input_hash);
        drop(line.bytes(&blake2_256(&outcome.encode())));
        let starts_at = self.starts_at(slot);
        for zone in &outcome.zones {
            if zone.price_ueur_per_kwh.is_some() || zone.net_export_wh != 0 {
                let line = self.event("zones_cleared").put(&starts_at).put(MARKET).put(slot).put(zone.id);
                drop(line.maybe(zone.price_ueur_per_kwh).put(zone.net_export_wh));
            }
        }
    }

    fn settled(&mut self, slot: u32, read: &Read, amounts: &Amounts, cleared_in_block: u32, steps: usize) {
        let starts_at = self.starts_at(slot);
        let mut traded_wh: BTreeMap<(SiteId, bool), u64> = BTreeMap::new();
        for fill in &amounts.fills {
            let side = if fill.side == Side::Buy { "buy" } else { "sell" };
            let owner = self.homes[fill.id.site().0 as usize].owner;
            let line = self.event("fills").put(&starts_at).put(MARKET).put(slot).put(fill.id).put(fill.id.site());
            let line = line.put(side).put(fill.id.step()).bytes(&owner).put(fill.zone).put(fill.quantity_wh);
            drop(line.put(fill.price_ueur_per_kwh).put(fill.amount_ueur));
            *traded_wh.entry((fill.id.site(), fill.side == Side::Sell)).or_default() += u64::from(fill.quantity_wh);
        }
        let operator = self.operator;
        for (zone, amount_ueur) in amounts.network_fees.iter().filter(|(_, amount)| *amount > 0) {
            drop(self.event("network_fees").put(MARKET).put(slot).put(zone).bytes(&operator).put(amount_ueur));
        }
        let (rent, dust, protocol) = (amounts.congestion_rent_ueur, amounts.dust_ueur, amounts.protocol_fee_ueur);
        if rent > 0 || dust > 0 {
            drop(self.event("community_payments").put(MARKET).put(slot).bytes(&POT).put(rent).put(dust));
        }
        if protocol > 0 {
            drop(self.event("protocol_fees").put(MARKET).put(slot).bytes(&TREASURY).put(protocol));
        }
        self.truth.fills += amounts.fills.len() as u64;
        let sum_wh = |sold: bool| traded_wh.iter().filter(|((_, s), _)| *s == sold).map(|(_, wh)| wh).sum::<u64>();
        let summary = SlotSummary {
            state: SlotState::Settled,
            cleared_in_block,
            settled_in_block: self.block,
            readings: read.in_time,
            bought_wh: sum_wh(false),
            sold_wh: sum_wh(true),
            paid_ueur: amounts.paid_ueur,
            received_ueur: amounts.received_ueur,
            network_fees_ueur: amounts.network_fees.iter().map(|(_, amount)| amount).sum(),
            congestion_rent_ueur: rent,
            protocol_fee_ueur: protocol,
            dust_ueur: dust,
            amounts_rounded: amounts.amounts_rounded,
        };
        self.reward_and_pause(slot, read, &traded_wh);
        let line = self.event("slots_settled").put(MARKET).put(slot).put("settled").put(cleared_in_block);
        let line = line.put(summary.settled_in_block).put(summary.readings).put(summary.bought_wh).put(summary.sold_wh);
        let line = line.put(summary.paid_ueur).put(summary.received_ueur).put(summary.network_fees_ueur);
        drop(line.put(rent).put(protocol).put(dust).put(summary.amounts_rounded));
        let over_exports = self.truth.over_exported.iter().filter(|(_, of)| *of == slot).count();
        self.truth.slots.insert(slot, SlotTruth { summary, steps, over_exports });
    }

    /// What producers earn; and a buyer whose hold cannot be taken again is paused from the next slot on.
    fn reward_and_pause(&mut self, slot: u32, read: &Read, traded_wh: &BTreeMap<(SiteId, bool), u64>) {
        let era = slot / self.plan.slots_per_era;
        for ((site, sold), wh) in traded_wh {
            if !sold {
                if self.once_in(12) {
                    self.place(site.0, Side::Buy, slot + 1, "paused");
                }
                continue;
            }
            let produced_wh = read.energies.get(site).map_or(0, |energies| energies.production.export_wh);
            let rewarded_wh = (*wh).min(produced_wh);
            if rewarded_wh > 0 {
                let home = &self.homes[site.0 as usize];
                let (owner, zone) = (home.owner, home.zone);
                let line =
                    self.event("accruals").put(era).put(slot).put(site).bytes(&owner).put(rewarded_wh).put(false);
                drop(line.put(MARKET).put(zone).put(rewarded_wh));
                *self.era_wh.entry(site.0).or_default() += rewarded_wh;
            }
        }
    }

    fn pay_era(&mut self, slot: u32) {
        if !(slot + 1).is_multiple_of(self.plan.slots_per_era) {
            return;
        }
        let era = slot / self.plan.slots_per_era;
        let earned = std::mem::take(&mut self.era_wh);
        for (site, wh) in &earned {
            let home = &self.homes[*site as usize];
            let (owner, zone) = (home.owner, home.zone);
            let line = self.event("rewards").put(era).bytes(&owner).put(wh).put(u128::from(*wh) * REN_PER_WH);
            drop(line.put(MARKET).put(zone).put(wh));
        }
        let wh: u64 = earned.values().sum();
        let minted_ren = u128::from(wh) * REN_PER_WH;
        drop(self.event("eras_paid").put(era).put(minted_ren).put(wh).put(earned.len()));
        self.truth.minted_ren.insert(era, minted_ren);
    }
}
