//! Values with the slot from which each holds, and the changes that an eventful history makes to them.

use super::{History, MARKET};
use deren_market::Edge;
use deren_primitives::{Side, ZoneId};
use rand::Rng;
use std::collections::BTreeMap;

/// Limit in µ€/kWh and cap in Wh, best step first.
pub type PriceSteps = Vec<(u32, u32)>;

/// Versions by key, each with its first slot.
pub struct Versions<K, V>(BTreeMap<K, BTreeMap<u32, V>>);

impl<K, V> Default for Versions<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Clone, V> Versions<K, V> {
    /// From this slot on; what would have begun with it or later is void.
    pub fn set(&mut self, key: K, from: u32, value: V) {
        let versions = self.0.entry(key).or_default();
        versions.split_off(&from);
        versions.insert(from, value);
    }

    /// What holds in that slot.
    pub fn at(&self, key: &K, slot: u32) -> Option<&V> {
        self.0.get(key)?.range(..=slot).next_back().map(|(_, value)| value)
    }

    /// All keys with what holds in that slot.
    pub fn all(&self, slot: u32) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().filter_map(move |(key, versions)| Some((key, versions.range(..=slot).next_back()?.1)))
    }
}

fn name(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

impl History {
    /// Price steps as an owner might choose them, best first.
    fn any_steps(&mut self, side: Side) -> PriceSteps {
        let count = self.rng.random_range(1..=3u32);
        (0..count)
            .map(|step| {
                let offset = step * 20_000 + self.rng.random_range(0..20_000);
                let limit = if side == Side::Buy { 280_000 - offset } else { 60_000 + offset };
                (limit, self.rng.random_range(100..1_500))
            })
            .collect()
    }

    /// The site's order is what its owner wants, from a slot on.
    pub(super) fn place(&mut self, site: u32, side: Side, from: u32, change: &'static str) {
        let owner = self.homes[site as usize].owner;
        let steps = match change {
            "cancelled" | "paused" => None,
            _ => Some(self.any_steps(side)),
        };
        let line =
            self.event("order_versions").put(MARKET).put(site).put(name(side)).bytes(&owner).put(change).put(from);
        match &steps {
            Some(steps) => {
                let held: u64 = steps.iter().map(|(limit, cap)| u64::from(*limit) * u64::from(*cap) / 1000 + 1).sum();
                let line = line.array(steps.iter().map(|step| step.0)).array(steps.iter().map(|step| step.1));
                drop(line.put(if side == Side::Buy { held } else { 0 }).maybe(None::<u32>));
            }
            None => {
                let missing = (change == "paused").then_some(17);
                drop(line.maybe(None::<u32>).maybe(None::<u32>).maybe(None::<u32>).maybe(missing));
            }
        }
        self.orders.set((site, side), from, steps);
    }

    /// What owners and the operator change while this slot's readings come in: it holds from the slot after the next.
    pub(super) fn change(&mut self, slot: u32) {
        if !self.plan.eventful {
            return;
        }
        let from = slot + 2;
        for _ in 0..2 {
            let site = self.rng.random_range(0..self.plan.sites);
            let side = if self.rng.random() { Side::Buy } else { Side::Sell };
            let change = ["placed", "changed", "changed", "resumed", "cancelled"][self.rng.random_range(0..5usize)];
            self.place(site, side, from, change);
        }
        if self.once_in(3) {
            let zone = self.rng.random_range(1..=self.plan.feeders);
            let edge = self.any_edge();
            self.set_edge(zone, edge, from);
        }
        if self.once_in(5) {
            let fee_bp = self.rng.random_range(0..300);
            self.set_market(fee_bp, from);
        }
        if self.once_in(10) {
            let site = self.rng.random_range(0..self.plan.sites);
            let active = !self.active.at(&site, from).copied().unwrap_or(true);
            self.set_active(site, active, from);
        }
        if self.once_in(4) {
            let site = self.rng.random_range(0..self.plan.sites);
            self.replace_grid_meter(site, from);
        }
    }

    /// A line to the substation with any terms.
    pub(super) fn any_edge(&mut self) -> Edge {
        let mut capacity = || self.rng.random_ratio(1, 2).then(|| self.rng.random_range(100..4_000));
        let (capacity_up_wh, capacity_down_wh) = (capacity(), capacity());
        let fee_ueur_per_kwh = self.rng.random_range(0..20_000);
        Edge { parent: ZoneId(0), fee_ueur_per_kwh, capacity_up_wh, capacity_down_wh }
    }
}
