//! Paying eras: when, how much, page by page, and once.

use super::mock::*;
use crate::{CurrentEras, Earned, Event, MarketEras, Minted, Paying, Sums, TotalMinted, ZonesEarned};
use sp_runtime::FixedU128;

#[test]
fn an_era_is_paid_when_its_last_slot_is_settled() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 10_000);
        settle(402);
        blocks(3);
        assert_eq!(Rewards::minted(100), None);
        settle(403);
        blocks(3);
        assert_eq!(Rewards::minted(100), Some(90_000));
        assert_eq!(Balances::free_balance(1), 90_000);
        assert_eq!(Sums::<Test>::get(100), None);
        let left = (MarketEras::<Test>::iter().count(), Earned::<Test>::iter().count());
        assert_eq!((left, Paying::<Test>::iter().count(), ZonesEarned::<Test>::iter().count()), ((0, 0), 0, 0));
    });
}

#[test]
fn a_share_is_nine_tenths_of_the_fee_at_the_rate_and_what_nobody_earned_is_not_minted() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 555);
        Rate::set(FixedU128::from_rational(25, 10));
        settle(403);
        blocks(3);
        // 0.9 × 555 × 2.5, rounded down: far less than the era emits.
        assert_eq!(Balances::free_balance(1), 1_248);
        assert_eq!(Balances::total_issuance(), 1_248);
        assert_eq!(Rewards::minted(100), Some(1_248));
    });
}

#[test]
fn without_a_rate_nothing_is_minted() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 10_000);
        Rate::set(FixedU128::from_u32(0));
        settle(403);
        blocks(3);
        assert_eq!((Rewards::minted(100), Balances::total_issuance()), (Some(0), 0));
    });
}

#[test]
fn fees_that_came_back_earn_nothing() {
    new_test_ext().execute_with(|| {
        sold(400, 1, 1_000);
        settle_with_rebates(MARKET, 403, 1_000, 400);
        blocks(3);
        assert_eq!(Balances::free_balance(1), 5_400);
        sold(404, 1, 1_000);
        settle_with_rebates(MARKET, 407, 1_000, 1_000);
        blocks(3);
        assert_eq!(Rewards::minted(101), Some(0));
    });
}

#[test]
fn a_zone_gets_at_most_a_fifth_pro_rata() {
    new_test_ext().execute_with(|| {
        // 900 000 of 1 000 000 are claimed in zone 7.
        sold_in(MARKET, 7, 400, 1, 75_000);
        sold_in(MARKET, 7, 401, 2, 25_000);
        sold_in(MARKET, 8, 402, 3, 1_000);
        settle(403);
        blocks(4);
        assert_eq!((Balances::free_balance(1), Balances::free_balance(2)), (150_000, 50_000));
        assert_eq!(Balances::free_balance(3), 9_000);
    });
}

#[test]
fn shares_of_a_full_era_are_scaled_and_never_more_than_it_emits() {
    new_test_ext().execute_with(|| {
        // Each of ten zones claims a fifth.
        for owner in 1..=10 {
            sold(400, owner, 30_000);
        }
        settle(403);
        blocks(12);
        assert_eq!(Rewards::minted(100), Some(1_000_000));
        assert!((1..=10).all(|owner| Balances::free_balance(owner) == 100_000));
    });
}

#[test]
fn an_era_is_paid_page_by_page_each_earner_once() {
    new_test_ext().execute_with(|| {
        for owner in 1..=5 {
            sold(400, owner, 1_000 * u128::from(owner));
        }
        events();
        settle(403);
        // The first block counts.
        for left in [5, 3, 1, 0] {
            next_block();
            assert_eq!(Earned::<Test>::iter().count(), left);
            assert_eq!(Rewards::minted(100), None);
        }
        blocks(8);
        assert_eq!(Rewards::minted(100), Some(135_000));
        for owner in 1..=5 {
            assert_eq!(Balances::free_balance(owner), 9_000 * u128::from(owner));
        }
        let seen = events();
        assert_eq!(seen.iter().filter(|event| matches!(event, Event::Rewarded { .. })).count(), 5);
        assert_eq!(seen.last(), Some(&Event::EraPaid { era: 100, minted: 135_000, wh: 15_000, earners: 5 }));
    });
}

