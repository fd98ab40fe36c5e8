//! What a page of settlement did, and what that weighs.

use crate::types::MAX_STEPS;
use crate::{Config, WeightInfo};
use deren_runtime_apis::Touched;
use frame_support::{traits::Get, weights::Weight};

/// What a page did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Work {
    /// Purses read and written, and those that opened.
    pub touched: Touched,
    /// Payments that were told: a fill is one.
    pub told: u32,
    /// Buyers' protocol fees of which the era's list was touched, and not their purses alone.
    pub fees: u32,
    /// Fee bases of which rewards were told.
    pub rewards: u32,
    /// Orders that paid out of their hold.
    pub short: u32,
    /// Orders whose hold was looked at again.
    pub refreshed: u32,
}

impl Work {
    /// The most that a page of so many entries weighs. Each is an order that buys for another owner, has all its steps
    /// filled, and pays out of its hold. What other entries cost is less.
    pub(crate) fn most<T: Config>() -> Weight {
        let entries = T::PageSize::get();
        let orders = Self {
            touched: Touched { purses: entries, opened: entries },
            told: entries.saturating_mul(MAX_STEPS),
            fees: entries,
            short: entries,
            ..Self::default()
        };
        let [rewards, refreshed] =
            [Self { rewards: entries, ..Self::default() }, Self { refreshed: entries, ..Self::default() }];
        orders.weight::<T>().max(rewards.weight::<T>()).max(refreshed.weight::<T>())
    }

    /// What it weighs.
    pub(crate) fn weight<T: Config>(&self) -> Weight {
        let Touched { purses, opened } = self.touched;
        let mut weight = T::WeightInfo::settle(purses, self.told);
        let parts = [
            (opened, T::WeightInfo::open_purses as fn(u32) -> Weight),
            (self.fees, T::WeightInfo::note_fees),
            (self.rewards, T::WeightInfo::tell_rewards),
            (self.short, T::WeightInfo::shrink_holds),
            (self.refreshed, T::WeightInfo::refresh_orders),
        ];
        for (count, weigh) in parts {
            if count > 0 {
                weight = weight.saturating_add(weigh(count));
            }
        }
        weight
    }
}
