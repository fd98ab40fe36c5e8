//! What meters send, and what goes wrong on the way.

use super::{
    History, MARKET,
    home::{Energy, Meter},
};
use deren_market::{Energies, SlotEnergies};
use deren_primitives::{DeviceRole, SiteId};
use rand::Rng;
use std::collections::BTreeMap;

const ESTIMATED: u16 = 1;
const LATE: u16 = 1 << 6;

/// A reading on its way.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    site: u32,
    role: &'static str,
    gateway: [u8; 32],
    device: [u8; 32],
    sequence: u64,
    first_slot: u32,
    slot_count: u32,
    /// Import and export, before and after.
    open_mwh: (u64, u64),
    close_mwh: (u64, u64),
    verdict: u16,
}

/// What came of a slot's readings.
#[derive(Default)]
pub(super) struct Read {
    /// What unflagged ones show, by site.
    pub energies: BTreeMap<SiteId, SlotEnergies>,
    /// How many came in time.
    pub in_time: u32,
    /// What comes when the slot is closed.
    pub late: Vec<Sent>,
}

impl History {
    /// The readings of a slot that come before it is closed.
    pub(super) fn read(&mut self, slot: u32) -> Read {
        let mut read = Read::default();
        let second_of_day = (u64::from(slot) * u64::from(self.plan.slot_seconds) % 86_400) as u32;
        for place in 0..self.homes.len() {
            let energy = self.homes[place].energy(&mut self.rng, second_of_day);
            for number in 0..self.homes[place].meters.len() {
                let Some(sent) = self.send(place, number, slot, energy) else { continue };
                if sent.verdict & LATE != 0 {
                    read.late.push(sent);
                    continue;
                }
                read.in_time += 1;
                if sent.verdict == 0 {
                    let meter = &self.homes[place].meters[number];
                    let (role, step_mwh) = (role(meter), meter.step_mwh);
                    let energies = read.energies.entry(SiteId(sent.site)).or_default();
                    energies.add(role, step_mwh, Energies { import_wh: sent.import_wh(), export_wh: sent.export_wh() });
                }
                self.accept(sent);
            }
        }
        read
    }

    /// What this meter sends of the slot; `None` if nothing comes of it.
    fn send(&mut self, place: usize, number: usize, slot: u32, energy: Energy) -> Option<Sent> {
        let trouble = if self.plan.eventful { self.rng.random_range(0..40u32) } else { u32::MAX };
        let home = &mut self.homes[place];
        let (site, gateway) = (home.site, home.gateway);
        let meter = &mut home.meters[number];
        if !meter.serves(slot) {
            return None;
        }
        let open_mwh = match meter.role {
            "grid" => meter.count(energy.import_wh, energy.export_wh),
            _ => meter.count(0, energy.produced_wh),
        };
        let mut sent = Sent {
            site,
            role: meter.role,
            gateway,
            device: meter.device,
            sequence: meter.sequence,
            first_slot: slot,
            slot_count: 1,
            open_mwh,
            close_mwh: (meter.import_mwh, meter.export_mwh),
            verdict: 0,
        };
        match (meter.silent_since, trouble) {
            (Some(_), 0..20) => return None,
            (Some((since, import_mwh, export_mwh)), _) => {
                meter.silent_since = None;
                sent.first_slot = since;
                sent.slot_count = slot - since + 1;
                sent.open_mwh = (import_mwh, export_mwh);
                sent.verdict = ESTIMATED;
            }
            (None, 0..2) => {
                meter.silent_since = Some((slot, open_mwh.0, open_mwh.1));
                return None;
            }
            (None, 2) => return None,
            (None, 3) => sent.verdict = LATE,
            // A discontinuity, an old anchor, or both.
            (None, 4) => sent.verdict = 1 << 1,
            (None, 5) => sent.verdict = 1 << 5 | 1 << 1,
            _ => {}
        }
        meter.sequence += 1;
        Some(sent)
    }

    /// A reading is on chain.
    pub(super) fn accept(&mut self, sent: Sent) {
        let (import_wh, export_wh) = (sent.import_wh(), sent.export_wh());
        let starts_at = self.starts_at(sent.first_slot);
        let mut hash = sent.device;
        hash[24..].copy_from_slice(&sent.sequence.to_be_bytes());
        let line = self.event("readings").put(starts_at).put(MARKET).put(sent.site).bytes(&sent.gateway);
        let line = line.bytes(&sent.device).put(sent.role).put(sent.first_slot).put(sent.slot_count).put(sent.sequence);
        let line = line.put(0).put(sent.open_mwh.0).put(sent.close_mwh.0).put(sent.open_mwh.1).put(sent.close_mwh.1);
        let line = line.put(import_wh).put(export_wh).put(sent.verdict & 1).put(sent.verdict);
        drop(line.put(20).put(90 * sent.slot_count).put(10_000).bytes(&hash));
        self.truth.readings += 1;
        if sent.role == "grid" {
            self.truth.measured_wh.0 += import_wh;
            self.truth.measured_wh.1 += export_wh;
        }
        if self.plan.eventful {
            for slot in sent.first_slot..sent.first_slot + sent.slot_count {
                self.truth.covered.insert((sent.device, slot), sent.verdict);
            }
        }
    }
}

fn role(meter: &Meter) -> DeviceRole {
    if meter.role == "grid" { DeviceRole::Grid } else { DeviceRole::Production }
}

impl Sent {
    fn import_wh(&self) -> u64 {
        self.close_mwh.0 / 1000 - self.open_mwh.0 / 1000
    }

    fn export_wh(&self) -> u64 {
        self.close_mwh.1 / 1000 - self.open_mwh.1 / 1000
    }
}