#[test]
fn pages_of_any_size_mint_the_same() {
    let run = |size: u32| {
        new_test_ext().execute_with(|| {
            PageSize::set(size);
            for owner in 1..=7 {
                sold(400, owner, 13_333 * u128::from(owner) + 1);
            }
            settle(403);
            blocks(20);
            (1..=7).map(Balances::free_balance).collect::<Vec<_>>()
        })
    };
    let expected = run(50);
    for size in [1, 2, 3] {
        assert_eq!(run(size), expected);
    }
}

#[test]
fn a_stuck_market_lets_the_others_be_paid() {
    new_test_ext().execute_with(|| {
        open_other();
        for era in 0..3 {
            sold_in(MARKET, 1, 400 + 4 * era, 1, 1_000);
            sold_in(OTHER, 2, 400 + 4 * era, 2, 1_000);
        }
        settle(411);
        blocks(10);
        assert_eq!((Balances::free_balance(1), Balances::free_balance(2)), (27_000, 0));
        assert_eq!(Rewards::minted(100), None, "an era is finished when all markets have paid it");
        settle_in(OTHER, 411);
        blocks(10);
        assert_eq!(Balances::free_balance(2), 27_000);
        assert_eq!(Rewards::minted(102), Some(18_000));
    });
}

#[test]
fn a_late_market_is_scaled_by_the_newest_full_era_and_gets_no_more_than_is_left() {
    new_test_ext().execute_with(|| {
        open_other();
        // Era 100, full to twice its emission, in both markets.
        for owner in 1..=5 {
            sold_in(MARKET, owner, 400, owner.into(), 30_000);
            sold_in(OTHER, 10 + owner, 400, u64::from(10 + owner), 30_000);
        }
        settle(403);
        settle_in(OTHER, 403);
        blocks(20);
        assert_eq!(Rewards::minted(100), Some(1_000_000));
        // Era 101: the other market is late. What the first gets is scaled by era 100.
        sold(404, 1, 30_000);
        sold_in(OTHER, 11, 404, 11, 30_000);
        settle(407);
        blocks(4);
        assert_eq!(Balances::free_balance(1), 200_000);
        settle_in(OTHER, 407);
        blocks(4);
        // All claims of era 101 are counted now, and it was not full.
        assert_eq!(Balances::free_balance(11), 300_000);
        assert_eq!(Rewards::minted(101), Some(300_000));
    });
}

#[test]
fn eras_in_which_nobody_earned_are_passed_over_a_few_a_block() {
    new_test_ext().execute_with(|| {
        sold(432, 1, 100);
        settle(435);
        next_block();
        assert_eq!(CurrentEras::<Test>::get().map(|eras| eras.next), Some(103));
        assert_eq!(Rewards::minted(102), Some(0));
        blocks(4);
        assert_eq!(Balances::free_balance(1), 900);
        // Era 108 is the ninth: what it may emit is what the schedule says for it.
        assert_eq!(Rewards::minted(108), Some(900));
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
                sold(400 + 4 * era, owner, 100);
            }
        }
        settle(411);
        let mut paid = Vec::new();
        for _ in 0..20 {
            next_block();
            paid.extend(events().into_iter().filter_map(|event| match event {
                Event::EraPaid { era, .. } => Some(era),
                _ => None,
            }));
        }
        assert_eq!(paid, [100, 101, 102]);
        assert_eq!(Balances::free_balance(3), 2_700);
        assert_eq!(TotalMinted::<Test>::get(), 8_100);
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
