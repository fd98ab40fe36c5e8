//! The way out of a slot that should not be settled: nothing of it is traded.
//!
//! It must never take back what anyone was paid: a slot can be voided only before its first page.

use crate::types::{MarketProgress, Settling};
use crate::{Config, Error, Event, Pallet, Progress, VoidCause};
use alloc::vec::Vec;
use deren_primitives::{MarketId, Slot, SlotSummary};
use deren_runtime_apis::Metering;
use frame_support::{ensure, pallet_prelude::*};

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
                Self::void(market, slot, settling);
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

    /// From now on the slot's pages are only dropped.
    fn void(market: MarketId, slot: Slot, mut settling: Settling) {
        settling.is_void = true;
        settling.summary = settling.summary.map(|SlotSummary { cleared_in_block, readings, .. }| SlotSummary {
            cleared_in_block,
            ..Self::untraded(readings)
        });
        if let Some(summary) = &settling.summary {
            crate::Summaries::<T>::insert(market, slot, summary);
        }
        Progress::<T>::insert(market, MarketProgress { next: slot, settling: Some(settling) });
        Self::deposit_event(Event::SlotVoided { market, slot, cause: VoidCause::Council });
    }
}
