//! Finality restarts with the right set, and misses no change.

use super::mock::*;
use crate::types::Restart;
use crate::{Error, PendingRestart};
use frame_support::{assert_noop, assert_ok};

fn note_stalled(delay: u64, best_finalised: u64) -> sp_runtime::DispatchResult {
    Validators::note_stalled(RuntimeOrigin::root(), delay, best_finalised)
}

#[test]
fn finality_restarts_with_the_next_session() {
    new_test_ext().execute_with(|| {
        System::set_block_number(50);
        assert_ok!(note_stalled(10, 40));
        assert_eq!(Restarted::get(), None);
        sessions(1);
        assert_eq!(Restarted::get(), Some(Restart { delay: 10, best_finalised: 40 }));
        assert_eq!(PendingRestart::<Test>::get(), None);
    });
}

#[test]
fn finality_waits_for_the_set_without_those_who_lost_their_keys() {
    new_test_ext().execute_with(|| {
        System::set_block_number(50);
        assert_ok!(ban(1));
        assert_ok!(ban(2));
        assert_ok!(note_stalled(10, 40));
        sessions(1);
        assert_eq!((set(), Restarted::get()), (vec![1, 2, 3, 4], None));
        sessions(1);
        assert_eq!(set(), [3, 4]);
        assert_eq!(Restarted::get(), Some(Restart { delay: 10, best_finalised: 40 }));
    });
}

#[test]
fn a_set_is_named_again_while_finality_takes_no_change() {
    new_test_ext().execute_with(|| {
        let changed = || pallet_session::QueuedChanged::<Test>::get();
        sessions(1);
        assert!(!changed());
        Changing::set(true);
        sessions(1);
        assert!(changed());
        Changing::set(false);
        sessions(1);
        assert!(!changed());
    });
}

#[test]
fn nonsense_is_refused() {
    new_test_ext().execute_with(|| {
        System::set_block_number(50);
        assert_noop!(note_stalled(0, 40), Error::<Test>::BadDelay);
        assert_noop!(note_stalled(101, 40), Error::<Test>::BadDelay);
        assert_noop!(note_stalled(10, 50), Error::<Test>::NotYetMade);
    });
}
