//! Slots that are voided: nobody pays or is paid, and the market goes on.

use super::{mock::*, world::*};
use crate::{Error, Event, Progress, Summaries, VoidCause};
use deren_primitives::{Slot, SlotState};
use deren_runtime_apis::Purses as _;
use frame_support::{assert_noop, assert_ok, pallet_prelude::Weight};
use sp_runtime::DispatchError::BadOrigin;

/// Sites 1 and 3 buy of site 2 in two slots, of which the first is closed; a page is an entry.
fn ready() -> sp_io::TestExternalities {
    let mut ext = new_test_ext(vec![root(0)], &[(1, 0), (2, 0), (3, 0)]);
    ext.execute_with(|| {
        assert_ok!(buy(1, &[(300_000, 1000)]));
        assert_ok!(buy(3, &[(300_000, 1000)]));
        assert_ok!(sell(2, &[(100_000, 2000)]));
        close(START);
        settle_through(START);
        for slot in [START + 1, START + 2] {
            measure(1, slot, -400);
            measure(3, slot, -400);
            measure(2, slot, 800);
        }
        PageSize::set(1);
        PagesPerBlock::set(Some(1));
        close(START + 1);
    });
    ext
}

fn void(slot: u32) -> frame_support::pallet_prelude::DispatchResult {
    let voided = Matching::void_slot(RuntimeOrigin::root(), MARKET, Slot(slot));
    check();
    voided
}

/// Nobody paid and nobody was paid in the first slot; the second trades as ever.
fn nothing_was_traded() {
    let voided = Event::SlotVoided { market: MARKET, slot: Slot(START + 1), cause: VoidCause::Council };
    let all = events();
    assert!(all.contains(&voided));
    settle_through(START + 1);
    let summary = Summaries::<Test>::get(MARKET, Slot(START + 1)).expect("kept");
    assert_eq!((summary.state, summary.readings), (SlotState::Settled, 3));
    assert_eq!((summary.bought_wh, summary.paid_ueur, summary.received_ueur), (0, 0, 0));
    assert_eq!(free(&account(2)), PURSE);
    for buyer in [1, 3].map(account) {
        assert_eq!(free(&buyer) + held(&buyer), PURSE);
    }
    assert!(world(|world| world.rewarded.is_empty()));
    assert!(!all.iter().chain(&events()).any(|event| matches!(event, Event::FillSettled { .. })));
    PagesPerBlock::set(None);
    BlockBudget::set(Weight::MAX);
}

#[test]
fn the_council_voids_a_slot_that_is_cleared() {
    ready().execute_with(|| {
        blocks(1);
        assert_ok!(void(START + 1));
        nothing_was_traded();
        assert_eq!(trade(START + 2).bought_wh, 800);
    });
}

#[test]
fn a_slot_is_not_voided_when_its_settlement_has_begun() {
    ready().execute_with(|| {
        blocks(2);
        assert!(Purse::in_transit_ueur() > 0);
        assert_noop!(void(START + 1), Error::<Test>::TooLateToVoid);
        settle_through(START + 1);
        assert_noop!(void(START + 1), Error::<Test>::AlreadySettled);
        assert_eq!(free(&account(2)), PURSE + 160_000);
    });
}

#[test]
fn only_the_council_voids_and_only_a_closed_slot_in_its_turn_and_once() {
    ready().execute_with(|| {
        let by_owner = Matching::void_slot(RuntimeOrigin::signed(account(1)), MARKET, Slot(START + 1));
        assert_eq!(by_owner, Err(BadOrigin));
        assert_noop!(void(START + 2), Error::<Test>::NotItsTurn);
        blocks(1);
        assert_ok!(void(START + 1));
        assert_noop!(void(START + 1), Error::<Test>::TooLateToVoid);
        nothing_was_traded();
        assert_noop!(void(START + 2), Error::<Test>::SlotNotClosed);
    });
}

#[test]
fn a_slot_that_is_not_cleared_is_voided_too() {
    ready().execute_with(|| {
        assert_eq!(Progress::<Test>::get(MARKET).and_then(|progress| progress.settling), None);
        assert_ok!(void(START + 1));
        nothing_was_traded();
        assert_eq!(trade(START + 2).bought_wh, 800);
    });
}
