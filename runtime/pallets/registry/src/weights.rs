//! What the calls and hooks of `pallet_deren_registry` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-20 (Intel(R) Xeon(R) Processor; 20 steps, 10 repeats).
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight, constants::ParityDbWeight},
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
    // At least 9_822 ns.
    fn create_market() -> Weight {
        Weight::from_parts(13_000_000, 1506).saturating_add(D::get().reads_writes(4, 3))
    }
    // At least 13_631 ns.
    fn update_market() -> Weight {
        Weight::from_parts(14_896_000, 3571).saturating_add(D::get().reads_writes(4, 1))
    }
    // At least 6_903 ns.
    fn authorize_upgrade() -> Weight {
        Weight::from_parts(7_556_000, 0).saturating_add(D::get().reads_writes(0, 1))
    }
    // At least 25_751 ns.
    fn create_zone() -> Weight {
        Weight::from_parts(27_661_000, 7575).saturating_add(D::get().reads_writes(6, 3))
    }
    // At least 20_137 ns.
    fn set_edge() -> Weight {
        Weight::from_parts(29_093_000, 3700).saturating_add(D::get().reads_writes(5, 1))
    }
    // At least 25_519 ns.
    fn approve_point() -> Weight {
        Weight::from_parts(35_000_000, 3700).saturating_add(D::get().reads_writes(10, 7))
    }
    // At least 24_626 ns.
    fn register_site() -> Weight {
        Weight::from_parts(32_000_000, 3700).saturating_add(D::get().reads_writes(11, 8))
    }
    // At least 18_270 ns.
    fn suspend_site() -> Weight {
        Weight::from_parts(20_048_000, 3594).saturating_add(D::get().reads_writes(5, 1))
    }
    // At least 18_166 ns.
    fn resume_site() -> Weight {
        Weight::from_parts(19_009_000, 3594).saturating_add(D::get().reads_writes(5, 1))
    }
    // At least 148_269 ns.
    fn link_gateway() -> Weight {
        Weight::from_parts(165_000_000, 3771).saturating_add(D::get().reads_writes(12, 7))
    }
    // At least 144_233 ns.
    fn register_device() -> Weight {
        Weight::from_parts(180_000_000, 48635).saturating_add(D::get().reads_writes(33, 23))
    }
    // At least 40_877 ns.
    fn remove_device() -> Weight {
        Weight::from_parts(55_652_000, 11707).saturating_add(D::get().reads_writes(6, 3))
    }
    // At least 120_496 ns.
    fn rotate_key() -> Weight {
        Weight::from_parts(200_000_000, 3550).saturating_add(D::get().reads_writes(2, 1))
    }
    // At least 155_454 ns.
    fn replace_key(s: u32) -> Weight {
        Weight::from_parts(178_993_832, 3771)
            .saturating_add(Weight::from_parts(3_233_140, 0).saturating_mul(s.into()))
            .saturating_add(Weight::from_parts(0, 2604).saturating_mul(s.into()))
            .saturating_add(D::get().reads_writes(3, 1))
            .saturating_add(D::get().reads(1).saturating_mul(s.into()))
    }
    // By hand: point, zone, market, genesis parameters, the site's list and its 16 devices; the point is written.
    fn amend_point() -> Weight {
        Weight::from_parts(90_000_000, 44935).saturating_add(D::get().reads_writes(21, 1))
    }
    // By hand: the site, its list and 16 devices, three lists of links and the gateway; all may be written.
    fn unlink_gateway() -> Weight {
        Weight::from_parts(100_000_000, 44935).saturating_add(D::get().reads_writes(28, 26))
    }
    // By hand: as `suspend_site` without the market.
    fn offer_site() -> Weight {
        Weight::from_parts(18_000_000, 44935).saturating_add(D::get().reads_writes(1, 1))
    }
    // By hand: the site, its point and the offer; both orders end as by two calls of `cancel_order`.
    fn accept_site() -> Weight {
        Weight::from_parts(120_000_000, 44935).saturating_add(D::get().reads_writes(37, 24))
    }
    // By hand: as `remove_device` for 16 devices of 16 gateways; both orders end as by two calls of `cancel_order`.
    fn close_site() -> Weight {
        Weight::from_parts(600_000_000, 44935).saturating_add(D::get().reads_writes(75, 55))
    }
    // By hand: the site, its list, 16 devices, 8 gateways with their lists, the market.
    fn forget_site() -> Weight {
        Weight::from_parts(250_000_000, 44935).saturating_add(D::get().reads_writes(56, 49))
    }
    // By hand: as `approve_point`.
    fn revoke_point() -> Weight {
        Weight::from_parts(30_000_000, 44935).saturating_add(D::get().reads_writes(10, 7))
    }
    // By hand: the market, its list of zones and 64 zones that go.
    fn close_market() -> Weight {
        Weight::from_parts(120_000_000, 44935).saturating_add(D::get().reads_writes(4, 68))
    }
    // By hand: as `update_market`.
    fn set_trading() -> Weight {
        Weight::from_parts(16_000_000, 44935).saturating_add(D::get().reads_writes(4, 1))
    }
}

impl WeightInfo for () {
    fn create_market() -> Weight {
        Measured::<ParityDbWeight>::create_market()
    }
    fn update_market() -> Weight {
        Measured::<ParityDbWeight>::update_market()
    }
    fn authorize_upgrade() -> Weight {
        Measured::<ParityDbWeight>::authorize_upgrade()
    }
    fn create_zone() -> Weight {
        Measured::<ParityDbWeight>::create_zone()
    }
    fn set_edge() -> Weight {
        Measured::<ParityDbWeight>::set_edge()
    }
    fn approve_point() -> Weight {
        Measured::<ParityDbWeight>::approve_point()
    }
    fn register_site() -> Weight {
        Measured::<ParityDbWeight>::register_site()
    }
    fn suspend_site() -> Weight {
        Measured::<ParityDbWeight>::suspend_site()
    }
    fn resume_site() -> Weight {
        Measured::<ParityDbWeight>::resume_site()
    }
    fn link_gateway() -> Weight {
        Measured::<ParityDbWeight>::link_gateway()
    }
    fn register_device() -> Weight {
        Measured::<ParityDbWeight>::register_device()
    }
    fn remove_device() -> Weight {
        Measured::<ParityDbWeight>::remove_device()
    }
    fn rotate_key() -> Weight {
        Measured::<ParityDbWeight>::rotate_key()
    }
    fn replace_key(s: u32) -> Weight {
        Measured::<ParityDbWeight>::replace_key(s)
    }
    fn amend_point() -> Weight {
        Measured::<ParityDbWeight>::amend_point()
    }
    fn unlink_gateway() -> Weight {
        Measured::<ParityDbWeight>::unlink_gateway()
    }
    fn offer_site() -> Weight {
        Measured::<ParityDbWeight>::offer_site()
    }
    fn accept_site() -> Weight {
        Measured::<ParityDbWeight>::accept_site()
    }
    fn close_site() -> Weight {
        Measured::<ParityDbWeight>::close_site()
    }
    fn forget_site() -> Weight {
        Measured::<ParityDbWeight>::forget_site()
    }
    fn revoke_point() -> Weight {
        Measured::<ParityDbWeight>::revoke_point()
    }
    fn close_market() -> Weight {
        Measured::<ParityDbWeight>::close_market()
    }
    fn set_trading() -> Weight {
        Measured::<ParityDbWeight>::set_trading()
    }
}
