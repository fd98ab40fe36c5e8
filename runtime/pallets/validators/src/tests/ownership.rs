//! Whoever signs answers for it, with whichever keys.

use super::mock::*;
use crate::SessionSets;
use codec::Encode;
use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use sp_runtime::key_types::DUMMY;

/// Who is proved to sign with the key of this number, in which session.
fn proved(number: u64) -> Option<(u64, u32)> {
    let key = (DUMMY, number.encode());
    let proof = Validators::prove(key.clone())?;
    let session = proof.session;
    Some((Validators::check_proof(key, proof)?, session))
}

#[test]
fn old_keys_are_proved_as_long_as_they_sign_and_new_ones_from_then_on() {
    new_test_ext().execute_with(|| {
        assert_ok!(set_keys(2, 22));
        assert_eq!((proved(2), proved(22)), (Some((2, 0)), None));
        sessions(1);
        assert_eq!((proved(2), proved(22)), (Some((2, 1)), None));
        sessions(1);
        assert_eq!((proved(2), proved(22)), (Some((2, 1)), Some((2, 2))));
    });
}

#[test]
fn nobody_is_held_to_account_for_ever() {
    new_test_ext().execute_with(|| {
        assert_ok!(set_keys(2, 22));
        sessions(2 + ACCOUNTABLE);
        assert_eq!(proved(2), None);
        assert!(SessionSets::<Test>::iter().count() <= ACCOUNTABLE as usize + 3);
    });
}

#[test]
fn a_proof_is_of_one_session_and_of_its_whole_set() {
    new_test_ext().execute_with(|| {
        let key = || (DUMMY, 2u64.encode());
        let proof = Validators::prove(key()).expect("it signs");
        let mut other = proof.clone();
        other.validator_count = 3;
        assert_eq!(Validators::check_proof(key(), other), None);
        let mut other = proof.clone();
        other.session = 7;
        assert_eq!(Validators::check_proof(key(), other), None);
        let mut other = proof;
        other.trie_nodes = vec![vec![1]];
        assert_eq!(Validators::check_proof(key(), other), None);
    });
}
