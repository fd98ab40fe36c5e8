//! Halts: of EUR as a whole, of single accounts, of a market by a fault, of the chain, and of a block's room.

use super::{mock::*, world::*};
use crate::{Event, Orders, Progress, WeightInfo, weights::SubstrateWeight};
use deren_primitives::{MarketId, Side, SiteId, Slot};
use deren_runtime_apis::{Purses as _, SettlementProgress};
use frame_support::{assert_ok, pallet_prelude::Weight, traits::Hooks};

#[test]
fn while_eur_is_frozen_slots_settle_between_purses() {
    one_closed().execute_with(|| {
        assert_ok!(Purse::fill(RuntimeOrigin::signed(account(1)), 100_000));
        assert_ok!(Assets::freeze_asset(RuntimeOrigin::signed(onramp()), EUR));
        settle_through(START + 1);
        assert_eq!(Purse::free_ueur(&account(2)), 80_000);
        assert_eq!((held(&account(1)), Purse::free_ueur(&account(1))), (300_000, 20_000));
        assert_ok!(Assets::thaw_asset(RuntimeOrigin::signed(onramp()), EUR));
        draw_all(&account(2));
        check();
    });
}

#[test]
fn a_page_that_a_fault_stops_moves_nothing_and_is_tried_again() {
    one_closed().execute_with(|| {
        next_block();
        let order = Orders::<Test>::take(MARKET, (SiteId(1), Side::Buy)).expect("there");
        events();
        let progress = || Progress::<Test>::get(MARKET).and_then(|progress| progress.settling);
        let before = progress();
        System::set_block_number(System::block_number() + 1);
        Matching::on_initialize(System::block_number());
        let halted = events();
        assert!(matches!(halted.as_slice(), [Event::SettlementHalted { slot: Slot(slot), .. }] if *slot == START + 1));
        assert_eq!((progress(), held(&account(1)), free(&account(2))), (before, 300_000, PURSE));
        Orders::<Test>::insert(MARKET, (SiteId(1), Side::Buy), order);
        settle_through(START + 1);
        assert_eq!(free(&account(2)), PURSE + 80_000);
    });
}

#[test]
fn a_frozen_buyer_pays_what_is_on_hold_and_is_paused() {
    one_closed().execute_with(|| {
        assert_ok!(Assets::freeze(RuntimeOrigin::signed(onramp()), EUR, account(1)));
        settle_through(START + 1);
        assert_eq!(free(&account(2)), PURSE + 80_000);
        let order = Orders::<Test>::get(MARKET, (SiteId(1), Side::Buy)).expect("there");
        assert_eq!(order.timeline.at(Slot(START + 2)).and_then(|version| version.active_steps()), None);
        assert_eq!(held(&account(1)), 0);
    });
}

#[test]
fn a_blocked_buyer_gets_its_hold_back_and_draws_it_later() {
    one_closed().execute_with(|| {
        assert_ok!(Matching::cancel_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy));
        assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, account(1)));
        close(START + 3);
        settle_through(START + 3);
        assert_eq!((held(&account(1)), Purse::free_ueur(&account(1))), (0, 220_000));
        assert!(!Orders::<Test>::contains_key(MARKET, (SiteId(1), Side::Buy)));
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, account(1)));
        draw_all(&account(1));
        assert_eq!(free(&account(1)), PURSE - 80_000);
    });
}

#[test]
fn after_a_long_halt_empty_slots_are_passed_over_a_few_a_block() {
    one_closed().execute_with(|| {
        settle_through(START + 1);
        events();
        close(START + 10);
        next_block();
        let passed = |events: Vec<Event<Test>>| -> Vec<u32> {
            let empty = events.into_iter().filter_map(|event| match event {
                Event::SlotEmpty { slot, .. } => Some(slot.0),
                _ => None,
            });
            empty.collect()
        };
        assert_eq!(passed(events()), [START + 2, START + 3, START + 4]);
        settle_through(START + 10);
        assert_eq!(passed(events()), (START + 5..=START + 10).collect::<Vec<_>>());
        // Trade goes on as if nothing had been.
        measure(1, START + 11, -800);
        measure(2, START + 11, 900);
        assert_eq!(trade(START + 11).bought_wh, 800);
    });
}

#[test]
fn a_market_begins_with_the_first_open_slot_once_the_chain_knows_the_time() {
    new_test_ext(vec![root(0)], &[]).execute_with(|| {
        world(|world| {
            world.markets.insert(MarketId(3), vec![root(30)]);
            (world.now, world.closed) = (Slot(0), Slot(0));
        });
        next_block();
        assert_eq!(Progress::<Test>::get(MarketId(3)), None);
        world(|world| (world.now, world.closed) = (Slot(2_000_000), Slot(1_999_998)));
        next_block();
        assert!(Progress::<Test>::get(MarketId(3)).is_some_and(|progress| progress.next == Slot(1_999_999)));
    });
}

#[test]
fn a_market_that_was_never_seen_has_nothing_to_settle() {
    new_test_ext(vec![root(0)], &[]).execute_with(|| {
        close(START + 50);
        assert_eq!(Matching::settled_through(MarketId(3)), Slot(START + 50));
        assert_eq!(Matching::settled_through(MARKET), Slot(START - 1));
    });
}

#[test]
fn a_market_that_stands_still_holds_no_other_up() {
    one_closed().execute_with(|| {
        let other = MarketId(3);
        world(|world| world.markets.insert(other, vec![root(30)]));
        next_block();
        assert!(Progress::<Test>::get(MARKET).is_some_and(|progress| progress.settling.is_some()));
        // A fault in the books of one market.
        let order = Orders::<Test>::take(MARKET, (SiteId(1), Side::Buy)).expect("there");
        close(START + 4);
        for _ in 0..10 {
            System::set_block_number(System::block_number() + 1);
            Matching::on_initialize(System::block_number());
        }
        Orders::<Test>::insert(MARKET, (SiteId(1), Side::Buy), order);
        assert_eq!(Matching::settled_through(MARKET), Slot(START));
        assert_eq!(Matching::settled_through(other), Slot(START + 4));
    });
}

#[test]
fn markets_that_do_not_fit_into_one_block_take_turns() {
    one_closed().execute_with(|| {
        settle_through(START + 1);
        let others: Vec<MarketId> = (10..13).map(MarketId).collect();
        world(|world| {
            for market in &others {
                world.markets.insert(*market, vec![root(market.0 * 10)]);
                let view = deren_runtime_apis::SiteView {
                    market: *market,
                    zone: deren_primitives::ZoneId(market.0 * 10),
                    owner: account(9),
                };
                world.sites.insert(SiteId(market.0), view);
            }
        });
        next_block();
        for market in [10, 11, 12] {
            measure(market, START + 2, 500);
        }
        // Room for looking at the markets and for one clearing, not for two.
        type W = SubstrateWeight<Test>;
        let one = W::look_at_markets(4).saturating_add(Matching::weight_of_clear(2, 1)).saturating_add(W::skip_slot());
        BlockBudget::set(one);
        close(START + 2);
        let mut blocks = 0;
        while settled() < Slot(START + 2) {
            next_block();
            blocks += 1;
            assert!(blocks < 50, "a market starves");
        }
        assert!(blocks > 2);
        BlockBudget::set(Weight::MAX);
    });
}
