//! What the calls cost. These figures are estimates by hand, a database read at 25 µs, a write at 100 µs and one
//! Ed25519 verification at 70 µs of reference hardware; the benchmarks in `benchmarking.rs` give measured ones.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// One figure a call.
pub trait WeightInfo {
    /// [`crate::Call::create_market`].
    fn create_market() -> Weight;
    /// [`crate::Call::update_market`].
    fn update_market() -> Weight;
    /// [`crate::Call::authorize_upgrade`].
    fn authorize_upgrade() -> Weight;
    /// [`crate::Call::create_zone`].
    fn create_zone() -> Weight;
    /// [`crate::Call::set_edge`].
    fn set_edge() -> Weight;
    /// [`crate::Call::approve_point`].
    fn approve_point() -> Weight;
    /// [`crate::Call::register_site`].
    fn register_site() -> Weight;
    /// [`crate::Call::suspend_site`].
    fn suspend_site() -> Weight;
    /// [`crate::Call::resume_site`].
    fn resume_site() -> Weight;
    /// [`crate::Call::link_gateway`].
    fn link_gateway() -> Weight;
    /// [`crate::Call::register_device`], with a full list of devices that can all be forgotten.
    fn register_device() -> Weight;
    /// [`crate::Call::remove_device`].
    fn remove_device() -> Weight;
    /// [`crate::Call::rotate_key`].
    fn rotate_key() -> Weight;
    /// [`crate::Call::replace_key`] of a gateway with `s` sites.
    fn replace_key(s: u32) -> Weight;
}

/// Picoseconds of one Ed25519 verification.
const VERIFY_PS: u64 = 70_000_000;

/// `base_us` microseconds, and this many reads and writes of the runtime's database.
fn weight<T: frame_system::Config>(base_us: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(base_us.saturating_mul(1_000_000), 0)
        .saturating_add(T::DbWeight::get().reads(reads))
        .saturating_add(T::DbWeight::get().writes(writes))
}

/// Estimates for a runtime with its own database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
    fn create_market() -> Weight {
        weight::<T>(15, 3, 2)
    }

    fn update_market() -> Weight {
        weight::<T>(18, 4, 1)
    }

    fn authorize_upgrade() -> Weight {
        weight::<T>(10, 0, 1)
    }

    fn create_zone() -> Weight {
        weight::<T>(25, 6, 4)
    }

    fn set_edge() -> Weight {
        weight::<T>(20, 5, 1)
    }

    fn approve_point() -> Weight {
        weight::<T>(20, 3, 2)
    }

    fn register_site() -> Weight {
        weight::<T>(25, 5, 3)
    }

    fn suspend_site() -> Weight {
        weight::<T>(20, 5, 1)
    }

    fn resume_site() -> Weight {
        weight::<T>(20, 5, 1)
    }

    fn link_gateway() -> Weight {
        weight::<T>(30, 6, 2).saturating_add(Weight::from_parts(VERIFY_PS.saturating_mul(2), 0))
    }

    fn register_device() -> Weight {
        weight::<T>(60, 28, 38)
    }

    fn remove_device() -> Weight {
        weight::<T>(25, 6, 3)
    }

    fn rotate_key() -> Weight {
        weight::<T>(20, 2, 1).saturating_add(Weight::from_parts(VERIFY_PS.saturating_mul(2), 0))
    }

    fn replace_key(s: u32) -> Weight {
        weight::<T>(20, 3, 1)
            .saturating_add(Weight::from_parts(VERIFY_PS.saturating_mul(2), 0))
            .saturating_add(weight::<T>(3, 1, 0).saturating_mul(u64::from(s)))
    }
}
