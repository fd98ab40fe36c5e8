//! The permissionless calls: they do what the hook does, once, and in order.

use super::{mock::*, world::*};
use crate::{Error, Progress, Summaries};
use deren_primitives::{MarketId, Slot};
use frame_support::{assert_noop, assert_ok, dispatch::Pays, pallet_prelude::DispatchResultWithPostInfo};

fn ready() -> sp_io::TestExternalities {
    let mut ext = ordered();
    ext.execute_with(|| {
        for slot in [START + 1, START + 2] {
            measure(1, slot, -800);
            measure(2, slot, 900);
        }
    });
    ext
}

fn clear(slot: u32) -> DispatchResultWithPostInfo {
    Matching::clear(RuntimeOrigin::signed(account(9)), MARKET, Slot(slot))
}

fn settle(slot: u32) -> DispatchResultWithPostInfo {
    Matching::settle(RuntimeOrigin::signed(account(9)), MARKET, Slot(slot))
}

#[test]
fn anyone_can_clear_and_settle_a_closed_slot_free_of_charge() {
    ready().execute_with(|| {
        close(START + 2);
        let post = clear(START + 1).expect("cleared");
        assert_eq!(post.pays_fee, Pays::No);
        assert!(post.actual_weight.is_some_and(|weight| weight.ref_time() > 0));
        check();
        // One block's state has the clearing's input.
        assert_noop!(settle(START + 1), Error::<Test>::ClearedInThisBlock);
        System::set_block_number(System::block_number() + 1);
        while Progress::<Test>::get(MARKET).is_some_and(|progress| progress.next == Slot(START + 1)) {
            assert_eq!(settle(START + 1).expect("settled").pays_fee, Pays::No);
            check();
        }
        let by_call = Summaries::<Test>::get(MARKET, Slot(START + 1)).expect("kept");
        settle_through(START + 2);
        let by_hook = Summaries::<Test>::get(MARKET, Slot(START + 2)).expect("kept");
        assert_eq!((by_call.paid_ueur, by_call.bought_wh), (by_hook.paid_ueur, by_hook.bought_wh));
    });
}

#[test]
fn a_slot_is_cleared_once_and_in_its_turn() {
    ready().execute_with(|| {
        assert_noop!(clear(START + 1), Error::<Test>::SlotNotClosed);
        close(START + 2);
        assert_noop!(clear(START + 2), Error::<Test>::NotItsTurn);
        assert_noop!(clear(START), Error::<Test>::AlreadySettled);
        assert_ok!(clear(START + 1));
        assert_noop!(clear(START + 1), Error::<Test>::AlreadyCleared);
        assert_noop!(clear(START + 2), Error::<Test>::NotItsTurn);
        let elsewhere = Matching::clear(RuntimeOrigin::signed(account(9)), MarketId(77), Slot(START + 1));
        assert_noop!(elsewhere, Error::<Test>::UnknownMarket);
    });
}

#[test]
fn a_slot_is_settled_only_when_cleared_and_never_again() {
    ready().execute_with(|| {
        assert_noop!(settle(START + 1), Error::<Test>::NotCleared);
        close(START + 1);
        assert_ok!(clear(START + 1));
        assert_noop!(settle(START + 2), Error::<Test>::NotItsTurn);
        assert_noop!(settle(START), Error::<Test>::AlreadySettled);
        settle_through(START + 1);
        let purse = free(&account(2));
        assert_noop!(settle(START + 1), Error::<Test>::AlreadySettled);
        assert_eq!(free(&account(2)), purse);
    });
}

#[test]
fn unsigned_calls_are_refused() {
    ready().execute_with(|| {
        close(START + 1);
        assert!(Matching::clear(RuntimeOrigin::none(), MARKET, Slot(START + 1)).is_err());
        assert!(Matching::settle(RuntimeOrigin::none(), MARKET, Slot(START + 1)).is_err());
    });
}
