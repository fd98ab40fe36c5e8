//! The way out of a slot that cannot be settled: nothing of it is traded, and what buyers have paid goes back.
//!
//! It must never take back what anyone but the pot was paid: a slot can be voided only until all buyers have paid.
//! After that no page can fail, because what cannot be delivered becomes claimable.

use crate::types::{Entry, MAX_FAILED_BLOCKS, MarketProgress, Settling};
use crate::{Config, Error, Event, Pages, Pallet, Progress, VoidCause};
use alloc::vec::Vec;
use deren_primitives::{MarketId, Side, Slot, SlotSummary};
use deren_runtime_apis::Metering;
use frame_support::{ensure, pallet_prelude::*, traits::Get};
use sp_runtime::SaturatedConversion;

impl<T: Config> Pallet<T> {
    /// See [`Self::void_slot`].
    pub(crate) fn do_void_slot(market: MarketId, slot: Slot) -> DispatchResult {
        let progress = Progress::<T>::get(market).ok_or(Error::<T>::UnknownMarket)?;
        ensure!(slot >= progress.next, Error::<T>::AlreadySettled);
        ensure!(slot == progress.next, Error::<T>::NotItsTurn);
        ensure!(slot <= T::Metering::closed_through(), Error::<T>::SlotNotClosed);
        match progress.settling {
            Some(settling) => {
                ensure!(settling.can_be_voided(), Error::<T>::TooLateToVoid);
                Self::void(market, slot, settling, VoidCause::Council);
            }
            None => {
                Self::deposit_event(Event::SlotVoided { market, slot, cause: VoidCause::Council });
                let readings = T::Metering::readings(market, slot);
                let summary = (readings > 0).then(|| Self::untraded(readings));
                Self::begin_settling(market, slot, Vec::new(), summary);
            }
        }
        Ok(())
    }

    /// A page could not be done in this block. When that was so too often, the slot is void.
    pub(crate) fn note_failure(market: MarketId) {
        let Some(MarketProgress { next: slot, settling: Some(mut settling) }) = Progress::<T>::get(market) else {
            return;
        };
        settling.failed_blocks = settling.failed_blocks.saturating_add(1);
        if settling.failed_blocks >= MAX_FAILED_BLOCKS && settling.can_be_voided() {
            Self::void(market, slot, settling, VoidCause::NotPaidIn);
        } else {
            Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
        }
    }

    /// From now on the slot's pages give back what they took.
    fn void(market: MarketId, slot: Slot, mut settling: Settling, cause: VoidCause) {
        settling.is_void = true;
        settling.summary = settling.summary.map(|SlotSummary { cleared_in_block, readings, .. }| SlotSummary {
            cleared_in_block,
            ..Self::untraded(readings)
        });
        if let Some(summary) = &settling.summary {
            crate::Summaries::<T>::insert(market, slot, summary);
        }
        Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
        Self::deposit_event(Event::SlotVoided { market, slot, cause });
    }

    /// Gives back what the next page of a void slot took, and takes holds again. After the last, the slot is settled,
    /// and nothing is traded in it. Gives the number of entries.
    pub(crate) fn void_page(market: MarketId, slot: Slot, mut settling: Settling) -> Result<u32, DispatchError> {
        let mut done = 0u32;
        if settling.kept_from < settling.pages {
            let page = Pages::<T>::take(market, settling.kept_from).unwrap_or_default();
            let was_done = settling.kept_from < settling.next_page;
            done = page.len().saturated_into();
            for entry in page {
                match entry {
                    Entry::Pay { from, fill } if was_done => {
                        Self::pay_out(market, slot, &mut settling, &from, fill.amount_ueur)?;
                    }
                    Entry::Refill { site, .. } => Self::refresh_order(market, (site, Side::Buy), slot.next()),
                    _ => {}
                }
            }
            settling.kept_from = settling.kept_from.saturating_add(1);
        }
        if settling.kept_from >= settling.pages {
            let room = T::PageSize::get().saturating_sub(done);
            done = done.saturating_add(Self::refresh_due(market, slot.next(), room));
            if !Self::has_due(market, slot.next()) {
                Self::finish(market, slot, settling);
                return Ok(done);
            }
        }
        Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
        Ok(done)
    }
}
