//! What the calls and hooks of `pallet_deren_metering` cost.
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
    /// The benchmark `authorize_submit`, n from 1 to 64.
    fn authorize_submit(n: u32) -> Weight;
    /// The benchmark `submit_spread`, n from 1 to 64.
    fn submit_spread(n: u32) -> Weight;
    /// The benchmark `submit_chain`, n from 1 to 64.
    fn submit_chain(n: u32) -> Weight;
    /// The benchmark `report_equivocation`.
    fn report_equivocation() -> Weight;
    /// The benchmark `authorize_submit_v2`, n from 1 to 64.
    fn authorize_submit_v2(n: u32) -> Weight;
    /// The benchmark `submit_v2_spread`, n from 1 to 64.
    fn submit_v2_spread(n: u32) -> Weight;
    /// The benchmark `submit_v2_chain`, n from 1 to 64.
    fn submit_v2_chain(n: u32) -> Weight;
    /// The benchmark `report_equivocation_v2`.
    fn report_equivocation_v2() -> Weight;
    /// The benchmark `close_slots`, m from 1 to 63.
    fn close_slots(m: u32) -> Weight;
    /// The benchmark `remove_forgotten`, k from 0 to 256.
    fn remove_forgotten(k: u32) -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 133_018 ns.
    fn authorize_submit(n: u32) -> Weight {
        Weight::from_parts(142_100_369, 3601)
            .saturating_add(Weight::from_parts(2_155_466, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads_writes(8, 0))
    }
    // At least 65_367 ns.
    fn submit_spread(n: u32) -> Weight {
        Weight::from_parts(68_562_000, 3550)
            .saturating_add(Weight::from_parts(83_213_367, 0).saturating_mul(n.into()))
            .saturating_add(Weight::from_parts(0, 2611).saturating_mul(n.into()))
            .saturating_add(D::get().reads_writes(7, 2))
            .saturating_add(D::get().reads(4).saturating_mul(n.into()))
            .saturating_add(D::get().writes(2).saturating_mul(n.into()))
    }
    // At least 43_796 ns.
    fn submit_chain(n: u32) -> Weight {
        Weight::from_parts(57_753_546, 6028)
            .saturating_add(Weight::from_parts(57_182_092, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads_writes(9, 2))
    }
    // At least 127_530 ns.
    fn report_equivocation() -> Weight {
        Weight::from_parts(152_066_000, 3577).saturating_add(D::get().reads_writes(3, 2))
    }
    // The four figures of version 2 are derived from those of version 1 above, until `make weights` measures them.
    //
    // One check of a signature is taken for 42_000 ns, which is less than it takes. With one reading `authorize_submit`
    // checks two signatures, and `submit_chain` none. Otherwise the former does less, but for hashing the batch. So two
    // checks take at least 133_018 - 43_796 ns, less some 3_000 ns for the hash.
    //
    // `authorize_submit` less one check. Hashing a reading is taken for three times as dear: its hash becomes a leaf
    // and a node of a tree. That is four blocks of blake2b, where version 1 has two.
    fn authorize_submit_v2(n: u32) -> Weight {
        Weight::from_parts(100_100_369, 3601)
            .saturating_add(Weight::from_parts(6_466_398, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads_writes(8, 0))
    }
    // `submit_spread` less one check a reading.
    fn submit_v2_spread(n: u32) -> Weight {
        Weight::from_parts(68_562_000, 3550)
            .saturating_add(Weight::from_parts(41_213_367, 0).saturating_mul(n.into()))
            .saturating_add(Weight::from_parts(0, 2611).saturating_mul(n.into()))
            .saturating_add(D::get().reads_writes(7, 2))
            .saturating_add(D::get().reads(4).saturating_mul(n.into()))
            .saturating_add(D::get().writes(2).saturating_mul(n.into()))
    }
    // `submit_chain` less one check a reading.
    fn submit_v2_chain(n: u32) -> Weight {
        Weight::from_parts(57_753_546, 6028)
            .saturating_add(Weight::from_parts(15_182_092, 0).saturating_mul(n.into()))
            .saturating_add(D::get().reads_writes(9, 2))
    }
    // `report_equivocation` and the hashes of two paths with twelve nodes each. They are 32 blocks of blake2b at most,
    // each of them taken for what `authorize_submit` takes for two.
    fn report_equivocation_v2() -> Weight {
        Weight::from_parts(221_040_912, 3577).saturating_add(D::get().reads_writes(3, 2))
    }
    // At least 7_290 ns.
    fn close_slots(m: u32) -> Weight {
        Weight::from_parts(7_878_208, 1999)
            .saturating_add(Weight::from_parts(82_592, 0).saturating_mul(m.into()))
            .saturating_add(D::get().reads_writes(4, 1))
    }
    // At least 3_515 ns.
    fn remove_forgotten(k: u32) -> Weight {
        Weight::from_parts(9_538_622, 1678)
            .saturating_add(Weight::from_parts(3_432_959, 0).saturating_mul(k.into()))
            .saturating_add(Weight::from_parts(0, 2569).saturating_mul(k.into()))
            .saturating_add(D::get().reads_writes(1, 1))
            .saturating_add(D::get().reads(1).saturating_mul(k.into()))
            .saturating_add(D::get().writes(1).saturating_mul(k.into()))
    }
}
