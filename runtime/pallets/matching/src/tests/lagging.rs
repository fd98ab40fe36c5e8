//! A market that lags cannot be escaped by moving money: whoever signed up for a slot before it began pays for it.

use super::{mock::*, world::*};
use crate::Event;
use deren_primitives::{Side, SiteId, Slot};
use frame_support::assert_ok;

/// Site 1 buys 800 Wh of site 2 in each of this many slots, which are closed together. Its owner has seen the readings
/// and moves all free money away. Gives what is bought in each.
fn escape(slots: u32) -> Vec<u64> {
    assert_ok!(buy(1, &[(200_000, 1000)]));
    assert_ok!(sell(2, &[(100_000, 1000)]));
    trade_nothing(START);
    for slot in START + 1..=START + slots {
        measure(1, slot, -800);
        measure(2, slot, 800);
    }
    leave_free(&account(1), 1);
    close(START + slots);
    settle_through(START + slots);
    let of_slot = |slot| crate::Summaries::<Test>::get(MARKET, Slot(slot)).expect("kept").bought_wh;
    (START + 1..=START + slots).map(of_slot).collect()
}

fn trade_nothing(slot: u32) {
    close(slot);
    settle_through(slot);
}

fn in_a_market_of_two(test: impl FnOnce()) {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        HoldSlots::set(4);
        test();
    });
}

#[test]
fn who_moves_money_away_still_pays_for_slots_that_have_begun() {
    in_a_market_of_two(|| {
        assert_eq!(escape(3), [800, 800, 800]);
        // It trades no more from the first slot that has not begun.
        let paused = events().into_iter().find_map(|event| match event {
            Event::OrderPaused { from_slot, .. } => Some(from_slot),
            _ => None,
        });
        assert_eq!(paused, Some(Slot(START + 5)));
    });
}

#[test]
fn a_hold_covers_as_many_slots_as_it_is_taken_for() {
    in_a_market_of_two(|| {
        assert_eq!(escape(5), [800, 800, 800, 800, 0]);
        assert_eq!(held(&account(1)), 0);
    });
}

#[test]
fn an_order_taken_back_while_the_market_lags_still_pays_for_slots_that_have_begun() {
    in_a_market_of_two(|| {
        assert_ok!(buy(1, &[(200_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        trade_nothing(START);
        for slot in START + 1..=START + 4 {
            measure(1, slot, -800);
            measure(2, slot, 800);
        }
        // Slots 101 and 102 are over, 103 has begun.
        close(START + 2);
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert_eq!(held(&account(1)), 600_000);
        close(START + 4);
        settle_through(START + 4);
        let bought =
            [1, 2, 3, 4].map(|n| crate::Summaries::<Test>::get(MARKET, Slot(START + n)).map_or(0, |of| of.bought_wh));
        assert_eq!(bought, [800, 800, 800, 0]);
        assert_eq!(held(&account(1)), 0);
    });
}

#[test]
fn an_order_that_waits_and_is_taken_back_covers_no_more_slots_than_before() {
    in_a_market_of_two(|| {
        assert_ok!(buy(1, &[(200_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        trade_nothing(START);
        for slot in START + 1..=START + 6 {
            measure(1, slot, -800);
            measure(2, slot, 800);
        }
        leave_free(&account(1), 1);
        close(START + 6);
        settle_through(START + 1);
        // What is left covers the slots 102 to 104.
        let left_ueur = held(&account(1));
        assert_eq!(left_ueur, 600_000);
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert_eq!(held(&account(1)), left_ueur);
        check();
    });
}
