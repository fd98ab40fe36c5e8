//! Orders whose hold cannot be taken again: they wait for their owner, and come back.

use super::{mock::*, world::*};
use crate::{Error, Event, Orders};
use deren_primitives::{Side, SiteId, Slot};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;

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

/// Leaves no more than this on hold of site 1's order. It is then as one that was taken before holds were for each slot
/// by its version.
fn hold_only(ueur: u128) {
    use deren_runtime_apis::{PursePage, Purses};
    Orders::<Test>::mutate(MARKET, (SiteId(1), Side::Buy), |order| {
        let order = order.as_mut().expect("it is there");
        let mut page = Purse::page();
        assert_ok!(page.release(&order.owner, order.held_ueur - ueur));
        assert_ok!(page.close());
        order.held_ueur = ueur;
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
        hold_only(300_000);
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

/// Site 1 buys up to 1000 Wh at `limit` of site 2, which asks for half of it. Slot 101 is over, and 1000 Wh are to be
/// settled in it; slot 102 has begun.
fn one_slot_to_settle(hold_slots: u32, limit: u32, test: impl FnOnce()) {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
        HoldSlots::set(hold_slots);
        assert_ok!(buy(1, &[(limit, 1000)]));
        assert_ok!(sell(2, &[(limit / 2, 2000)]));
        close(START);
        settle_through(START);
        bought(START + 1);
        close(START + 1);
        test();
    });
}

/// Site 1 takes 1000 Wh, and site 2 has more.
fn bought(slot: u32) {
    measure(1, slot, -1000);
    measure(2, slot, 1500);
}

/// From which slots on orders were paused since the last call.
fn pauses() -> Vec<Slot> {
    let paused = |event| match event {
        Event::OrderPaused { from_slot, .. } => Some(from_slot),
        _ => None,
    };
    events().into_iter().filter_map(paused).collect()
}

#[test]
fn a_dearer_order_is_refused_if_slots_before_it_can_take_its_money() {
    one_slot_to_settle(1, 300_000, || {
        // Slots 101 and 102 can cost 300 000 each, and the new order 400 000 a slot: a µ€ is missing.
        assert_eq!((held(&account(1)), free(&account(1))), (300_000, 700_000));
        assert_noop!(buy(1, &[(400_000, 1000)]), Error::<Test>::InsufficientFunds);
        settle_through(START + 1);
        assert_eq!(pauses(), []);
    });
}

#[test]
fn a_dearer_order_that_was_taken_trades_before_it_can_be_paused() {
    one_slot_to_settle(1, 300_000, || {
        assert_ok!(buy(1, &[(399_999, 1000)]));
        assert_eq!((held(&account(1)), free(&account(1))), (999_999, 1));
        bought(START + 2);
        bought(START + 3);
        assert_eq!(trade(START + 2).bought_wh, 1000);
        assert_eq!(trade(START + 3).bought_wh, 1000);
        assert_eq!(pauses(), []);
    });
}

#[test]
fn a_cheaper_order_is_asked_once_for_the_slots_before_it() {
    one_slot_to_settle(4, 100_000, || {
        // Two slots at 100 000, then four at 60 000; 400 000 were on hold.
        leave_free(&account(1), 40_001);
        assert_ok!(buy(1, &[(60_000, 1000)]));
        assert_eq!(held(&account(1)), 440_000);
        settle_through(START + 1);
        assert_eq!(pauses(), []);
        assert_eq!(held(&account(1)), 340_000);
    });
}

#[test]
fn an_order_is_resumed_only_if_it_trades_before_it_can_be_paused_again() {
    one_slot_to_settle(4, 100_000, || {
        leave_free(&account(1), 40_000);
        settle_through(START + 1);
        // What is on hold covers slot 102, which can cost 100 000.
        assert_eq!(pauses(), [Slot(START + 3)]);
        assert_eq!((held(&account(1)), free(&account(1))), (100_000, 290_000));
        let prepaid = |ueur| {
            assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, account(1), ueur));
        };
        prepaid(110_000);
        assert_noop!(resume(1), Error::<Test>::InsufficientFunds);
        prepaid(1);
        assert_ok!(resume(1));
        bought(START + 2);
        bought(START + 3);
        assert_eq!(trade(START + 2).bought_wh, 1000);
        assert_eq!(trade(START + 3).bought_wh, 1000);
        assert_eq!(pauses(), []);
    });
}

#[test]
fn who_has_nothing_free_can_end_an_order_of_their_own_and_no_other() {
    one_slot_to_settle(1, 300_000, || {
        let can_end = |who, site| Matching::can_end_own_order(&account(who), SiteId(site), Side::Buy);
        assert!(can_end(1, 1));
        assert!(!can_end(2, 1), "another's order");
        assert!(!can_end(2, 2), "no order on this side");
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert!(!can_end(1, 1), "it has ended");
    });
}

#[test]
fn an_order_with_too_many_changes_cannot_be_ended_for_nothing() {
    new_test_ext(vec![root(0)], &[(1, 0)]).execute_with(|| {
        for slot in START..START + 8 {
            world(|world| world.now = Slot(slot));
            assert_ok!(sell(1, &[(slot, 1000)]));
        }
        world(|world| world.now = Slot(START + 8));
        let cancel = || Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Sell);
        assert_noop!(cancel(), Error::<Test>::TooManyChanges);
        assert!(!Matching::can_end_own_order(&account(1), SiteId(1), Side::Sell));
    });
}

#[test]
fn cancelling_costs_no_fee() {
    one_slot_to_settle(1, 300_000, || {
        let cancel = || Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy);
        assert_eq!(cancel().expect("it stands").pays_fee, frame_support::dispatch::Pays::No);
        assert_eq!(cancel().expect_err("it has ended").post_info.pays_fee, frame_support::dispatch::Pays::Yes);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// An order that was taken trades in its first slot as long as its owner takes no money away. This holds whatever
    /// was taken before, however far the market lags, and whatever is bought.
    #[test]
    fn an_order_that_was_taken_is_not_paused_before_it_began(
        hold_slots in 1..5u32,
        purse in 1..800_000u128,
        slots in proptest::collection::vec((0..4u8, 1..20u32, 1..1200i64, 0..4u8), 12),
    ) {
        new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]).execute_with(|| {
            HoldSlots::set(hold_slots);
            assert_ok!(sell(2, &[(0, 2000)]));
            leave_free(&account(1), purse);
            let mut taken_from = None;
            for (now, (wish, limit, wh, blocks)) in (START..).zip(slots) {
                world(|world| world.now = Slot(now));
                let taken = match wish {
                    0 => resume(1),
                    1 | 2 => buy(1, &[(limit * 10_000, 1000)]),
                    _ => Ok(()),
                };
                if taken.is_ok() && wish < 3 {
                    taken_from = Some(Slot(now + 1));
                }
                // There is a little less than is wanted, so that it costs the limit.
                measure(1, now, -wh);
                measure(2, now, wh.min(1000) - 1);
                close(now);
                for _ in 0..blocks {
                    next_block();
                    for paused_from in pauses() {
                        assert!(taken_from.is_none_or(|taken| paused_from > taken), "{paused_from:?}: {taken_from:?}");
                        taken_from = None;
                    }
                }
            }
        });
    }
}
