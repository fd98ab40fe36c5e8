//! What the calls and hooks of `pallet_deren_custody` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-30 (AMD EPYC; 20 steps, 10 repeats).
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// One figure a benchmark.
pub trait WeightInfo {
    /// The benchmark `spend`.
    fn spend() -> Weight;
    /// The benchmark `freeze`.
    fn freeze() -> Weight;
    /// The benchmark `thaw`.
    fn thaw() -> Weight;
    /// The benchmark `force_transfer`.
    fn force_transfer() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 60_140 ns.
    fn spend() -> Weight {
        Weight::from_parts(61_481_000, 6208).saturating_add(D::get().reads_writes(8, 5))
    }
    // At least 17_727 ns.
    fn freeze() -> Weight {
        Weight::from_parts(18_878_000, 3675).saturating_add(D::get().reads_writes(2, 1))
    }
    // At least 17_506 ns.
    fn thaw() -> Weight {
        Weight::from_parts(18_167_000, 3675).saturating_add(D::get().reads_writes(2, 1))
    }
    // At least 69_674 ns.
    fn force_transfer() -> Weight {
        Weight::from_parts(72_658_000, 6208).saturating_add(D::get().reads_writes(7, 7))
    }
}
