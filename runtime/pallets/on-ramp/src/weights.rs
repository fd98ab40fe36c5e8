//! What the calls of `pallet_deren_on_ramp` cost.
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
    /// The benchmark `issue`.
    fn issue() -> Weight;
    /// The benchmark `request_payout`.
    fn request_payout() -> Weight;
    /// The benchmark `mark_paid`.
    fn mark_paid() -> Weight;
    /// The benchmark `return_payout`.
    fn return_payout() -> Weight;
    /// The benchmark `set_on_ramp`.
    fn set_on_ramp() -> Weight;
    /// The benchmark `set_daily_cap`.
    fn set_daily_cap() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // As a mint of assets, with the on-ramp, its cap, the day and the sums.
    fn issue() -> Weight {
        Weight::from_parts(45_000_000, 3675).saturating_add(D::get().reads_writes(7, 5))
    }
    // As a transfer of assets to an account that is made, with the request, its number and two counts.
    fn request_payout() -> Weight {
        Weight::from_parts(70_000_000, 6208).saturating_add(D::get().reads_writes(9, 9))
    }
    // As a burn of assets, with the on-ramp, the request, two counts and the sums.
    fn mark_paid() -> Weight {
        Weight::from_parts(60_000_000, 3675).saturating_add(D::get().reads_writes(7, 7))
    }
    // As a transfer of assets, with the request and two counts.
    fn return_payout() -> Weight {
        Weight::from_parts(65_000_000, 6208).saturating_add(D::get().reads_writes(9, 8))
    }
    // One write and an event.
    fn set_on_ramp() -> Weight {
        Weight::from_parts(8_000_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
    // One write and an event.
    fn set_daily_cap() -> Weight {
        Weight::from_parts(8_000_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
}

impl WeightInfo for () {
    fn issue() -> Weight {
        Measured::<ParityDbWeight>::issue()
    }
    fn request_payout() -> Weight {
        Measured::<ParityDbWeight>::request_payout()
    }
    fn mark_paid() -> Weight {
        Measured::<ParityDbWeight>::mark_paid()
    }
    fn return_payout() -> Weight {
        Measured::<ParityDbWeight>::return_payout()
    }
    fn set_on_ramp() -> Weight {
        Measured::<ParityDbWeight>::set_on_ramp()
    }
    fn set_daily_cap() -> Weight {
        Measured::<ParityDbWeight>::set_daily_cap()
    }
}
