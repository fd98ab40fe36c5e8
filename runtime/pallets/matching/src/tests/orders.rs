//! Placing, changing and cancelling orders, and every bad order.

use super::{mock::*, world::*};
use crate::{Error, Event, MarketOfSite, OrderCount, Orders};
use deren_primitives::{MarketId, Side, SiteId, Slot, ZoneId};
use deren_runtime_apis::SiteView;
use frame_support::{assert_noop, assert_ok};

fn two_homes() -> sp_io::TestExternalities {
    new_test_ext(vec![root(0)], &[(1, 0), (2, 0)])
}

#[test]
fn an_order_holds_what_it_can_cost_in_a_slot_and_says_so() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_001, 1500), (200_000, 1)]));
        // ceil(300 001 × 1500 / 1000) + ceil(200 000 × 1 / 1000)
        assert_eq!(held(&account(1)), 450_002 + 200);
        assert_eq!(free(&account(1)), PURSE - 450_202);
        assert_eq!(
            events(),
            [Event::OrderPlaced {
                market: MARKET,
                site: SiteId(1),
                side: Side::Buy,
                owner: account(1),
                from_slot: Slot(START + 1),
                steps: steps(&[(300_001, 1500), (200_000, 1)]),
                held_ueur: 450_202,
            }]
        );
        check();
    });
}

#[test]
fn a_sell_order_holds_nothing() {
    two_homes().execute_with(|| {
        assert_ok!(sell(1, &[(0, 1500), (200_000, u32::MAX)]));
        assert_eq!(held(&account(1)), 0);
        check();
    });
}

#[test]
fn an_order_of_zero_is_refused() {
    two_homes().execute_with(|| {
        assert_noop!(buy(1, &[]), Error::<Test>::NoSteps);
        assert_noop!(buy(1, &[(300_000, 0)]), Error::<Test>::ZeroCap);
        assert_noop!(sell(1, &[(100_000, 10), (200_000, 0)]), Error::<Test>::ZeroCap);
    });
}

#[test]
fn steps_out_of_order_are_refused() {
    two_homes().execute_with(|| {
        assert_noop!(buy(1, &[(100_000, 10), (200_000, 10)]), Error::<Test>::StepsOutOfOrder);
        assert_noop!(buy(1, &[(100_000, 10), (100_000, 10)]), Error::<Test>::StepsOutOfOrder);
        assert_noop!(sell(1, &[(200_000, 10), (100_000, 10)]), Error::<Test>::StepsOutOfOrder);
        assert_noop!(sell(1, &[(1, 10), (3, 10), (2, 10)]), Error::<Test>::StepsOutOfOrder);
    });
}

#[test]
fn an_order_without_funds_is_refused_and_changes_nothing() {
    two_homes().execute_with(|| {
        // One µ€ must stay free: the account would die without it.
        assert_noop!(buy(1, &[(1_000_000, 1000)]), Error::<Test>::InsufficientFunds);
        assert_noop!(buy(1, &[(u32::MAX, u32::MAX)]), Error::<Test>::InsufficientFunds);
        assert_ok!(buy(1, &[(999_999, 1000)]));
        assert_eq!(free(&account(1)), 1);
        check();
    });
}

#[test]
fn an_order_for_anothers_site_is_refused() {
    two_homes().execute_with(|| {
        let order = |who| Matching::place_order(RuntimeOrigin::signed(who), SiteId(2), Side::Sell, steps(&[(1, 1)]));
        assert_noop!(order(account(1)), Error::<Test>::NotSiteOwner);
        assert_ok!(order(account(2)));
        let cancel = Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(2), Side::Sell);
        assert_noop!(cancel, Error::<Test>::NotSiteOwner);
        let resume = Matching::resume_order(RuntimeOrigin::signed(account(1)), SiteId(2), Side::Sell);
        assert_noop!(resume, Error::<Test>::NotSiteOwner);
    });
}

#[test]
fn an_order_for_a_site_that_nobody_knows_is_refused() {
    two_homes().execute_with(|| {
        assert_noop!(buy(3, &[(100_000, 10)]), Error::<Test>::UnknownSite);
        let cancel = Matching::cancel_order(RuntimeOrigin::signed(account(3)), SiteId(3), Side::Buy);
        assert_noop!(cancel, Error::<Test>::NoOrder);
    });
}

#[test]
fn a_market_takes_only_so_many_orders() {
    let sites: Vec<(u32, u32)> = (1..=33).map(|site| (site, 0)).collect();
    new_test_ext(vec![root(0)], &sites).execute_with(|| {
        for site in 1..=32 {
            assert_ok!(buy(site, &[(100, 10)]));
            assert_ok!(sell(site, &[(100, 10)]));
        }
        assert_eq!(OrderCount::<Test>::get(MARKET), MaxOrders::get());
        assert_noop!(buy(33, &[(100, 10)]), Error::<Test>::TooManyOrders);
        // A change is no new order.
        assert_ok!(buy(32, &[(200, 10)]));
        check();
    });
}

