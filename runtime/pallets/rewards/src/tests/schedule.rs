//! Halving and the hard cap, over all of the chain's life.

use super::mock::*;
use crate::TotalMinted;
use proptest::prelude::*;

/// Earns all that the era (counted from the first) can emit, and gives what was minted for it.
fn earn_all(era: u32) -> u128 {
    let slot = (FIRST_ERA + era) * 4;
    (1..=5).for_each(|owner| sold(slot, owner, 10_000_000));
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
        sales in proptest::collection::vec((0..2u32, 0..40u32, 1..8u64, 0..300_000u128), 0..40),
        first_era_emission in 0..10_000_000u128,
        hard_cap in 0..50_000_000u128,
        page_size in 1..4u32,
        late in 0..40u32,
        back in 0..=10u128,
    ) {
        new_test_ext().execute_with(|| {
            open_other();
            let mut schedule = plan();
            (schedule.first_era_emission, schedule.hard_cap) = (first_era_emission, hard_cap);
            Plan::set(schedule);
            PageSize::set(page_size);
            let mut sales = sales;
            sales.sort_unstable();
            for (market, slot, owner, fee) in &sales {
                sold_in([MARKET, OTHER][*market as usize], *owner as u32 % 3, 400 + slot, *owner, *fee);
            }
            for slot in 0..80 {
                // A tenth of so many of the fees comes back.
                settle_with_rebates(MARKET, 400 + slot.min(39), 10, back);
                if slot >= late {
                    settle_in(OTHER, 400 + (slot - late).min(39));
                }
                next_block();
            }
            blocks(120);
            let total = TotalMinted::<Test>::get();
            let carried: u128 = crate::Carried::<Test>::iter_values().sum();
            assert_eq!(total, Balances::total_issuance() + carried);
            assert!(total <= hard_cap);
            assert_eq!(crate::CurrentEras::<Test>::get().map(|eras| eras.next), Some(FIRST_ERA + 10));
            // 0.9 of the fees that did not come back, at 10 a µ€.
            let fees = |of: u32| sales.iter().filter(|(market, ..)| *market == of).map(|(.., fee)| *fee).sum::<u128>();
            assert!(total * 10 <= 9 * 10 * (fees(0) * (10 - back) / 10 + fees(1) + 1));
        });
    }
}
