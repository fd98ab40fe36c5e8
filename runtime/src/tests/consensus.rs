//! Validators: who they are, what becomes of offenders, and proofs of who signed what.

use super::chain::{account, begin_block, on_preset, run_to};
use crate::{
    AccountId, Runtime, RuntimeOrigin, Session, SessionKeys, Validators, configs::BABE_EPOCH, genesis::LOCAL,
    units::ACCOUNTABLE_SESSIONS,
};
use codec::Encode;
use frame_support::{assert_ok, traits::KeyOwnerProofSystem};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie};
use sp_runtime::{Perbill, traits::OpaqueKeys};
use sp_staking::offence::{OffenceDetails, OnOffenceHandler};

pub(super) fn offend(who: &[Sr25519Keyring]) {
    let offenders: Vec<_> =
        who.iter().map(|key| OffenceDetails { offender: account(*key), reporters: vec![] }).collect();
    let fractions = vec![Perbill::one(); offenders.len()];
    <Validators as OnOffenceHandler<AccountId, _, _>>::on_offence(&offenders, &fractions, 0);
}

fn place(key: Sr25519Keyring) -> u32 {
    Session::validator_id_to_index(&account(key)).expect("a validator")
}

/// Ends this session and the next, so that what was queued is in force.
fn rotate_twice() {
    Session::rotate_session();
    Session::rotate_session();
}

#[test]
fn an_offender_is_disabled() {
    on_preset(LOCAL, || {
        begin_block();
        offend(&[Bob]);
        assert_eq!(Session::disabled_validators(), [place(Bob)]);
    });
}

#[test]
fn at_most_a_third_is_disabled() {
    on_preset(LOCAL, || {
        begin_block();
        offend(&[Bob]);
        offend(&[Charlie]);
        assert_eq!(Session::disabled_validators().len(), 1);
    });
}

/// Whether it may make blocks now.
pub(super) fn serves(key: Sr25519Keyring) -> bool {
    Session::validator_id_to_index(&account(key)).is_some_and(|place| !Session::disabled_validators().contains(&place))
}

pub(super) fn set_new_keys(key: Sr25519Keyring) {
    let made = SessionKeys::generate(&account(key).encode(), None);
    assert_ok!(Session::set_keys(RuntimeOrigin::signed(account(key)), made.keys, made.proof.encode()));
}

#[test]
fn an_offender_stays_out_whatever_keys_it_sets() {
    on_preset(LOCAL, || {
        begin_block();
        offend(&[Bob]);
        set_new_keys(Bob);
        for session in 0..5 {
            assert!(!serves(Bob), "{session} sessions later");
            Session::rotate_session();
        }
    });
}

#[test]
fn new_keys_of_an_honest_validator_free_nobody() {
    on_preset(LOCAL, || {
        begin_block();
        set_new_keys(Charlie);
        Session::rotate_session();
        offend(&[Bob]);
        for session in 0..5 {
            assert!(!serves(Bob), "{session} sessions later");
            Session::rotate_session();
        }
        assert!(serves(Charlie));
    });
}

#[test]
fn another_offender_frees_nobody() {
    on_preset(LOCAL, || {
        begin_block();
        offend(&[Bob]);
        offend(&[Charlie]);
        assert!(!serves(Bob));
    });
}

#[test]
fn validators_stay_through_sessions() {
    on_preset(LOCAL, || {
        begin_block();
        let first = Session::validators();
        rotate_twice();
        assert_eq!(Session::validators(), first);
        assert_eq!(pallet_grandpa::CurrentSetId::<Runtime>::get(), 0, "nothing changed, so the set is the same");
    });
}

#[test]
fn who_signed_with_a_new_key_can_be_proved() {
    on_preset(LOCAL, || {
        begin_block();
        let made = SessionKeys::generate(&account(Bob).encode(), None);
        let keys = made.keys;
        assert_ok!(Session::set_keys(RuntimeOrigin::signed(account(Bob)), keys.clone(), made.proof.encode()));
        rotate_twice();
        let babe = (sp_consensus_babe::KEY_TYPE, keys.get_raw(sp_consensus_babe::KEY_TYPE).to_vec());
        let proof = Validators::prove(babe.clone()).expect("the key is in the session");
        assert_eq!(Validators::check_proof(babe, proof), Some(account(Bob)));
        assert!(pallet_grandpa::CurrentSetId::<Runtime>::get() > 0);
    });
}

#[test]
fn new_keys_hide_nothing_that_the_old_ones_sign() {
    on_preset(LOCAL, || {
        begin_block();
        let place = place(Bob) as usize;
        let babe = (sp_consensus_babe::KEY_TYPE, crate::Babe::authorities()[place].0.encode());
        set_new_keys(Bob);
        for session in 0..4 {
            let proof = Validators::prove(babe.clone()).expect("the key signs, or has signed");
            assert!(Validators::check_proof(babe.clone(), proof).is_some(), "{session} sessions later");
            Session::rotate_session();
        }
    });
}

#[test]
fn old_sessions_are_forgotten() {
    on_preset(LOCAL, || {
        begin_block();
        for _ in 0..ACCOUNTABLE_SESSIONS + 10 {
            Session::rotate_session();
        }
        let kept = pallet_deren_validators::SessionSets::<Runtime>::iter().count() as u32;
        assert!(kept <= ACCOUNTABLE_SESSIONS + 3, "{kept}");
    });
}

#[test]
fn blocks_follow_each_other() {
    on_preset(LOCAL, || {
        run_to(5);
        assert_eq!(crate::System::block_number(), 5);
        assert_eq!(pallet_babe::EpochConfig::<Runtime>::get(), Some(BABE_EPOCH));
    });
}
