//! What the calls and hooks of `pallet_deren_matching` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-20 (Intel(R) Xeon(R) Processor; 10 steps, 3 repeats).
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::ParityDbWeight},
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
    /// The benchmark `void_slot`.
    fn void_slot() -> Weight;
    /// The benchmark `look_at_markets`, m from 1 to 64.
    fn look_at_markets(m: u32) -> Weight;
    /// The benchmark `skip_slot`.
    fn skip_slot() -> Weight;
    /// The benchmark `clear`, o from 2 to 4096, z from 1 to 1024.
    fn clear(o: u32, z: u32) -> Weight;
    /// The benchmark `settle`, e from 1 to 200.
    fn settle(e: u32) -> Weight;
    /// The benchmark `rebate`, e from 1 to 200.
    fn rebate(e: u32) -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 96_498 ns.
    fn place_order() -> Weight {
        Weight::from_parts(100_588_000, 4099).saturating_add(D::get().reads_writes(10, 6))
    }
    // At least 31_282 ns.
    fn cancel_order() -> Weight {
        Weight::from_parts(33_710_000, 4099).saturating_add(D::get().reads_writes(5, 2))
    }
    // At least 104_466 ns.
    fn resume_order() -> Weight {
        Weight::from_parts(211_466_000, 4099).saturating_add(D::get().reads_writes(10, 6))
    }
    // By hand: a transfer as measured, and one more for each of four pots that are swept, with its item.
    fn claim() -> Weight {
        Weight::from_parts(270_000_000, 20_000).saturating_add(D::get().reads_writes(19, 14))
    }
    // By hand, as `cancel_order`: the slot's progress and sums are read and written.
    fn void_slot() -> Weight {
        Weight::from_parts(34_000_000, 4099).saturating_add(D::get().reads_writes(4, 2))
    }
    // At least 14_996 ns.
    fn look_at_markets(m: u32) -> Weight {
        Weight::from_parts(52_768_430, 22383)
            .saturating_add(Weight::from_parts(691_223, 0).saturating_mul(m.into()))
            .saturating_add(Weight::from_parts(0, 449).saturating_mul(m.into()))
            // By hand: how far each market has come.
            .saturating_add(D::get().reads_writes(7, 1))
            .saturating_add(D::get().reads(1).saturating_mul(m.into()))
    }
    // At least 18_253 ns.
    fn skip_slot() -> Weight {
        // With the end of an era: fees, what comes back, the community pot, and what rewards note of it.
        Weight::from_parts(38_831_000, 6208).saturating_add(D::get().reads_writes(12, 7))
    }
    // At least 3_614_965 ns.
    fn clear(o: u32, z: u32) -> Weight {
        Weight::from_parts(3_614_965_000, 7575)
            // 12 µs, a read and two writes more than measured: what a site sold above what it shows.
            .saturating_add(Weight::from_parts(36_955_224, 0).saturating_mul(o.into()))
            .saturating_add(Weight::from_parts(11_704_487, 0).saturating_mul(z.into()))
            .saturating_add(Weight::from_parts(0, 3109).saturating_mul(o.into()))
            .saturating_add(Weight::from_parts(0, 2710).saturating_mul(z.into()))
            .saturating_add(D::get().reads_writes(7, 3))
            .saturating_add(D::get().reads_writes(4, 2).saturating_mul(o.into()))
            .saturating_add(D::get().reads(1).saturating_mul(z.into()))
    }
    // At least 76_820 ns.
    fn settle(e: u32) -> Weight {
        // With the end of an era, and a buyer's fee in each entry.
        Weight::from_parts(96_820_000, 18091)
            .saturating_add(Weight::from_parts(68_412_274, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 3109).saturating_mul(e.into()))
            // By hand: what is stranded, and the first page that is kept.
            .saturating_add(D::get().reads_writes(20, 15))
            .saturating_add(D::get().reads(5).saturating_mul(e.into()))
            .saturating_add(D::get().writes(5).saturating_mul(e.into()))
    }
    // Set by hand. An entry is a transfer that may fail and go to the claims account: as `claim`, twice.
    fn rebate(e: u32) -> Weight {
        Weight::from_parts(20_000_000, 6208)
            .saturating_add(Weight::from_parts(100_000_000, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 5218).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(6, 4))
            .saturating_add(D::get().reads(4).saturating_mul(e.into()))
            .saturating_add(D::get().writes(4).saturating_mul(e.into()))
    }
}

impl WeightInfo for () {
    fn place_order() -> Weight {
        Measured::<ParityDbWeight>::place_order()
    }
    fn cancel_order() -> Weight {
        Measured::<ParityDbWeight>::cancel_order()
    }
    fn resume_order() -> Weight {
        Measured::<ParityDbWeight>::resume_order()
    }
    fn claim() -> Weight {
        Measured::<ParityDbWeight>::claim()
    }
    fn void_slot() -> Weight {
        Measured::<ParityDbWeight>::void_slot()
    }
    fn look_at_markets(m: u32) -> Weight {
        Measured::<ParityDbWeight>::look_at_markets(m)
    }
    fn skip_slot() -> Weight {
        Measured::<ParityDbWeight>::skip_slot()
    }
    fn clear(o: u32, z: u32) -> Weight {
        Measured::<ParityDbWeight>::clear(o, z)
    }
    fn settle(e: u32) -> Weight {
        Measured::<ParityDbWeight>::settle(e)
    }
    fn rebate(e: u32) -> Weight {
        Measured::<ParityDbWeight>::rebate(e)
    }
}
