//! What the calls and hooks of `pallet_deren_registry` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-30 (AMD EPYC; 20 steps, 10 repeats).
//! What takes a deposit is derived by hand on 2026-12-01 and not measured yet. The deposit goes into a purse, and what
//! is missing there comes out of EUR.
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// One figure a benchmark.
pub trait WeightInfo {
    /// The benchmark `create_market`.
    fn create_market() -> Weight;
    /// The benchmark `update_market`.
    fn update_market() -> Weight;
    /// The benchmark `authorize_upgrade`.
    fn authorize_upgrade() -> Weight;
    /// The benchmark `create_zone`.
    fn create_zone() -> Weight;
    /// The benchmark `set_edge`.
    fn set_edge() -> Weight;
    /// The benchmark `approve_point`.
    fn approve_point() -> Weight;
    /// The benchmark `register_site`.
    fn register_site() -> Weight;
    /// The benchmark `suspend_site`.
    fn suspend_site() -> Weight;
    /// The benchmark `resume_site`.
    fn resume_site() -> Weight;
    /// The benchmark `link_gateway`.
    fn link_gateway() -> Weight;
    /// The benchmark `register_device`.
    fn register_device() -> Weight;
    /// The benchmark `remove_device`.
    fn remove_device() -> Weight;
    /// The benchmark `rotate_key`.
    fn rotate_key() -> Weight;
    /// The benchmark `replace_key`, s from 1 to 64.
    fn replace_key(s: u32) -> Weight;
    /// The benchmark `amend_point`.
    fn amend_point() -> Weight;
    /// The benchmark `unlink_gateway`.
    fn unlink_gateway() -> Weight;
    /// The benchmark `offer_site`.
    fn offer_site() -> Weight;
    /// The benchmark `accept_site`.
    fn accept_site() -> Weight;
    /// The benchmark `close_site`.
    fn close_site() -> Weight;
    /// The benchmark `forget_site`.
    fn forget_site() -> Weight;
    /// The benchmark `revoke_point`.
    fn revoke_point() -> Weight;
    /// The benchmark `close_market`.
    fn close_market() -> Weight;
    /// The benchmark `set_trading`.
    fn set_trading() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // At least 9_374 ns.
    fn create_market() -> Weight {
        Weight::from_parts(10_225_000, 1550).saturating_add(D::get().reads_writes(4, 3))
    }
    // At least 15_273 ns.
    fn update_market() -> Weight {
        Weight::from_parts(15_563_000, 3653).saturating_add(D::get().reads_writes(5, 1))
    }
    // At least 6_039 ns.
    fn authorize_upgrade() -> Weight {
        Weight::from_parts(6_490_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
    // At least 25_308 ns.
    fn create_zone() -> Weight {
        Weight::from_parts(25_758_000, 7575).saturating_add(D::get().reads_writes(6, 3))
    }
    // At least 25_679 ns.
    fn set_edge() -> Weight {
        Weight::from_parts(26_490_000, 3733).saturating_add(D::get().reads_writes(6, 1))
    }
    // At least 79_578 ns.
    // Derived: 40 µs, 2 reads and 3 writes more than measured with a named hold.
    fn approve_point() -> Weight {
        Weight::from_parts(125_477_000, 3733).saturating_add(D::get().reads_writes(11, 11))
    }
    // At least 86_118 ns.
    // Derived: 40 µs, 2 reads and 3 writes more than measured with a named hold.
    fn register_site() -> Weight {
        Weight::from_parts(129_494_000, 4150).saturating_add(D::get().reads_writes(15, 12))
    }
    // At least 22_274 ns.
    fn suspend_site() -> Weight {
        Weight::from_parts(23_175_000, 3852).saturating_add(D::get().reads_writes(6, 1))
    }
    // At least 22_093 ns.
    fn resume_site() -> Weight {
        Weight::from_parts(24_446_000, 3852).saturating_add(D::get().reads_writes(6, 1))
    }
    // At least 176_533 ns.
    // Derived: 40 µs, 2 reads and 3 writes more than measured with a named hold.
    fn link_gateway() -> Weight {
        Weight::from_parts(229_201_000, 4150).saturating_add(D::get().reads_writes(14, 11))
    }
    // At least 232_946 ns.
    // Derived: 40 µs, 2 reads and 3 writes more than measured with a named hold.
    fn register_device() -> Weight {
        Weight::from_parts(275_971_000, 44969).saturating_add(D::get().reads_writes(35, 27))
    }
    // At least 37_956 ns.
    fn remove_device() -> Weight {
        Weight::from_parts(40_460_000, 11707).saturating_add(D::get().reads_writes(6, 3))
    }
    // At least 135_221 ns.
    fn rotate_key() -> Weight {
        Weight::from_parts(137_985_000, 4090).saturating_add(D::get().reads_writes(3, 2))
    }
    // At least 109_663 ns.
    fn replace_key(s: u32) -> Weight {
        Weight::from_parts(104_813_179, 4090)
            .saturating_add(Weight::from_parts(4_611_747, 0).saturating_mul(s.into()))
            .saturating_add(Weight::from_parts(0, 2862).saturating_mul(s.into()))
            .saturating_add(D::get().reads_writes(4, 2))
            .saturating_add(D::get().reads(1).saturating_mul(s.into()))
    }
    // At least 86_078 ns.
    fn amend_point() -> Weight {
        Weight::from_parts(90_185_000, 42382).saturating_add(D::get().reads_writes(21, 1))
    }
    // At least 170_674 ns.
    fn unlink_gateway() -> Weight {
        Weight::from_parts(177_033_000, 42382).saturating_add(D::get().reads_writes(25, 20))
    }
    // At least 14_622 ns.
    fn offer_site() -> Weight {
        Weight::from_parts(16_795_000, 3852).saturating_add(D::get().reads_writes(1, 1))
    }
    // At least 135_291 ns.
    // Derived: 40 µs, 2 reads and 3 writes more than measured with a named hold.
    fn accept_site() -> Weight {
        Weight::from_parts(177_705_000, 6294).saturating_add(D::get().reads_writes(20, 14))
    }
    // At least 233_047 ns.
    fn close_site() -> Weight {
        Weight::from_parts(242_981_000, 97443).saturating_add(D::get().reads_writes(33, 29))
    }
    // At least 316_261 ns.
    fn forget_site() -> Weight {
        Weight::from_parts(332_845_000, 42382).saturating_add(D::get().reads_writes(45, 49))
    }
    // At least 69_123 ns.
    fn revoke_point() -> Weight {
        Weight::from_parts(70_374_000, 3733).saturating_add(D::get().reads_writes(8, 8))
    }
    // At least 120_490 ns.
    fn close_market() -> Weight {
        Weight::from_parts(124_005_000, 7575).saturating_add(D::get().reads_writes(3, 67))
    }
    // At least 15_934 ns.
    fn set_trading() -> Weight {
        Weight::from_parts(16_665_000, 3653).saturating_add(D::get().reads_writes(5, 1))
    }
}
