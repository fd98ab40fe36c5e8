//! A reading is taken if it continues its device's chain and is over.

use super::{cursor, reading};
use deren_market::reading::{advance, ensure_next};
use deren_primitives::{DeviceCursor, IntervalReading, ReadingError, ReadingHash, Slot};
use proptest::prelude::*;

#[test]
fn the_next_reading_is_taken_once_its_slot_is_over() {
    assert_eq!(ensure_next(&reading(), &cursor(), Slot(101)), Ok(()));
    assert_eq!(ensure_next(&reading(), &cursor(), Slot(100)), Err(ReadingError::SlotNotEnded));
    let later = IntervalReading { first_slot: Slot(120), ..reading() };
    assert_eq!(ensure_next(&later, &cursor(), Slot(121)), Ok(()), "slots may be left out");
}

#[test]
fn of_several_faults_the_first_in_the_rules_order_is_named() {
    let mut wrong = IntervalReading { slot_count: 0, sequence: 6, first_slot: Slot(99), ..reading() };
    wrong.previous = ReadingHash::default();
    let refused = |wrong: &IntervalReading| ensure_next(wrong, &cursor(), Slot(0)).expect_err("it is wrong");
    assert_eq!(refused(&wrong), ReadingError::EmptySpan);
    wrong.slot_count = 1;
    assert_eq!(refused(&wrong), ReadingError::WrongSequence);
    wrong.sequence = 7;
    assert_eq!(refused(&wrong), ReadingError::WrongPreviousHash);
    wrong.previous = cursor().last_hash;
    assert_eq!(refused(&wrong), ReadingError::SlotAlreadyRead);
    wrong.first_slot = Slot(100);
    assert_eq!(refused(&wrong), ReadingError::SlotNotEnded);
}

#[test]
fn a_reading_that_was_taken_is_not_taken_again() {
    let after = advance(&reading(), reading().hash());
    let expected = DeviceCursor {
        next_sequence: 8,
        last_hash: reading().hash(),
        register_epoch: 2,
        next_slot: Slot(101),
        registers: reading().registers,
    };
    assert_eq!(after, expected);
    assert_eq!(ensure_next(&reading(), &after, Slot(200)), Err(ReadingError::WrongSequence));
}

proptest! {
    #[test]
    fn no_slot_is_ever_taken_twice(
        spans in prop::collection::vec((0..5u32, 0..4u16), 1..40),
    ) {
        let (mut cursor, mut taken_to) = (DeviceCursor::default(), 0);
        for (skip, slot_count) in spans {
            // It may begin with a slot that was read already.
            let first_slot = Slot((taken_to + skip).saturating_sub(2));
            let (sequence, previous) = (cursor.next_sequence, cursor.last_hash);
            let next = IntervalReading { first_slot, slot_count, sequence, previous, ..reading() };
            if ensure_next(&next, &cursor, Slot(u32::MAX)).is_ok() {
                prop_assert!(first_slot.0 >= taken_to && slot_count > 0);
                cursor = advance(&next, next.hash());
                taken_to = next.end_slot().0;
            } else {
                prop_assert!(first_slot.0 < taken_to || slot_count == 0);
            }
        }
    }
}
