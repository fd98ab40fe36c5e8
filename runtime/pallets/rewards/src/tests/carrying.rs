//! Rewards that are less than an account must have.

use super::mock::*;
use crate::{Carried, Error, Event, TotalMinted};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};

/// Owner 1 earned 63, owner 2 earned 4 500; an account needs 100.
fn one_small_reward() -> sp_io::TestExternalities {
    let mut ext = new_test_ext();
    ext.execute_with(|| {
        sold(400, 1, 7);
        sold(400, 2, 500);
        settle(403);
        blocks(3);
    });
    ext
}

#[test]
fn a_reward_too_small_for_a_new_account_is_carried() {
    one_small_reward().execute_with(|| {
        assert_eq!(Balances::free_balance(1), 0);
        assert_eq!(Carried::<Test>::get(1), Some(63));
        assert_eq!(Balances::free_balance(2), 4_500);
        assert_eq!(TotalMinted::<Test>::get(), 4_563);
        assert!(events().contains(&Event::RewardCarried { owner: 1, amount: 63 }));
    });
}

#[test]
fn what_is_carried_comes_with_the_next_reward() {
    one_small_reward().execute_with(|| {
        sold(404, 1, 5);
        settle(407);
        blocks(3);
        assert_eq!(Balances::free_balance(1), 108);
        assert_eq!(Carried::<Test>::get(1), None);
        assert!(events().contains(&Event::CarriedPaid { owner: 1, amount: 63 }));
    });
}

#[test]
fn what_is_carried_adds_up_until_it_is_enough() {
    one_small_reward().execute_with(|| {
        sold(404, 1, 2);
        settle(407);
        blocks(3);
        assert_eq!(Carried::<Test>::get(1), Some(81));
        assert_eq!(Balances::free_balance(1), 0);
    });
}

#[test]
fn anyone_can_deliver_what_is_carried_once_there_is_an_account() {
    one_small_reward().execute_with(|| {
        let claim = || frame_support::storage::with_storage_layer(|| Rewards::claim(RuntimeOrigin::signed(7), 1));
        assert_noop!(claim(), Error::<Test>::StillUndeliverable);
        assert_ok!(Balances::mint_into(&1, 100));
        assert_ok!(claim());
        assert_eq!(Balances::free_balance(1), 163);
        assert_noop!(claim(), Error::<Test>::NothingCarried);
        assert!(Rewards::claim(RuntimeOrigin::none(), 1).is_err());
        assert_eq!(Rewards::check_invariants(), Ok(()));
    });
}
