//! What the calls and hooks of `pallet_deren_notice` cost.
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
    /// The benchmark `announce`, l from 0 to 100000.
    fn announce(l: u32) -> Weight;
    /// The benchmark `withdraw`.
    fn withdraw() -> Weight;
    /// The benchmark `enact`.
    fn enact() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 24_046 ns.
    fn announce(l: u32) -> Weight {
        Weight::from_parts(38_243_812, 16855)
            .saturating_add(Weight::from_parts(3_086, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads_writes(8, 7))
    }
    // At least 24_997 ns.
    fn withdraw() -> Weight {
        Weight::from_parts(38_498_000, 16855).saturating_add(D::get().reads_writes(4, 4))
    }
    // At least 14_522 ns.
    fn enact() -> Weight {
        Weight::from_parts(23_454_000, 3513).saturating_add(D::get().reads_writes(2, 2))
    }
}
