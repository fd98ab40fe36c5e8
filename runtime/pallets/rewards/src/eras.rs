//! Eras, and what accrues in them while slots settle.

use crate::types::Eras;
use crate::{Config, CurrentEras, Earned, Event, Pallet, Sums};
use deren_primitives::{SiteId, Slot};
use frame_support::traits::Get;

impl<T: Config> Pallet<T> {
    /// The era of a slot.
    pub fn era_of(slot: Slot) -> u32 {
        slot.0.checked_div(T::SlotsPerEra::get().max(1)).unwrap_or_default()
    }

    /// The last slot of an era; `None` if it has none that a number can name.
    pub(crate) fn last_slot(era: u32) -> Option<Slot> {
        let end = era.checked_add(1)?.checked_mul(T::SlotsPerEra::get().max(1))?;
        end.checked_sub(1).map(Slot)
    }

    /// The eras, which begin with the era of `slot` if they have not begun yet.
    pub(crate) fn eras_from(slot: Slot) -> Eras {
        CurrentEras::<T>::get().unwrap_or_else(|| {
            let first = Self::era_of(slot);
            let eras = Eras { first, next: first };
            CurrentEras::<T>::put(eras);
            eras
        })
    }

    /// Notes what a site produced and sold. Nothing can come for an era that is being paid, for all of its slots are
    /// settled then; should it come nevertheless, it counts for the next.
    pub(crate) fn accrue(slot: Slot, site: SiteId, owner: &T::AccountId, rewarded_wh: u64) {
        if rewarded_wh == 0 {
            return;
        }
        let eras = Self::eras_from(slot);
        let is_being_paid = Sums::<T>::get(eras.next).is_some_and(|sums| sums.minted > 0);
        let era = Self::era_of(slot).max(eras.next.saturating_add(u32::from(is_being_paid)));
        let owner = owner.clone();
        let mut sums = Sums::<T>::get(era).unwrap_or_default();
        let known = Earned::<T>::get(era, &owner);
        if known.is_none() {
            if sums.earners >= T::MaxEarners::get() {
                Self::deposit_event(Event::LeftOut { era, slot, site, owner, rewarded_wh });
                return;
            }
            sums.earners = sums.earners.saturating_add(1);
        }
        // Both saturate together far beyond all energy there is; shares are of the greater of the two.
        Earned::<T>::insert(era, &owner, known.unwrap_or_default().saturating_add(rewarded_wh));
        sums.wh = sums.wh.saturating_add(rewarded_wh);
        Sums::<T>::insert(era, sums);
        Self::deposit_event(Event::Accrued { era, slot, site, owner, rewarded_wh });
    }
}
