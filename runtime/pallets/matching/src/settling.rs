//! The stage that moves the money of a cleared slot, a page at a time.
//!
//! A page and its effects are one storage layer: it is done wholly once, or not at all.

use crate::types::{Entry, MarketProgress, PendingFill, Settling};
use crate::{Config, Due, Error, Event, Orders, Pages, Pallet, Progress, Summaries, WeightInfo};
use deren_primitives::{MarketId, Side, Slot, SlotState};
use deren_runtime_apis::{Metering, ProductionRewards};
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_runtime::{SaturatedConversion, traits::Convert};

impl<T: Config> Pallet<T> {
    /// See [`Self::settle`].
    pub(crate) fn do_settle(market: MarketId, slot: Slot) -> Result<Weight, DispatchError> {
        let progress = Progress::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(slot >= progress.next, Error::<T>::AlreadySettled);
        ensure!(slot == progress.next, Error::<T>::NotItsTurn);
        let settling = progress.settling.as_ref().ok_or(Error::<T>::NotCleared)?;
        ensure!(settling.cleared_in_block < Self::block(), Error::<T>::ClearedInThisBlock);
        let entries = Self::settle_page(market, progress)?;
        Ok(T::WeightInfo::settle(entries))
    }

    /// Settles the next page of a cleared slot. With the last one, orders' versions and holds are made ready for the
    /// slots to come, as far as the page has room. Gives the number of entries. To be called in a storage layer.
    pub(crate) fn settle_page(market: MarketId, progress: MarketProgress) -> Result<u32, DispatchError> {
        let slot = progress.next;
        let mut settling = progress.settling.ok_or(Error::<T>::NotCleared)?;
        if settling.is_void {
            return Self::void_page(market, slot, settling);
        }
        Self::sweep(market);
        let mut done = 0u32;
        if settling.next_page < settling.pages {
            let page = Pages::<T>::get(market, settling.next_page).ok_or(Error::<T>::InternalFault)?;
            if settling.next_page >= settling.pay_pages {
                Pages::<T>::remove(market, settling.next_page);
            }
            done = page.len().saturated_into();
            for entry in page {
                Self::settle_entry(market, slot, &mut settling, entry)?;
            }
            settling.next_page = settling.next_page.saturating_add(1);
            settling.failed_blocks = 0;
        }
        if settling.next_page >= settling.pages {
            done = Self::drop_pay_pages(market, slot, &mut settling, done);
            let room = T::PageSize::get().saturating_sub(done);
            let refreshed = Self::refresh_due(market, slot.next(), room);
            done = done.saturating_add(refreshed);
            if settling.kept_from >= settling.pay_pages && !Self::has_due(market, slot.next()) {
                Self::finish(market, slot, settling);
                return Ok(done);
            }
        }
        Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
        Ok(done)
    }

    /// Tells what buyers paid, now that all pages are done and it is for good, and drops the pages that say so. Adds
    /// what that costs to `done`, in entries.
    fn drop_pay_pages(market: MarketId, slot: Slot, settling: &mut Settling, mut done: u32) -> u32 {
        while settling.kept_from < settling.pay_pages && done < T::PageSize::get() {
            let page = Pages::<T>::take(market, settling.kept_from).unwrap_or_default();
            // An event costs about a sixteenth of a payment.
            done = done.saturating_add(page.len().div_ceil(16).saturated_into());
            for entry in page {
                if let Entry::Pay { from, fill } = entry {
                    Self::fill_settled(market, slot, from, fill);
                }
            }
            settling.kept_from = settling.kept_from.saturating_add(1);
        }
        done
    }

    /// Does one thing of the list.
    fn settle_entry(
        market: MarketId,
        slot: Slot,
        settling: &mut Settling,
        entry: Entry<T::AccountId>,
    ) -> DispatchResult {
        match entry {
            Entry::Pay { from, fill } => {
                Self::pay_in(market, settling, &from, fill.amount_ueur)?;
                Orders::<T>::try_mutate(market, (fill.step.site(), Side::Buy), |order| {
                    let order = order.as_mut().ok_or(Error::<T>::InternalFault)?;
                    let left = order.held_ueur.checked_sub(fill.amount_ueur).ok_or(Error::<T>::InternalFault)?;
                    order.held_ueur = left;
                    Ok::<_, DispatchError>(())
                })?;
            }
            Entry::Receive { to, fill } => {
                Self::pay_out(market, slot, settling, &to, fill.amount_ueur)?;
                Self::fill_settled(market, slot, to, fill);
            }
            Entry::NetworkFee { to, zone, amount_ueur } => {
                Self::pay_out(market, slot, settling, &to, amount_ueur)?;
                Self::deposit_event(Event::NetworkFeePaid { market, slot, zone, operator: to, amount_ueur });
            }
            Entry::Community { congestion_rent_ueur, dust_ueur } => {
                let pot = T::CommunityPot::convert(market);
                Self::pay_out(market, slot, settling, &pot, congestion_rent_ueur.saturating_add(dust_ueur))?;
                Self::deposit_event(Event::CommunityPaid { market, slot, pot, congestion_rent_ueur, dust_ueur });
            }
            Entry::ProtocolFee { amount_ueur } => {
                let treasury = T::Treasury::get();
                Self::pay_out(market, slot, settling, &treasury, amount_ueur)?;
                Self::deposit_event(Event::ProtocolFeePaid { market, slot, treasury, amount_ueur });
                T::Rewards::protocol_fee_paid(market, slot, amount_ueur);
            }
            Entry::Reward { base } => T::Rewards::sold_to_others(market, slot, base),
            Entry::Refill { site, buyer, fee_ueur } => {
                Self::note_fee(market, slot, buyer, fee_ueur);
                Self::refresh_order(market, (site, Side::Buy), slot.next());
            }
        }
        Ok(())
    }

    /// Tells that the money of a fill moved.
    fn fill_settled(market: MarketId, slot: Slot, owner: T::AccountId, fill: PendingFill) {
        let PendingFill { step, zone, quantity_wh, price_ueur_per_kwh, amount_ueur } = fill;
        Self::deposit_event(Event::FillSettled {
            market,
            slot,
            step,
            owner,
            zone,
            quantity_wh,
            price_ueur_per_kwh,
            amount_ueur,
        });
    }

    /// True if an order has a version that begins in this slot, and its older ones are still kept.
    pub(crate) fn has_due(market: MarketId, from: Slot) -> bool {
        Due::<T>::iter_key_prefix((market, from)).next().is_some()
    }

    /// Refreshes at most `room` of the orders that have a version from `from` on. Gives how many there were.
    pub(crate) fn refresh_due(market: MarketId, from: Slot, room: u32) -> u32 {
        let room_len = usize::try_from(room).unwrap_or(usize::MAX);
        let keys: alloc::vec::Vec<_> = Due::<T>::iter_key_prefix((market, from)).take(room_len).collect();
        for key in &keys {
            Due::<T>::remove((market, from, *key));
            Self::refresh_order(market, *key, from);
        }
        keys.len().saturated_into()
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
