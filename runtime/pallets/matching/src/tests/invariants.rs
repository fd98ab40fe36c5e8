//! The check of invariants finds what is wrong, and names it.

use super::mock::*;
use crate::{OrderCount, Orders, Pages, Progress, Summaries};
use deren_primitives::{Side, SiteId, Slot, SlotState};
use frame_support::{pallet_prelude::Weight, traits::Hooks};

/// A slot that is cleared, of which nothing is settled.
fn cleared() -> sp_io::TestExternalities {
    let mut ext = one_closed();
    ext.execute_with(next_block);
    ext
}

/// The words of the violation.
fn violation() -> String {
    Matching::check_invariants().expect_err("a violation")
}

#[test]
fn a_summary_that_does_not_add_up_is_found() {
    cleared().execute_with(|| {
        let change = |f: fn(&mut deren_primitives::SlotSummary)| {
            Summaries::<Test>::mutate(MARKET, Slot(START + 1), |summary| f(summary.as_mut().expect("kept")));
        };
        change(|summary| summary.received_ueur -= 1);
        assert_eq!(violation(), "market 0 slot 101: money is not conserved");
        change(|summary| summary.received_ueur += 1);
        change(|summary| summary.sold_wh += 1);
        assert_eq!(violation(), "market 0 slot 101: bought is not sold");
        change(|summary| summary.sold_wh -= 1);
        change(|summary| summary.state = SlotState::Settled);
        assert!(violation().contains("is not where the market stands"));
    });
}

#[test]
fn dust_that_is_more_than_rounding_leaves_is_found() {
    cleared().execute_with(|| {
        Summaries::<Test>::mutate(MARKET, Slot(START + 1), |summary| {
            let summary = summary.as_mut().expect("kept");
            summary.received_ueur -= 5;
            summary.dust_ueur += 5;
        });
        assert_eq!(violation(), "market 0 slot 101: money is not conserved");
    });
}

#[test]
fn money_in_transit_of_which_purses_know_nothing_is_found() {
    cleared().execute_with(|| {
        Progress::<Test>::mutate(MARKET, |progress| {
            let settling = progress.as_mut().and_then(|progress| progress.settling.as_mut()).expect("settling");
            settling.in_transit_ueur = 1;
        });
        assert_eq!(violation(), "market 0: 80001 µ€ to distribute, 80000 to be received");
        Progress::<Test>::remove(MARKET);
        Summaries::<Test>::remove(MARKET, Slot(START + 1));
        Summaries::<Test>::remove(MARKET, Slot(START));
        pallet_deren_purse::InTransit::<Test>::put(7);
        assert_eq!(violation(), "7 µ€ in transit between purses, 0 in slots");
    });
}

#[test]
fn a_lost_page_is_found() {
    cleared().execute_with(|| {
        Pages::<Test>::remove(MARKET, 0);
        assert_eq!(violation(), "market 0: 0 pages, 1 to be settled");
    });
}

#[test]
fn a_hold_that_is_not_what_orders_hold_is_found() {
    cleared().execute_with(|| {
        let change = |by: i128| {
            Orders::<Test>::mutate(MARKET, (SiteId(1), Side::Buy), |order| {
                let order = order.as_mut().expect("there");
                order.held_ueur = order.held_ueur.checked_add_signed(by).expect("in range");
            });
        };
        change(1);
        assert_eq!(violation(), "site 1 Buy: 300001 µ€ on hold, only 300000 required");
        change(-2);
        assert!(violation().contains("299999"));
        change(1);
        OrderCount::<Test>::insert(MARKET, 5);
        assert_eq!(violation(), "market 0: 2 orders, 5 counted");
    });
}

#[test]
#[should_panic(expected = "does not fit into BlockBudget")]
fn a_budget_in_which_a_stage_never_fits_is_found_when_the_runtime_is_tested() {
    BlockBudget::set(Weight::from_parts(1_000, 0));
    Matching::integrity_test();
}
