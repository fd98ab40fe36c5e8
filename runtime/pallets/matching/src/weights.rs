//! What the calls and hooks of `pallet_deren_matching` cost.
//!
//! Measured by the pallet's benchmarks on 2026-11-30 (AMD EPYC; 20 steps, 10 repeats), but for what purses changed.
//! Those figures are derived by hand on 2026-12-01, as each says. They are not measured yet; reads and writes are
//! counted.
//! `make weights` writes this file: change the benchmarks, not the figures.

use core::marker::PhantomData;
use frame_support::{
    traits::Get,
    weights::{RuntimeDbWeight, Weight},
};

/// One figure a benchmark.
pub trait WeightInfo {
    /// The benchmark `place_order`.
    fn place_order() -> Weight;
    /// The benchmark `cancel_order`.
    fn cancel_order() -> Weight;
    /// The benchmark `resume_order`.
    fn resume_order() -> Weight;
    /// The benchmark `look_at_markets`, m from 1 to 16.
    fn look_at_markets(m: u32) -> Weight;
    /// The benchmark `skip_slot`.
    fn skip_slot() -> Weight;
    /// The benchmark `clear`, o from 2 to 4096, z from 1 to 1024.
    fn clear(o: u32, z: u32) -> Weight;
    /// The benchmark `settle`, p from 1 to 200, t from 1 to 1600: so many purses, and payments that are told.
    fn settle(p: u32, t: u32) -> Weight;
    /// The benchmark `open_purses`, p from 1 to 200: what purses that open with it cost beside that.
    fn open_purses(p: u32) -> Weight;
    /// The benchmark `note_fees`, b from 1 to 200.
    fn note_fees(b: u32) -> Weight;
    /// The benchmark `tell_rewards`, s from 1 to 200.
    fn tell_rewards(s: u32) -> Weight;
    /// The benchmark `shrink_holds`, o from 1 to 200: what orders that pay out of their hold cost beside the purse.
    fn shrink_holds(o: u32) -> Weight;
    /// The benchmark `refresh_orders`, o from 1 to 200.
    fn refresh_orders(o: u32) -> Weight;
    /// The benchmark `rebate`, e from 1 to 200.
    fn rebate(e: u32) -> Weight;
    /// The benchmark `void_slot`.
    fn void_slot() -> Weight;
}

/// As measured, with these costs of the database.
pub struct Measured<D>(PhantomData<D>);

/// As measured, with the runtime's costs of the database.
pub type SubstrateWeight<T> = Measured<<T as frame_system::Config>::DbWeight>;

