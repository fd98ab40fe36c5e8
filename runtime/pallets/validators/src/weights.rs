//! What the calls and hooks of `pallet_deren_validators` cost.
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
    /// The benchmark `add_validator`.
    fn add_validator() -> Weight;
    /// The benchmark `remove_validator`.
    fn remove_validator() -> Weight;
    /// The benchmark `ban`.
    fn ban() -> Weight;
    /// The benchmark `readmit`.
    fn readmit() -> Weight;
    /// The benchmark `note_stalled`.
    fn note_stalled() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 34_031 ns.
    fn add_validator() -> Weight {
        Weight::from_parts(43_525_000, 11215).saturating_add(D::get().reads_writes(1, 1))
    }
    // At least 37_556 ns.
    fn remove_validator() -> Weight {
        Weight::from_parts(45_688_000, 11215).saturating_add(D::get().reads_writes(2, 1))
    }
    // At least 73_079 ns.
    fn ban() -> Weight {
        Weight::from_parts(85_838_000, 12665).saturating_add(D::get().reads_writes(4, 2))
    }
    // At least 31_066 ns.
    fn readmit() -> Weight {
        Weight::from_parts(34_702_000, 11215).saturating_add(D::get().reads_writes(1, 1))
    }
    // At least 5_157 ns.
    fn note_stalled() -> Weight {
        Weight::from_parts(5_308_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
}
