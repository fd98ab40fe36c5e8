//! What is not authentic or not next is refused, each with its own error, and leaves nothing behind.

use super::mock::*;
use crate::{Cursors, EMPTY_BATCH, SiteEnergies, refusal};
use deren_primitives::{
    GatewayId, IntervalReading, ReadingBatch, ReadingError, ReadingHash, SampledBatch, Slot, batch_message,
    interval_message, verify,
};
use deren_runtime_apis::{GatewayControl, Metering as _};
use ed25519_dalek::Signer;
use frame_support::{assert_ok, pallet_prelude::InvalidTransaction};

const ALL: [ReadingError; 15] = [
    ReadingError::OtherGenesis,
    ReadingError::UnknownGateway,
    ReadingError::InactiveGateway,
    ReadingError::WrongKeyEpoch,
    ReadingError::UnknownDevice,
    ReadingError::InactiveDevice,
    ReadingError::NotThisGatewaysDevice,
    ReadingError::BadSignature,
    ReadingError::WrongSequence,
    ReadingError::WrongPreviousHash,
    ReadingError::SlotNotEnded,
    ReadingError::EmptySpan,
    ReadingError::SlotAlreadyRead,
    ReadingError::BeforeService,
    ReadingError::TooFast,
];

/// In slot `FIRST + 2`, after one good reading of the grid meter for `FIRST + 1`.
fn after_one(test: impl FnOnce(Meter)) {
    run(|| {
        go_to(FIRST + 2);
        let mut grid = Meter::new(GRID);
        assert_eq!(submit(vec![grid.read(FIRST + 1, 100, 0)]), Ok(vec![good()]));
        go_to(FIRST + 3);
        let before = (Cursors::<Test>::iter().collect::<Vec<_>>(), SiteEnergies::<Test>::iter().count());
        test(grid);
        let after = (Cursors::<Test>::iter().collect::<Vec<_>>(), SiteEnergies::<Test>::iter().count());
        assert_eq!(before, after, "a refused reading left something behind");
    });
}

/// The pool refuses a batch of this reading alone; behind a reading that is accepted, a block refuses it with `error`.
/// So it is in either version.
fn expect(reading: IntervalReading, error: ReadingError, in_pool: InvalidTransaction) {
    let solar = Meter::new(SOLAR).read(FIRST + 1, 0, 50);
    let both = [vec![reading.clone()], vec![solar, reading]];
    let [alone, behind] = both.clone().map(|readings| batch_of(readings.into_iter().map(sign).collect()));
    expect_of_batches(alone, behind, error, in_pool);
    let [alone, behind] = both.map(|readings| batch_v2_of(readings.into_iter().map(sampled).collect()));
    expect_of_batches(alone, behind, error, in_pool);
}

fn expect_of_batches<B: AnyBatch>(alone: B, behind: B, error: ReadingError, in_pool: InvalidTransaction) {
    let signature = sign_batch(7, &alone);
    assert_eq!(authorize(&alone, &signature), Err(in_pool.into()));
    assert_eq!(alone.check(signature), vec![refused(error)]);
    frame_support::storage::with_transaction(|| {
        let signature = sign_batch(7, &behind);
        assert_eq!(send(behind, signature), Ok(vec![good(), refused(error)]));
        sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(()))
    })
    .expect("no error");
}

#[test]
fn a_replayed_sequence() {
    after_one(|grid| {
        let replayed = Meter::new(GRID).read(FIRST + 1, 100, 0);
        expect(replayed, ReadingError::WrongSequence, InvalidTransaction::Stale);
        assert_eq!(grid.sequence, 1);
    });
}

#[test]
fn a_skipped_sequence() {
    after_one(|grid| {
        let skipped = IntervalReading { sequence: 2, ..grid.peek(FIRST + 2, 1, 0) };
        expect(skipped, ReadingError::WrongSequence, InvalidTransaction::Future);
    });
}

#[test]
fn a_reading_that_does_not_name_the_one_before() {
    after_one(|grid| {
        let other = IntervalReading { previous: ReadingHash([1; 32]), ..grid.peek(FIRST + 2, 1, 0) };
        expect(other, ReadingError::WrongPreviousHash, InvalidTransaction::Custom(9));
        let first = IntervalReading { previous: ReadingHash([1; 32]), ..Meter::new(BATTERY).peek(FIRST + 2, 1, 0) };
        expect(first, ReadingError::WrongPreviousHash, InvalidTransaction::Custom(9));
    });
}

#[test]
fn a_slot_that_has_not_ended() {
    after_one(|grid| {
        let present = grid.peek(FIRST + 3, 1, 0);
        expect(present, ReadingError::SlotNotEnded, InvalidTransaction::Custom(10));
        let reaching = IntervalReading { slot_count: 2, ..grid.peek(FIRST + 2, 1, 0) };
        expect(reaching, ReadingError::SlotNotEnded, InvalidTransaction::Custom(10));
        let last = grid.peek(u32::MAX, 1, 0);
        expect(last, ReadingError::SlotNotEnded, InvalidTransaction::Custom(10));
    });
}

