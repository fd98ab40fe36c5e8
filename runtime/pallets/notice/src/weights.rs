//! What the calls of `pallet_deren_notice` cost.
//!
//! Set by hand after calls of the same reads and writes until it is measured.
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::ParityDbWeight},
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
    // As `schedule_named` into a full agenda, with a preimage (two items), the announcement, its count and number. Each
    // byte of the call is encoded and hashed three times.
    fn announce(l: u32) -> Weight {
        Weight::from_parts(90_000_000, 48_000)
            .saturating_add(Weight::from_parts(4_000, 0).saturating_mul(l.into()))
            .saturating_add(D::get().reads_writes(7, 7))
    }
    // As `cancel_named` in a full agenda, with a preimage (two items), the announcement and its count.
    fn withdraw() -> Weight {
        Weight::from_parts(80_000_000, 48_000).saturating_add(D::get().reads_writes(6, 6))
    }
    // The announcement and its count; the scheduler's own work is the scheduler's.
    fn enact() -> Weight {
        Weight::from_parts(20_000_000, 3_500).saturating_add(D::get().reads_writes(3, 2))
    }
}

impl WeightInfo for () {
    fn announce(l: u32) -> Weight {
        Measured::<ParityDbWeight>::announce(l)
    }
    fn withdraw() -> Weight {
        Measured::<ParityDbWeight>::withdraw()
    }
    fn enact() -> Weight {
        Measured::<ParityDbWeight>::enact()
    }
}
