//! The stage that moves the money of a cleared slot, a page at a time, from purse to purse.
//!
//! A page and its effects are one storage layer: it is done wholly once, or not at all. It cannot fail for money: what
//! a slot can cost is on hold, and all of it is in one account.

use crate::orders::Page as Purses;
use crate::types::{Entry, EraFees, MarketProgress, PendingFill, Settling};
use crate::work::Work;
use crate::{Config, Due, Error, Event, Orders, Pages, Pallet, Progress, Summaries};
use deren_primitives::{MarketId, Side, SiteId, Slot, SlotState};
use deren_runtime_apis::{Metering, ProductionRewards, PursePage, Purses as _};
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_runtime::{SaturatedConversion, traits::Convert};

/// A page while it is being settled.
struct Page<'a, T: Config> {
    market: MarketId,
    slot: Slot,
    settling: &'a mut Settling,
    purses: Purses<T>,
    /// The sums of the era's fees.
    fees: EraFees,
    work: &'a mut Work,
}

impl<T: Config> Pallet<T> {
    /// See [`Self::settle`].
    pub(crate) fn do_settle(market: MarketId, slot: Slot) -> Result<Weight, DispatchError> {
        let progress = Progress::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(slot >= progress.next, Error::<T>::AlreadySettled);
        ensure!(slot == progress.next, Error::<T>::NotItsTurn);
        let settling = progress.settling.as_ref().ok_or(Error::<T>::NotCleared)?;
        ensure!(settling.cleared_in_block < Self::block(), Error::<T>::ClearedInThisBlock);
        Self::settle_page(market, progress).map(|work| work.weight::<T>())
    }

    /// Settles the next page of a cleared slot, or drops it if the slot is void. With the last one, orders' versions
    /// and holds are made ready for the slots to come, as far as the page has room. Gives what was done. To be called
    /// in a storage layer.
    pub(crate) fn settle_page(market: MarketId, progress: MarketProgress) -> Result<Work, DispatchError> {
        let slot = progress.next;
        let mut settling = progress.settling.ok_or(Error::<T>::NotCleared)?;
        let mut work = Work::default();
        let mut done = 0u32;
        if settling.next_page < settling.pages {
            let entries = Pages::<T>::take(market, settling.next_page).ok_or(Error::<T>::InternalFault)?;
            done = entries.len().saturated_into();
            if !settling.is_void {
                Self::settle_entries(market, slot, &mut settling, &mut work, entries.into_inner())?;
            }
            settling.next_page = settling.next_page.saturating_add(1);
        }
        if settling.next_page >= settling.pages {
            work.refreshed = Self::refresh_due(market, slot.next(), T::PageSize::get().saturating_sub(done))?;
            if !Self::has_due(market, slot.next()) {
                Self::finish(market, slot, settling);
                return Ok(work);
            }
        }
        Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
        Ok(work)
    }

    /// Does what a page says. Each purse is read once and written once.
    fn settle_entries(
        market: MarketId,
        slot: Slot,
        settling: &mut Settling,
        work: &mut Work,
        entries: alloc::vec::Vec<Entry<T::AccountId>>,
    ) -> DispatchResult {
        let has_protocol_fee = entries.iter().any(|entry| matches!(entry, Entry::ProtocolFee { .. }));
        let era = Self::era_of(slot);
        let fees = crate::EraFees::<T>::get(market, era);
        let mut page = Page::<T> { market, slot, settling, purses: T::Purses::page(), fees, work };
        entries.into_iter().try_for_each(|entry| page.settle(entry))?;
        let Page { purses, work, fees: noted, .. } = page;
        work.touched = purses.close()?;
        if noted != fees {
            crate::EraFees::<T>::insert(market, era, noted);
        }
        if has_protocol_fee {
            T::Purses::deliver(&T::Treasury::get());
        }
        Ok(())
    }

    /// Notes that less is on hold for a site's buy order, which is looked at again when the slot is done.
    pub(crate) fn shrink_hold(market: MarketId, slot: Slot, site: SiteId, ueur: u128) -> DispatchResult {
        let key = (site, Side::Buy);
        Orders::<T>::try_mutate(market, key, |order| {
            let order = order.as_mut().ok_or(Error::<T>::InternalFault)?;
            order.held_ueur = order.held_ueur.checked_sub(ueur).ok_or(Error::<T>::InternalFault)?;
            Ok::<_, DispatchError>(())
        })?;
        Due::<T>::insert((market, slot.next(), key), ());
        Ok(())
    }

    /// True if an order has a version that begins in this slot, or a hold that is to be taken again before it.
    pub(crate) fn has_due(market: MarketId, from: Slot) -> bool {
        Due::<T>::iter_key_prefix((market, from)).next().is_some()
    }

    /// Refreshes at most `room` of the orders that are due for `from`. Gives how many there were.
    pub(crate) fn refresh_due(market: MarketId, from: Slot, room: u32) -> Result<u32, DispatchError> {
        let room_len = usize::try_from(room).unwrap_or(usize::MAX);
        let keys: alloc::vec::Vec<_> = Due::<T>::iter_key_prefix((market, from)).take(room_len).collect();
        for key in &keys {
            Due::<T>::remove((market, from, *key));
            Self::refresh_order(market, *key, from)?;
        }
        Ok(keys.len().saturated_into())
    }

