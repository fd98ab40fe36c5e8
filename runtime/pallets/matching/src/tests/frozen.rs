//! What can be frozen or blocked, and that no market stands still for it.

use super::{mock::*, world::*};
use crate::Event;
use deren_primitives::{Side, SiteId, Slot};
use deren_runtime_apis::{Purses as _, SettlementProgress};
use frame_support::assert_ok;

/// Site 1 buys 800 Wh of site 2 in each of three slots, of which the first is closed; a page is an entry.
fn ready() -> sp_io::TestExternalities {
    let mut ext = ordered();
    ext.execute_with(|| {
        for slot in START + 1..=START + 3 {
            measure(1, slot, -800);
            measure(2, slot, 800);
        }
        PageSize::set(1);
        PagesPerBlock::set(Some(1));
        close(START + 1);
    });
    ext
}

fn halts() -> usize {
    events().into_iter().filter(|event| matches!(event, Event::SettlementHalted { .. })).count()
}

#[test]
fn a_frozen_account_of_purses_stops_no_market() {
    ready().execute_with(|| {
        blocks(2);
        assert_eq!(Purse::in_transit_ueur(), 80_000 * 2);
        assert_ok!(Assets::freeze(RuntimeOrigin::signed(onramp()), EUR, Purse::account()));
        blocks(40);
        assert_eq!((halts(), Matching::settled_through(MARKET)), (0, Slot(START + 1)));
        assert_eq!(free(&account(2)), PURSE + 160_000);
        assert!(Purse::draw(RuntimeOrigin::signed(account(2)), 1).is_err());
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, Purse::account()));
        draw_all(&account(2));
        check();
    });
}

#[test]
fn a_blocked_account_of_purses_stops_no_market() {
    ready().execute_with(|| {
        assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, Purse::account()));
        close(START + 2);
        blocks(80);
        assert_eq!((halts(), Matching::settled_through(MARKET)), (0, Slot(START + 2)));
    });
}

#[test]
fn eur_frozen_for_good_stops_no_market() {
    ready().execute_with(|| {
        blocks(1);
        assert_ok!(Assets::freeze_asset(RuntimeOrigin::signed(onramp()), EUR));
        close(START + 3);
        blocks(200);
        assert_eq!((halts(), Matching::settled_through(MARKET)), (0, Slot(START + 3)));
    });
}

#[test]
fn a_blocked_seller_operator_or_treasury_holds_nobody_up_and_loses_nothing() {
    new_test_ext(vec![root(0), below(1, 0, 10_000, None)], &[(1, 0), (2, 1)]).execute_with(|| {
        world(|world| world.protocol_fee_bp = 100);
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 1000)]));
        for number in [2, 200, 210] {
            assert_ok!(Assets::mint(RuntimeOrigin::signed(onramp()), EUR, account(number), 1));
            assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, account(number)));
        }
        close(START);
        measure(1, START + 1, -800);
        measure(2, START + 1, 800);
        let summary = trade(START + 1);
        let due = [2, 200, 210].map(|number| Purse::free_ueur(&account(number)));
        assert_eq!(due, [summary.received_ueur, summary.protocol_fee_ueur, summary.network_fees_ueur]);
        // The treasury has no key: what is its due comes with its next fee.
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, Treasury::get()));
        measure(1, START + 2, -800);
        measure(2, START + 2, 800);
        let more = trade(START + 2);
        assert_eq!(Purse::free_ueur(&Treasury::get()), 0);
        assert_eq!(free(&Treasury::get()), 1 + summary.protocol_fee_ueur + more.protocol_fee_ueur);
    });
}

/// A frozen purse, as the council freezes it together with its account's EUR.
fn freeze(who: u8) {
    assert_ok!(Assets::freeze(RuntimeOrigin::signed(onramp()), EUR, account(who)));
    assert_ok!(Purse::freeze(&account(who)));
}

#[test]
fn a_frozen_purse_pays_out_of_its_hold_alone_and_receives() {
    ready().execute_with(|| {
        PagesPerBlock::set(None);
        BlockBudget::set(frame_support::weights::Weight::MAX);
        assert_ok!(Purse::fill(RuntimeOrigin::signed(account(1)), 500_000));
        freeze(1);
        freeze(2);
        settle_through(START + 1);
        // The hold was to be taken again, and was not: the order waits, and what is left of the hold is free.
        assert_eq!((held(&account(1)), Purse::free_ueur(&account(1))), (0, 500_000 + 300_000 - 160_000));
        assert_eq!(Purse::free_ueur(&account(2)), 160_000);
        let place = buy(1, &[(300_000, 1000)]);
        assert_eq!(place, Err(crate::Error::<Test>::InsufficientFunds.into()));
        for who in [1, 2] {
            assert!(Purse::draw(RuntimeOrigin::signed(account(who)), 1).is_err());
        }
        let resume = Matching::resume_order(RuntimeOrigin::signed(account(1)), SiteId(1), Side::Buy);
        assert!(resume.is_err());
    });
}