#[test]
fn a_reading_of_no_slot() {
    after_one(|grid| {
        let empty = IntervalReading { slot_count: 0, ..grid.peek(FIRST + 2, 1, 0) };
        expect(empty, ReadingError::EmptySpan, InvalidTransaction::Custom(11));
    });
}

#[test]
fn a_slot_that_was_read_before() {
    after_one(|grid| {
        let again = grid.peek(FIRST + 1, 1, 0);
        expect(again, ReadingError::SlotAlreadyRead, InvalidTransaction::Custom(12));
        let reaching_back = IntervalReading { slot_count: 2, ..grid.peek(FIRST + 1, 1, 0) };
        expect(reaching_back, ReadingError::SlotAlreadyRead, InvalidTransaction::Custom(12));
    });
}

#[test]
fn an_unknown_device() {
    after_one(|_| {
        let unknown = Meter::new(9).peek(FIRST + 2, 1, 0);
        expect(unknown, ReadingError::UnknownDevice, InvalidTransaction::Custom(5));
    });
}

#[test]
fn a_removed_device() {
    after_one(|_| {
        set_grace(120);
        assert_ok!(Registry::remove_device(by(OWNER), device(BATTERY)));
        go_to(FIRST + 5);
        let removed = Meter::new(BATTERY).peek(FIRST + 4, 1, 0);
        expect(removed, ReadingError::InactiveDevice, InvalidTransaction::Custom(6));
    });
}

#[test]
fn another_gateways_device() {
    after_one(|grid| {
        // Gateway 8 works for the same site, and sends a reading of gateway 7's meter.
        let expires = now_ms() / 1000 + 60;
        let message = deren_primitives::link_message(&GENESIS, OWNER.as_ref(), SITE, expires);
        let code = key(8).sign(&message).to_bytes();
        assert_ok!(Registry::link_gateway(by(OWNER), SITE, public(8), expires, code));
        let other = GatewayId(public(8));
        let reading = grid.peek(FIRST + 2, 1, 0);
        let message = interval_message(&GENESIS, other, 0, reading.hash());
        let signed = deren_primitives::SignedReading { signature: key(8).sign(&message).to_bytes(), reading };
        let batch = ReadingBatch { gateway: other, ..batch_of(vec![signed]) };
        let signature = sign_batch(8, &batch);
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Custom(7).into()));
        assert_eq!(Metering::check(batch, signature), vec![refused(ReadingError::NotThisGatewaysDevice)]);
    });
}

/// What is wrong with a batch as a whole.
fn expect_batch(batch: impl AnyBatch, error: ReadingError, in_pool: InvalidTransaction) {
    let signature = sign_batch(7, &batch);
    assert_eq!(authorize(&batch, &signature), Err(in_pool.into()));
    let all = vec![refused(error); batch.readings().len()];
    assert_eq!(batch.check(signature), all);
}

#[test]
fn another_chains_genesis() {
    after_one(|grid| {
        let batch = ReadingBatch { genesis: [9; 32], ..batch_of(vec![sign(grid.peek(FIRST + 2, 1, 0))]) };
        expect_batch(batch, ReadingError::OtherGenesis, InvalidTransaction::Custom(1));
        let batch = SampledBatch { genesis: [9; 32], ..batch_v2_of(vec![sampled(grid.peek(FIRST + 2, 1, 0))]) };
        expect_batch(batch, ReadingError::OtherGenesis, InvalidTransaction::Custom(1));
        // A reading signed for another chain in a batch for this one.
        let reading = grid.peek(FIRST + 2, 1, 0);
        let message = interval_message(&[9; 32], gateway(), 0, reading.hash());
        let signature = key(7).sign(&message).to_bytes();
        let batch = batch_of(vec![deren_primitives::SignedReading { reading, signature }]);
        let signature = sign_batch(7, &batch);
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::BadProof.into()));
        assert_eq!(Metering::check(batch, signature), vec![refused(ReadingError::BadSignature)]);
    });
}

#[test]
fn an_unknown_or_inactive_gateway() {
    after_one(|grid| {
        let batch = batch_of(vec![sign(grid.peek(FIRST + 2, 1, 0))]);
        let batch_v2 = batch_v2_of(vec![sampled(grid.peek(FIRST + 2, 1, 0))]);
        let unknown = ReadingBatch { gateway: GatewayId([9; 32]), ..batch.clone() };
        expect_batch(unknown, ReadingError::UnknownGateway, InvalidTransaction::Custom(2));
        let unknown = SampledBatch { gateway: GatewayId([9; 32]), ..batch_v2.clone() };
        expect_batch(unknown, ReadingError::UnknownGateway, InvalidTransaction::Custom(2));
        Registry::deactivate(gateway());
        expect_batch(batch, ReadingError::InactiveGateway, InvalidTransaction::Custom(3));
        expect_batch(batch_v2, ReadingError::InactiveGateway, InvalidTransaction::Custom(3));
    });
}

