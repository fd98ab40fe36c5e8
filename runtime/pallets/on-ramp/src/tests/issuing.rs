//! Who issues, and how much.

use super::mock::*;
use crate::{Error, Event, types::Sums};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn the_on_ramp_issues_up_to_the_cap_of_a_day() {
    run(|| {
        assert_ok!(issue(BEN, CAP - 1));
        assert_noop!(issue(BEN, 2), Error::<Test>::AboveDailyCap);
        assert_ok!(issue(ANNA, 1));
        assert_noop!(issue(BEN, 1), Error::<Test>::AboveDailyCap);
        assert_eq!(Balances::free_balance(BEN), CAP - 1);
        assert_eq!(crate::Supply::<Test>::get(), Sums { at_first: AT_FIRST, issued: CAP, burned: 0 });
        System::assert_last_event(Event::Issued { to: ANNA, amount_ueur: 1 }.into());
    });
}

#[test]
fn a_new_day_has_a_new_cap() {
    run(|| {
        assert_ok!(issue(BEN, CAP));
        Today::set(DAY + 1);
        assert_ok!(issue(BEN, CAP));
        assert_noop!(issue(BEN, 1), Error::<Test>::AboveDailyCap);
    });
}

#[test]
fn a_clock_that_goes_back_brings_no_new_cap() {
    run(|| {
        assert_ok!(issue(BEN, CAP));
        Today::set(DAY - 1);
        assert_noop!(issue(BEN, 1), Error::<Test>::AboveDailyCap);
    });
}

#[test]
fn nobody_else_issues() {
    run(|| {
        for origin in [RuntimeOrigin::signed(ANNA), RuntimeOrigin::signed(OnRamp::waiting_account())] {
            assert_noop!(OnRamp::issue(origin, ANNA, 1), Error::<Test>::NotTheOnRamp);
        }
        assert_noop!(OnRamp::issue(RuntimeOrigin::root(), ANNA, 1), DispatchError::BadOrigin);
    });
}

#[test]
fn the_administration_alone_names_the_on_ramp_and_its_cap() {
    run(|| {
        let ramp = || RuntimeOrigin::signed(RAMP);
        assert_noop!(OnRamp::set_on_ramp(ramp(), Some(ANNA)), DispatchError::BadOrigin);
        assert_noop!(OnRamp::set_daily_cap(ramp(), CAP + 1), DispatchError::BadOrigin);
        assert_ok!(OnRamp::set_daily_cap(RuntimeOrigin::root(), CAP + 1));
        assert_ok!(issue(BEN, CAP + 1));
        assert_ok!(OnRamp::set_on_ramp(RuntimeOrigin::root(), None));
        Today::set(DAY + 1);
        assert_noop!(issue(BEN, 1), Error::<Test>::NotTheOnRamp);
    });
}

#[test]
fn a_lower_cap_holds_for_the_day_that_it_is() {
    run(|| {
        assert_ok!(issue(BEN, CAP));
        assert_ok!(OnRamp::set_daily_cap(RuntimeOrigin::root(), 1));
        assert_noop!(issue(BEN, 1), Error::<Test>::AboveDailyCap);
    });
}

#[test]
fn more_than_there_can_be_is_refused() {
    run(|| {
        assert_ok!(OnRamp::set_daily_cap(RuntimeOrigin::root(), u128::MAX));
        assert!(issue(BEN, u128::MAX).is_err());
        assert_ok!(issue(BEN, 1));
    });
}
