//! Spending the treasury within a cap, and what is never touched.

use crate::types::{Money, Spent};
use crate::{Config, Error, Event, Pallet, SpentIn};
use frame_support::{
    pallet_prelude::*,
    traits::{Contains, Get, fungible::Mutate as _, tokens::Preservation},
};

impl<T: Config> Pallet<T> {
    /// See [`Self::spend`].
    pub(crate) fn do_spend(money: Money, to: T::AccountId, amount: u128) -> DispatchResult {
        let mut spent = Self::spent_in_this_window();
        let (sum, cap) = match money {
            Money::Eur => (&mut spent.ueur, T::EurCap::get()),
            Money::Ren => (&mut spent.ren, T::RenCap::get()),
        };
        *sum = sum.checked_add(amount).ok_or(Error::<T>::Overflow)?;
        ensure!(*sum <= cap, Error::<T>::AboveCap);
        SpentIn::<T>::put(spent);
        let treasury = T::Treasury::get();
        // An account that is gone could take no fees: they would be burned.
        match money {
            Money::Eur => T::Eur::transfer(&treasury, &to, amount, Preservation::Preserve)?,
            Money::Ren => T::Ren::transfer(&treasury, &to, amount, Preservation::Preserve)?,
        };
        Self::deposit_event(Event::TreasurySpent { money, to, amount });
        Ok(())
    }

    /// What was spent in this window until now. A clock that went back would open no new window.
    fn spent_in_this_window() -> Spent {
        let newest = SpentIn::<T>::get();
        let window = T::Today::get().checked_div(T::WindowDays::get()).unwrap_or_default();
        if window > newest.window { Spent { window, ueur: 0, ren: 0 } } else { newest }
    }

    /// An error for an account in which the chain's own rules keep money.
    pub(crate) fn ensure_not_protocol(who: &T::AccountId) -> DispatchResult {
        ensure!(!T::ProtocolAccounts::contains(who), Error::<T>::ProtocolAccount);
        Ok(())
    }
}
