//! Paying eras: when, how much, page by page, and once.

use super::mock::*;
use crate::{CurrentEras, Earned, Event, Minted, Sums, TotalMinted};

#[test]
fn an_era_is_paid_when_its_last_slot_is_settled() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 1_000_000);
        settle(402);
        blocks(3);
        assert_eq!(Rewards::minted(100), None);
        settle(403);
        next_block();
        assert_eq!(Rewards::minted(100), Some(1_000_000));
        assert_eq!(Balances::free_balance(1), 1_000_000);
        assert_eq!(Sums::<Test>::get(100), None);
    });
}

#[test]
fn shares_are_by_energy_and_never_more_than_the_era_emits() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 1_000_000);
        sold(400, 2, 3_000_000);
        sold(401, 3, 1);
        settle(403);
        blocks(2);
        assert_eq!((Balances::free_balance(1), Balances::free_balance(2)), (249_999, 749_999));
        assert_eq!(Balances::free_balance(3), 0);
        assert_eq!(Rewards::minted(100), Some(999_998));
        assert_eq!(TotalMinted::<Test>::get(), 999_998);
    });
}

#[test]
fn a_kwh_earns_at_most_its_cap_and_what_nobody_earned_is_not_minted() {
    new_test_ext().execute_with(|| {
        // 5 kWh at 1 000 each: far less than the era emits.
        sold(400, 1, 5_000);
        settle(403);
        next_block();
        assert_eq!(Balances::free_balance(1), 5_000);
        assert_eq!(Balances::total_issuance(), 5_000);
        assert_eq!(Rewards::minted(100), Some(5_000));
    });
}

#[test]
fn an_era_is_paid_page_by_page_each_earner_once() {
    new_test_ext().execute_with(|| {
        for owner in 1..=5 {
            sold(400, owner, 10_000 * owner);
        }
        events();
        settle(403);
        for left in [3, 1] {
            next_block();
            assert_eq!(Earned::<Test>::iter_prefix(100).count(), left);
            assert_eq!(Rewards::minted(100), None);
        }
        next_block();
        assert_eq!(Rewards::minted(100), Some(150_000));
        blocks(5);
        for owner in 1..=5 {
            assert_eq!(Balances::free_balance(owner), 10_000 * u128::from(owner));
        }
        let seen = events();
        assert_eq!(seen.iter().filter(|event| matches!(event, Event::Rewarded { .. })).count(), 5);
        assert_eq!(seen.last(), Some(&Event::EraPaid { era: 100, minted: 150_000, wh: 150_000, earners: 5 }));
    });
}

#[test]
fn pages_of_any_size_mint_the_same() {
    let run = |size: u32| {
        new_test_ext().execute_with(|| {
            PageSize::set(size);
            for owner in 1..=7 {
                sold(400, owner, 333_333 * owner + 1);
            }
            settle(403);
            blocks(8);
            (1..=7).map(Balances::free_balance).collect::<Vec<_>>()
        })
    };
    let expected = run(50);
    for size in [1, 2, 3] {
        assert_eq!(run(size), expected);
    }
}

#[test]
fn eras_in_which_nobody_earned_are_passed_over_a_few_a_block() {
    new_test_ext().execute_with(|| {
        sold(432, 1, 1_000);
        settle(435);
        next_block();
        assert_eq!(CurrentEras::<Test>::get().map(|eras| eras.next), Some(103));
        assert_eq!(Rewards::minted(102), Some(0));
        blocks(2);
        assert_eq!(Balances::free_balance(1), 1_000);
        // Era 108 is the ninth: what it may emit is what the schedule says for it.
        assert_eq!(Rewards::minted(108), Some(1_000));
    });
}

#[test]
fn what_was_minted_is_kept_for_a_while_and_then_forgotten() {
    new_test_ext().execute_with(|| {
        settle(400 + 4 * 12 - 1);
        blocks(6);
        assert_eq!(Minted::<Test>::iter().count(), KeepEras::get() as usize);
        assert_eq!((Rewards::minted(106), Rewards::minted(107)), (None, Some(0)));
    });
}

#[test]
fn several_eras_wait_for_their_turn() {
    new_test_ext().execute_with(|| {
        for era in 0..3u32 {
            for owner in 1..=3 {
                sold(400 + 4 * era, owner, 1_000);
            }
        }
        settle(411);
        let mut paid = Vec::new();
        for _ in 0..6 {
            next_block();
            paid.extend(events().into_iter().filter_map(|event| match event {
                Event::EraPaid { era, .. } => Some(era),
                _ => None,
            }));
        }
        assert_eq!(paid, [100, 101, 102]);
        assert_eq!(Balances::free_balance(3), 3_000);
    });
}

#[test]
fn before_the_chain_knows_the_time_nothing_begins() {
    new_test_ext().execute_with(|| {
        CurrentEras::<Test>::kill();
        settle(0);
        blocks(2);
        assert_eq!(CurrentEras::<Test>::get(), None);
    });
}
