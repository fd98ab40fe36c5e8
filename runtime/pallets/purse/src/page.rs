//! Purses that are open while money moves between them: each is read once and written once.
//!
//! It must never write half of what was done: what fails is dropped with the whole page.

use crate::{Config, Error, Event, FeeNote, InTransit, Pallet, Purse, Purses};
use alloc::collections::{BTreeMap, btree_map::Entry};
use deren_primitives::MarketId;
use deren_runtime_apis::{PursePage, Touched};
use frame_support::{
    ensure,
    pallet_prelude::*,
    storage::with_storage_layer,
    traits::{
        fungible::{Inspect as _, Mutate as _},
        tokens::{Fortitude, Preservation},
    },
};
use sp_runtime::SaturatedConversion;

/// A purse that is open.
struct Open {
    purse: Purse,
    /// True if it was stored before.
    existed: bool,
}

/// Purses that are open. What it does counts when it is closed.
pub struct Page<T: Config> {
    open: BTreeMap<T::AccountId, Open>,
    paid_ueur: u128,
    received_ueur: u128,
}

impl<T: Config> Default for Page<T> {
    fn default() -> Self {
        Self { open: BTreeMap::new(), paid_ueur: 0, received_ueur: 0 }
    }
}

/// `amount` more, or a fault.
fn plus<T: Config>(sum: &mut u128, amount: u128) -> DispatchResult {
    *sum = sum.checked_add(amount).ok_or(Error::<T>::InternalFault)?;
    Ok(())
}

/// `amount` less, or this error.
fn minus<T: Config>(sum: &mut u128, amount: u128, error: Error<T>) -> DispatchResult {
    *sum = sum.checked_sub(amount).ok_or(error)?;
    Ok(())
}

impl<T: Config> Page<T> {
    /// The purse of this account, read if it is not open yet.
    pub(crate) fn purse(&mut self, who: &T::AccountId) -> &mut Purse {
        let open = match self.open.entry(who.clone()) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(place) => {
                let stored = Purses::<T>::get(who);
                place.insert(Open { existed: stored.is_some(), purse: stored.unwrap_or_default() })
            }
        };
        &mut open.purse
    }

    /// Takes EUR into the purse. One µ€ stays outside, so that the account stays in the asset and can be frozen there.
    pub(crate) fn fill(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        let account = Pallet::<T>::account();
        let most = T::Eur::reducible_balance(who, Preservation::Preserve, Fortitude::Polite);
        // What is in the account of all purses is others'.
        ensure!(*who != account && most >= ueur, Error::<T>::TooFewEuros);
        with_storage_layer(|| T::Eur::transfer(who, &account, ueur, Preservation::Preserve))?;
        plus::<T>(&mut self.purse(who).free_ueur, ueur)?;
        Pallet::<T>::deposit_event(Event::Filled { who: who.clone(), amount_ueur: ueur });
        Ok(())
    }

    /// Takes out of the purse what is free in it, and gives it to the account as EUR.
    pub(crate) fn draw(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        minus::<T>(&mut self.purse(who).free_ueur, ueur, Error::NotFree)?;
        let account = Pallet::<T>::account();
        with_storage_layer(|| T::Eur::transfer(&account, who, ueur, Preservation::Expendable))?;
        Pallet::<T>::deposit_event(Event::Drawn { who: who.clone(), amount_ueur: ueur });
        Ok(())
    }

    /// Takes this much out of what is free, for something new, and what is missing out of the account's EUR.
    pub(crate) fn take_free(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        let purse = self.purse(who);
        ensure!(!purse.is_frozen || ueur == 0, Error::<T>::Frozen);
        let missing_ueur = ueur.saturating_sub(purse.free_ueur);
        if missing_ueur > 0 {
            self.fill(who, missing_ueur)?;
        }
        minus::<T>(&mut self.purse(who).free_ueur, ueur, Error::InternalFault)
    }

    /// Writes what was done, and says how much that was.
    pub(crate) fn write(self) -> Result<Touched, DispatchError> {
        let mut touched = Touched { purses: self.open.len().saturated_into(), opened: 0 };
        for (who, Open { purse, existed }) in self.open {
            let is_open = !purse.is_empty();
            match (existed, is_open) {
                (_, true) => Purses::<T>::insert(&who, purse),
                (true, false) => Purses::<T>::remove(&who),
                (false, false) => {}
            }
            // An account with a purse is there, even without EUR and REN: its nonce stays, and it can draw.
            if is_open && !existed {
                frame_system::Pallet::<T>::inc_sufficients(&who);
                touched.opened = touched.opened.saturating_add(1);
            } else if existed && !is_open {
                frame_system::Pallet::<T>::dec_sufficients(&who);
            }
        }
        if self.paid_ueur != self.received_ueur {
            InTransit::<T>::try_mutate(|ueur| {
                plus::<T>(ueur, self.paid_ueur)?;
                minus::<T>(ueur, self.received_ueur, Error::InternalFault)
            })?;
        }
        Ok(touched)
    }
}

impl<T: Config> PursePage<T::AccountId> for Page<T> {
    fn pay(&mut self, who: &T::AccountId, ueur: u128) -> Result<u128, DispatchError> {
        let purse = self.purse(who);
        let usable_ueur = if purse.is_frozen { 0 } else { purse.free_ueur };
        let paid_ueur = ueur.min(usable_ueur);
        minus::<T>(&mut purse.free_ueur, paid_ueur, Error::InternalFault)?;
        plus::<T>(&mut self.paid_ueur, paid_ueur)?;
        Ok(ueur.saturating_sub(paid_ueur))
    }

    fn pay_held(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        minus::<T>(&mut self.purse(who).held_ueur, ueur, Error::InternalFault)?;
        plus::<T>(&mut self.paid_ueur, ueur)
    }

    fn receive(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        plus::<T>(&mut self.purse(who).free_ueur, ueur)?;
        plus::<T>(&mut self.received_ueur, ueur)
    }

    fn hold(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        self.take_free(who, ueur)?;
        plus::<T>(&mut self.purse(who).held_ueur, ueur)
    }

    fn release(&mut self, who: &T::AccountId, ueur: u128) -> DispatchResult {
        let purse = self.purse(who);
        minus::<T>(&mut purse.held_ueur, ueur, Error::InternalFault)?;
        plus::<T>(&mut purse.free_ueur, ueur)
    }

    fn add_to_fee(&mut self, who: &T::AccountId, of: (MarketId, u32), ueur: u128) -> bool {
        let purse = self.purse(who);
        let note = purse.place_of_fee(of).and_then(|place| purse.fees.get_mut(place));
        note.map(|note| note.ueur = note.ueur.saturating_add(ueur)).is_some()
    }

    fn begin_fee(&mut self, who: &T::AccountId, (market, era): (MarketId, u32), ueur: u128) -> bool {
        self.purse(who).fees.try_push(FeeNote { market, era, ueur }).is_ok()
    }

    fn take_fee(&mut self, who: &T::AccountId, of: (MarketId, u32)) -> u128 {
        let purse = self.purse(who);
        purse.place_of_fee(of).map_or(0, |place| purse.fees.remove(place).ueur)
    }

    fn close(self) -> Result<Touched, DispatchError> {
        self.write()
    }
}
