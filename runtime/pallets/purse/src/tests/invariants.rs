//! The check of invariants finds what is wrong, and names it.

use super::mock::*;
use crate::{EscrowDay, InTransit, Purses};
use frame_support::assert_ok;

/// The words of the violation.
fn violation() -> String {
    Purse::check_invariants().expect_err("a violation")
}

fn filled() -> sp_io::TestExternalities {
    let mut ext = new_test_ext();
    ext.execute_with(|| {
        assert_ok!(fill(&anna(), 600));
    });
    ext
}

fn change(change: impl FnOnce(&mut crate::Purse)) {
    Purses::<Test>::mutate(anna(), |purse| change(purse.as_mut().expect("open")));
}

#[test]
fn money_that_is_not_there_is_found_in_whatever_part() {
    let parts: [fn(&mut crate::Purse); 5] = [
        |purse| purse.free_ueur += 1,
        |purse| purse.held_ueur += 1,
        |purse| purse.deposits_ueur += 1,
        |purse| purse.contested_ueur += 1,
        |purse| purse.escrow.try_push(EscrowDay { day: 3, ueur: 1 }).expect("there is room"),
    ];
    for part in parts {
        filled().execute_with(|| {
            change(part);
            assert_eq!(violation(), "600 µ€ in the account of purses, 601 in purses and in transit");
        });
    }
    filled().execute_with(|| {
        InTransit::<Test>::put(1);
        assert_eq!(violation(), "600 µ€ in the account of purses, 601 in purses and in transit");
    });
}

#[test]
fn an_empty_purse_and_days_out_of_order_are_found() {
    filled().execute_with(|| {
        change(|purse| {
            purse.free_ueur = 598;
            for day in [5, 4] {
                purse.escrow.try_push(EscrowDay { day, ueur: 1 }).expect("there is room");
            }
        });
        assert!(violation().contains("days in escrow are not in order"));
        Purses::<Test>::insert(anna(), crate::Purse::default());
        assert!(violation().contains("an empty purse is stored"));
    });
}

#[test]
fn an_account_that_nothing_keeps_is_found() {
    filled().execute_with(|| {
        Purses::<Test>::insert(carl(), crate::Purse { is_frozen: true, ..Default::default() });
        assert!(violation().contains("nothing keeps the account"));
    });
}

#[test]
fn money_that_a_stranger_sends_is_no_violation() {
    filled().execute_with(|| {
        assert_ok!(Assets::transfer(RuntimeOrigin::signed(ben()), EUR, Purse::account(), 5));
        assert_eq!(Purse::check_invariants(), Ok(()));
    });
}
