//! Eras, and what accrues in them while slots settle.

use crate::types::Eras;
use crate::{Closed, Config, CurrentEras, Earned, Event, MarketEras, Pallet, Paying, Sums, ZonesEarned};
use deren_market::rewards::FeeBase;
use deren_primitives::{MarketId, Slot};
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

    /// True if nothing more can come for this market's era. Matching tells of nothing that comes after its end.
    fn is_over(market: MarketId, era: u32, eras: Eras) -> bool {
        era < eras.next || Closed::<T>::contains_key(market, era) || Paying::<T>::contains_key(market, era)
    }

    /// Notes a slot's protocol fee.
    pub(crate) fn add_fee(market: MarketId, slot: Slot, fee_ueur: u128) {
        let era = Self::era_of(slot);
        if fee_ueur == 0 || Self::is_over(market, era, Self::eras_from(slot)) {
            return;
        }
        MarketEras::<T>::mutate(market, era, |sums| {
            let sums = sums.get_or_insert_default();
            sums.fees_ueur = sums.fees_ueur.saturating_add(fee_ueur);
        });
    }

    /// Notes what a site sold, and the fee that was paid for it.
    pub(crate) fn accrue(market: MarketId, slot: Slot, base: FeeBase<T::AccountId>) {
        let FeeBase { site, zone, owner, rewarded_wh, fee_ueur: fee_base_ueur } = base;
        if fee_base_ueur == 0 {
            return;
        }
        let (era, eras) = (Self::era_of(slot), Self::eras_from(slot));
        let mut sums = MarketEras::<T>::get(market, era).unwrap_or_default();
        let earned = Earned::<T>::get((market, era, zone, &owner));
        let has_room = earned.is_some() || sums.earners < T::MaxEarners::get();
        if !has_room || Self::is_over(market, era, eras) {
            Self::deposit_event(Event::LeftOut { market, era, slot, site, zone, owner, rewarded_wh, fee_base_ueur });
            return;
        }
        sums.earners = sums.earners.saturating_add(u32::from(earned.is_none()));
        sums.earned = sums.earned.plus(rewarded_wh, fee_base_ueur);
        MarketEras::<T>::insert(market, era, sums);
        let earned = earned.unwrap_or_default().plus(rewarded_wh, fee_base_ueur);
        Earned::<T>::insert((market, era, zone, &owner), earned);
        ZonesEarned::<T>::mutate((market, era, zone), |sum| *sum = sum.saturating_add(fee_base_ueur));
        Self::deposit_event(Event::Accrued { market, era, slot, site, zone, owner, rewarded_wh, fee_base_ueur });
    }

    /// Nothing more comes for this era in this market: its claims can be counted, and paid. An era of a market without
    /// any fee has nothing to pay.
    pub(crate) fn close(market: MarketId, era: u32, fees_ueur: u128, rebates_ueur: u128) {
        let eras = CurrentEras::<T>::get();
        let is_over = eras.is_none_or(|eras| Self::is_over(market, era, eras));
        if is_over || !MarketEras::<T>::contains_key(market, era) {
            return;
        }
        Closed::<T>::insert(market, era, (fees_ueur, rebates_ueur));
        Sums::<T>::mutate(era, |sums| {
            let sums = sums.get_or_insert_default();
            sums.uncounted = sums.uncounted.saturating_add(1);
            sums.unpaid = sums.unpaid.saturating_add(1);
        });
    }
}
