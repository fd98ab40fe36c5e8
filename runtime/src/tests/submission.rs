//! A gateway's batch on its way through the pool into a block.

use super::chain::{account, apply, begin_block, gateway_key, on_preset, run_to, validate};
use crate::{
    Executive, Metering, RuntimeCall, RuntimeEvent, System, UncheckedExtrinsic, check_invariants, genesis::DEV,
    submission,
};
use codec::{Decode, DecodeAll, Encode};
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, GatewayId, IntervalReading, ReadingBatch, ReadingOutcome, ReadingVerdict, Signature,
    SignedReading, SiteId, Slot, Sources, ZoneId, batch_message, interval_message, link_message, point_commitment,
};
use pallet_deren_registry::{Call, PointTerms};
use sp_core::{H256, Pair, ed25519};
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use sp_runtime::{
    generic::Preamble,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
};

pub(super) const DEVICE: DeviceId = DeviceId([7; 32]);

pub(super) fn gateway(key: &ed25519::Pair) -> GatewayId {
    GatewayId(key.public().0)
}

pub(super) fn genesis_hash() -> [u8; 32] {
    System::block_hash(0).0
}

/// A batch of one reading of `DEVICE`, its first, for `slot`.
pub(super) fn batch(key: &ed25519::Pair, slot: Slot) -> (ReadingBatch, Signature) {
    let reading = IntervalReading {
        registers: deren_testing::shown(250, 0),
        anchor: Anchor { block_number: System::block_number() - 1, block_hash: System::parent_hash().0 },
        ..deren_testing::reading(DEVICE, slot)
    };
    let message = interval_message(&genesis_hash(), gateway(key), 0, reading.hash());
    let signature = key.sign(&message).0;
    let readings = vec![SignedReading { reading, signature }].try_into().expect("one fits");
    let batch = ReadingBatch { genesis: genesis_hash(), gateway: gateway(key), key_epoch: 0, attempt: 0, readings };
    let signature = key.sign(&batch_message(&batch)).0;
    (batch, signature)
}

/// A market with one home of Bob's, whose grid meter this gateway reads.
pub(super) fn register(key: &ed25519::Pair) {
    let salted = H256::repeat_byte(1);
    let point = H256(point_commitment(deren_primitives::MarketId(0), salted.as_fixed_bytes()));
    let sudo = |call: Call<crate::Runtime>| RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(call.into()) });
    let run = |who, call: RuntimeCall| apply(who, call).expect("valid").expect("it succeeds");
    let (operator, max_fee_ueur_per_kwh) = (account(Charlie), 50_000);
    let market = Call::create_market { operator, privacy_threshold: 1, protocol_fee_bp: 100, max_fee_ueur_per_kwh };
    run(Alice, sudo(market));
    run(Charlie, Call::create_zone { market: deren_primitives::MarketId(0), parent: None }.into());
    run(
        Charlie,
        Call::approve_point {
            zone: ZoneId(0),
            salted,
            nullifier: salted,
            owner: account(Bob),
            terms: PointTerms::new(10_000, Sources::NONE),
        }
        .into(),
    );
    run(Bob, Call::register_site { commitment: point }.into());
    let expires_unix_s = 4_000_000_000;
    let owner: [u8; 32] = account(Bob).into();
    let code = key.sign(&link_message(&genesis_hash(), &owner, SiteId(0), expires_unix_s)).0;
    run(Bob, Call::link_gateway { site: SiteId(0), gateway: key.public().0, expires_unix_s, code }.into());
    let grid = Call::register_device {
        site: SiteId(0),
        device: DEVICE,
        role: DeviceRole::Grid,
        source: None,
        rated_power_w: 10_000,
        register_step_mwh: 1_000,
        gateway: gateway(key),
    };
    run(Bob, grid.into());
}

/// One more device of Bob's home, small enough beside the others.
pub(super) fn register_more(key: &ed25519::Pair, device: DeviceId, role: DeviceRole) {
    let call = Call::register_device {
        site: SiteId(0),
        device,
        role,
        source: None,
        rated_power_w: 500,
        register_step_mwh: 1_000,
        gateway: gateway(key),
    };
    apply(Bob, RuntimeCall::from(call)).expect("valid").expect("it succeeds");
}

/// The transaction as the runtime's query gives it to a gateway.
pub(super) fn transaction(batch: ReadingBatch, signature: Signature) -> UncheckedExtrinsic {
    let bytes = submission::transaction(batch, signature);
    UncheckedExtrinsic::decode_all(&mut &bytes[..]).expect("what the runtime wrote it can read")
}