#[test]
fn a_key_epoch_that_is_not_the_present_one() {
    after_one(|grid| {
        let batch = ReadingBatch { key_epoch: 1, ..batch_of(vec![sign(grid.peek(FIRST + 2, 1, 0))]) };
        expect_batch(batch, ReadingError::WrongKeyEpoch, InvalidTransaction::Custom(4));
        let batch = SampledBatch { key_epoch: 1, ..batch_v2_of(vec![sampled(grid.peek(FIRST + 2, 1, 0))]) };
        expect_batch(batch, ReadingError::WrongKeyEpoch, InvalidTransaction::Custom(4));
    });
}

#[test]
fn a_wrong_signature() {
    after_one(|grid| {
        let solar = sign(Meter::new(SOLAR).read(FIRST + 1, 0, 50));
        let battery = sign(Meter::new(BATTERY).read(FIRST + 1, 0, 50));
        let forged = sign_with(8, 0, grid.peek(FIRST + 2, 1, 0));
        // First of its batch, it keeps the batch out of the pool.
        let batch = batch_of(vec![forged.clone(), solar.clone()]);
        assert_eq!(authorize(&batch, &sign_batch(7, &batch)), Err(InvalidTransaction::BadProof.into()));
        // Later, it is refused by itself.
        frame_support::storage::with_transaction(|| {
            let batch = batch_of(vec![solar, forged, battery]);
            let signature = sign_batch(7, &batch);
            assert_eq!(send(batch, signature), Ok(vec![good(), refused(ReadingError::BadSignature), good()]));
            sp_runtime::TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(()))
        })
        .expect("no error");
    });
}

#[test]
fn a_batch_that_someone_changed_on_its_way() {
    after_one(|grid| {
        let batch = batch_of(vec![sign(grid.peek(FIRST + 2, 1, 0))]);
        let signature = sign_batch(7, &batch);
        let raised = ReadingBatch { attempt: 1, ..batch.clone() };
        assert_eq!(authorize(&raised, &signature), Err(InvalidTransaction::BadProof.into()));
        assert_eq!(authorize(&batch, &sign_batch(8, &batch)), Err(InvalidTransaction::BadProof.into()));
        assert!(authorize(&batch, &signature).is_ok());
    });
}

#[test]
fn an_empty_batch() {
    after_one(|_| {
        let empty = InvalidTransaction::Custom(EMPTY_BATCH);
        let batch = batch_of(vec![]);
        let signature = sign_batch(7, &batch);
        assert_eq!(authorize(&batch, &signature), Err(empty.into()));
        assert_eq!(Metering::check(batch, signature), vec![]);
        let batch = batch_v2_of(vec![]);
        assert_eq!(authorize(&batch, &sign_batch(7, &batch)), Err(empty.into()));
    });
}

#[test]
fn each_error_has_its_own_code_and_its_own_words() {
    let mut codes: Vec<_> = ALL.into_iter().map(|error| format!("{:?}", refusal(error))).collect();
    let mut words: Vec<_> = ALL.into_iter().map(|error| error.to_string()).collect();
    codes.sort();
    codes.dedup();
    words.sort();
    words.dedup();
    assert_eq!((codes.len(), words.len()), (ALL.len(), ALL.len()));
}

/// A gateway that is sure of its own signatures and a chain that is not would lose readings.
#[test]
fn edge_case_signatures_are_judged_as_the_verifier_judges_them() {
    after_one(|grid| {
        let reading = grid.peek(FIRST + 2, 1, 0);
        let message = interval_message(&GENESIS, gateway(), 0, reading.hash());
        let good = key(7).sign(&message).to_bytes();
        let mut small_order_r = good;
        small_order_r[..32].copy_from_slice(&[&[1][..], &[0; 31]].concat());
        let mut large_s = good;
        large_s[63] |= 0xe0;
        let mut forged = [0; 64];
        forged[0] = 1;
        for signature in [good, small_order_r, large_s, forged, [0; 64], [0xff; 64]] {
            let signed = deren_primitives::SignedReading { reading: reading.clone(), signature };
            let batch = batch_of(vec![signed]);
            let by_chain = authorize(&batch, &key(7).sign(&batch_message(&batch)).to_bytes()).is_ok();
            assert_eq!(by_chain, verify(&public(7), &message, &signature));
        }
    });
}

#[test]
fn a_refusal_in_a_batch_stops_no_other_reading() {
    run(|| {
        go_to(FIRST + 3);
        let (mut grid, mut solar) = (Meter::new(GRID), Meter::new(SOLAR));
        let readings = vec![
            grid.read(FIRST + 1, 0, 40),
            IntervalReading { sequence: 5, ..solar.peek(FIRST + 1, 0, 60) },
            solar.read(FIRST + 1, 0, 60),
            grid.read(FIRST + 2, 0, 40),
            solar.read(FIRST + 2, 0, 60),
        ];
        let wrong = refused(ReadingError::WrongSequence);
        assert_eq!(submit(readings), Ok(vec![good(), wrong, good(), good(), good()]));
        assert_eq!(shown(FIRST + 1).grid, Some(wh(0, 40)));
        assert_eq!(shown(FIRST + 1).production, wh(0, 60));
        assert_eq!(Metering::readings(MARKET, Slot(FIRST + 2)), 2);
        assert_eq!(Registry::check_invariants(), Ok(()));
    });
}
