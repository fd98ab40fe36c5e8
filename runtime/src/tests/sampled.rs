//! Readings of version 2 on their way through the pool into a block.

use super::{
    chain::{apply, begin_block, gateway_key, on_preset, validate},
    submission::{DEVICE, batch, gateway, genesis_hash, transaction, with_an_ended_slot},
};
use crate::{
    Balances, Block, Executive, Metering, Runtime, RuntimeCall, System, UncheckedExtrinsic, VERSION, check_invariants,
    genesis::DEV,
};
use codec::{DecodeAll, Encode};
use deren_primitives::{
    Anchor, BatchProof, IntervalReading, ReadingError, ReadingEvidence, ReadingHash, ReadingOutcome, ReadingVerdict,
    SampledBatch, SampledReading, Signature, Slot,
};
use deren_runtime_apis::{GatewayApi, runtime_decl_for_gateway_api::GatewayApiV2};
use pallet_deren_metering::Call;
use sp_api::RuntimeApiInfo;
use sp_core::{Pair, ed25519};
use sp_keyring::Sr25519Keyring::Bob;
use sp_runtime::{
    generic::Preamble,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

/// A reading of `DEVICE`, its first unless it is changed.
fn reading(slot: Slot) -> SampledReading {
    let interval = IntervalReading {
        registers: deren_testing::shown(250, 0),
        anchor: Anchor { block_number: System::block_number() - 1, block_hash: System::parent_hash().0 },
        ..deren_testing::reading(DEVICE, slot)
    };
    SampledReading { interval, samples_root: [0x5a; 32] }
}

fn batch_of(key: &ed25519::Pair, reading: SampledReading) -> (SampledBatch, Signature) {
    let readings = vec![reading].try_into().expect("one fits");
    let batch = SampledBatch { genesis: genesis_hash(), gateway: gateway(key), key_epoch: 0, attempt: 0, readings };
    let signature = key.sign(&batch.message()).0;
    (batch, signature)
}

/// The transaction as the runtime's query gives it to a gateway.
fn transaction_v2(batch: SampledBatch, signature: Signature) -> UncheckedExtrinsic {
    let bytes = <Runtime as GatewayApiV2<Block>>::transaction_v2(batch, signature);
    UncheckedExtrinsic::decode_all(&mut &bytes[..]).expect("what the runtime wrote it can read")
}

fn check(batch: SampledBatch, signature: Signature) -> Vec<ReadingOutcome> {
    <Runtime as GatewayApiV2<Block>>::check_v2(batch, signature)
}

fn put_into_block(transaction: UncheckedExtrinsic) {
    Executive::apply_extrinsic(transaction).expect("valid").expect("it succeeds");
}

#[test]
fn the_chain_says_that_it_takes_version_2() {
    let api = <dyn GatewayApi<Block> as RuntimeApiInfo>::ID;
    let version = VERSION.apis.iter().find(|(id, _)| *id == api).map(|(_, version)| *version);
    assert_eq!(version, Some(2));
}

#[test]
fn a_submission_is_a_general_transaction_of_version_5() {
    on_preset(DEV, || {
        begin_block();
        let (batch, signature) = batch_of(&gateway_key(1), reading(Slot(1)));
        let transaction = transaction_v2(batch.clone(), signature);
        assert!(matches!(transaction.preamble, Preamble::General(_)));
        assert_eq!(transaction.function, RuntimeCall::Metering(Call::submit_v2 { batch, signature }));
    });
}

#[test]
fn a_good_batch_is_valid_and_accepted_free_of_charge() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch_of(key, reading(slot));
        let hash = batch.readings[0].hash();
        let valid = validate(transaction_v2(batch.clone(), signature)).expect("the pool takes it");
        assert!(valid.propagate && !valid.provides.is_empty());
        assert_eq!(check(batch.clone(), signature), [ReadingOutcome::Accepted(ReadingVerdict::GOOD)]);
        let before = Balances::total_issuance();
        put_into_block(transaction_v2(batch, signature));
        assert_eq!(Balances::total_issuance(), before);
        let cursor = Metering::cursors(vec![DEVICE])[0].expect("it was read");
        assert_eq!((cursor.next_sequence, cursor.next_slot, cursor.last_hash), (1, slot.next(), hash));
        assert_eq!(check_invariants(), Ok(()));
    });
}

