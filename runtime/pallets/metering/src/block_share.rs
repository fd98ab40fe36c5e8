//! How much of a block readings take. They are free, and so must leave room for what people pay for. What people pay
//! for leaves room for them by its own class's limit.

use crate::{BlockUse, Config, InThisBlock, batch::Batch};
use frame_support::{traits::Get, weights::Weight};

/// How many readings a batch carries, for its weight.
pub(crate) fn readings(batch: &impl Batch) -> u32 {
    u32::try_from(batch.readings().len()).unwrap_or(u32::MAX)
}

/// The bytes of a batch.
fn bytes(batch: &impl Batch) -> u32 {
    u32::try_from(batch.encoded_size()).unwrap_or(u32::MAX)
}

/// The time that a batch may take at most, its authorisation included.
fn declared<T: Config, B: Batch>(batch: &B) -> Weight {
    let count = readings(batch);
    B::submit_spread::<T::WeightInfo>(count).saturating_add(B::authorize::<T::WeightInfo>(count))
}

/// True if this block has room for the batch. Between blocks it has for any.
pub(crate) fn has_room<T: Config>(batch: &impl Batch) -> bool {
    let BlockUse { ref_time, bytes: taken } = InThisBlock::<T>::get();
    ref_time.saturating_add(declared::<T, _>(batch).ref_time()) <= T::MaxRefTimeInBlock::get()
        && taken.saturating_add(bytes(batch)) <= T::MaxBytesInBlock::get()
}

/// Counts a batch that this block took; `used` is what its readings cost.
pub(crate) fn count<T: Config, B: Batch>(batch: &B, used: Weight) {
    let used = used.saturating_add(B::authorize::<T::WeightInfo>(readings(batch))).ref_time();
    InThisBlock::<T>::mutate(|all| {
        all.ref_time = all.ref_time.saturating_add(used);
        all.bytes = all.bytes.saturating_add(bytes(batch));
    });
}
