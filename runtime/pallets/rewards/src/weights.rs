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
    /// The benchmark `count_claims`, z from 1 to 1024.
    fn count_claims(z: u32) -> Weight;
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
        // With all markets' progress, the look for closed eras and for those to be paid, and how full the last one was.
        Weight::from_parts(40_000_000, 20_000).saturating_add(D::get().reads_writes(24, 2))
    }
    // At least 13_457 ns.
    fn skip_era() -> Weight {
        Weight::from_parts(14_378_000, 3505).saturating_add(D::get().reads_writes(5, 4))
    }
    // Set by hand: a zone is one read and one long division.
    fn count_claims(z: u32) -> Weight {
        Weight::from_parts(30_000_000, 3533)
            .saturating_add(Weight::from_parts(8_000_000, 0).saturating_mul(z.into()))
            .saturating_add(Weight::from_parts(0, 2534).saturating_mul(z.into()))
            .saturating_add(D::get().reads_writes(6, 3))
            .saturating_add(D::get().reads(1).saturating_mul(z.into()))
    }
    // Set by hand: as it was measured with two long divisions, a zone's read and its removal more for each earner.
    fn pay_page(e: u32) -> Weight {
        Weight::from_parts(95_703_000, 3533)
            .saturating_add(Weight::from_parts(115_000_000, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 5137).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(8, 6))
            .saturating_add(D::get().reads(4).saturating_mul(e.into()))
            .saturating_add(D::get().writes(4).saturating_mul(e.into()))
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
    fn count_claims(z: u32) -> Weight {
        Measured::<ParityDbWeight>::count_claims(z)
    }
    fn pay_page(e: u32) -> Weight {
        Measured::<ParityDbWeight>::pay_page(e)
    }
    fn claim() -> Weight {
        Measured::<ParityDbWeight>::claim()
    }
}