#[test]
fn a_submission_is_a_general_transaction_of_version_5() {
    on_preset(DEV, || {
        begin_block();
        let (batch, signature) = batch(&gateway_key(1), Slot(1));
        let bytes = submission::transaction(batch.clone(), signature);
        let length = codec::Compact::<u32>::decode(&mut &bytes[..]).expect("a length").0 as usize;
        let body = &bytes[bytes.len() - length..];
        assert_eq!(body[..2], [0x45, 0], "general, version 5; extensions, version 0");
        let transaction = transaction(batch.clone(), signature);
        assert!(matches!(transaction.preamble, Preamble::General(_)));
        let call = RuntimeCall::Metering(pallet_deren_metering::Call::submit { batch, signature });
        assert_eq!(transaction.function.encode(), call.encode());
    });
}

#[test]
fn the_pool_refuses_an_unknown_gateway() {
    on_preset(DEV, || {
        begin_block();
        let (batch, signature) = batch(&gateway_key(1), Slot(1));
        let refused = validate(transaction(batch, signature)).expect_err("nobody knows it");
        assert!(matches!(refused, TransactionValidityError::Invalid(InvalidTransaction::Custom(_))), "{refused:?}");
    });
}

/// The home is registered in block 1; a slot later its first whole slot has begun, and another later it has ended.
pub(super) fn with_an_ended_slot(test: impl FnOnce(&ed25519::Pair, Slot)) {
    on_preset(DEV, || {
        let key = gateway_key(1);
        begin_block();
        register(&key);
        let clock = Metering::clock();
        let first = clock.slot_at(pallet_timestamp::Now::<crate::Runtime>::get()).next();
        while clock.slot_at(pallet_timestamp::Now::<crate::Runtime>::get()) <= first {
            run_to(System::block_number() + 1);
        }
        test(&key, first);
    });
}

#[test]
fn a_good_batch_is_valid_and_accepted_free_of_charge() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch(key, slot);
        let valid = validate(transaction(batch.clone(), signature)).expect("the pool takes it");
        assert!(!valid.provides.is_empty());
        assert!(valid.propagate);
        assert_eq!(Metering::check(batch.clone(), signature), [ReadingOutcome::Accepted(ReadingVerdict::GOOD)]);
        let before = crate::Balances::total_issuance();
        Executive::apply_extrinsic(transaction(batch, signature)).expect("valid").expect("it succeeds");
        assert_eq!(crate::Balances::total_issuance(), before);
        let cursor = Metering::cursors(vec![DEVICE])[0].expect("it was read");
        assert_eq!((cursor.next_sequence, cursor.next_slot), (1, slot.next()));
        assert_eq!(check_invariants(), Ok(()));
    });
}

#[test]
fn a_replayed_batch_is_refused_before_it_costs_anything() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch(key, slot);
        Executive::apply_extrinsic(transaction(batch.clone(), signature)).expect("valid").expect("it succeeds");
        assert!(validate(transaction(batch.clone(), signature)).is_err());
        assert!(Executive::apply_extrinsic(transaction(batch, signature)).is_err());
    });
}

#[test]
fn a_batch_that_was_changed_on_its_way_is_refused() {
    with_an_ended_slot(|key, slot| {
        let (mut batch, signature) = batch(key, slot);
        batch.attempt = 1;
        assert!(validate(transaction(batch, signature)).is_err());
    });
}

#[test]
fn a_submission_must_not_hide_in_a_signed_transaction() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch(key, slot);
        let call = pallet_deren_metering::Call::submit { batch, signature };
        let outcome = apply(Bob, RuntimeCall::Metering(call));
        assert!(!matches!(outcome, Ok(Ok(()))), "{outcome:?}");
        assert_eq!(Metering::cursors(vec![DEVICE])[0].map(|cursor| cursor.next_sequence), None);
    });
}

#[test]
fn a_slot_with_readings_settles_by_itself() {
    with_an_ended_slot(|key, slot| {
        let (batch, signature) = batch(key, slot);
        Executive::apply_extrinsic(transaction(batch, signature)).expect("valid").expect("it succeeds");
        run_to(System::block_number() + 12);
        let summary = pallet_deren_matching::Summaries::<crate::Runtime>::get(deren_primitives::MarketId(0), slot);
        let summary = summary.expect("it was cleared");
        assert_eq!(summary.state, deren_primitives::SlotState::Settled);
        assert_eq!((summary.readings, summary.bought_wh), (1, 0));
        let paused = super::chain::events(|event| matches!(event, RuntimeEvent::Council(_)).then_some(()));
        assert!(paused.is_empty());
        assert_eq!(check_invariants(), Ok(()));
    });
}
