//! Halving and the hard cap, over all of the chain's life.

use super::mock::*;
use crate::TotalMinted;
use proptest::prelude::*;

/// Earns all that the era (counted from the first) can emit, and gives what was minted for it.
fn earn_all(era: u32) -> u128 {
    let slot = (FIRST_ERA + era) * 4;
    sold(slot, 1, 10_000_000);
    settle(slot + 3);
    for _ in 0..200 {
        next_block();
        if let Some(minted) = Rewards::minted(FIRST_ERA + era) {
            return minted;
        }
    }
    panic!("era {era} is not paid");
}

#[test]
fn the_emission_halves() {
    new_test_ext().execute_with(|| {
        let mut plan = plan();
        plan.hard_cap = u128::MAX;
        Plan::set(plan);
        assert_eq!(earn_all(0), 1_000_000);
        assert_eq!(earn_all(9), 1_000_000);
        assert_eq!(earn_all(10), 500_000);
        assert_eq!(earn_all(20), 250_000);
        assert_eq!(earn_all(205), 0);
    });
}

#[test]
fn the_hard_cap_is_never_passed() {
    new_test_ext().execute_with(|| {
        let minted: Vec<u128> = (0..12).map(earn_all).collect();
        assert_eq!(minted[8], 1_000_000);
        assert_eq!(minted[9..], [0, 0, 0]);
        assert_eq!(TotalMinted::<Test>::get(), 9_000_000);
        assert_eq!(Balances::total_issuance(), 9_000_000);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whoever_earns_whatever_the_schedule_holds(
        sales in proptest::collection::vec((0..40u32, 1..8u64, 0..5_000_000u64), 0..40),
        first_era_emission in 0..10_000_000u128,
        hard_cap in 0..50_000_000u128,
        cap_per_kwh in 0..5_000u128,
        page_size in 1..4u32,
    ) {
        new_test_ext().execute_with(|| {
            let mut schedule = plan();
            (schedule.first_era_emission, schedule.hard_cap) = (first_era_emission, hard_cap);
            schedule.cap_per_kwh = cap_per_kwh;
            Plan::set(schedule);
            PageSize::set(page_size);
            let mut sales = sales;
            sales.sort_unstable();
            for (slot, owner, wh) in &sales {
                sold(400 + slot, *owner, *wh);
            }
            for slot in 0..40 {
                settle(400 + slot);
                next_block();
            }
            blocks(60);
            let carried: u128 = crate::Carried::<Test>::iter_values().sum();
            assert_eq!(TotalMinted::<Test>::get(), Balances::total_issuance() + carried);
            assert!(TotalMinted::<Test>::get() <= hard_cap);
            assert_eq!(crate::CurrentEras::<Test>::get().map(|eras| eras.next), Some(FIRST_ERA + 10));
            let wh: u64 = sales.iter().map(|(.., wh)| *wh).sum();
            assert!(TotalMinted::<Test>::get() <= u128::from(wh) * cap_per_kwh / 1000);
        });
    }
}
