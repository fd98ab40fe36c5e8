//! Where money lies between buyers and sellers, and how it is delivered.
//!
//! A payment that cannot be delivered never holds up another: it moves to the claims account, and its receiver can
//! claim it.

use crate::types::{MarketProgress, Settling};
use crate::{Claimable, Config, Error, Event, HoldReason, Pallet};
use core::marker::PhantomData;
use deren_primitives::{MarketId, Slot};
use frame_support::{
    PalletId,
    pallet_prelude::*,
    storage::with_storage_layer,
    traits::{
        Get,
        fungible::{Mutate as _, hold::Mutate as _},
        tokens::{Fortitude, Precision, Preservation, Restriction},
    },
};
use sp_runtime::traits::{AccountIdConversion, Convert};

/// A keyless account a market: the community pots of a runtime that has no better place for them.
pub struct SubAccounts<Id>(PhantomData<Id>);

impl<Id: Get<PalletId>, AccountId: codec::Encode + codec::Decode> Convert<MarketId, AccountId> for SubAccounts<Id> {
    fn convert(market: MarketId) -> AccountId {
        Id::get().into_sub_account_truncating((*b"com", market))
    }
}

impl<T: Config> Pallet<T> {
    /// The account in which a market's money lies between buyers and sellers. It is empty unless a slot is being settled.
    pub fn pot(market: MarketId) -> T::AccountId {
        T::PotId::get().into_sub_account_truncating((*b"pot", market))
    }

    /// The account in which lies what could not be delivered.
    pub fn claims_account() -> T::AccountId {
        T::PotId::get().into_sub_account_truncating(*b"claims")
    }

    /// See [`Self::claim`].
    pub(crate) fn do_claim(account: T::AccountId) -> DispatchResult {
        let amount_ueur = Claimable::<T>::take(&account).ok_or(Error::<T>::NothingToClaim)?;
        T::Eur::transfer(&Self::claims_account(), &account, amount_ueur, Preservation::Expendable)?;
        Self::deposit_event(Event::Claimed { account, amount_ueur });
        Ok(())
    }

    /// A buyer pays out of its hold into the pot. It cannot fail for money, nor because the buyer's account is frozen.
    pub(crate) fn pay_in(
        market: MarketId,
        settling: &mut Settling,
        from: &T::AccountId,
        amount_ueur: u128,
    ) -> DispatchResult {
        if amount_ueur == 0 {
            return Ok(());
        }
        T::EurHolds::transfer_on_hold(
            &HoldReason::Orders.into(),
            from,
            &Self::pot(market),
            amount_ueur,
            Precision::Exact,
            Restriction::Free,
            Fortitude::Force,
        )?;
        settling.pot_ueur = settling.pot_ueur.checked_add(amount_ueur).ok_or(Error::<T>::InternalFault)?;
        Ok(())
    }

    /// Pays out of the pot, or makes it claimable.
    pub(crate) fn pay_out(
        market: MarketId,
        slot: Slot,
        settling: &mut Settling,
        to: &T::AccountId,
        amount_ueur: u128,
    ) -> DispatchResult {
        if amount_ueur == 0 {
            return Ok(());
        }
        settling.pot_ueur = settling.pot_ueur.checked_sub(amount_ueur).ok_or(Error::<T>::InternalFault)?;
        let pot = Self::pot(market);
        let send = |to: &T::AccountId| {
            with_storage_layer(|| T::Eur::transfer(&pot, to, amount_ueur, Preservation::Expendable))
        };
        if send(to).is_ok() {
            return Ok(());
        }
        send(&Self::claims_account())?;
        Claimable::<T>::try_mutate(to, |claimable| {
            let sum = claimable.unwrap_or_default().checked_add(amount_ueur).ok_or(Error::<T>::InternalFault)?;
            *claimable = Some(sum);
            Ok::<_, DispatchError>(())
        })?;
        Self::deposit_event(Event::Undelivered { market, slot, account: to.clone(), amount_ueur });
        Ok(())
    }

    /// What `account` may claim, in µ€.
    pub fn claimable(account: &T::AccountId) -> u128 {
        Claimable::<T>::get(account).unwrap_or_default()
    }

    /// What lies in the market's pot by the books.
    pub fn pending_ueur(progress: &MarketProgress) -> u128 {
        progress.settling.as_ref().map_or(0, |settling| settling.pot_ueur)
    }
}
