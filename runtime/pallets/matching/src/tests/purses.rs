//! Orders and slots over purses: what pays first, and whose money is taken for it. Nothing is lost when a purse is
//! closed or drained.

use super::{mock::*, world::*};
use crate::{Due, Event, Orders, types::Entry};
use deren_primitives::{Side, SiteId, ZoneId};
use deren_runtime_apis::{Purses as _, SiteView};
use frame_support::assert_ok;
use pallet_deren_purse::Purses;

/// An account's purse.
fn purse(who: u8) -> pallet_deren_purse::Purse {
    Purses::<Test>::get(account(who)).unwrap_or_default()
}

fn fill(who: u8, ueur: u128) {
    assert_ok!(Purse::fill(RuntimeOrigin::signed(account(who)), ueur));
}

/// Site 1 buys 800 Wh of site 2 for 80 000 µ€, in this slot.
fn traded(slot: u32) -> u64 {
    measure(1, slot, -800);
    measure(2, slot, 900);
    trade(slot).bought_wh
}

#[test]
fn an_order_takes_what_is_missing_in_the_purse_out_of_free_euros() {
    new_test_ext(vec![root(0)], &[(1, 0)]).execute_with(|| {
        fill(1, 100_000);
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_eq!((purse(1).free_ueur, purse(1).held_ueur), (0, 300_000));
        assert_eq!(Assets::balance(EUR, account(1)), PURSE - 300_000);
        check();
    });
}

#[test]
fn what_is_free_pays_first_and_neither_order_nor_hold_is_touched() {
    ordered().execute_with(|| {
        fill(1, 90_000);
        let before = Orders::<Test>::get(MARKET, (SiteId(1), Side::Buy));
        measure(1, START + 1, -800);
        measure(2, START + 1, 900);
        close(START + 1);
        blocks(2);
        assert_eq!(Due::<Test>::iter().count(), 0);
        settle_through(START + 1);
        assert_eq!(Orders::<Test>::get(MARKET, (SiteId(1), Side::Buy)), before);
        assert_eq!((purse(1).free_ueur, purse(1).held_ueur, purse(2).free_ueur), (10_000, 300_000, 80_000));
    });
}

#[test]
fn what_free_money_does_not_cover_comes_out_of_the_hold_and_is_taken_again_from_euros() {
    ordered().execute_with(|| {
        fill(1, 50_000);
        leave_outside(30_001);
        assert_eq!(traded(START + 1), 800);
        // 50 000 were free, 30 000 came out of the hold, and into it out of EUR.
        assert_eq!((purse(1).free_ueur, purse(1).held_ueur), (0, 300_000));
        assert_eq!(Assets::balance(EUR, account(1)), 1);
        assert!(!events().iter().any(|event| matches!(event, Event::OrderPaused { .. })));
    });
}

#[test]
fn an_order_is_paused_only_when_free_euros_do_not_do_either() {
    ordered().execute_with(|| {
        fill(1, 50_000);
        leave_outside(30_000);
        assert_eq!(traded(START + 1), 800);
        let paused = |event: &Event<Test>| matches!(event, Event::OrderPaused { missing_ueur: 30_000, .. });
        assert!(events().iter().any(paused));
        assert_eq!((purse(1).free_ueur, purse(1).held_ueur), (270_000, 0));
        assert_eq!(traded(START + 2), 0);
    });
}

/// Site 1's owner gives EUR away until so many are left outside of the purse.
fn leave_outside(ueur: u128) {
    let rest = Assets::balance(EUR, account(1)) - ueur;
    assert_ok!(Assets::transfer(RuntimeOrigin::signed(account(1)), EUR, onramp(), rest));
}

#[test]
fn purses_drained_while_orders_stand_still_pay_and_hurt_nobody() {
    ordered().execute_with(|| {
        fill(1, 500_000);
        draw_all(&account(1));
        leave_free(&account(1), 1);
        assert_eq!((purse(1).free_ueur, purse(1).held_ueur), (0, 300_000));
        assert!(Purse::draw(RuntimeOrigin::signed(account(1)), 1).is_err(), "what is on hold stays");
        // Slot 101 has begun, and 102 begins: both are signed up for, and one is on hold.
        assert_eq!(traded(START + 1), 800);
        assert_eq!(free(&account(2)), PURSE + 80_000);
        assert_eq!(traded(START + 2), 0);
        assert_eq!(free(&account(1)) + held(&account(1)), 1 + 220_000);
        draw_all(&account(1));
        assert!(!Purses::<Test>::contains_key(account(1)));
        check();
    });
}

#[test]
fn a_site_that_trades_in_the_slot_in_which_its_purse_is_closed_loses_nothing() {
    ordered().execute_with(|| {
        assert_eq!(traded(START + 1), 800);
        measure(1, START + 2, -800);
        measure(2, START + 2, 900);
        // The seller draws all, so that its purse is closed, between the slot's clearing and its settlement.
        close(START + 2);
        next_block();
        draw_all(&account(2));
        assert!(!Purses::<Test>::contains_key(account(2)));
        settle_through(START + 2);
        assert_eq!(purse(2).free_ueur, 80_000);
        // The buyer ends its order, and closes its purse as soon as it can.
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert!(Purse::draw(RuntimeOrigin::signed(account(1)), 1).is_err());
        assert_eq!(traded(START + 3), 800);
        draw_all(&account(1));
        assert!(!Purses::<Test>::contains_key(account(1)));
        assert_eq!((free(&account(1)), free(&account(2))), (PURSE - 240_000, PURSE + 240_000));
        check();
    });
}

