//! The council changes the set, a third of it a session at most.

use super::mock::*;
use crate::{Error, types::ValidatorState};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};

fn held(who: u64) -> u64 {
    Balances::balance_on_hold(&pallet_session::HoldReason::Keys.into(), &who)
}

#[test]
fn everyone_with_keys_serves_at_genesis() {
    new_test_ext().execute_with(|| {
        assert_eq!(set(), [1, 2, 3, 4]);
        assert_eq!(state_of(4), Some(ValidatorState::Serving));
        assert_eq!(state_of(5), None);
    });
}

#[test]
fn one_that_was_added_validates_once_it_has_keys() {
    new_test_ext().execute_with(|| {
        assert_noop!(set_keys(5, 5), pallet_session::Error::<Test>::NoAssociatedValidatorId);
        add(5);
        sessions(3);
        assert_eq!(set(), [1, 2, 3, 4]);
        assert_ok!(set_keys(5, 5));
        sessions(1);
        assert_eq!(set(), [1, 2, 3, 4], "the next session was planned without it");
        sessions(1);
        assert_eq!(set(), [1, 2, 3, 4, 5]);
        assert_noop!(Validators::add_validator(RuntimeOrigin::root(), 5), Error::<Test>::AlreadyValidator);
    });
}

#[test]
fn a_third_joins_a_session() {
    new_test_ext().execute_with(|| {
        (5..=9).for_each(add_with_keys);
        let mut sizes = vec![];
        for _ in 0..6 {
            sessions(1);
            sizes.push(set().len());
        }
        assert_eq!(sizes, [4, 5, 6, 8, 9, 9]);
    });
}

#[test]
fn a_third_leaves_a_session() {
    with_validators(9).execute_with(|| {
        for who in 5..=9 {
            assert_ok!(remove(who));
        }
        let mut sizes = vec![];
        for _ in 0..5 {
            sessions(1);
            sizes.push(set().len());
        }
        assert_eq!(sizes, [9, 6, 4, 4, 4]);
    });
}

#[test]
fn four_stay_whatever_the_council_wants() {
    new_test_ext().execute_with(|| {
        assert_noop!(remove(1), Error::<Test>::TooFewValidators);
        add(5);
        assert_ok!(remove(1));
        sessions(3);
        assert_eq!(set(), [1, 2, 3, 4], "5 has no keys yet");
        assert_ok!(set_keys(5, 5));
        sessions(3);
        assert_eq!(set(), [2, 3, 4, 5]);
    });
}

#[test]
fn a_chain_of_one_goes_on_with_one() {
    with_validators(1).execute_with(|| {
        MinValidators::set(1);
        assert_noop!(remove(1), Error::<Test>::TooFewValidators);
        assert_noop!(ban(1), Error::<Test>::TooFewValidators);
        offend(&[1]);
        sessions(4);
        assert_eq!((set(), disabled()), (vec![1], vec![]));
    });
}

#[test]
fn who_left_is_forgotten_and_has_its_deposit_back() {
    new_test_ext().execute_with(|| {
        add_with_keys(5);
        assert_eq!(held(5), KEY_DEPOSIT);
        sessions(2);
        assert_ok!(remove(5));
        sessions(2);
        assert_eq!(set(), [1, 2, 3, 4]);
        assert_eq!(held(5), KEY_DEPOSIT, "it can still be held to account");
        sessions(ACCOUNTABLE + 1);
        assert_eq!((state_of(5), held(5)), (None, 0));
    });
}

#[test]
fn one_that_never_had_keys_is_forgotten_too() {
    new_test_ext().execute_with(|| {
        add(5);
        assert_ok!(remove(5));
        sessions(ACCOUNTABLE + 3);
        assert_eq!(state_of(5), None);
    });
}

#[test]
fn the_roster_is_bounded() {
    new_test_ext().execute_with(|| {
        for who in 5..=u64::from(MAX_KNOWN) {
            add(who);
            assert_ok!(remove(who));
        }
        assert_noop!(Validators::add_validator(RuntimeOrigin::root(), 20), Error::<Test>::RosterFull);
        sessions(ACCOUNTABLE + 3);
        (5..=9).for_each(add);
        assert_noop!(Validators::add_validator(RuntimeOrigin::root(), 10), Error::<Test>::TooManyValidators);
    });
}
