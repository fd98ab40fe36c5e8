//! Purses that are frozen, as a court may order. Nothing is drawn from them, and nothing in them is used for new orders
//! or deposits. What is on hold still pays for what is bought, and what is sold is still received.

use crate::{Config, Error, Event, Page, Pallet};
use frame_support::{ensure, pallet_prelude::*, traits::fungible::Inspect as _};

impl<T: Config> Pallet<T> {
    /// Freezes an account's purse. Who has EUR and no purse gets one, so that none that opens later is free.
    pub fn freeze(who: &T::AccountId) -> DispatchResult {
        let mut page = Page::<T>::default();
        let purse = page.purse(who);
        ensure!(!purse.is_empty() || T::Eur::total_balance(who) > 0, Error::<T>::NoPurse);
        purse.is_frozen = true;
        page.write()?;
        Self::deposit_event(Event::Frozen { who: who.clone() });
        Ok(())
    }

    /// Lets it be used again.
    pub fn thaw(who: &T::AccountId) -> DispatchResult {
        let mut page = Page::<T>::default();
        let purse = page.purse(who);
        ensure!(purse.is_frozen, Error::<T>::NoPurse);
        purse.is_frozen = false;
        page.write()?;
        Self::deposit_event(Event::Thawed { who: who.clone() });
        Ok(())
    }
}
