//! Freezing and moving by force, and what is never touched.

use super::mock::*;
use crate::{Error, Event};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

fn root() -> RuntimeOrigin {
    RuntimeOrigin::root()
}

#[test]
fn the_administration_freezes_and_thaws() {
    run(|| {
        assert_ok!(Custody::freeze(root(), ANNA));
        assert_eq!(FrozenAccounts::get(), [ANNA]);
        System::assert_last_event(Event::Frozen { who: ANNA }.into());
        assert_ok!(Custody::thaw(root(), ANNA));
        assert!(FrozenAccounts::get().is_empty());
    });
}

#[test]
fn the_administration_moves_by_force() {
    run(|| {
        assert_ok!(Custody::force_transfer(root(), ANNA, BEN, 700));
        assert_eq!((Eur::free_balance(ANNA), Eur::free_balance(BEN)), (FUNDS - 700, 700));
        System::assert_last_event(Event::MovedByForce { from: ANNA, to: BEN, amount_ueur: 700 }.into());
    });
}

#[test]
fn protocol_accounts_are_never_touched() {
    run(|| {
        for account in [POT, TREASURY] {
            assert_noop!(Custody::freeze(root(), account), Error::<Test>::ProtocolAccount);
            assert_noop!(Custody::force_transfer(root(), account, BEN, 1), Error::<Test>::ProtocolAccount);
            assert_noop!(Custody::force_transfer(root(), ANNA, account, 1), Error::<Test>::ProtocolAccount);
        }
    });
}

#[test]
fn nobody_else_has_these_powers() {
    run(|| {
        let anna = || RuntimeOrigin::signed(ANNA);
        assert_noop!(Custody::freeze(anna(), BEN), DispatchError::BadOrigin);
        assert_noop!(Custody::thaw(anna(), BEN), DispatchError::BadOrigin);
        assert_noop!(Custody::force_transfer(anna(), BEN, ANNA, 1), DispatchError::BadOrigin);
    });
}
