//! What the calls and hooks of `pallet_deren_on_ramp` cost.
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
    /// The benchmark `issue`.
    fn issue() -> Weight;
    /// The benchmark `request_payout`.
    fn request_payout() -> Weight;
    /// The benchmark `mark_paid`.
    fn mark_paid() -> Weight;
    /// The benchmark `return_payout`.
    fn return_payout() -> Weight;
    /// The benchmark `set_on_ramp`.
    fn set_on_ramp() -> Weight;
    /// The benchmark `set_daily_cap`.
    fn set_daily_cap() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 38_898 ns.
    fn issue() -> Weight {
        Weight::from_parts(40_140_000, 3675).saturating_add(D::get().reads_writes(9, 5))
    }
    // At least 88_852 ns.
    fn request_payout() -> Weight {
        Weight::from_parts(92_548_000, 6208).saturating_add(D::get().reads_writes(12, 10))
    }
    // At least 75_963 ns.
    fn mark_paid() -> Weight {
        Weight::from_parts(80_459_000, 3675).saturating_add(D::get().reads_writes(10, 9))
    }
    // At least 89_403 ns.
    fn return_payout() -> Weight {
        Weight::from_parts(92_388_000, 6208).saturating_add(D::get().reads_writes(12, 10))
    }
    // At least 4_747 ns.
    fn set_on_ramp() -> Weight {
        Weight::from_parts(5_027_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
    // At least 4_547 ns.
    fn set_daily_cap() -> Weight {
        Weight::from_parts(4_817_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
}
