//! What the calls and hooks of `pallet_deren_rewards` cost.
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
    // At least 67_140 ns.
    fn look() -> Weight {
        Weight::from_parts(71_236_000, 43598).saturating_add(D::get().reads_writes(22, 0))
    }
    // At least 82_463 ns.
    fn skip_era() -> Weight {
        Weight::from_parts(83_905_000, 43598).saturating_add(D::get().reads_writes(23, 4))
    }
    // At least 39_038 ns.
    fn count_claims(z: u32) -> Weight {
        Weight::from_parts(39_619_000, 3545)
            .saturating_add(Weight::from_parts(4_410_652, 0).saturating_mul(z.into()))
            .saturating_add(Weight::from_parts(0, 2527).saturating_mul(z.into()))
            .saturating_add(D::get().reads_writes(5, 3))
            .saturating_add(D::get().reads(1).saturating_mul(z.into()))
    }
    // At least 188_461 ns.
    fn pay_page(e: u32) -> Weight {
        Weight::from_parts(282_384_911, 43598)
            .saturating_add(Weight::from_parts(74_860_432, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 2603).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(25, 28))
            .saturating_add(D::get().reads(4).saturating_mul(e.into()))
            .saturating_add(D::get().writes(3).saturating_mul(e.into()))
    }
    // At least 42_573 ns.
    fn claim() -> Weight {
        Weight::from_parts(43_655_000, 3593).saturating_add(D::get().reads_writes(2, 2))
    }
}
