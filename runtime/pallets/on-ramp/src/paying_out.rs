//! Paying out: euros wait in a keyless account until they are burned as paid, or go back to their holder.

use crate::types::Request;
use crate::{Config, Error, Event, NextRequest, OpenRequests, Pallet, Requests, Supply};
use frame_support::{
    pallet_prelude::*,
    traits::{
        Get,
        fungible::Mutate as _,
        tokens::{Fortitude, Precision, Preservation},
    },
};
use sp_core::H256;
use sp_runtime::traits::AccountIdConversion;

impl<T: Config> Pallet<T> {
    /// The keyless account in which euros wait to be paid out.
    pub fn waiting_account() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    /// See [`Self::request_payout`].
    pub(crate) fn do_request(owner: T::AccountId, amount_ueur: u128, reference: H256) -> DispatchResult {
        ensure!(amount_ueur >= T::MinPayoutUeur::get(), Error::<T>::TooLittle);
        ensure!(Requests::<T>::count() < T::MaxRequests::get(), Error::<T>::TooManyRequests);
        let open = OpenRequests::<T>::get(&owner);
        ensure!(open < T::MaxRequestsPerAccount::get(), Error::<T>::TooManyOfAccount);
        let number = NextRequest::<T>::get();
        NextRequest::<T>::put(number.checked_add(1).ok_or(Error::<T>::Overflow)?);
        OpenRequests::<T>::insert(&owner, open.saturating_add(1));
        T::Eur::transfer(&owner, &Self::waiting_account(), amount_ueur, Preservation::Expendable)?;
        let request = Request { owner: owner.clone(), amount_ueur, reference, day: T::Today::get() };
        Requests::<T>::insert(number, request);
        Self::deposit_event(Event::PayoutRequested { number, owner, amount_ueur, reference });
        Ok(())
    }

    /// See [`Self::mark_paid`].
    pub(crate) fn do_mark_paid(number: u32, proof: H256) -> DispatchResult {
        let Request { owner, amount_ueur, .. } = Self::take(number)?;
        let (exact, polite) = (Precision::Exact, Fortitude::Polite);
        T::Eur::burn_from(&Self::waiting_account(), amount_ueur, Preservation::Expendable, exact, polite)?;
        Supply::<T>::try_mutate(|sums| {
            sums.burned = sums.burned.checked_add(amount_ueur).ok_or(Error::<T>::Overflow)?;
            Ok::<_, Error<T>>(())
        })?;
        Self::deposit_event(Event::PaidOut { number, owner, amount_ueur, proof });
        Ok(())
    }

    /// See [`Self::return_payout`].
    pub(crate) fn do_return(number: u32) -> DispatchResult {
        let Request { owner, amount_ueur, day, .. } = Self::take(number)?;
        // The day of the request is not whole.
        let last_day_to_pay = day.saturating_add(T::PayoutDays::get());
        ensure!(T::Today::get() > last_day_to_pay, Error::<T>::StillToBePaid);
        T::Eur::transfer(&Self::waiting_account(), &owner, amount_ueur, Preservation::Expendable)?;
        Self::deposit_event(Event::PayoutReturned { number, owner, amount_ueur });
        Ok(())
    }

    /// Takes an open request off the list.
    fn take(number: u32) -> Result<Request<T::AccountId>, Error<T>> {
        let request = Requests::<T>::take(number).ok_or(Error::<T>::UnknownRequest)?;
        OpenRequests::<T>::mutate_exists(&request.owner, |open| {
            *open = open.and_then(|open| open.checked_sub(1)).filter(|left| *left > 0);
        });
        Ok(request)
    }
}