#[test]
fn an_order_changed_after_its_slot_began_leaves_the_slot_as_it_was() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        close(START);
        // Slot 101 runs: a better and a worse order, and none at all, come too late for it.
        assert_ok!(buy(1, &[(50_000, 1000)]));
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(2)), SiteId(2), Side::Sell));
        measure(1, START + 1, -800);
        measure(2, START + 1, 900);
        let summary = trade(START + 1);
        assert_eq!(summary.bought_wh, 800);
        measure(1, START + 2, -800);
        measure(2, START + 2, 900);
        assert_eq!(trade(START + 2).bought_wh, 0);
    });
}

#[test]
fn the_last_of_several_changes_in_a_slot_holds() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(buy(1, &[(200_000, 1000)]));
        assert_eq!(held(&account(1)), 200_000);
        let order = Orders::<Test>::get(MARKET, (SiteId(1), Side::Buy)).expect("there");
        assert_eq!(order.timeline.versions().count(), 1);
        check();
    });
}

#[test]
fn the_hold_is_for_each_slot_what_it_can_cost_by_its_version() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        close(START);
        assert_ok!(buy(1, &[(200_000, 1000)]));
        assert_eq!(held(&account(1)), 300_000 + 200_000);
        close(START + 1);
        assert_ok!(buy(1, &[(400_000, 1000)]));
        assert_eq!(held(&account(1)), 300_000 + 200_000 + 400_000);
        check();
        settle_through(START + 1);
        assert_eq!(held(&account(1)), 200_000 + 400_000);
        assert_ok!(buy(1, &[(100_000, 1000)]));
        assert_eq!(held(&account(1)), 200_000 + 100_000);
        close(START + 2);
        settle_through(START + 2);
        assert_eq!(held(&account(1)), 100_000);
    });
}

#[test]
fn too_many_changes_before_a_settlement_are_refused() {
    two_homes().execute_with(|| {
        for slot in START..START + 8 {
            world(|world| world.now = Slot(slot));
            assert_ok!(sell(1, &[(slot, 1000)]));
        }
        world(|world| world.now = Slot(START + 8));
        assert_noop!(sell(1, &[(1, 1000)]), Error::<Test>::TooManyChanges);
        world(|world| world.closed = Slot(START + 3));
        settle_through(START + 3);
        assert_ok!(sell(1, &[(1, 1000)]));
    });
}

#[test]
fn a_cancelled_order_goes_when_its_last_slot_is_settled() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        close(START);
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert_eq!(held(&account(1)), 300_000);
        let again = Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy);
        assert_noop!(again, Error::<Test>::AlreadyCancelled);
        close(START + 1);
        settle_through(START + 1);
        assert_eq!(free(&account(1)), PURSE);
        assert_eq!(Orders::<Test>::iter().count(), 0);
        assert_eq!(OrderCount::<Test>::get(MARKET), 0);
        assert_eq!(MarketOfSite::<Test>::get(SiteId(1)), None);
        let removed = Event::OrderRemoved { market: MARKET, site: SiteId(1), side: Side::Buy, owner: account(1) };
        assert!(events().contains(&removed));
    });
}

#[test]
fn an_order_cancelled_before_it_began_goes_at_once() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert_eq!(free(&account(1)), PURSE);
        assert_eq!(Orders::<Test>::iter().count(), 0);
        check();
    });
}

#[test]
fn a_new_owner_comes_after_the_former_owners_order_is_gone() {
    two_homes().execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        close(START);
        let view = SiteView { market: MARKET, zone: ZoneId(0), owner: account(9) };
        world(|world| world.sites.insert(SiteId(1), view));
        let order = || Matching::place_order(RuntimeOrigin::signed(account(9)), SiteId(1), Side::Buy, steps(&[(1, 1)]));
        assert_noop!(order(), Error::<Test>::OrderOfFormerOwner);
        // The former owner's order trades no more, and either of the two may cancel it.
        measure(1, START + 1, -500);
        assert!(Matching::clearing_input(MARKET, Slot(START + 1)).is_some_and(|input| input.steps.is_empty()));
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(9)), SiteId(1), Side::Buy));
        trade(START + 1);
        assert_eq!(free(&account(1)), PURSE);
        assert_ok!(order());
        check();
    });
}

#[test]
fn a_site_has_its_orders_in_one_market() {
    two_homes().execute_with(|| {
        assert_ok!(sell(1, &[(1, 1000)]));
        let elsewhere = SiteView { market: MarketId(7), zone: ZoneId(70), owner: account(1) };
        world(|world| world.sites.insert(SiteId(1), elsewhere));
        assert_noop!(buy(1, &[(1, 1000)]), Error::<Test>::OrderInOtherMarket);
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Sell));
        assert_ok!(buy(1, &[(1, 1000)]));
    });
}
