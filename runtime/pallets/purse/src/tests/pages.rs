//! Pages: what they move, and that each purse is touched once.

use super::mock::*;
use crate::{Error, Event, Purses};
use deren_runtime_apis::{PursePage, Purses as _, Touched};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchResult};

/// Pays out of what is free, which must be enough.
fn pay(page: &mut crate::Page<Test>, who: &sp_runtime::AccountId32, ueur: u128) -> DispatchResult {
    assert_eq!(page.pay(who, ueur), Ok(0));
    Ok(())
}

#[test]
fn a_page_touches_each_purse_once() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 600));
        assert_ok!(fill(&ben(), 600));
        let touched = on_page(|page| {
            for _ in 0..5 {
                pay(page, &anna(), 100)?;
                page.receive(&ben(), 60)?;
                page.receive(&carl(), 40)?;
            }
            Ok(())
        });
        assert_eq!(touched, Ok(Touched { purses: 3, opened: 1 }));
        assert_eq!([anna(), ben(), carl()].map(|who| purse(&who).free_ueur), [100, 900, 200]);
    });
}

#[test]
fn what_free_money_does_not_cover_comes_out_of_the_hold() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 500));
        assert_ok!(on_page(|page| {
            page.hold(&anna(), 300)?;
            assert_eq!(page.pay(&anna(), 260), Ok(60));
            page.pay_held(&anna(), 60)?;
            page.receive(&ben(), 260)
        }));
        assert_eq!((free_and_held(&anna()), free_and_held(&ben())), ((0, 240), (260, 0)));
    });
}

#[test]
fn what_is_paid_on_one_page_is_received_on_another() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 500));
        assert_ok!(on_page(|page| pay(page, &anna(), 300)));
        assert_eq!(Purse::in_transit_ueur(), 300);
        let more = |page: &mut crate::Page<Test>| page.receive(&ben(), 301);
        assert_noop!(on_page(more), Error::<Test>::InternalFault);
        assert_ok!(on_page(|page| page.receive(&ben(), 300)));
        assert_eq!(Purse::in_transit_ueur(), 0);
    });
}

#[test]
fn a_hold_takes_what_is_missing_out_of_the_accounts_euros() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 100));
        events();
        assert_ok!(on_page(|page| page.hold(&anna(), 700)));
        assert_eq!((eur(&anna()), free_and_held(&anna())), (300, (0, 700)));
        assert_eq!(events(), [Event::Filled { who: anna(), amount_ueur: 600 }]);
        let more = |page: &mut crate::Page<Test>| page.hold(&anna(), 300);
        assert_noop!(on_page(more), Error::<Test>::TooFewEuros);
        assert_ok!(on_page(|page| page.release(&anna(), 650)));
        assert_eq!(free_and_held(&anna()), (650, 50));
    });
}

#[test]
fn more_than_is_on_hold_is_neither_paid_nor_released() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&ben(), 500));
        assert_ok!(on_page(|page| page.hold(&anna(), 100)));
        let pays = |page: &mut crate::Page<Test>| page.pay_held(&anna(), 101);
        assert_noop!(on_page(pays), Error::<Test>::InternalFault);
        let releases = |page: &mut crate::Page<Test>| page.release(&anna(), 101);
        assert_noop!(on_page(releases), Error::<Test>::InternalFault);
    });
}

#[test]
fn a_page_that_is_dropped_has_changed_no_purse() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 500));
        let mut page = Purse::page();
        assert_eq!(page.pay(&anna(), 200), Ok(0));
        drop(page);
        assert_eq!(free_and_held(&anna()), (500, 0));
        assert_eq!(Purses::<Test>::iter().count(), 1);
        check();
    });
}