#[test]
fn a_seller_without_an_account_gets_a_purse_and_can_draw_it() {
    new_test_ext(vec![root(0)], &[(1, 0), (50, 0)]).execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(50, &[(100_000, 1000)]));
        close(START);
        measure(1, START + 1, -800);
        measure(50, START + 1, 800);
        let summary = trade(START + 1);
        assert_eq!(purse(50).free_ueur, summary.received_ueur);
        assert!(System::account_exists(&account(50)));
        draw_all(&account(50));
        assert_eq!(Assets::balance(EUR, account(50)), summary.received_ueur);
    });
}

#[test]
fn an_indexer_counts_every_payment_once() {
    ordered().execute_with(|| {
        measure(1, START + 1, -800);
        measure(2, START + 1, 800);
        let summary = trade(START + 1);
        let (mut paid, mut received) = (0, 0);
        for event in events() {
            if let Event::FillSettled { step, amount_ueur, .. } = event {
                match step.side() {
                    Side::Buy => paid += amount_ueur,
                    Side::Sell => received += amount_ueur,
                }
            }
        }
        assert_eq!((paid, received), (summary.paid_ueur, summary.received_ueur));
    });
}

/// Account 1 sells at site 1 and buys at site 31; account 2 sells. What account 1 receives pays for what it buys.
fn one_account_on_both_sides(page_size: u32, own_wh: i64) -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0)], &[(1, 0), (2, 0)]);
    ext.execute_with(|| {
        let view = SiteView { market: MARKET, zone: ZoneId(0), owner: account(1) };
        world(|world| world.sites.insert(SiteId(31), view));
        let both = [(1, Side::Sell, (100_000, 1000)), (31, Side::Buy, (300_000, 1000))];
        for (site, side, of) in both {
            let by = RuntimeOrigin::signed(account(1));
            assert_ok!(Matching::place_order(by, SiteId(site), side, steps(&[of])));
        }
        assert_ok!(sell(2, &[(100_000, 1000)]));
        close(START);
        measure(1, START + 1, own_wh);
        measure(31, START + 1, -900);
        measure(2, START + 1, 900);
        PageSize::set(page_size);
        close(START + 1);
        next_block();
    });
    ext
}

/// Whose orders the pages have, and on which side, in their order.
fn order_of_pages() -> Vec<(u8, Side)> {
    let entries = crate::Pages::<Test>::iter_prefix(MARKET).collect::<std::collections::BTreeMap<_, _>>();
    let order = |entry: Entry<_>| match entry {
        Entry::Bought { buyer, .. } => Some((buyer, Side::Buy)),
        Entry::Sold { seller, .. } => Some((seller, Side::Sell)),
        _ => None,
    };
    let all = entries.into_values().flatten().filter_map(order);
    all.map(|(who, side): (sp_runtime::AccountId32, _)| (AsRef::<[u8; 32]>::as_ref(&who)[0], side)).collect()
}

#[test]
fn an_accounts_orders_are_together_and_who_pays_more_comes_first() {
    one_account_on_both_sides(4, 100).execute_with(|| {
        let pages = [(1, Side::Buy), (1, Side::Sell), (2, Side::Sell)];
        assert_eq!(order_of_pages(), pages);
        settle_through(START + 1);
        check();
    });
}

#[test]
fn pages_that_part_an_account_never_pay_out_what_was_not_paid_in() {
    for page_size in 1..5 {
        for own_wh in [1, 100, 700, 1000] {
            one_account_on_both_sides(page_size, own_wh).execute_with(|| {
                PagesPerBlock::set(Some(1));
                settle_through(START + 1);
                let all: u128 = [1, 2].map(|who| free(&account(who)) + held(&account(who))).into_iter().sum();
                assert_eq!(all + free(&community()), 2 * PURSE);
            });
        }
    }
}

#[test]
fn nothing_is_left_behind_when_all_have_drawn() {
    ordered().execute_with(|| {
        for slot in START + 1..START + 4 {
            assert_eq!(traded(slot), 800);
        }
        for (site, side) in [(1, Side::Buy), (2, Side::Sell)] {
            assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(site)), SiteId(site.into()), side));
        }
        close(START + 5);
        settle_through(START + 5);
        [1, 2].into_iter().for_each(|who| draw_all(&account(who)));
        assert_eq!(Orders::<Test>::iter().count(), 0);
        let open: Vec<_> = Purses::<Test>::iter_keys().filter(|who| *who != community()).collect();
        assert_eq!(open, []);
        assert_eq!(Assets::balance(EUR, Purse::account()), Purse::free_ueur(&community()));
    });
}