impl<D: Get<RuntimeDbWeight>> WeightInfo for Measured<D> {
    // Derived: as measured with a named hold, and an EUR transfer into the purse (100 µs). To what was read and written
    // come both accounts' EUR, the purse, and an account of the system; the hold is less.
    fn place_order() -> Weight {
        Weight::from_parts(190_000_000, 4099).saturating_add(D::get().reads_writes(13, 10))
    }
    // Derived: as measured, with a purse in place of a hold.
    fn cancel_order() -> Weight {
        Weight::from_parts(94_461_000, 4099).saturating_add(D::get().reads_writes(9, 6))
    }
    // Derived: as `place_order`.
    fn resume_order() -> Weight {
        Weight::from_parts(190_000_000, 4099).saturating_add(D::get().reads_writes(13, 10))
    }
    // At least 11_487 ns.
    fn look_at_markets(m: u32) -> Weight {
        Weight::from_parts(12_333_548, 3541)
            .saturating_add(Weight::from_parts(2_960_548, 0).saturating_mul(m.into()))
            .saturating_add(Weight::from_parts(0, 2663).saturating_mul(m.into()))
            .saturating_add(D::get().reads_writes(6, 0))
            .saturating_add(D::get().reads(1).saturating_mul(m.into()))
    }
    // At least 35_122 ns.
    fn skip_slot() -> Weight {
        Weight::from_parts(35_804_000, 3599).saturating_add(D::get().reads_writes(8, 5))
    }
    // At least 4_263_646 ns. Derived: 3 µs more an order than measured (44.6 µs), for putting accounts in order.
    fn clear(o: u32, z: u32) -> Weight {
        Weight::from_parts(4_320_561_000, 7575)
            .saturating_add(Weight::from_parts(48_000_000, 0).saturating_mul(o.into()))
            .saturating_add(Weight::from_parts(5_712_048, 0).saturating_mul(z.into()))
            .saturating_add(Weight::from_parts(0, 3109).saturating_mul(o.into()))
            .saturating_add(Weight::from_parts(0, 2743).saturating_mul(z.into()))
            .saturating_add(D::get().reads_writes(8, 6))
            .saturating_add(D::get().reads(4).saturating_mul(o.into()))
            .saturating_add(D::get().reads(1).saturating_mul(z.into()))
            .saturating_add(D::get().writes(2).saturating_mul(o.into()))
    }
    // Derived. Once a page: what was measured for a last page (116 µs), and an EUR transfer to the treasury (100 µs).
    // A purse is a read, a write and some 6 µs, as a read or write in `skip_slot` takes 2.8 µs. With its place on the
    // page it counts as 12 µs. Telling a payment took a sixteenth of an entry (5.3 µs).
    fn settle(p: u32, t: u32) -> Weight {
        Weight::from_parts(220_000_000, 36674)
            .saturating_add(Weight::from_parts(12_000_000, 0).saturating_mul(p.into()))
            .saturating_add(Weight::from_parts(6_000_000, 0).saturating_mul(t.into()))
            .saturating_add(D::get().reads_writes(20, 19))
            .saturating_add(D::get().reads_writes(1, 1).saturating_mul(p.into()))
    }
    // Derived: an account of the system, read and written.
    fn open_purses(p: u32) -> Weight {
        Weight::from_parts(6_000_000, 0).saturating_add(D::get().reads_writes(1, 1)).saturating_mul(p.into())
    }
    // Derived: a buyer is looked for in the era's list, and written there.
    fn note_fees(b: u32) -> Weight {
        Weight::from_parts(10_000_000, 0).saturating_add(D::get().reads_writes(1, 1)).saturating_mul(b.into())
    }
    // Derived: what an owner earned and what a zone did are read and written, and an event is told. Once a page come
    // eras, their sums and how far they are.
    fn tell_rewards(s: u32) -> Weight {
        Weight::from_parts(24_000_000, 0)
            .saturating_add(D::get().reads_writes(2, 2))
            .saturating_mul(s.into())
            .saturating_add(D::get().reads_writes(4, 2))
    }
    // Derived: an order is read and written, with its versions, and it is noted that it is due.
    fn shrink_holds(o: u32) -> Weight {
        Weight::from_parts(20_000_000, 0).saturating_add(D::get().reads_writes(1, 2)).saturating_mul(o.into())
    }
    // Derived: as `place_order`, which changes an order and takes its hold, without what that asks of the registry.
    fn refresh_orders(o: u32) -> Weight {
        Weight::from_parts(190_000_000, 0).saturating_add(D::get().reads_writes(10, 10)).saturating_mul(o.into())
    }
    // Derived: a buyer's fee is read and taken away, and a purse is read and written, as in `note_fees` and `settle`.
    // Once a page so is the community pot's purse. An account may open with each purse.
    fn rebate(e: u32) -> Weight {
        Weight::from_parts(100_000_000, 3675)
            .saturating_add(Weight::from_parts(34_000_000, 0).saturating_mul(e.into()))
            .saturating_add(Weight::from_parts(0, 2609).saturating_mul(e.into()))
            .saturating_add(D::get().reads_writes(6, 5))
            .saturating_add(D::get().reads_writes(3, 3).saturating_mul(e.into()))
    }
    // At least 10_956 ns.
    fn void_slot() -> Weight {
        Weight::from_parts(12_108_000, 3653).saturating_add(D::get().reads_writes(2, 1))
    }
}
