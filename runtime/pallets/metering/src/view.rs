//! What other pallets and the outside read of metering.

use crate::{Config, Cursors, Pallet, ReadingCounts, SiteEnergies};
use alloc::vec::Vec;
use deren_primitives::{DeviceCursor, DeviceId, MarketId, SiteEnergy, SiteId, Slot};
use deren_runtime_apis::{MarketRegistry, Metering};

/// How many cursors one query returns at most.
pub const MAX_CURSORS: usize = 256;

impl<T: Config> Pallet<T> {
    /// Where each device's chain of readings stands, in the order asked; at most [`MAX_CURSORS`].
    pub fn cursors(devices: Vec<DeviceId>) -> Vec<Option<DeviceCursor>> {
        let cursor = |device| Cursors::<T>::get(device).map(|standing| standing.cursor);
        devices.into_iter().take(MAX_CURSORS).map(cursor).collect()
    }
}

impl<T: Config> Metering for Pallet<T> {
    fn current_slot() -> Slot {
        Self::slot_now()
    }

    fn closed_through() -> Slot {
        Self::newest_closed()
    }

    fn site_energy(site: SiteId, slot: Slot) -> Option<SiteEnergy> {
        if slot > Self::newest_closed() {
            return None;
        }
        let market = T::Registry::site(site, slot)?.market;
        let energies = SiteEnergies::<T>::get((market, slot), site)?;
        let (mut energy, uncorroborated_wh) = energies.judge()?;
        let measured_wh = energy.surplus_wh.saturating_add(uncorroborated_wh);
        energy.surplus_wh = Self::traded_wh((market, site, slot), energies, measured_wh);
        Some(energy)
    }

    fn readings(market: MarketId, slot: Slot) -> u32 {
        ReadingCounts::<T>::get(market, slot)
    }

    fn forget(market: MarketId, slot: Slot) {
        Self::do_forget(market, slot);
    }
}
