//! What the calls of `pallet_deren_custody` cost.
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
    /// The benchmark `spend`.
    fn spend() -> Weight;
    /// The benchmark `freeze`.
    fn freeze() -> Weight;
    /// The benchmark `thaw`.
    fn thaw() -> Weight;
    /// The benchmark `force_transfer`.
    fn force_transfer() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // As a transfer of assets to an account that is made, with the window and the day.
    fn spend() -> Weight {
        Weight::from_parts(65_000_000, 6208).saturating_add(D::get().reads_writes(8, 6))
    }
    // As a freeze of assets.
    fn freeze() -> Weight {
        Weight::from_parts(20_000_000, 3675).saturating_add(D::get().reads_writes(2, 1))
    }
    // As a thaw of assets.
    fn thaw() -> Weight {
        Weight::from_parts(20_000_000, 3675).saturating_add(D::get().reads_writes(2, 1))
    }
    // As a forced transfer of assets to an account that is made, between a thaw and a freeze.
    fn force_transfer() -> Weight {
        Weight::from_parts(95_000_000, 6208).saturating_add(D::get().reads_writes(7, 5))
    }
}

impl WeightInfo for () {
    fn spend() -> Weight {
        Measured::<ParityDbWeight>::spend()
    }
    fn freeze() -> Weight {
        Measured::<ParityDbWeight>::freeze()
    }
    fn thaw() -> Weight {
        Measured::<ParityDbWeight>::thaw()
    }
    fn force_transfer() -> Weight {
        Measured::<ParityDbWeight>::force_transfer()
    }
}
