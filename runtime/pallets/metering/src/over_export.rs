//! What of a site's surplus trades, judged once when it is first asked for after the slot's closing, in the slots'
//! order. What hangs on the days before is kept with the slot, so that whoever asks again hears the same.

use crate::{Config, Event, Excesses, Pallet, SiteEnergies, SlotEnergies};
use deren_primitives::{MarketId, SiteId, Slot};

impl<T: Config> Pallet<T> {
    /// What trades of the `measured_wh` that the grid meter exported more than it imported.
    pub(crate) fn traded_wh(key: (MarketId, SiteId, Slot), mut energies: SlotEnergies, measured_wh: u64) -> u64 {
        if let Some(traded_wh) = energies.traded_wh {
            return traded_wh;
        }
        let (market, site, slot) = key;
        let Some(claim) = energies.claim() else { return 0 };
        let mut traded_wh = 0;
        if claim.shown_wh > 0 || claim.surplus_wh > 0 {
            let mut history = Excesses::<T>::get(site);
            let before = history.judged_through;
            traded_wh = history.judge(slot, Self::parameters().slots_per_era, &claim);
            if history.judged_through > before {
                Excesses::<T>::insert(site, history);
            }
        }
        if traded_wh < measured_wh || claim.excess_wh() > 0 {
            energies.traded_wh = Some(traded_wh);
            SiteEnergies::<T>::insert((market, slot), site, energies);
        }
        if let Some(uncorroborated_wh) = measured_wh.checked_sub(traded_wh).filter(|wh| *wh > 0) {
            let surplus_wh = measured_wh;
            Self::deposit_event(Event::OverExport { market, site, slot, surplus_wh, uncorroborated_wh });
        }
        traded_wh
    }
}
