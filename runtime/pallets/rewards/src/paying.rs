//! Paying eras, a page at a time, once everything through their last slot is settled.
//!
//! A page and its effects are one storage layer. It must never mint more than the schedule emits.

use crate::types::Eras;
use crate::{Carried, Config, CurrentEras, Earned, Error, Event, Minted, Pallet, Sums, TotalMinted, WeightInfo};
use alloc::vec::Vec;
use deren_runtime_apis::SettlementProgress;
use frame_support::{
    pallet_prelude::*,
    storage::with_storage_layer,
    traits::{Get, fungible::Mutate as _},
};
use sp_runtime::{ArithmeticError, SaturatedConversion};

impl<T: Config> Pallet<T> {
    /// Pays the next page of the next era if it can be paid, after passing over eras in which nobody earned.
    pub(crate) fn advance() -> Weight {
        let mut weight = T::WeightInfo::look();
        let settled = T::Markets::get().into_iter().map(T::Settlement::settled_through).min().unwrap_or_default();
        if settled.0 == 0 {
            return weight;
        }
        let mut eras = Self::eras_from(settled.next());
        for _ in 0..T::MaxSkippedEras::get() {
            let is_settled = Self::last_slot(eras.next).is_some_and(|last| last <= settled);
            if !is_settled {
                break;
            }
            if Sums::<T>::contains_key(eras.next) {
                return weight.saturating_add(Self::try_page(eras));
            }
            eras = Self::era_paid(eras, 0, 0, 0);
            weight = weight.saturating_add(T::WeightInfo::skip_era());
        }
        weight
    }

    /// A page of the next era. One that fails leaves everything as it was.
    fn try_page(eras: Eras) -> Weight {
        match with_storage_layer(|| Self::pay_page(eras)) {
            Ok(paid) => T::WeightInfo::pay_page(paid),
            Err(error) => {
                Self::deposit_event(Event::PayingHalted { era: eras.next, error });
                T::WeightInfo::pay_page(T::PageSize::get())
            }
        }
    }

    /// Pays up to a page of earners, and closes the era after the last. Gives how many were paid.
    pub(crate) fn pay_page(eras: Eras) -> Result<u32, DispatchError> {
        let era = eras.next;
        let mut sums = Sums::<T>::get(era).unwrap_or_default();
        let schedule = T::Schedule::get();
        let emission = schedule.emission(era.saturating_sub(eras.first));
        let size = usize::try_from(T::PageSize::get()).unwrap_or(usize::MAX);
        let page: Vec<(T::AccountId, u64)> = Earned::<T>::iter_prefix(era).take(size).collect();
        for (owner, wh) in &page {
            Earned::<T>::remove(era, owner);
            let left = emission.checked_sub(sums.minted).ok_or(ArithmeticError::Underflow)?;
            let amount = schedule.share(emission, *wh, sums.wh).min(left);
            sums.minted = sums.minted.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
            Self::deposit_event(Event::Rewarded { era, owner: owner.clone(), wh: *wh, amount });
            Self::deliver(owner, amount)?;
        }
        if Earned::<T>::iter_key_prefix(era).next().is_some() {
            Sums::<T>::insert(era, sums);
        } else {
            Sums::<T>::remove(era);
            Self::era_paid(eras, sums.minted, sums.wh, sums.earners);
        }
        Ok(page.len().saturated_into())
    }

    /// Mints a reward with what is carried; what an account cannot receive yet is carried on.
    fn deliver(owner: &T::AccountId, amount: u128) -> DispatchResult {
        let carried = Carried::<T>::get(owner).unwrap_or_default();
        let due = carried.checked_add(amount).ok_or(Error::<T>::Overflow)?;
        if due == 0 {
            return Ok(());
        }
        if with_storage_layer(|| T::Ren::mint_into(owner, due)).is_ok() {
            if carried > 0 {
                Carried::<T>::remove(owner);
                Self::deposit_event(Event::CarriedPaid { owner: owner.clone(), amount: carried });
            }
        } else {
            Carried::<T>::insert(owner, due);
            Self::deposit_event(Event::RewardCarried { owner: owner.clone(), amount: due });
        }
        Ok(())
    }

    /// The era is paid: the next one follows.
    fn era_paid(eras: Eras, minted: u128, wh: u64, earners: u32) -> Eras {
        let era = eras.next;
        Minted::<T>::insert(era, minted);
        if let Some(old) = era.checked_sub(T::KeepEras::get()) {
            Minted::<T>::remove(old);
        }
        // Never above the schedule's hard cap, so it cannot saturate.
        TotalMinted::<T>::mutate(|total| *total = total.saturating_add(minted));
        let eras = Eras { next: era.saturating_add(1), ..eras };
        CurrentEras::<T>::put(eras);
        Self::deposit_event(Event::EraPaid { era, minted, wh, earners });
        eras
    }

    /// See [`Self::claim`].
    pub(crate) fn do_claim(owner: T::AccountId) -> DispatchResult {
        let amount = Carried::<T>::take(&owner).ok_or(Error::<T>::NothingCarried)?;
        T::Ren::mint_into(&owner, amount).map_err(|_| Error::<T>::StillUndeliverable)?;
        Self::deposit_event(Event::CarriedPaid { owner, amount });
        Ok(())
    }

    /// REN minted for an era, in the smallest unit; `None` while it is not paid, or when it is long ago.
    pub fn minted(era: u32) -> Option<u128> {
        Minted::<T>::get(era)
    }
}
