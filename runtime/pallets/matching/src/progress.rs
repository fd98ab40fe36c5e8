//! The order of things. In every block each market clears at most one slot, or settles pages in turn with the others,
//! all within the block's budget. A slot settles wholly before the next one clears.

use crate::types::{MAX_STEPS, MarketProgress};
use crate::work::Work;
use crate::{Config, Event, Pallet, Progress, WeightInfo};
use alloc::vec::Vec;
use deren_primitives::{MarketId, Slot};
use deren_runtime_apis::{MarketRegistry, Metering};
use frame_support::{pallet_prelude::*, storage::with_storage_layer, traits::Get, weights::WeightMeter};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::SaturatedConversion;

impl<T: Config> Pallet<T> {
    /// Makes one stage for each market, beginning with another market each block, so that a full budget is fair. Then
    /// it makes more pages, one a market in turn, while the budget has room.
    pub(crate) fn advance_markets(block: BlockNumberFor<T>) -> Weight {
        let markets = T::Registry::markets();
        let mut meter = WeightMeter::with_limit(T::BlockBudget::get());
        meter.consume(T::WeightInfo::look_at_markets(markets.len().saturated_into()));
        // Before the first block's timestamp the chain knows no time, and no slot can be near.
        if T::Metering::current_slot() > Slot(0) {
            let first = block.saturated_into::<usize>().checked_rem(markets.len()).unwrap_or(0);
            let mut settling: Vec<MarketId> = markets.iter().cycle().skip(first).take(markets.len()).copied().collect();
            settling.retain(|market| Self::advance(*market, &mut meter));
            while !settling.is_empty() {
                settling.retain(|market| Self::advance_settling(*market, &mut meter));
            }
            Self::advance_rebates(&mut meter);
        }
        meter.consumed()
    }

    /// Where the market stands. A market that was never seen begins with the first slot that is not closed: nobody
    /// could trade in it before.
    pub(crate) fn progress_of(market: MarketId) -> MarketProgress {
        Progress::<T>::get(market).unwrap_or_else(|| {
            let progress = MarketProgress { next: T::Metering::closed_through().next(), settling: None };
            Progress::<T>::insert(market, &progress);
            progress
        })
    }

    /// Makes the next stage of one market, if the budget allows. True if it was a page and more of them are left. A
    /// slot that clears in this block waits for the next one, so that its clearing can be looked at in one block's
    /// state.
    fn advance(market: MarketId, meter: &mut WeightMeter) -> bool {
        let mut progress = Self::progress_of(market);
        if progress.settling.is_some() {
            return Self::advance_settling(market, meter);
        }
        let closed = T::Metering::closed_through();
        let mut skipped = 0u32;
        while progress.next <= closed {
            let slot = progress.next;
            if !meter.can_consume(T::WeightInfo::skip_slot()) {
                break;
            }
            if T::Metering::readings(market, slot) > 0 || Self::has_due(market, slot.next()) {
                let weight = Self::clear_weight(market);
                if meter.can_consume(weight) {
                    meter.consume(Self::clear_slot(market, progress));
                }
                break;
            }
            if skipped >= T::MaxSkippedSlots::get() {
                break;
            }
            meter.consume(Self::clear_slot(market, progress));
            skipped = skipped.saturating_add(1);
            progress = Self::progress_of(market);
        }
        false
    }

    /// A page of the slot that is being settled, if the budget allows. A page that fails, which only a fault in the
    /// programs can make it, leaves everything as it was. True if more is left to settle.
    fn advance_settling(market: MarketId, meter: &mut WeightMeter) -> bool {
        let most = Work::most::<T>();
        if !meter.can_consume(most) {
            return false;
        }
        let progress = Self::progress_of(market);
        let slot = progress.next;
        match with_storage_layer(|| Self::settle_page(market, progress)) {
            Ok(work) => {
                meter.consume(work.weight::<T>());
                Self::progress_of(market).settling.is_some()
            }
            Err(error) => {
                meter.consume(most);
                Self::deposit_event(Event::SettlementHalted { market, slot, error });
                false
            }
        }
    }

    /// Through which slot everything in this market is settled. Nobody could trade in a market that was never seen, so
    /// that all its closed slots are. It never goes back.
    pub(crate) fn market_settled_through(market: MarketId) -> Slot {
        Progress::<T>::get(market).map_or_else(T::Metering::closed_through, |progress| progress.next.previous())
    }

    /// Panics, when the runtime is tested, if a stage could be too heavy to be ever done.
    pub(crate) fn check_config() {
        assert!(T::HoldSlots::get() > 0, "HoldSlots must be above 0");
        assert!(T::PageSize::get() > 0, "PageSize must be above 0");
        assert!(T::MaxSkippedSlots::get() > 0, "MaxSkippedSlots must be above 0");
        assert!(T::KeepSlots::get() > 0, "KeepSlots must be above 0");
        let steps = usize::try_from(T::MaxOrders::get().saturating_mul(MAX_STEPS)).unwrap_or(usize::MAX);
        assert!(steps <= deren_market::MAX_STEPS, "MaxOrders are more than one clearing takes");
        let budget = T::BlockBudget::get();
        let stages = [
            Self::weight_of_clear(T::MaxOrders::get(), T::MaxZones::get()),
            Work::most::<T>(),
            T::WeightInfo::skip_slot(),
            T::WeightInfo::rebate(T::PageSize::get()),
        ];
        for stage in stages {
            let with_look = stage.saturating_add(T::WeightInfo::look_at_markets(1));
            assert!(with_look.all_lte(budget), "a stage of {with_look} does not fit into BlockBudget {budget}");
        }
    }
}
