//! What the calls and hooks of `pallet_deren_matching` cost.
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
    /// The benchmark `place_order`.
    fn place_order() -> Weight;
    /// The benchmark `cancel_order`.
    fn cancel_order() -> Weight;
    /// The benchmark `resume_order`.
    fn resume_order() -> Weight;
    /// The benchmark `claim`.
    fn claim() -> Weight;
    /// The benchmark `look_at_markets`, m from 1 to 16.
    fn look_at_markets(m: u32) -> Weight;
    /// The benchmark `skip_slot`.
    fn skip_slot() -> Weight;
    /// The benchmark `clear`, o from 2 to 4096, z from 1 to 1024.
    fn clear(o: u32, z: u32) -> Weight;
    /// The benchmark `settle`, e from 1 to 200.
    fn settle(e: u32) -> Weight;
    /// The benchmark `rebate`, e from 1 to 200.
    fn rebate(e: u32) -> Weight;
    /// The benchmark `void_slot`.
    fn void_slot() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 87_009 ns.
    fn place_order() -> Weight {
        Weight::from_parts(89_743_000, 4099).saturating_add(D::get().reads_writes(10, 6))
    }
    // At least 68_723 ns.
    fn cancel_order() -> Weight {
        Weight::from_parts(94_461_000, 4099).saturating_add(D::get().reads_writes(9, 6))
    }
    // At least 81_912 ns.
    fn resume_order() -> Weight {
        Weight::from_parts(84_136_000, 4099).saturating_add(D::get().reads_writes(10, 6))
    }
    // At least 350_412 ns.
    fn claim() -> Weight {
        Weight::from_parts(356_260_000, 16644).saturating_add(D::get().reads_writes(26, 24))
    }
    // At least 11_487 ns.
    fn look_at_markets(m: u32) -> Weight {
        Weight::from_parts(12_333_548, 3541)
            .saturating_add(Weight::from_parts(2_960_548, 0).saturating_mul(m.into()))
            .saturating_add(Weight::from_parts(0, 2663).saturating_mul(m.into()))
            .saturating_add(D::get().reads_writes(6, 0))
            .saturating_add(D::get().reads(1).saturating_mul(m.into()))
    }
    // At least 35_122 ns.
    fn skip_slot() -> Weight {
        Weight::from_parts(35_804_000, 3599).saturating_add(D::get().reads_writes(8, 5))
    }
    // At least 4_263_646 ns.
    fn clear(o: u32, z: u32) -> Weight {
        Weight::from_parts(4_320_561_000, 7575)
            .saturating_add(Weight::from_parts(44_629_589, 0).saturating_mul(o.into()))
            .saturating_add(Weight::from_parts(5_712_048, 0).saturating_mul(z.into()))
            .saturating_add(Weight::from_parts(0, 3109).saturating_mul(o.into()))
            .saturating_add(Weight::from_parts(0, 2743).saturating_mul(z.into()))
            .saturating_add(D::get().reads_writes(8, 6))
            .saturating_add(D::get().reads(4).saturating_mul(o.into()))
            .saturating_add(D::get().reads(1).saturating_mul(z.into()))
            .saturating_add(D::get().writes(2).saturating_mul(o.into()))
    }
    // At least 206_227 ns.
    fn settle(e: u32) -> Weight {
        Weight::from_parts(116_353_497, 36674)
            .saturating_add(Weight::from_parts(84_071_772, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 3109).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(17, 12))
            .saturating_add(D::get().reads(5).saturating_mul(e.into()))
            .saturating_add(D::get().writes(5).saturating_mul(e.into()))
    }
    // At least 78_897 ns.
    fn rebate(e: u32) -> Weight {
        Weight::from_parts(79_598_000, 3675)
            .saturating_add(Weight::from_parts(58_629_695, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 2609).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(5, 3))
            .saturating_add(D::get().reads(2).saturating_mul(e.into()))
            .saturating_add(D::get().writes(2).saturating_mul(e.into()))
    }
    // At least 10_956 ns.
    fn void_slot() -> Weight {
        Weight::from_parts(12_108_000, 3653).saturating_add(D::get().reads_writes(2, 1))
    }
}
