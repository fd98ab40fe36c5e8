//! What each call and each stage of the hook weighs, growing with its input.
//!
//! The numbers are estimates by hand: storage accesses counted, and time by what stock pallets measure.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// Weights of rewards.
pub trait WeightInfo {
    /// Looking whether an era can be paid.
    fn look() -> Weight;
    /// Passing over an era in which nobody earned.
    fn skip_era() -> Weight;
    /// Paying `e` earners of an era.
    fn pay_page(e: u32) -> Weight;
    /// Delivering what was carried.
    fn claim() -> Weight;
}

/// Weights with the database costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// `micros` of computation, and accesses of the database.
fn cost<T: Get<RuntimeDbWeight>>(micros: u64, reads: u64, writes: u64) -> Weight {
    let picos = micros.saturating_mul(1_000_000);
    Weight::from_parts(picos, 0).saturating_add(T::get().reads_writes(reads, writes))
}

macro_rules! estimates {
    ($db:ty) => {
        fn look() -> Weight {
            cost::<$db>(5, 3, 1)
        }
        fn skip_era() -> Weight {
            cost::<$db>(15, 2, 3)
        }
        fn pay_page(e: u32) -> Weight {
            cost::<$db>(40, 4, 5).saturating_add(cost::<$db>(60, 4, 4).saturating_mul(e.into()))
        }
        fn claim() -> Weight {
            cost::<$db>(60, 2, 2)
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    estimates!(T::DbWeight);
}

impl WeightInfo for () {
    estimates!(frame_support::weights::constants::RocksDbWeight);
}
