//! Who is banned stays out, whatever it or others do.

use super::mock::*;
use crate::types::{Reason, ValidatorState};
use crate::{Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn an_offender_is_disabled_and_left_out_two_sessions_later() {
    new_test_ext().execute_with(|| {
        offend(&[2]);
        assert_eq!(disabled(), [2]);
        sessions(1);
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 4], vec![2]));
        sessions(1);
        assert_eq!((set(), disabled()), (vec![1, 3, 4], vec![]));
        assert_eq!(events(), [Event::Banned { validator: 2, reason: Reason::Equivocation }]);
    });
}

#[test]
fn new_keys_of_the_offender_or_of_another_free_nobody() {
    new_test_ext().execute_with(|| {
        assert_ok!(set_keys(3, 33));
        sessions(1);
        offend(&[2]);
        assert_ok!(set_keys(2, 22));
        assert_ok!(set_keys(4, 44));
        for _ in 0..6 {
            assert!(!set().contains(&2) || disabled() == [2]);
            sessions(1);
        }
        assert_eq!(set(), [1, 3, 4]);
    });
}

#[test]
fn a_new_set_that_was_planned_before_disables_the_offender_again() {
    new_test_ext().execute_with(|| {
        add_with_keys(5);
        sessions(1);
        offend(&[4]);
        sessions(1);
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 4, 5], vec![4]));
    });
}

#[test]
fn another_offender_does_not_enable_the_first_one() {
    new_test_ext().execute_with(|| {
        offend(&[2]);
        offend(&[3]);
        assert_eq!(disabled(), [2], "at most a third is disabled");
        sessions(2);
        assert_eq!(set(), [1, 4]);
    });
}

#[test]
fn offenders_go_on_where_nobody_else_is_left() {
    new_test_ext().execute_with(|| {
        offend(&[1, 2, 3, 4]);
        sessions(5);
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 4], vec![1]));
        assert!(events().contains(&Event::NobodyElse { session: 6 }));
        assert_ok!(readmit(3));
        sessions(2);
        assert_eq!(set(), [3], "now there is somebody else");
    });
}

#[test]
fn one_that_joins_takes_over_from_offenders() {
    new_test_ext().execute_with(|| {
        add_with_keys(5);
        offend(&[1, 2, 3, 4]);
        sessions(2);
        assert_eq!(set(), [5]);
    });
}

#[test]
fn the_council_bans_at_once_and_readmits() {
    new_test_ext().execute_with(|| {
        assert_ok!(ban(3));
        assert_eq!(disabled(), [3]);
        assert_noop!(ban(3), Error::<Test>::AlreadyBanned);
        assert_noop!(Validators::add_validator(RuntimeOrigin::root(), 3), Error::<Test>::AlreadyBanned);
        assert_noop!(remove(3), Error::<Test>::NotServing);
        sessions(2);
        assert_eq!(set(), [1, 2, 4]);
        assert_ok!(readmit(3));
        assert_noop!(readmit(3), Error::<Test>::NotBanned);
        sessions(2);
        assert_eq!((set(), disabled()), (vec![1, 2, 3, 4], vec![]));
    });
}

#[test]
fn the_council_never_bans_the_last_one() {
    new_test_ext().execute_with(|| {
        for who in [1, 2, 3] {
            assert_ok!(ban(who));
        }
        assert_noop!(ban(4), Error::<Test>::TooFewValidators);
        sessions(2);
        assert_eq!(set(), [4]);
    });
}

#[test]
fn who_left_can_still_be_banned() {
    with_validators(5).execute_with(|| {
        assert_ok!(remove(5));
        sessions(3);
        assert_eq!((set(), state_of(5)), (vec![1, 2, 3, 4], Some(ValidatorState::Left { last: 1 })));
        offend(&[5]);
        assert_noop!(Validators::add_validator(RuntimeOrigin::root(), 5), Error::<Test>::AlreadyBanned);
        sessions(2 * ACCOUNTABLE);
        assert!(state_of(5).expect("never forgotten").is_banned());
    });
}

#[test]
fn an_offence_outweighs_a_decision() {
    new_test_ext().execute_with(|| {
        assert_ok!(ban(3));
        offend(&[3]);
        assert_eq!(state_of(3), Some(ValidatorState::Banned { reason: Reason::Equivocation, out_from: 2 }));
    });
}

#[test]
fn nobody_else_decides() {
    new_test_ext().execute_with(|| {
        let anyone = || RuntimeOrigin::signed(1);
        assert_noop!(Validators::ban(anyone(), 2), DispatchError::BadOrigin);
        assert_noop!(Validators::readmit(anyone(), 2), DispatchError::BadOrigin);
        assert_noop!(Validators::add_validator(anyone(), 5), DispatchError::BadOrigin);
        assert_noop!(Validators::remove_validator(anyone(), 2), DispatchError::BadOrigin);
        assert_noop!(Validators::note_stalled(anyone(), 1, 0), DispatchError::BadOrigin);
        assert_noop!(ban(7), Error::<Test>::UnknownValidator);
    });
}
