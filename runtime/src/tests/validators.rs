//! How the set of validators changes on the whole runtime: by proof, and by decision of the council.

use super::{
    chain::{account, apply, begin_block, on_preset},
    consensus::set_new_keys,
};
use crate::{
    Babe, Grandpa, Header, Runtime, RuntimeCall, RuntimeOrigin, Session, SessionKeys, Validators,
    configs::CouncilCollective, genesis::LOCAL,
};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::KeyOwnerProofSystem};
use pallet_collective::RawOrigin;
use sp_consensus_babe::{
    EquivocationProof, KEY_TYPE, Slot,
    digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest},
};
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{self, Bob, Eve};
use sp_runtime::{Digest, DigestItem, DispatchError, traits::Header as _};

fn council(yes: u32) -> RuntimeOrigin {
    RawOrigin::<_, CouncilCollective>::Members(yes, 4).into()
}

/// A block of this author for this slot, sealed.
fn block(author: Sr25519Keyring, slot: Slot, state_root: H256) -> Header {
    let authority_index = Session::validator_id_to_index(&account(author)).expect("a validator");
    let claim = PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index, slot });
    let digest = Digest { logs: vec![DigestItem::babe_pre_digest(claim)] };
    let mut header = Header::new(1, H256::zero(), state_root, H256::zero(), digest);
    let seal = author.sign(header.hash().as_bytes());
    header.digest_mut().push(DigestItem::babe_seal(seal.into()));
    header
}

fn two_blocks(author: Sr25519Keyring) -> EquivocationProof<Header> {
    let slot = Babe::current_slot();
    let [first_header, second_header] = [1, 2].map(|root| block(author, slot, H256::repeat_byte(root)));
    EquivocationProof { offender: author.public().into(), slot, first_header, second_header }
}

#[test]
fn two_blocks_for_one_slot_put_their_author_out() {
    on_preset(LOCAL, || {
        begin_block();
        let evidence = two_blocks(Bob);
        let owner = Validators::prove((KEY_TYPE, evidence.offender.clone())).expect("it signs");
        set_new_keys(Bob);
        let report = || {
            let evidence = Box::new(evidence.clone());
            Babe::report_equivocation_unsigned(RuntimeOrigin::none(), evidence, owner.clone())
        };
        assert_ok!(report());
        assert_noop!(report(), pallet_babe::Error::<Runtime>::DuplicateOffenceReport);
        assert_eq!(Session::disabled_validators().len(), 1);
        (0..4).for_each(|_| Session::rotate_session());
        assert_eq!(Session::validators().len(), 3);
        assert!(!Session::validators().contains(&account(Bob)));
        assert_ok!(Validators::readmit(RuntimeOrigin::root(), account(Bob)));
        (0..2).for_each(|_| Session::rotate_session());
        assert!(Session::validators().contains(&account(Bob)));
        assert_eq!(crate::check_invariants(), Ok(()));
    });
}

#[test]
fn evidence_against_another_is_no_evidence() {
    on_preset(LOCAL, || {
        begin_block();
        let mut evidence = two_blocks(Bob);
        evidence.offender = Sr25519Keyring::Alice.public().into();
        let owner = Validators::prove((KEY_TYPE, evidence.offender.clone())).expect("it signs");
        let report = Babe::report_equivocation_unsigned(RuntimeOrigin::none(), Box::new(evidence), owner);
        assert_eq!(
            report.map_err(|error| error.error),
            Err(pallet_babe::Error::<Runtime>::InvalidEquivocationProof.into())
        );
    });
}

#[test]
fn another_validates_after_the_councils_notice() {
    on_preset(LOCAL, || {
        begin_block();
        assert_noop!(Validators::add_validator(council(4), account(Eve)), DispatchError::BadOrigin);
        assert_ok!(Validators::add_validator(RuntimeOrigin::root(), account(Eve)));
        set_new_keys(Eve);
        (0..2).for_each(|_| Session::rotate_session());
        assert_eq!(Session::validators().len(), 5);
        assert_eq!(Babe::authorities().len(), 5);
    });
}

#[test]
fn nobody_gives_up_its_keys_or_sets_any_uncalled() {
    on_preset(LOCAL, || {
        begin_block();
        let purge = RuntimeCall::Session(pallet_session::Call::purge_keys {});
        assert_eq!(apply(Bob, purge).unwrap(), Err(frame_system::Error::<Runtime>::CallFiltered.into()));
        let made = SessionKeys::generate(&account(Eve).encode(), None);
        assert_noop!(
            Session::set_keys(RuntimeOrigin::signed(account(Eve)), made.keys, made.proof.encode()),
            pallet_session::Error::<Runtime>::NoAssociatedValidatorId
        );
    });
}

#[test]
fn the_council_bans_without_notice() {
    on_preset(LOCAL, || {
        begin_block();
        assert_noop!(Validators::ban(council(2), account(Bob)), DispatchError::BadOrigin);
        assert_ok!(Validators::ban(council(3), account(Bob)));
        assert_eq!(Session::disabled_validators().len(), 1);
        assert_noop!(Validators::readmit(council(4), account(Bob)), DispatchError::BadOrigin);
    });
}

#[test]
fn the_council_restarts_finality_without_notice() {
    on_preset(LOCAL, || {
        begin_block();
        assert_ok!(Validators::note_stalled(council(3), 20, 0));
        assert!(Grandpa::pending_change().is_none());
        Session::rotate_session();
        let change = Grandpa::pending_change().expect("announced with the session");
        assert_eq!((change.delay, change.forced), (20, Some(0)));
    });
}
