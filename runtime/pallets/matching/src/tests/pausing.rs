//! Orders whose hold cannot be taken again: they wait for their owner, and come back.

use super::{mock::*, world::*};
use crate::{Error, Event, Orders};
use deren_primitives::{Side, SiteId, Slot};
use frame_support::{assert_noop, assert_ok};

/// Site 1 buys up to 1000 Wh at 300 000 µ€/kWh, site 2 sells at 100 000; both traded once, at 100 000, 800 Wh.
fn traded_once(left_to_buyer: u128) -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]);
    ext.execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        leave_free(&account(1), left_to_buyer);
        close(START);
        measure(1, START + 1, -800);
        measure(2, START + 1, 900);
        let summary = trade(START + 1);
        assert_eq!((summary.bought_wh, summary.paid_ueur, summary.received_ueur), (800, 80_000, 80_000));
    });
    ext
}

fn resume(site: u32) -> frame_support::pallet_prelude::DispatchResult {
    frame_support::storage::with_storage_layer(|| {
        Matching::resume_order(RuntimeOrigin::signed(account(site as u8)), SiteId(site), Side::Buy)
    })
}

#[test]
fn a_hold_is_taken_again_after_a_settlement() {
    traded_once(80_001).execute_with(|| {
        assert_eq!(held(&account(1)), 300_000);
        assert_eq!(free(&account(1)), 1);
        assert_eq!(free(&account(2)), PURSE + 80_000);
    });
}

#[test]
fn an_order_whose_hold_cannot_be_taken_again_is_paused() {
    traded_once(80_000).execute_with(|| {
        // Of the 300 000 on hold 80 000 were paid; one µ€ is missing, so the rest is given back.
        assert_eq!(held(&account(1)), 0);
        assert_eq!(free(&account(1)), 300_000);
        let paused = Event::OrderPaused {
            market: MARKET,
            site: SiteId(1),
            side: Side::Buy,
            owner: account(1),
            from_slot: Slot(START + 2),
            missing_ueur: 80_000,
        };
        assert!(events().contains(&paused));
        measure(1, START + 2, -800);
        measure(2, START + 2, 900);
        assert_eq!(trade(START + 2).bought_wh, 0);
    });
}

#[test]
fn a_paused_order_trades_again_from_the_slot_after_it_was_resumed() {
    traded_once(16).execute_with(|| {
        assert_noop!(resume(2), Error::<Test>::NoOrder);
        assert_noop!(resume(1), Error::<Test>::InsufficientFunds);
        assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, account(1), 100_000));
        // Slot 102 runs.
        assert_ok!(resume(1));
        assert_eq!(held(&account(1)), 300_000);
        assert_noop!(resume(1), Error::<Test>::NotPaused);
        for slot in [START + 2, START + 3] {
            measure(1, slot, -800);
            measure(2, slot, 900);
        }
        assert_eq!(trade(START + 2).bought_wh, 0);
        assert_eq!(trade(START + 3).bought_wh, 800);
        let resumed = Event::OrderResumed {
            market: MARKET,
            site: SiteId(1),
            side: Side::Buy,
            owner: account(1),
            from_slot: Slot(START + 3),
            steps: steps(&[(300_000, 1000)]),
            held_ueur: 300_000,
        };
        assert!(events().contains(&resumed));
    });
}

#[test]
fn a_paused_order_can_be_changed_to_one_that_its_owner_can_afford() {
    traded_once(1).execute_with(|| {
        assert_ok!(buy(1, &[(150_000, 500)]));
        assert_eq!(held(&account(1)), 75_000);
        close(START + 2);
        settle_through(START + 2);
        measure(1, START + 3, -800);
        measure(2, START + 3, 900);
        assert_eq!(trade(START + 3).bought_wh, 500);
    });
}

#[test]
fn a_paused_order_can_be_cancelled() {
    traded_once(1).execute_with(|| {
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert_noop!(resume(1), Error::<Test>::NotPaused);
        close(START + 2);
        settle_through(START + 2);
        assert!(!Orders::<Test>::contains_key(MARKET, (SiteId(1), Side::Buy)));
    });
}

#[test]
fn a_pause_voids_a_change_that_was_to_come_and_keeps_its_steps() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        close(START);
        measure(1, START + 1, -800);
        measure(2, START + 1, 900);
        close(START + 1);
        assert_ok!(buy(1, &[(290_000, 1000)]));
        leave_free(&account(1), 10);
        settle_through(START + 1);
        let order = Orders::<Test>::get(MARKET, (SiteId(1), Side::Buy)).expect("there");
        assert_eq!(order.timeline.at(Slot(START + 3)).and_then(|version| version.active_steps()), None);
        assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, account(1), 290_000));
        assert_ok!(resume(1));
        assert_eq!(held(&account(1)), 290_000);
    });
}

#[test]
fn a_cancelled_order_that_cannot_be_refilled_ends_earlier() {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        close(START);
        measure(1, START + 1, -800);
        measure(2, START + 1, 900);
        close(START + 1);
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        leave_free(&account(1), 10);
        settle_through(START + 1);
        assert!(!Orders::<Test>::contains_key(MARKET, (SiteId(1), Side::Buy)));
        assert_eq!(free(&account(1)), 10 + 220_000);
    });
}