    /// All of the slot is done: the market goes on with the next.
    pub(crate) fn finish(market: MarketId, slot: Slot, settling: Settling) {
        match settling.summary {
            Some(mut summary) => {
                summary.state = SlotState::Settled;
                summary.settled_in_block = Self::block();
                Summaries::<T>::insert(market, slot, &summary);
                Self::deposit_event(Event::SlotSettled { market, slot, summary });
            }
            None => Self::deposit_event(Event::SlotEmpty { market, slot }),
        }
        if let Some(old) = slot.0.checked_sub(T::KeepSlots::get()) {
            Summaries::<T>::remove(market, Slot(old));
        }
        T::Metering::forget(market, slot);
        Self::end_slot(market, slot);
        Progress::<T>::insert(market, MarketProgress { next: slot.next(), settling: None });
    }
}

impl<T: Config> Page<'_, T> {
    /// Does one thing of the list.
    fn settle(&mut self, entry: Entry<T::AccountId>) -> DispatchResult {
        let (market, slot) = (self.market, self.slot);
        let (paid_ueur, received_ueur) = entry.moves_ueur();
        self.count(paid_ueur, received_ueur)?;
        match entry {
            Entry::Bought { buyer, fills, fee_ueur } => {
                self.pay(&buyer, &fills, paid_ueur)?;
                self.tell_fills(&buyer, &fills);
                self.note_fee(&buyer, fee_ueur);
            }
            Entry::Sold { seller, fills } => {
                self.purses.receive(&seller, received_ueur)?;
                self.tell_fills(&seller, &fills);
            }
            Entry::NetworkFee { to, zone, amount_ueur } => {
                self.purses.receive(&to, amount_ueur)?;
                self.tell(1);
                Pallet::<T>::deposit_event(Event::NetworkFeePaid { market, slot, zone, operator: to, amount_ueur });
            }
            Entry::Community { congestion_rent_ueur, dust_ueur } => {
                let pot = T::CommunityPot::convert(market);
                self.purses.receive(&pot, received_ueur)?;
                self.tell(1);
                Pallet::<T>::deposit_event(Event::CommunityPaid { market, slot, pot, congestion_rent_ueur, dust_ueur });
            }
            Entry::ProtocolFee { amount_ueur } => {
                let treasury = T::Treasury::get();
                self.purses.receive(&treasury, amount_ueur)?;
                self.tell(1);
                Pallet::<T>::deposit_event(Event::ProtocolFeePaid { market, slot, treasury, amount_ueur });
                T::Rewards::protocol_fee_paid(market, slot, amount_ueur);
            }
            Entry::Reward { base } => {
                self.work.rewards = self.work.rewards.saturating_add(1);
                T::Rewards::sold_to_others(market, slot, base);
            }
        }
        Ok(())
    }

    /// What comes into transit, and what leaves it.
    fn count(&mut self, paid_ueur: u128, received_ueur: u128) -> DispatchResult {
        let sum = self.settling.in_transit_ueur.checked_add(paid_ueur);
        let left = sum.and_then(|sum| sum.checked_sub(received_ueur)).ok_or(Error::<T>::InternalFault)?;
        self.settling.in_transit_ueur = left;
        Ok(())
    }

    /// An order pays. What its owner has free pays first, as if it came out of the hold and the hold were taken again.
    /// What that does not cover comes out of the hold.
    fn pay(&mut self, buyer: &T::AccountId, fills: &[PendingFill], ueur: u128) -> DispatchResult {
        let short_ueur = self.purses.pay(buyer, ueur)?;
        if short_ueur == 0 {
            return Ok(());
        }
        self.purses.pay_held(buyer, short_ueur)?;
        let site = fills.first().ok_or(Error::<T>::InternalFault)?.step.site();
        Pallet::<T>::shrink_hold(self.market, self.slot, site, short_ueur)?;
        self.work.short = self.work.short.saturating_add(1);
        Ok(())
    }

    /// The buyer's protocol fee is noted, for its part of what comes back.
    fn note_fee(&mut self, buyer: &T::AccountId, fee_ueur: u128) {
        let of = (self.market, Pallet::<T>::era_of(self.slot));
        if fee_ueur > 0 && Pallet::<T>::note_fee(&mut self.purses, &mut self.fees, of, buyer, fee_ueur) {
            self.work.fees = self.work.fees.saturating_add(1);
        }
    }

    /// Counts payments that are told.
    fn tell(&mut self, payments: u32) {
        self.work.told = self.work.told.saturating_add(payments);
    }

    /// Tells that the money of an order's fills moved.
    fn tell_fills(&mut self, owner: &T::AccountId, fills: &[PendingFill]) {
        self.tell(fills.len().saturated_into());
        for PendingFill { step, zone, quantity_wh, price_ueur_per_kwh, amount_ueur } in fills.iter().copied() {
            Pallet::<T>::deposit_event(Event::FillSettled {
                market: self.market,
                slot: self.slot,
                step,
                owner: owner.clone(),
                zone,
                quantity_wh,
                price_ueur_per_kwh,
                amount_ueur,
            });
        }
    }
}
