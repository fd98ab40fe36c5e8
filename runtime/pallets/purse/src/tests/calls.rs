//! Filling and drawing.

use super::mock::*;
use crate::{Error, Event, Purses};
use frame_support::{assert_noop, assert_ok};

#[test]
fn what_is_filled_in_can_be_drawn_again() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 600));
        assert_eq!((eur(&anna()), free_and_held(&anna())), (400, (600, 0)));
        assert_ok!(draw(&anna(), 250));
        assert_eq!((eur(&anna()), free_and_held(&anna())), (650, (350, 0)));
        let told = [Event::Filled { who: anna(), amount_ueur: 600 }, Event::Drawn { who: anna(), amount_ueur: 250 }];
        assert_eq!(events(), told);
        check();
    });
}

#[test]
fn one_ueur_stays_outside() {
    new_test_ext().execute_with(|| {
        assert_noop!(fill(&anna(), AT_FIRST), Error::<Test>::TooFewEuros);
        assert_ok!(fill(&anna(), AT_FIRST - 1));
        assert_eq!(eur(&anna()), 1);
        assert_noop!(fill(&carl(), 1), Error::<Test>::TooFewEuros);
    });
}

#[test]
fn nothing_moves_nothing() {
    new_test_ext().execute_with(|| {
        assert_noop!(fill(&anna(), 0), Error::<Test>::NothingToMove);
        assert_noop!(draw(&anna(), 0), Error::<Test>::NothingToMove);
    });
}

#[test]
fn nobody_draws_more_than_is_free() {
    new_test_ext().execute_with(|| {
        assert_noop!(draw(&anna(), 1), Error::<Test>::NotFree);
        assert_ok!(fill(&anna(), 600));
        assert_ok!(fill(&ben(), 600));
        assert_ok!(on_page(|page| deren_runtime_apis::PursePage::hold(page, &anna(), 400)));
        assert_noop!(draw(&anna(), 201), Error::<Test>::NotFree);
        assert_ok!(draw(&anna(), 200));
        check();
    });
}

#[test]
fn a_purse_is_gone_with_its_last_money_and_keeps_its_account_until_then() {
    new_test_ext().execute_with(|| {
        assert_ok!(on_page(|page| {
            use deren_runtime_apis::PursePage;
            page.hold(&anna(), 10)?;
            page.pay_held(&anna(), 10)?;
            page.receive(&carl(), 10)
        }));
        // Carl has a purse alone.
        assert_eq!((eur(&carl()), System::sufficients(&carl())), (0, 1));
        assert!(!Purses::<Test>::contains_key(anna()), "nothing is left in it");
        assert_ok!(draw(&carl(), 10));
        assert!(!Purses::<Test>::contains_key(carl()));
        // Now it is kept by its EUR.
        assert_eq!((eur(&carl()), System::sufficients(&carl())), (10, 1));
        check();
    });
}

#[test]
fn what_cannot_be_delivered_stays_in_the_purse() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 600));
        assert_ok!(Assets::block(RuntimeOrigin::signed(onramp()), EUR, anna()));
        assert!(draw(&anna(), 100).is_err());
        <Purse as deren_runtime_apis::Purses<_>>::deliver(&anna());
        assert_eq!(free_and_held(&anna()), (600, 0));
        assert_ok!(Assets::thaw(RuntimeOrigin::signed(onramp()), EUR, anna()));
        <Purse as deren_runtime_apis::Purses<_>>::deliver(&anna());
        assert_eq!((eur(&anna()), free_and_held(&anna())), (AT_FIRST, (0, 0)));
        check();
    });
}

#[test]
fn unsigned_calls_are_refused() {
    new_test_ext().execute_with(|| {
        assert!(Purse::fill(RuntimeOrigin::none(), 1).is_err());
        assert!(Purse::draw(RuntimeOrigin::none(), 1).is_err());
    });
}

/// It has no key, but a call can be made in any account's name.
#[test]
fn the_account_of_all_purses_fills_no_purse_of_its_own() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 600));
        assert!(fill(&Purse::account(), 500).is_err());
        check();
    });
}
