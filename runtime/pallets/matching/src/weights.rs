//! What each call and each stage of the hook weighs, growing with its input.
//!
//! The numbers of `()` are estimates by hand: storage accesses counted, and time by what stock pallets measure
//! (about 25 µs a read, 100 µs a write of the database, 60 µs the arithmetic of a transfer).

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of matching.
pub trait WeightInfo {
    /// A new order, or a change of one.
    fn place_order() -> Weight;
    /// Taking an order back.
    fn cancel_order() -> Weight;
    /// Letting a paused order trade again.
    fn resume_order() -> Weight;
    /// Taking what could not be delivered.
    fn claim() -> Weight;
    /// Looking at `m` markets at the beginning of a block.
    fn look_at_markets(m: u32) -> Weight;
    /// Passing over one slot without readings.
    fn skip_slot() -> Weight;
    /// Clearing a slot of a market with `o` orders of eight steps and `z` zones.
    fn clear(o: u32, z: u32) -> Weight;
    /// Settling a page of `e` entries.
    fn settle(e: u32) -> Weight;
}

/// Weights with the database costs of the runtime.
pub struct SubstrateWeight<T>(PhantomData<T>);

/// `micros` of computation, and accesses of the database.
fn cost<T: Get<frame_support::weights::RuntimeDbWeight>>(micros: u64, reads: u64, writes: u64) -> Weight {
    let picos = micros.saturating_mul(1_000_000);
    Weight::from_parts(picos, 0).saturating_add(T::get().reads_writes(reads, writes))
}

macro_rules! estimates {
    ($db:ty) => {
        fn place_order() -> Weight {
            cost::<$db>(120, 14, 9)
        }
        fn cancel_order() -> Weight {
            cost::<$db>(90, 10, 8)
        }
        fn resume_order() -> Weight {
            cost::<$db>(110, 12, 8)
        }
        fn claim() -> Weight {
            cost::<$db>(80, 5, 4)
        }
        fn look_at_markets(m: u32) -> Weight {
            cost::<$db>(10, 4, 1).saturating_add(cost::<$db>(2, 2, 0).saturating_mul(m.into()))
        }
        fn skip_slot() -> Weight {
            cost::<$db>(20, 5, 3)
        }
        fn clear(o: u32, z: u32) -> Weight {
            cost::<$db>(100, 10, 5)
                .saturating_add(cost::<$db>(60, 6, 1).saturating_mul(o.into()))
                .saturating_add(cost::<$db>(12, 2, 0).saturating_mul(z.into()))
        }
        fn settle(e: u32) -> Weight {
            cost::<$db>(60, 8, 6).saturating_add(cost::<$db>(90, 7, 6).saturating_mul(e.into()))
        }
    };
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    estimates!(T::DbWeight);
}

impl WeightInfo for () {
    estimates!(frame_support::weights::constants::RocksDbWeight);
}
