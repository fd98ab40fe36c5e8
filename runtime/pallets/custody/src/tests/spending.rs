//! The treasury pays, within its caps.

use super::mock::*;
use crate::{Error, Event, Money};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

#[test]
fn the_treasury_pays_in_both_kinds_of_money() {
    run(|| {
        assert_ok!(spend(Money::Eur, BEN, 300));
        assert_ok!(spend(Money::Ren, BEN, 40));
        assert_eq!((Eur::free_balance(BEN), Ren::free_balance(BEN)), (300, 40));
        System::assert_last_event(Event::TreasurySpent { money: Money::Ren, to: BEN, amount: 40 }.into());
    });
}

#[test]
fn each_money_has_its_own_cap() {
    run(|| {
        assert_ok!(spend(Money::Eur, BEN, 499));
        assert_noop!(spend(Money::Eur, BEN, 2), Error::<Test>::AboveCap);
        assert_noop!(spend(Money::Ren, BEN, 51), Error::<Test>::AboveCap);
        assert_ok!(spend(Money::Ren, BEN, 50));
        assert_ok!(spend(Money::Eur, BEN, 1));
    });
}

#[test]
fn a_new_window_has_new_caps() {
    run(|| {
        assert_ok!(spend(Money::Eur, BEN, 500));
        Today::set(DAY + 29);
        assert_noop!(spend(Money::Eur, BEN, 1), Error::<Test>::AboveCap);
        Today::set(DAY + 30);
        assert_ok!(spend(Money::Eur, BEN, 500));
        Today::set(DAY);
        assert_noop!(spend(Money::Eur, BEN, 1), Error::<Test>::AboveCap);
    });
}

#[test]
fn only_the_administration_spends() {
    run(|| {
        let by_anna = Custody::spend(RuntimeOrigin::signed(ANNA), Money::Eur, ANNA, 1);
        assert_noop!(by_anna, DispatchError::BadOrigin);
        assert_noop!(spend(Money::Eur, BEN, u128::MAX), Error::<Test>::AboveCap);
    });
}

#[test]
fn the_treasury_never_ends() {
    run(|| {
        let all_but_the_least = FUNDS - 10;
        let _ = <Ren as frame_support::traits::fungible::Mutate<u64>>::transfer(
            &TREASURY,
            &ANNA,
            all_but_the_least,
            frame_support::traits::tokens::Preservation::Preserve,
        );
        assert!(spend(Money::Ren, BEN, 10).is_err());
        assert_eq!(Ren::free_balance(TREASURY), 10);
        assert_eq!(crate::SpentIn::<Test>::get().ren, 0);
    });
}
