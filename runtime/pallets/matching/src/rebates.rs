//! Congestion rent and dust come back, once an era, to the market's buyers. Each gets a part pro rata to the protocol
//! fees that it paid in the era, and never more than those. What is left stays in the community pot for the next era.
//!
//! It must never hold up a slot's settlement, nor pay the same fee back twice.

use crate::orders::Page;
use crate::types::{EraFees as EraSums, Rebating};
use crate::{Config, EraFees, Error, Event, FeesPaid, Pallet, RebateTurn, Rebates, WeightInfo};
use alloc::vec::Vec;
use deren_market::rewards::{rebate_ueur, rebates_ueur};
use deren_primitives::{MarketId, Slot};
use deren_runtime_apis::{ProductionRewards, PursePage, Purses};
use frame_support::{pallet_prelude::*, storage::with_storage_layer, traits::Get, weights::WeightMeter};
use sp_runtime::{SaturatedConversion, traits::Convert};

impl<T: Config> Pallet<T> {
    /// The era of a slot.
    pub(crate) fn era_of(slot: Slot) -> u32 {
        slot.0.checked_div(T::SlotsPerEra::get().max(1)).unwrap_or_default()
    }

    /// Notes the protocol fee that a buyer paid, in its purse and in the era's sums. If more buy in an era than a
    /// market has orders, the last get nothing back. True if more than the purse was touched.
    pub(crate) fn note_fee(
        purses: &mut Page<T>,
        sums: &mut EraSums,
        of: (MarketId, u32),
        buyer: &T::AccountId,
        fee_ueur: u128,
    ) -> bool {
        let is_noted = purses.add_to_fee(buyer, of, fee_ueur);
        if !is_noted {
            let (market, era) = of;
            let listed = FeesPaid::<T>::get((market, era, buyer));
            if listed.is_none() {
                if sums.buyers >= T::MaxOrders::get() {
                    return true;
                }
                sums.buyers = sums.buyers.saturating_add(1);
            }
            let beside_ueur = if purses.begin_fee(buyer, of, fee_ueur) { 0 } else { fee_ueur };
            FeesPaid::<T>::insert((market, era, buyer), listed.unwrap_or_default().saturating_add(beside_ueur));
        }
        sums.fees_ueur = sums.fees_ueur.saturating_add(fee_ueur);
        !is_noted
    }

    /// A slot is settled. With the last one of an era it is known what comes back of its fees, and rewards are told.
    pub(crate) fn end_slot(market: MarketId, slot: Slot) {
        let era = Self::era_of(slot);
        if Self::era_of(slot.next()) == era {
            return;
        }
        let fees = EraFees::<T>::take(market, era);
        let rebates_ueur = rebates_ueur(Self::free_in_community_pot(market), fees.fees_ueur);
        if rebates_ueur > 0 {
            let fees_ueur = fees.fees_ueur;
            Rebates::<T>::insert(market, era, Rebating { fees_ueur, rebates_ueur, paid_ueur: 0, buyers: 0 });
            let buyers = fees.buyers;
            Self::deposit_event(Event::RebateBegun { market, era, fees_ueur, rebates_ueur, buyers });
        } else if fees.buyers > 0 {
            // Nothing comes back: the fees are taken away as if it had.
            let nothing = Rebating { fees_ueur: fees.fees_ueur, rebates_ueur: 0, paid_ueur: 0, buyers: 0 };
            Rebates::<T>::insert(market, era, nothing);
        }
        T::Rewards::era_closed(market, era, fees.fees_ueur, rebates_ueur);
    }

    /// What lies in the community pot and is not to come back for an earlier era.
    fn free_in_community_pot(market: MarketId) -> u128 {
        let promised = Rebates::<T>::iter_prefix_values(market)
            .fold(0u128, |sum, of| sum.saturating_add(of.rebates_ueur.saturating_sub(of.paid_ueur)));
        T::Purses::free_ueur(&T::CommunityPot::convert(market)).saturating_sub(promised)
    }

    /// A page of what comes back, in one market's era, if the budget allows: in turn, so that one that fails stops
    /// none.
    pub(crate) fn advance_rebates(meter: &mut WeightMeter) {
        let most = T::WeightInfo::rebate(T::PageSize::get());
        if !meter.can_consume(most) {
            return;
        }
        let after = RebateTurn::<T>::get()
            .and_then(|(market, era)| Rebates::<T>::iter_keys_from(Rebates::<T>::hashed_key_for(market, era)).next());
        let Some((market, era)) = after.or_else(|| Rebates::<T>::iter_keys().next()) else { return };
        RebateTurn::<T>::put((market, era));
        match with_storage_layer(|| Self::rebate_page(market, era)) {
            Ok(buyers) => meter.consume(T::WeightInfo::rebate(buyers)),
            Err(error) => {
                meter.consume(most);
                Self::deposit_event(Event::RebateHalted { market, era, error });
            }
        }
    }

    /// Gives up to a page of buyers their part back. Gives how many there were. To be called in a storage layer.
    pub(crate) fn rebate_page(market: MarketId, era: u32) -> Result<u32, DispatchError> {
        let mut rebating = Rebates::<T>::get(market, era).ok_or(Error::<T>::InternalFault)?;
        let size = usize::try_from(T::PageSize::get()).unwrap_or(usize::MAX);
        let pot = T::CommunityPot::convert(market);
        let mut purses = T::Purses::page();
        let page: Vec<(T::AccountId, u128)> = FeesPaid::<T>::iter_prefix((market, era)).take(size).collect();
        for (buyer, beside_ueur) in &page {
            FeesPaid::<T>::remove((market, era, buyer));
            let fee_ueur = purses.take_fee(buyer, (market, era)).saturating_add(*beside_ueur);
            let amount_ueur = rebate_ueur(fee_ueur, rebating.fees_ueur, rebating.rebates_ueur);
            rebating.paid_ueur = rebating.paid_ueur.saturating_add(amount_ueur);
            ensure!(rebating.paid_ueur <= rebating.rebates_ueur, Error::<T>::InternalFault);
            if amount_ueur > 0 {
                rebating.buyers = rebating.buyers.saturating_add(1);
                let account = buyer.clone();
                Self::deposit_event(Event::Rebated { market, era, account, fee_ueur, amount_ueur });
                ensure!(purses.pay(&pot, amount_ueur)? == 0, Error::<T>::InternalFault);
                purses.receive(buyer, amount_ueur)?;
            }
        }
        purses.close()?;
        if page.len() < size {
            Rebates::<T>::remove(market, era);
            let (amount_ueur, buyers) = (rebating.paid_ueur, rebating.buyers);
            if rebating.rebates_ueur > 0 {
                Self::deposit_event(Event::RebatePaid { market, era, amount_ueur, buyers });
            }
        } else {
            Rebates::<T>::insert(market, era, rebating);
        }
        Ok(page.len().saturated_into())
    }
}
