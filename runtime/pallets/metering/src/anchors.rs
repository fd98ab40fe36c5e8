//! Which blocks a reading may be anchored at: recent ones, and each hundredth one for a month. So no reading is
//! worthless where finality is gone for a while and nothing newer is final.

use crate::{Config, LastingAnchors, Pallet, clock};
use deren_primitives::{Anchor, LASTING_ANCHOR_BLOCKS, ReadingVerdict};
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::Zero;

/// How many hundredth blocks are kept: those of thirty days of blocks of three seconds.
pub const MAX_LASTING_ANCHORS: u32 = 8_640;

impl<T: Config> Pallet<T> {
    /// Called at the beginning of block `block`. It keeps the hash of the one before if it is a hundredth, and lets go
    /// of one that is too old.
    pub(crate) fn keep_anchor(block: u32) -> Weight {
        let Some(parent) = block.checked_sub(1).filter(|parent| parent.is_multiple_of(LASTING_ANCHOR_BLOCKS)) else {
            return Weight::zero();
        };
        if let Some(hash) = Self::hash_of(parent.into()) {
            LastingAnchors::<T>::insert(parent, hash);
        }
        if let Some(old) = parent.checked_sub(MAX_LASTING_ANCHORS.saturating_mul(LASTING_ANCHOR_BLOCKS)) {
            LastingAnchors::<T>::remove(old);
        }
        T::DbWeight::get().reads_writes(1, 2)
    }

    /// What there is to remark about an anchor in block `block`.
    pub(crate) fn judge_anchor(anchor: Anchor, block: u32) -> ReadingVerdict {
        let recent = block.saturating_sub(anchor.block_number) <= T::MaxAnchorAgeBlocks::get();
        let hash = match recent {
            _ if anchor.block_number >= block => None,
            true => Self::hash_of(anchor.block_number.into()),
            false => LastingAnchors::<T>::get(anchor.block_number),
        };
        match hash {
            Some(hash) if hash == anchor.block_hash => ReadingVerdict::GOOD,
            None if !recent => ReadingVerdict::ANCHOR_STALE,
            _ => ReadingVerdict::ANCHOR_UNKNOWN,
        }
    }

    /// The hash of a recent block, or of block 0.
    pub(crate) fn hash_of(number: BlockNumberFor<T>) -> Option<[u8; 32]> {
        frame_system::Pallet::<T>::block_hash(number).as_ref().try_into().ok()
    }

    /// The hash of block 0, which names the chain.
    pub(crate) fn genesis() -> Option<[u8; 32]> {
        Self::hash_of(BlockNumberFor::<T>::zero())
    }

    /// The present block's number, as anchors have it.
    pub(crate) fn block_now() -> u32 {
        clock::number::<T>(frame_system::Pallet::<T>::block_number())
    }
}
