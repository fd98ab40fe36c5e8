//! What is deposited for state.

use super::mock::*;
use crate::Error;
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};

#[test]
fn a_deposit_comes_out_of_purse_and_euros_and_goes_back_into_the_purse() {
    new_test_ext().execute_with(|| {
        assert_ok!(fill(&anna(), 100));
        assert_ok!(Purse::deposit(&anna(), 250));
        assert_eq!((eur(&anna()), Purse::deposited_ueur(&anna())), (AT_FIRST - 250, 250));
        assert_noop!(draw(&anna(), 1), Error::<Test>::NotFree);
        assert_noop!(with_storage_layer(|| Purse::give_deposit_back(&anna(), 251)), Error::<Test>::InternalFault);
        check();
        assert_ok!(Purse::give_deposit_back(&anna(), 250));
        assert_eq!((free_and_held(&anna()), Purse::deposited_ueur(&anna())), ((250, 0), 0));
        assert_ok!(draw(&anna(), 250));
        check();
    });
}

#[test]
fn who_has_too_little_deposits_nothing() {
    new_test_ext().execute_with(|| {
        assert_noop!(with_storage_layer(|| Purse::deposit(&anna(), AT_FIRST)), Error::<Test>::TooFewEuros);
        assert_noop!(with_storage_layer(|| Purse::deposit(&carl(), 1)), Error::<Test>::TooFewEuros);
    });
}
