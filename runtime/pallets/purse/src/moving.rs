//! Between a purse and its account's EUR, and what others read of purses.

use crate::{Config, Error, InTransit, Page, Pallet, Purse, Purses as Stored};
use deren_primitives::MarketId;
use deren_runtime_apis::Purses;
use frame_support::{ensure, pallet_prelude::*, storage::with_storage_layer, traits::Get};
use sp_runtime::traits::AccountIdConversion;

impl<T: Config> Pallet<T> {
    /// The keyless account in which the EUR of all purses are.
    pub fn account() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    /// See [`Self::fill`].
    pub(crate) fn do_fill(who: &T::AccountId, amount_ueur: u128) -> DispatchResult {
        ensure!(amount_ueur > 0, Error::<T>::NothingToMove);
        let mut page = Page::<T>::default();
        page.fill(who, amount_ueur)?;
        page.write().map(|_| ())
    }

    /// See [`Self::draw`].
    pub(crate) fn do_draw(who: &T::AccountId, amount_ueur: u128) -> DispatchResult {
        ensure!(amount_ueur > 0, Error::<T>::NothingToMove);
        let mut page = Page::<T>::default();
        ensure!(!page.purse(who).is_frozen, Error::<T>::Frozen);
        page.draw(who, amount_ueur)?;
        page.write().map(|_| ())
    }

    /// True if so much can be drawn by the account now.
    pub fn can_draw(who: &T::AccountId, ueur: u128) -> bool {
        Stored::<T>::get(who).is_some_and(|purse| !purse.is_frozen && purse.free_ueur >= ueur)
    }

    /// Draws wholly or not at all. True if it did.
    pub fn bring(who: &T::AccountId, ueur: u128) -> bool {
        with_storage_layer(|| Self::do_draw(who, ueur)).is_ok()
    }

    /// Draws without the account's will, as a court may order: from a frozen purse too, but only what is free in it.
    pub fn bring_by_force(who: &T::AccountId, ueur: u128) -> DispatchResult {
        let mut page = Page::<T>::default();
        page.draw(who, ueur)?;
        page.write().map(|_| ())
    }
}

impl<T: Config> Purses<T::AccountId> for Pallet<T> {
    type Page = Page<T>;

    fn page() -> Page<T> {
        Page::default()
    }

    fn free_ueur(who: &T::AccountId) -> u128 {
        Stored::<T>::get(who).map_or(0, |purse| purse.free_ueur)
    }

    fn held_ueur(who: &T::AccountId) -> u128 {
        Stored::<T>::get(who).map_or(0, |purse| purse.held_ueur)
    }

    fn noted_fee_ueur(who: &T::AccountId, of: (MarketId, u32)) -> u128 {
        let note = |purse: Purse| purse.place_of_fee(of).and_then(|place| purse.fees.get(place).copied());
        Stored::<T>::get(who).and_then(note).map_or(0, |note| note.ueur)
    }

    fn in_transit_ueur() -> u128 {
        InTransit::<T>::get()
    }

    fn deliver(who: &T::AccountId) {
        let free_ueur = Self::free_ueur(who);
        if free_ueur > 0 {
            // What cannot move now moves with what comes next.
            let _ = Self::bring(who, free_ueur);
        }
    }
}
