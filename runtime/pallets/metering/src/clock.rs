//! The clock of slots: which one it is, and which ones are closed. Only the blocks' timestamps and numbers move it.

use crate::{ClosedThrough, Config, Endings, Event, Pallet, Parameters, SlotEnding};
use deren_primitives::{ChainParameters, Slot, SlotClock};
use frame_support::traits::Time;
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::UniqueSaturatedInto;

/// What holds where genesis set nothing.
pub(crate) const PRODUCTION: ChainParameters = ChainParameters {
    slot_seconds: 900,
    slot_energy_seconds: 900,
    grace_seconds: 120,
    grace_blocks: 40,
    slots_per_era: 96,
    development: false,
};

/// For no more slots than so many, a week of quarter-hours, a halt makes the grace longer.
pub(crate) const MAX_SLOTS_OF_HALT: u32 = 672;

/// A block's number in the 32 bits in which anchors have it.
pub(crate) fn number<T: Config>(block: BlockNumberFor<T>) -> u32 {
    block.unique_saturated_into()
}

impl<T: Config> Pallet<T> {
    /// What was set at genesis.
    pub fn parameters() -> ChainParameters {
        Parameters::<T>::get().unwrap_or(PRODUCTION)
    }

    /// Turns times into slots.
    pub fn clock() -> SlotClock {
        Self::parameters().clock()
    }

    /// The slot of the newest timestamp.
    pub(crate) fn slot_now() -> Slot {
        Self::clock().slot_at(T::Time::now())
    }

    /// The newest closed slot. In the first block that is the one before the block's own.
    pub(crate) fn newest_closed() -> Slot {
        ClosedThrough::<T>::get().unwrap_or_else(|| Self::slot_now().previous())
    }

    /// Closes each slot whose grace is over and since whose end enough blocks were made, each of which could have
    /// carried its readings. Enough are `grace_blocks`, for each of the slots that ended together with it while no
    /// block was made. Called at the beginning of block `block`, when the time is still the previous block's. Returns
    /// how many markers it looked at.
    pub(crate) fn close_slots(block: u32) -> u32 {
        let now_ms = T::Time::now();
        if now_ms == 0 {
            return 0;
        }
        let (parameters, clock) = (Self::parameters(), Self::clock());
        let ended = clock.slot_at(now_ms).previous();
        let Some(closed) = ClosedThrough::<T>::get() else {
            ClosedThrough::<T>::put(ended);
            return 0;
        };
        let mut endings = Endings::<T>::get();
        let looked_at = u32::try_from(endings.len()).unwrap_or(u32::MAX);
        let noted = endings.last().map_or(closed, |last| last.through);
        let changed = ended > noted;
        if changed {
            let ending = SlotEnding { through: ended, block: block.saturating_sub(1) };
            if let Err(ending) = endings.try_push(ending).map_err(|_| ending)
                && let Some(last) = endings.last_mut()
            {
                // The later block: nobody becomes late by it.
                *last = ending;
            }
        }
        let grace_ms = u64::from(parameters.grace_seconds).saturating_mul(1000);
        let graced = clock.slot_at(now_ms.saturating_sub(grace_ms)).previous();
        let (mut through, mut before) = (closed, closed);
        for ending in &endings {
            let ended = ending.through.since(before).min(MAX_SLOTS_OF_HALT);
            if block.saturating_sub(ending.block) < parameters.grace_blocks.saturating_mul(ended) {
                break;
            }
            through = through.max(ending.through.min(graced));
            before = ending.through;
        }
        let kept = endings.len();
        endings.retain(|ending| ending.through > through);
        if changed || endings.len() != kept {
            Endings::<T>::put(endings);
        }
        if through > closed {
            ClosedThrough::<T>::put(through);
            Self::deposit_event(Event::SlotsClosed { first: closed.next(), through });
        }
        looked_at
    }
}
