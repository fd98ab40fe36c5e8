//! What is deposited for state, out of its owner's purse.

use crate::{Config, Error, Page, Pallet, Purses};
use frame_support::pallet_prelude::*;

impl<T: Config> Pallet<T> {
    /// Deposits what is free in the purse; what is missing comes out of the account's EUR.
    pub fn deposit(who: &T::AccountId, ueur: u128) -> DispatchResult {
        let mut page = Page::<T>::default();
        page.take_free(who, ueur)?;
        let purse = page.purse(who);
        purse.deposits_ueur = purse.deposits_ueur.checked_add(ueur).ok_or(Error::<T>::InternalFault)?;
        page.write().map(|_| ())
    }

    /// Makes free what was deposited.
    pub fn give_deposit_back(who: &T::AccountId, ueur: u128) -> DispatchResult {
        let mut page = Page::<T>::default();
        let purse = page.purse(who);
        purse.deposits_ueur = purse.deposits_ueur.checked_sub(ueur).ok_or(Error::<T>::InternalFault)?;
        purse.free_ueur = purse.free_ueur.checked_add(ueur).ok_or(Error::<T>::InternalFault)?;
        page.write().map(|_| ())
    }

    /// What an account has deposited.
    pub fn deposited_ueur(who: &T::AccountId) -> u128 {
        Purses::<T>::get(who).map_or(0, |purse| purse.deposits_ueur)
    }
}
