//! What calls and hooks cost. These figures are estimates by hand, one Ed25519 verification at 70 µs of reference
//! hardware; the benchmarks in `benchmarking.rs` give measured ones.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// One figure a call and hook.
pub trait WeightInfo {
    /// The check of a batch of `n` readings in the transaction pool and at its place in the block.
    fn authorize_submit(n: u32) -> Weight;
    /// [`crate::Call::submit`] with `n` readings of `n` devices of `n` sites, each with its own anchor.
    fn submit_spread(n: u32) -> Weight;
    /// [`crate::Call::submit`] with `n` readings of one device, all late, with one anchor.
    fn submit_chain(n: u32) -> Weight;
    /// [`crate::Call::report_equivocation`].
    fn report_equivocation() -> Weight;
    /// The clock of slots at a block's beginning, with `m` slots over and not closed.
    fn close_slots(m: u32) -> Weight;
    /// Removal of `k` storage items of forgotten slots.
    fn remove_forgotten(k: u32) -> Weight;
}

/// Picoseconds of one Ed25519 verification.
const VERIFY_PS: u64 = 70_000_000;

/// Nanoseconds, and this many reads and writes of the runtime's database.
fn weight<T: frame_system::Config>(ns: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(ns.saturating_mul(1_000), 0)
        .saturating_add(T::DbWeight::get().reads(reads))
        .saturating_add(T::DbWeight::get().writes(writes))
}

/// The time of `count` Ed25519 verifications.
fn verifications(count: u64) -> Weight {
    Weight::from_parts(VERIFY_PS.saturating_mul(count), 0)
}

/// Estimates for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn authorize_submit(n: u32) -> Weight {
        weight::<T>(25_000, 7, 0)
            .saturating_add(verifications(2))
            .saturating_add(weight::<T>(2_000, 0, 0).saturating_mul(n.into()))
    }

    fn submit_spread(n: u32) -> Weight {
        weight::<T>(20_000, 6, 1)
            .saturating_add(weight::<T>(25_000, 4, 2).saturating_mul(n.into()))
            .saturating_add(verifications(n.into()))
    }

    fn submit_chain(n: u32) -> Weight {
        weight::<T>(20_000, 6, 1)
            .saturating_add(weight::<T>(15_000, 0, 0).saturating_mul(n.into()))
            .saturating_add(verifications(n.into()))
    }

    fn report_equivocation() -> Weight {
        weight::<T>(30_000, 4, 1).saturating_add(verifications(2))
    }

    fn close_slots(m: u32) -> Weight {
        weight::<T>(8_000, 4, 2).saturating_add(weight::<T>(50, 0, 0).saturating_mul(m.into()))
    }

    fn remove_forgotten(k: u32) -> Weight {
        weight::<T>(5_000, 1, 1).saturating_add(weight::<T>(3_000, 2, 1).saturating_mul(k.into()))
    }
}
