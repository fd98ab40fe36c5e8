//! Euros go back into a bank, or to their holder.

use super::mock::*;
use crate::{Error, Event, OpenRequests, Requests};
use frame_support::{assert_noop, assert_ok};
use sp_core::H256;

fn paid(number: u32) -> sp_runtime::DispatchResult {
    OnRamp::mark_paid(RuntimeOrigin::signed(RAMP), number, H256::repeat_byte(8))
}

fn give_back(number: u32) -> sp_runtime::DispatchResult {
    OnRamp::return_payout(RuntimeOrigin::signed(BEN), number)
}

#[test]
fn what_is_paid_is_burned_and_nothing_else() {
    run(|| {
        assert_ok!(request(ANNA, 300));
        assert_eq!((Balances::free_balance(ANNA), waiting()), (700, 300));
        assert_ok!(request(ANNA, 50));
        assert_ok!(paid(0));
        assert_eq!((Balances::total_issuance(), waiting()), (AT_FIRST - 300, 50));
        let proof = H256::repeat_byte(8);
        System::assert_last_event(Event::PaidOut { number: 0, owner: ANNA, amount_ueur: 300, proof }.into());
        assert_noop!(paid(0), Error::<Test>::UnknownRequest);
    });
}

#[test]
fn only_the_on_ramp_says_that_it_paid() {
    run(|| {
        assert_ok!(request(ANNA, 300));
        let by_herself = OnRamp::mark_paid(RuntimeOrigin::signed(ANNA), 0, H256::zero());
        assert_noop!(by_herself, Error::<Test>::NotTheOnRamp);
    });
}

#[test]
fn what_is_not_paid_in_time_comes_back_and_anyone_may_ask_for_it() {
    run(|| {
        assert_ok!(request(ANNA, AT_FIRST));
        Today::set(DAY + 14);
        assert_noop!(give_back(0), Error::<Test>::StillToBePaid);
        Today::set(DAY + 15);
        assert_ok!(give_back(0));
        assert_eq!((Balances::free_balance(ANNA), waiting()), (AT_FIRST, 0));
        assert_noop!(give_back(0), Error::<Test>::UnknownRequest);
        assert_noop!(paid(0), Error::<Test>::UnknownRequest);
    });
}

#[test]
fn nothing_of_a_request_is_left_when_it_is_over() {
    run(|| {
        assert_ok!(request(ANNA, 100));
        assert_ok!(request(ANNA, 100));
        assert_ok!(paid(1));
        Today::set(DAY + 15);
        assert_ok!(give_back(0));
        assert_eq!((Requests::<Test>::count(), OpenRequests::<Test>::iter().count()), (0, 0));
    });
}

#[test]
fn an_account_has_few_requests_at_a_time() {
    run(|| {
        assert_ok!(request(ANNA, 10));
        assert_ok!(request(ANNA, 10));
        assert_noop!(request(ANNA, 10), Error::<Test>::TooManyOfAccount);
        assert_ok!(paid(0));
        assert_ok!(request(ANNA, 10));
    });
}

#[test]
fn there_are_few_requests_in_all() {
    run(|| {
        assert_ok!(issue(BEN, 100));
        assert_ok!(issue(RAMP, 100));
        for owner in [ANNA, ANNA, BEN, BEN] {
            assert_ok!(request(owner, 10));
        }
        assert_noop!(request(RAMP, 10), Error::<Test>::TooManyRequests);
    });
}

#[test]
fn too_little_or_what_one_does_not_have_is_refused() {
    run(|| {
        assert_noop!(request(ANNA, 9), Error::<Test>::TooLittle);
        assert!(request(ANNA, AT_FIRST + 1).is_err());
        assert!(request(BEN, 10).is_err());
        assert_eq!(waiting(), 0);
    });
}

#[test]
fn a_gift_to_the_keyless_account_changes_nothing() {
    run(|| {
        assert_ok!(request(ANNA, 300));
        assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(ANNA), OnRamp::waiting_account(), 5));
        assert_ok!(paid(0));
        assert_eq!(waiting(), 5);
    });
}
