//! What the calls and hooks of `pallet_deren_metering` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-20 (Intel(R) Xeon(R) Processor; 20 steps, 5 repeats).
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::ParityDbWeight},
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
    /// The benchmark `close_slots`, m from 0 to 63.
    fn close_slots(m: u32) -> Weight;
    /// The benchmark `remove_forgotten`, k from 0 to 256.
    fn remove_forgotten(k: u32) -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 134_577 ns.
    fn authorize_submit(n: u32) -> Weight {
        Weight::from_parts(137_538_241, 3593)
            .saturating_add(Weight::from_parts(1_528_791, 0).saturating_mul(n.into()))
            // And what readings took of the block.
            .saturating_add(D::get().reads_writes(8, 0))
    }
    // At least 58_896 ns.
    fn submit_spread(n: u32) -> Weight {
        Weight::from_parts(61_783_000, 3550)
            .saturating_add(Weight::from_parts(79_589_338, 0).saturating_mul(n.into()))
            .saturating_add(Weight::from_parts(0, 2603).saturating_mul(n.into()))
            // And what readings took of the block.
            .saturating_add(D::get().reads_writes(6, 2))
            .saturating_add(D::get().reads(4).saturating_mul(n.into()))
            .saturating_add(D::get().writes(2).saturating_mul(n.into()))
    }
    // At least 43_485 ns.
    fn submit_chain(n: u32) -> Weight {
        Weight::from_parts(45_214_842, 6028)
            .saturating_add(Weight::from_parts(56_261_947, 0).saturating_mul(n.into()))
            // And what readings took of the block.
            .saturating_add(D::get().reads_writes(8, 2))
    }
    // At least 139_024 ns.
    fn report_equivocation() -> Weight {
        // And an earlier key, and a device that only its readings are left of.
        Weight::from_parts(145_664_000, 3575).saturating_add(D::get().reads_writes(5, 2))
    }
    // At least 8_313 ns.
    fn close_slots(m: u32) -> Weight {
        Weight::from_parts(12_798_353, 1999)
            .saturating_add(Weight::from_parts(25_156, 0).saturating_mul(m.into()))
            // And a write at the block's end: what readings took of it is forgotten.
            .saturating_add(D::get().reads_writes(4, 3))
    }
    // At least 4_558 ns.
    fn remove_forgotten(k: u32) -> Weight {
        Weight::from_parts(5_573_295, 1678)
            .saturating_add(Weight::from_parts(3_282_093, 0).saturating_mul(k.into()))
            .saturating_add(Weight::from_parts(0, 2561).saturating_mul(k.into()))
            .saturating_add(D::get().reads_writes(1, 1))
            .saturating_add(D::get().reads(1).saturating_mul(k.into()))
            .saturating_add(D::get().writes(1).saturating_mul(k.into()))
    }
}

impl WeightInfo for () {
    fn authorize_submit(n: u32) -> Weight {
        Measured::<ParityDbWeight>::authorize_submit(n)
    }
    fn submit_spread(n: u32) -> Weight {
        Measured::<ParityDbWeight>::submit_spread(n)
    }
    fn submit_chain(n: u32) -> Weight {
        Measured::<ParityDbWeight>::submit_chain(n)
    }
    fn report_equivocation() -> Weight {
        Measured::<ParityDbWeight>::report_equivocation()
    }
    fn close_slots(m: u32) -> Weight {
        Measured::<ParityDbWeight>::close_slots(m)
    }
    fn remove_forgotten(k: u32) -> Weight {
        Measured::<ParityDbWeight>::remove_forgotten(k)
    }
}
