//! Where money lies between buyers and sellers, and how it is delivered.
//!
//! A payment that cannot be delivered never holds up another: anyone can claim it for its receiver. It moves to the
//! claims account; if it cannot even do that (the pot is frozen), it stays in the pot and moves later.

use crate::types::{MarketProgress, Settling};
use crate::{Claimable, Config, Error, Event, HoldReason, Pallet, Stranded};
use alloc::vec::Vec;
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

/// Of how many markets' pots one claim moves what lies there.
pub(crate) const MAX_SWEPT: usize = 4;

/// A keyless account a market: the community pots of a runtime that has no better place for them.
pub struct SubAccounts<Id>(PhantomData<Id>);

impl<Id: Get<PalletId>, AccountId: codec::Encode + codec::Decode> Convert<MarketId, AccountId> for SubAccounts<Id> {
    fn convert(market: MarketId) -> AccountId {
        Id::get().into_sub_account_truncating((*b"com", market))
    }
}

impl<T: Config> Pallet<T> {
    /// The account in which a market's money lies between buyers and sellers. It is empty unless a slot is being
    /// settled.
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
        let markets: Vec<MarketId> = Stranded::<T>::iter_keys().take(MAX_SWEPT).collect();
        markets.into_iter().for_each(Self::sweep);
        T::Eur::transfer(&Self::claims_account(), &account, amount_ueur, Preservation::Expendable)?;
        Self::deposit_event(Event::Claimed { account, amount_ueur });
        Ok(())
    }

    /// A buyer pays out of its hold into the pot. It cannot fail for money, nor because of anything about the buyer's
    /// account. It fails only because EUR as a whole is frozen, or the pot takes nothing.
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

    /// Pays out of the pot, or makes it claimable. It cannot fail, whatever is frozen or blocked.
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
        if Self::send(market, to, amount_ueur).is_ok() {
            return Ok(());
        }
        if Self::send(market, &Self::claims_account(), amount_ueur).is_err() {
            Stranded::<T>::mutate(market, |stranded| *stranded = stranded.saturating_add(amount_ueur));
        }
        Claimable::<T>::try_mutate(to, |claimable| {
            let sum = claimable.unwrap_or_default().checked_add(amount_ueur).ok_or(Error::<T>::InternalFault)?;
            *claimable = Some(sum);
            Ok::<_, DispatchError>(())
        })?;
        Self::deposit_event(Event::Undelivered { market, slot, account: to.clone(), amount_ueur });
        Ok(())
    }

    /// Moves money out of a market's pot, wholly or not at all.
    fn send(market: MarketId, to: &T::AccountId, amount_ueur: u128) -> Result<u128, DispatchError> {
        let pot = Self::pot(market);
        with_storage_layer(|| T::Eur::transfer(&pot, to, amount_ueur, Preservation::Expendable))
    }

    /// Moves what is claimable and still lies in the market's pot to the claims account, if that can be now.
    pub(crate) fn sweep(market: MarketId) {
        let stranded_ueur = Stranded::<T>::get(market);
        if stranded_ueur > 0 && Self::send(market, &Self::claims_account(), stranded_ueur).is_ok() {
            Stranded::<T>::remove(market);
        }
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
