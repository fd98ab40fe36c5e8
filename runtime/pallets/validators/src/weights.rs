//! What the calls of `pallet_deren_validators` cost.
//!
//! Set by hand on 2026-11-29 from calls of the other pallets that read and write as much, with a full roster.
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::ParityDbWeight},
};

/// One figure a benchmark.
pub trait WeightInfo {
    /// The benchmark `add_validator`.
    fn add_validator() -> Weight;
    /// The benchmark `remove_validator`.
    fn remove_validator() -> Weight;
    /// The benchmark `ban`.
    fn ban() -> Weight;
    /// The benchmark `readmit`.
    fn readmit() -> Weight;
    /// The benchmark `note_stalled`.
    fn note_stalled() -> Weight;
}

/// As set, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As set, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    fn add_validator() -> Weight {
        Weight::from_parts(60_000_000, 12_305).saturating_add(D::get().reads_writes(1, 1))
    }
    fn remove_validator() -> Weight {
        Weight::from_parts(60_000_000, 12_305).saturating_add(D::get().reads_writes(2, 1))
    }
    fn ban() -> Weight {
        Weight::from_parts(120_000_000, 12_305).saturating_add(D::get().reads_writes(5, 3))
    }
    fn readmit() -> Weight {
        Weight::from_parts(60_000_000, 12_305).saturating_add(D::get().reads_writes(1, 1))
    }
    fn note_stalled() -> Weight {
        Weight::from_parts(10_000_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
}

impl WeightInfo for () {
    fn add_validator() -> Weight {
        Measured::<ParityDbWeight>::add_validator()
    }
    fn remove_validator() -> Weight {
        Measured::<ParityDbWeight>::remove_validator()
    }
    fn ban() -> Weight {
        Measured::<ParityDbWeight>::ban()
    }
    fn readmit() -> Weight {
        Measured::<ParityDbWeight>::readmit()
    }
    fn note_stalled() -> Weight {
        Measured::<ParityDbWeight>::note_stalled()
    }
}
