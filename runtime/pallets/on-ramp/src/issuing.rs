//! Issuing within a day's cap. It must never issue for anybody but the on-ramp.

use crate::types::Issued;
use crate::{Config, DailyCap, Error, Event, IssuedOn, OnRamp, Pallet, Supply};
use frame_support::{
    pallet_prelude::*,
    traits::{Get, fungible::Mutate as _},
};
use frame_system::{ensure_signed, pallet_prelude::OriginFor};

impl<T: Config> Pallet<T> {
    /// An error unless the on-ramp signed.
    pub(crate) fn ensure_on_ramp(origin: OriginFor<T>) -> DispatchResult {
        let who = ensure_signed(origin)?;
        ensure!(OnRamp::<T>::get() == Some(who), Error::<T>::NotTheOnRamp);
        Ok(())
    }

    /// See [`Self::issue`].
    pub(crate) fn do_issue(to: T::AccountId, amount_ueur: u128) -> DispatchResult {
        // A clock that went back would open no new cap.
        let day = T::Today::get().max(IssuedOn::<T>::get().day);
        let before = Self::issued_on(day);
        let issued_today = before.checked_add(amount_ueur).ok_or(Error::<T>::Overflow)?;
        ensure!(issued_today <= DailyCap::<T>::get(), Error::<T>::AboveDailyCap);
        T::Eur::mint_into(&to, amount_ueur)?;
        IssuedOn::<T>::put(Issued { day, amount_ueur: issued_today });
        Supply::<T>::try_mutate(|sums| {
            sums.issued = sums.issued.checked_add(amount_ueur).ok_or(Error::<T>::Overflow)?;
            Ok::<_, Error<T>>(())
        })?;
        Self::deposit_event(Event::Issued { to, amount_ueur });
        Ok(())
    }

    /// What was issued on this day until now, in µ€.
    fn issued_on(day: u32) -> u128 {
        let newest = IssuedOn::<T>::get();
        if day == newest.day { newest.amount_ueur } else { 0 }
    }
}
