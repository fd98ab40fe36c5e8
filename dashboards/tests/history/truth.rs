//! What a history knows of itself, to compare answers with.

use deren_primitives::{Hex, SlotSummary};
use std::collections::BTreeMap;

/// A slot that was cleared.
#[derive(Clone, Debug)]
pub struct SlotTruth {
    /// Its sums.
    pub summary: SlotSummary,
    /// Price steps in its market file.
    pub steps: usize,
    /// True if production did not show all of a site's export.
    pub over_exports: usize,
}

/// A gap that must be found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpectedGap {
    pub slot: u32,
    pub site: u32,
    pub device: String,
    pub kind: &'static str,
}

/// What is true of a history. Big ones keep only sums.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Cleared slots.
    pub slots: BTreeMap<u32, SlotTruth>,
    /// Eras with what was minted in them.
    pub minted_ren: BTreeMap<u32, u128>,
    /// Verdict bits of each device and slot that a reading covers.
    pub covered: BTreeMap<([u8; 32], u32), u16>,
    /// Sites whose export in a slot was more than production shows.
    pub over_exported: Vec<(u32, u32)>,
    /// Wh that grid meters' accepted readings show: import, export.
    pub measured_wh: (u64, u64),
    /// Readings in all.
    pub readings: u64,
    /// Fills in all.
    pub fills: u64,
}

impl super::History {
    /// The gaps of all slots so far, newest first, then by site and device.
    pub fn expected_gaps(&self) -> Vec<ExpectedGap> {
        let mut gaps = Vec::new();
        for home in &self.homes {
            for (meter, slot) in home
                .meters
                .iter()
                .flat_map(|meter| (self.plan.first_slot - 1..self.next_slot).map(move |slot| (meter, slot)))
            {
                if !meter.serves(slot) || slot < self.plan.first_slot {
                    continue;
                }
                let over = meter.role == "grid" && self.truth.over_exported.contains(&(home.site, slot));
                let kind = match self.truth.covered.get(&(meter.device, slot)) {
                    None => "missing",
                    Some(bits) if bits & 64 != 0 => "late",
                    Some(bits) if bits & !1 != 0 || over => "flagged",
                    Some(1) => "estimated",
                    Some(_) => continue,
                };
                let device = Hex(meter.device).to_string();
                gaps.push(ExpectedGap { slot, site: home.site, device, kind });
            }
        }
        gaps.sort_by(|a, b| b.slot.cmp(&a.slot).then_with(|| (a.site, &a.device).cmp(&(b.site, &b.device))));
        gaps
    }
}
