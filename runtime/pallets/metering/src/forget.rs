//! Removes the energies of slots that matching has settled, some in each block. So a block's weight is bounded however
//! many sites a market has.

use crate::{Config, Forgetting, Forgotten, Pallet, ReadingCounts, SiteEnergies, WeightInfo};
use alloc::vec::Vec;
use deren_primitives::{MarketId, Slot};
use frame_support::weights::Weight;

/// The most items that the idle time of one block removes.
const MAX_REMOVED_IDLE: u32 = 2_048;

impl<T: Config> Pallet<T> {
    /// Adds a slot to what is to be removed. Matching forgets each of a market's slots, in their order.
    pub(crate) fn do_forget(market: MarketId, slot: Slot) {
        Forgotten::<T>::mutate(|queue| {
            if let Some(entry) = queue.iter_mut().find(|entry| entry.market == market) {
                entry.next = entry.next.min(slot);
                entry.through = entry.through.max(slot);
            } else if queue.try_push(Forgetting { market, next: slot, through: slot }).is_err() {
                frame_support::defensive!("more markets than MaxMarkets forget slots");
            }
        });
    }

    /// Removes at most `budget` items, an empty slot counting as one. Returns how many it dealt with.
    pub(crate) fn remove_forgotten(budget: u32) -> u32 {
        let mut queue = Forgotten::<T>::get();
        if queue.is_empty() {
            return 0;
        }
        let mut left = budget;
        for entry in queue.iter_mut() {
            while left > 0 && entry.next <= entry.through {
                left = Self::remove_of_slot(entry, left);
            }
        }
        queue.retain(|entry| entry.next <= entry.through);
        Forgotten::<T>::put(queue);
        budget.saturating_sub(left)
    }

    /// Removes what is left of the entry's next slot, as far as `budget` goes; returns what is left of that.
    fn remove_of_slot(entry: &mut Forgetting, budget: u32) -> u32 {
        let slot = (entry.market, entry.next);
        let most = usize::try_from(budget).unwrap_or(usize::MAX);
        let sites: Vec<_> = SiteEnergies::<T>::iter_key_prefix(slot).take(most).collect();
        for site in &sites {
            SiteEnergies::<T>::remove(slot, site);
        }
        let left = budget.saturating_sub(u32::try_from(sites.len()).unwrap_or(u32::MAX));
        if left == 0 {
            return 0;
        }
        ReadingCounts::<T>::remove(entry.market, entry.next);
        entry.next = entry.next.next();
        left.saturating_sub(1)
    }

    /// Uses half of a block's idle time.
    pub(crate) fn remove_forgotten_within(remaining: Weight) -> Weight {
        let base = T::WeightInfo::remove_forgotten(0);
        let one = T::WeightInfo::remove_forgotten(1).saturating_sub(base);
        let Some(budget) =
            remaining.saturating_div(2).checked_sub(&base).and_then(|spare| spare.checked_div_per_component(&one))
        else {
            return Weight::zero();
        };
        let budget = u32::try_from(budget).unwrap_or(u32::MAX).min(MAX_REMOVED_IDLE);
        if budget == 0 {
            return Weight::zero();
        }
        T::WeightInfo::remove_forgotten(Self::remove_forgotten(budget))
    }
}
