//! What the calls of `pallet_deren_purse` cost.
//!
//! Not measured yet: derived by hand on 2026-12-01. A call is an EUR transfer, a purse and maybe an account that opens.
//! The time is that of `request_payout` of the on-ramp (93 µs), rounded up: it transfers EUR and stores more beside it.
//! Reads and writes are counted, each as if nothing was read before. `make weights` writes this file once it is run.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// One figure a benchmark.
pub trait WeightInfo {
    /// The benchmark `fill`.
    fn fill() -> Weight;
    /// The benchmark `draw`.
    fn draw() -> Weight;
}

/// As derived, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As derived, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // Reads and writes: the asset, both accounts in it, both accounts of the system, the purse.
    fn fill() -> Weight {
        Weight::from_parts(100_000_000, 6_208).saturating_add(D::get().reads_writes(6, 6))
    }
    // The same.
    fn draw() -> Weight {
        Weight::from_parts(100_000_000, 6_208).saturating_add(D::get().reads_writes(6, 6))
    }
}
