//! Frozen purses: nothing leaves them, and settlement goes on.

use super::mock::*;
use crate::{Error, Event, Purses};
use deren_runtime_apis::PursePage;
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};

fn frozen_with(free_ueur: u128, held_ueur: u128) -> sp_io::TestExternalities {
    let mut ext = new_test_ext();
    ext.execute_with(|| {
        assert_ok!(fill(&anna(), free_ueur + held_ueur));
        assert_ok!(on_page(|page| page.hold(&anna(), held_ueur)));
        events();
        assert_ok!(Purse::freeze(&anna()));
        assert_eq!(events(), [Event::Frozen { who: anna() }]);
    });
    ext
}

#[test]
fn a_frozen_purse_is_not_drawn_nor_used_for_anything_new() {
    frozen_with(300, 200).execute_with(|| {
        assert_noop!(draw(&anna(), 1), Error::<Test>::Frozen);
        assert!(!Purse::can_draw(&anna(), 1) && !Purse::bring(&anna(), 1));
        assert_noop!(on_page(|page| page.hold(&anna(), 1)), Error::<Test>::Frozen);
        assert_noop!(with_storage_layer(|| Purse::deposit(&anna(), 1)), Error::<Test>::Frozen);
        assert_ok!(Purse::thaw(&anna()));
        assert_ok!(draw(&anna(), 300));
        check();
    });
}

#[test]
fn what_is_on_hold_pays_and_what_is_sold_is_received() {
    frozen_with(300, 200).execute_with(|| {
        assert_ok!(on_page(|page| {
            assert_eq!(page.pay(&anna(), 50), Ok(50), "what is free stays");
            page.pay_held(&anna(), 50)?;
            page.receive(&anna(), 20)?;
            page.receive(&ben(), 30)
        }));
        assert_eq!(free_and_held(&anna()), (320, 150));
        assert_ok!(on_page(|page| page.release(&anna(), 150)));
    });
}

#[test]
fn what_is_free_is_moved_by_force_and_no_more() {
    frozen_with(300, 200).execute_with(|| {
        let by_force = |ueur| with_storage_layer(|| Purse::bring_by_force(&anna(), ueur));
        assert_noop!(by_force(301), Error::<Test>::NotFree);
        assert_ok!(by_force(300));
        assert_eq!((eur(&anna()), free_and_held(&anna())), (800, (0, 200)));
        check();
    });
}

#[test]
fn who_has_no_purse_yet_gets_a_frozen_one() {
    new_test_ext().execute_with(|| {
        assert_ok!(Purse::freeze(&ben()));
        assert_noop!(Purse::freeze(&carl()), Error::<Test>::NoPurse);
        assert_ok!(on_page(|page| page.hold(&anna(), 10)));
        assert_ok!(on_page(|page| {
            page.pay_held(&anna(), 10)?;
            page.receive(&ben(), 10)
        }));
        assert_noop!(draw(&ben(), 10), Error::<Test>::Frozen);
        assert_ok!(Purse::thaw(&ben()));
        assert_noop!(Purse::thaw(&ben()), Error::<Test>::NoPurse);
        assert_ok!(draw(&ben(), 10));
        assert_eq!(Purses::<Test>::iter().count(), 0);
        check();
    });
}
