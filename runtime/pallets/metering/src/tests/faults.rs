//! The invariants' function finds what must not be. Each test breaks one thing behind the calls' back.

use super::mock::*;
use crate::{ClosedThrough, Cursors, Endings, Forgetting, Forgotten, ReadingCounts, SiteEnergies, SlotEnding};
use deren_primitives::{DeviceCursor, ReadingHash, Slot};

/// The violation that is found after `spoil`, in slot `FIRST + 3` with one reading accepted.
fn found(spoil: impl FnOnce()) -> String {
    new_test_ext().execute_with(|| {
        with_site();
        go_to(FIRST + 3);
        assert_eq!(submit(vec![Meter::new(GRID).read(FIRST + 1, 1, 0)]), Ok(vec![good()]));
        check_invariants();
        spoil();
        Metering::check_invariants().expect_err("nothing was found")
    })
}

fn spoil_cursor(change: impl FnOnce(&mut DeviceCursor)) {
    Cursors::<Test>::mutate(device(GRID), |standing| change(&mut standing.as_mut().expect("a cursor").cursor));
}

#[test]
fn a_slot_that_is_closed_and_not_over() {
    assert!(found(|| ClosedThrough::<Test>::put(Slot(FIRST + 3))).contains("not over"));
}

#[test]
fn markers_out_of_order() {
    let twice = || {
        let ending = SlotEnding { through: Slot(FIRST + 1), block: 1 };
        Endings::<Test>::put(frame_support::BoundedVec::truncate_from(vec![ending, ending]));
    };
    assert!(found(twice).contains("out of order"));
    let early = || {
        let ending = SlotEnding { through: Slot(FIRST + 3), block: 1 };
        Endings::<Test>::put(frame_support::BoundedVec::truncate_from(vec![ending]));
    };
    assert!(found(early).contains("not over"));
}

#[test]
fn a_cursor_that_no_reading_made() {
    assert!(found(|| spoil_cursor(|cursor| cursor.next_sequence = 0)).contains("without a reading"));
    assert!(found(|| spoil_cursor(|cursor| cursor.last_hash = ReadingHash::default())).contains("no last hash"));
    assert!(found(|| spoil_cursor(|cursor| cursor.next_slot = Slot(FIRST + 4))).contains("open slot"));
}

#[test]
fn more_trading_than_was_accepted() {
    assert!(found(|| ReadingCounts::<Test>::remove(MARKET, Slot(FIRST + 1))).contains("were accepted"));
    let future = || SiteEnergies::<Test>::insert((MARKET, Slot(FIRST + 3)), SITE, shown(FIRST + 1));
    assert!(found(future).contains("not over"));
}

#[test]
fn a_slot_forgotten_before_it_is_closed() {
    let early = || {
        let entry = Forgetting { market: MARKET, next: Slot(FIRST + 1), through: Slot(FIRST + 2) };
        Forgotten::<Test>::put(frame_support::BoundedVec::truncate_from(vec![entry]));
    };
    assert!(found(early).contains("not closed"));
}
