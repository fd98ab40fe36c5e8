//! Paying eras, market by market: first the claims of a closed one are counted, then its owners are paid, a page at a
//! time.
//!
//! A page and its effects are one storage layer, and a market whose page fails lets the others go on. It must never
//! mint more than the schedule emits, nor more than nine tenths of the protocol fees are worth.

use crate::types::{EraSums, Paying as PayingEra};
use crate::{
    Carried, Config, CurrentEras, Earned, Error, Event, LastFull, LastPaid, MarketEras, Pallet, Paying, Sums,
    TotalMinted, WeightInfo, ZonesEarned,
};
use alloc::vec::Vec;
use deren_market::rewards::Fullness;
use deren_primitives::MarketId;
use frame_support::{
    pallet_prelude::*,
    storage::with_storage_layer,
    traits::{Get, fungible::Mutate as _},
};
use sp_runtime::{ArithmeticError, SaturatedConversion};

impl<T: Config> Pallet<T> {
    /// A page of the market whose turn it is, if any waits. One that fails leaves everything as it was.
    pub(crate) fn try_page() -> Weight {
        let Some((market, era)) = Self::next_to_pay() else { return Weight::zero() };
        LastPaid::<T>::put((market, era));
        match with_storage_layer(|| Self::pay_page(market, era)) {
            Ok(paid) => T::WeightInfo::pay_page(paid),
            Err(error) => {
                Self::deposit_event(Event::PayingHalted { market, era, error });
                T::WeightInfo::pay_page(T::PageSize::get())
            }
        }
    }

    /// The era of a market that comes after the one that had the last page, or the first of all.
    fn next_to_pay() -> Option<(MarketId, u32)> {
        let after = LastPaid::<T>::get()
            .map(|(market, era)| Paying::<T>::hashed_key_for(market, era))
            .and_then(|last| Paying::<T>::iter_keys_from(last).next());
        after.or_else(|| Paying::<T>::iter_keys().next())
    }

    /// How full the era is by which the shares of this one are scaled. It is its own fullness if all claims of it are
    /// counted, else that of the newest era of which they are.
    fn fullness(era: u32, sums: &EraSums, emission: u128) -> Fullness {
        let is_whole = sums.uncounted == 0 && Self::is_through(era, Self::settled_everywhere());
        if is_whole { Fullness { emission, claims: sums.claims } } else { LastFull::<T>::get() }
    }

    /// Pays up to a page of owners, and then takes the zones' sums away; the last page ends the market's era. Gives how
    /// many of both there were.
    pub(crate) fn pay_page(market: MarketId, era: u32) -> Result<u32, DispatchError> {
        let mut paying = Paying::<T>::get(market, era).ok_or(Error::<T>::Overflow)?;
        let mut sums = Sums::<T>::get(era).unwrap_or_default();
        let emission = Self::emission(era);
        let fullness = paying.fullness.unwrap_or_else(|| Self::fullness(era, &sums, emission));
        paying.fullness = Some(fullness);
        let size = usize::try_from(T::PageSize::get()).unwrap_or(usize::MAX);
        let page: Vec<_> = Earned::<T>::iter_prefix((market, era)).take(size).collect();
        for ((zone, owner), earned) in &page {
            Earned::<T>::remove((market, era, zone, owner));
            let of_zone = paying.worth.claim(ZonesEarned::<T>::get((market, era, zone)));
            let share = fullness.share(paying.worth.claim(earned.fee_base_ueur), of_zone, emission);
            let amount = share.min(Self::left_to_mint(&sums, emission)?);
            paying.minted = paying.minted.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
            sums.minted = sums.minted.checked_add(amount).ok_or(ArithmeticError::Overflow)?;
            // Never above the schedule's hard cap, so it cannot saturate.
            TotalMinted::<T>::mutate(|total| *total = total.saturating_add(amount));
            let (zone, owner, wh, fee_base_ueur) = (*zone, owner.clone(), earned.wh, earned.fee_base_ueur);
            Self::deposit_event(Event::Rewarded { market, era, zone, owner: owner.clone(), wh, fee_base_ueur, amount });
            Self::deliver(&owner, amount)?;
        }
        let rest = size.saturating_sub(page.len());
        let zones: Vec<_> = ZonesEarned::<T>::iter_key_prefix((market, era)).take(rest).collect();
        zones.iter().for_each(|zone| ZonesEarned::<T>::remove((market, era, zone)));
        let is_paid = rest > 0 && ZonesEarned::<T>::iter_key_prefix((market, era)).next().is_none();
        if is_paid {
            Self::market_paid(market, era, &paying, &mut sums);
        } else {
            Paying::<T>::insert(market, era, paying);
        }
        Sums::<T>::insert(era, sums);
        Ok(page.len().saturating_add(zones.len()).saturated_into())
    }

    /// What the era may still mint: of its emission, of its fees, and of the hard cap.
    fn left_to_mint(sums: &EraSums, emission: u128) -> Result<u128, DispatchError> {
        let of_era = emission.min(sums.limit).checked_sub(sums.minted).ok_or(ArithmeticError::Underflow)?;
        Ok(of_era.min(T::Schedule::get().hard_cap.saturating_sub(TotalMinted::<T>::get())))
    }

    /// The market's era is paid.
    fn market_paid(market: MarketId, era: u32, paying: &PayingEra, sums: &mut EraSums) {
        let of_market = MarketEras::<T>::take(market, era).unwrap_or_default();
        Paying::<T>::remove(market, era);
        sums.wh = sums.wh.saturating_add(of_market.earned.wh);
        sums.earners = sums.earners.saturating_add(of_market.earners);
        sums.unpaid = sums.unpaid.saturating_sub(1);
        let (minted, earners, wh) = (paying.minted, of_market.earners, of_market.earned.wh);
        let fullness = paying.fullness.unwrap_or_default();
        Self::deposit_event(Event::MarketEraPaid { market, era, minted, wh, earners, fullness });
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

    /// See [`Self::claim`].
    pub(crate) fn do_claim(owner: T::AccountId) -> DispatchResult {
        let amount = Carried::<T>::take(&owner).ok_or(Error::<T>::NothingCarried)?;
        T::Ren::mint_into(&owner, amount).map_err(|_| Error::<T>::StillUndeliverable)?;
        Self::deposit_event(Event::CarriedPaid { owner, amount });
        Ok(())
    }

    /// What an era emits at most.
    pub(crate) fn emission(era: u32) -> u128 {
        let first = CurrentEras::<T>::get().map_or(era, |eras| eras.first);
        T::Schedule::get().emission(era.saturating_sub(first))
    }
}
