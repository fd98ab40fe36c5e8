//! What the calls and hooks of `pallet_deren_rewards` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-20 (Intel(R) Xeon(R) Processor; 20 steps, 10 repeats).
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::ParityDbWeight},
};

/// One figure a benchmark.
pub trait WeightInfo {
    /// The benchmark `look`.
    fn look() -> Weight;
    /// The benchmark `skip_era`.
    fn skip_era() -> Weight;
    /// The benchmark `pay_page`, e from 1 to 100.
    fn pay_page(e: u32) -> Weight;
    /// The benchmark `claim`.
    fn claim() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 4_355 ns.
    fn look() -> Weight {
        Weight::from_parts(30_000_000, 18_000).saturating_add(D::get().reads_writes(19, 0))
    }
    // At least 13_457 ns.
    fn skip_era() -> Weight {
        Weight::from_parts(14_378_000, 3505).saturating_add(D::get().reads_writes(5, 4))
    }
    // At least 73_966 ns.
    fn pay_page(e: u32) -> Weight {
        Weight::from_parts(75_703_000, 3533)
            .saturating_add(Weight::from_parts(98_183_661, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 2603).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(3, 5))
            .saturating_add(D::get().reads(3).saturating_mul(e.into()))
            .saturating_add(D::get().writes(3).saturating_mul(e.into()))
    }
    // At least 33_524 ns.
    fn claim() -> Weight {
        Weight::from_parts(35_707_000, 3593).saturating_add(D::get().reads_writes(2, 2))
    }
}

impl WeightInfo for () {
    fn look() -> Weight {
        Measured::<ParityDbWeight>::look()
    }
    fn skip_era() -> Weight {
        Measured::<ParityDbWeight>::skip_era()
    }
    fn pay_page(e: u32) -> Weight {
        Measured::<ParityDbWeight>::pay_page(e)
    }
    fn claim() -> Weight {
        Measured::<ParityDbWeight>::claim()
    }
}
