//! Energies of settled slots are removed, a bounded number in each block.

use super::mock::*;
use crate::{Forgetting, Forgotten, ReadingCounts, SiteEnergies, SlotEnergies};
use deren_primitives::{MarketId, SiteId, Slot};
use deren_runtime_apis::Metering as _;
use frame_support::{traits::Hooks, weights::Weight};

/// Energies of `sites` sites in a slot that is closed.
fn fill(market: u32, slot: u32, sites: u32) {
    for site in 0..sites {
        let energies = SlotEnergies { readings: 1, ..Default::default() };
        SiteEnergies::<Test>::insert((MarketId(market), Slot(slot)), SiteId(site), energies);
    }
    ReadingCounts::<Test>::insert(MarketId(market), Slot(slot), sites);
}

fn left(market: u32, slot: u32) -> usize {
    SiteEnergies::<Test>::iter_key_prefix((MarketId(market), Slot(slot))).count()
}

/// Three items a block.
#[test]
fn a_block_removes_a_bounded_number() {
    run(|| {
        close(FIRST + 2);
        fill(0, FIRST + 1, 7);
        Metering::forget(MARKET, Slot(FIRST + 1));
        let mut seen = vec![];
        while left(0, FIRST + 1) > 0 {
            next_block();
            seen.push(left(0, FIRST + 1));
        }
        assert_eq!(seen, vec![4, 1, 0]);
        next_block();
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 1)), 0);
        assert!(Forgotten::<Test>::get().is_empty());
    });
}

#[test]
fn other_slots_and_markets_stay() {
    run(|| {
        close(FIRST + 3);
        for (market, slot) in [(0, FIRST + 1), (0, FIRST + 2), (1, FIRST + 1)] {
            fill(market, slot, 2);
        }
        Metering::forget(MARKET, Slot(FIRST + 1));
        for _ in 0..5 {
            next_block();
        }
        assert_eq!((left(0, FIRST + 1), left(0, FIRST + 2), left(1, FIRST + 1)), (0, 2, 2));
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 2)), 2);
    });
}

#[test]
fn slots_that_wait_to_be_forgotten_are_one_entry_a_market() {
    run(|| {
        close(FIRST + 6);
        for market in 0..2 {
            for slot in FIRST + 1..FIRST + 6 {
                fill(market, slot, 2);
                Metering::forget(MarketId(market), Slot(slot));
            }
        }
        let entry = |market| Forgetting { market: MarketId(market), next: Slot(FIRST + 1), through: Slot(FIRST + 5) };
        assert_eq!(Forgotten::<Test>::get().into_inner(), vec![entry(0), entry(1)]);
        while !Forgotten::<Test>::get().is_empty() {
            next_block();
            check_invariants();
        }
        assert_eq!(SiteEnergies::<Test>::iter().count(), 0);
        assert_eq!(ReadingCounts::<Test>::iter().count(), 0);
    });
}

#[test]
fn idle_time_removes_more_and_no_time_removes_nothing() {
    run(|| {
        close(FIRST + 2);
        fill(0, FIRST + 1, 50);
        Metering::forget(MARKET, Slot(FIRST + 1));
        assert_eq!(Metering::on_idle(1, Weight::zero()), Weight::zero());
        assert_eq!(left(0, FIRST + 1), 50);
        let available = Weight::from_parts(1_000_000_000_000, u64::MAX);
        let used = Metering::on_idle(1, available);
        assert!(used.all_lte(available) && used != Weight::zero());
        assert_eq!(left(0, FIRST + 1), 0);
    });
}