#[test]
fn version_2_goes_on_where_version_1_ended() {
    with_an_ended_slot(|key, slot| {
        let (first, signature) = batch(key, slot);
        let previous = first.readings[0].reading.hash();
        put_into_block(transaction(first, signature));
        super::chain::run_to(System::block_number() + 5);
        let mut next = reading(slot.next());
        (next.interval.sequence, next.interval.previous) = (1, previous);
        next.interval.registers.import_open_mwh = next.interval.registers.import_close_mwh;
        let mut elsewhere = next.clone();
        elsewhere.interval.previous = ReadingHash::default();
        let (elsewhere, signature) = batch_of(key, elsewhere);
        assert_eq!(check(elsewhere, signature), [ReadingOutcome::Refused(ReadingError::WrongPreviousHash)]);
        let (batch, signature) = batch_of(key, next);
        assert_eq!(check(batch.clone(), signature), [ReadingOutcome::Accepted(ReadingVerdict::GOOD)]);
        put_into_block(transaction_v2(batch, signature));
        assert_eq!(Metering::cursors(vec![DEVICE])[0].map(|cursor| cursor.next_sequence), Some(2));
    });
}

#[test]
fn a_replayed_or_changed_batch_is_refused_before_it_costs_anything() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch_of(key, reading(slot));
        let refusal = |batch: &SampledBatch| validate(transaction_v2(batch.clone(), signature)).expect_err("refused");
        let bad_proof = TransactionValidityError::Invalid(InvalidTransaction::BadProof);
        assert_eq!(refusal(&SampledBatch { attempt: 1, ..batch.clone() }), bad_proof);
        let mut other_root = batch.clone();
        other_root.readings[0].samples_root = [1; 32];
        assert_eq!(refusal(&other_root), bad_proof);
        put_into_block(transaction_v2(batch.clone(), signature));
        assert_eq!(refusal(&batch), TransactionValidityError::Invalid(InvalidTransaction::Stale));
        assert!(Executive::apply_extrinsic(transaction_v2(batch, signature)).is_err());
    });
}

/// Whoever follows the chain takes readings from calls at the top alone, so that none may come by another way.
#[test]
fn a_submission_must_not_hide_in_another_call() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch_of(key, reading(slot));
        let submit = || RuntimeCall::Metering(Call::submit_v2 { batch: batch.clone(), signature });
        let hidden = [
            submit(),
            pallet_utility::Call::batch_all { calls: vec![submit()] }.into(),
            pallet_utility::Call::force_batch { calls: vec![submit()] }.into(),
        ];
        for call in hidden {
            let _ = apply(Bob, call);
            assert_eq!(Metering::cursors(vec![DEVICE])[0].map(|cursor| cursor.next_sequence), None);
        }
    });
}

#[test]
fn a_reading_of_each_version_under_one_number_stops_the_gateway() {
    with_an_ended_slot(|key, slot| {
        let (first, _) = batch(key, slot);
        let (second, signature) = batch_of(key, reading(slot));
        let path = second.tree().path(0).expect("one reading");
        let proof = BatchProof { key_epoch: 0, attempt: 0, path, signature };
        let a = ReadingEvidence::Interval { key_epoch: 0, signed: first.readings[0].clone() };
        let b = ReadingEvidence::Sampled { reading: second.readings[0].clone(), proof };
        let call = Call::report_equivocation_v2 { gateway: gateway(key), a: Box::new(a), b: Box::new(b) };
        apply(Bob, RuntimeCall::Metering(call)).expect("valid").expect("it succeeds");
        assert_eq!(check(second, signature), [ReadingOutcome::Refused(ReadingError::InactiveGateway)]);
        assert_eq!(check_invariants(), Ok(()));
    });
}

#[test]
fn version_1_is_asked_for_as_before() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch(key, slot);
        let bytes = <Runtime as GatewayApiV2<Block>>::transaction(batch.clone(), signature);
        assert_eq!(bytes, transaction(batch.clone(), signature).encode());
        let outcomes = <Runtime as GatewayApiV2<Block>>::check(batch, signature);
        assert_eq!(outcomes, [ReadingOutcome::Accepted(ReadingVerdict::GOOD)]);
    });
}
