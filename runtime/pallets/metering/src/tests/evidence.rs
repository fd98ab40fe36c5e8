//! Two different readings for one sequence number, at least one of them of version 2.

use super::mock::{Error, *};
use crate::Event;
use deren_primitives::{
    BatchProof, GatewayId, IntervalReading, ReadingEvidence, SampledBatch, SampledReading, rotate_message,
};
use ed25519_dalek::Signer;
use frame_support::assert_ok;

/// The grid meter's first reading, which shows so much.
fn reading(import_wh: u64) -> IntervalReading {
    Meter::new(GRID).peek(FIRST + 1, import_wh, 0)
}

/// A reading in a batch behind another device's, signed by key `n` in this epoch.
fn in_a_batch(n: u8, key_epoch: u32, attempt: u32, reading: SampledReading) -> ReadingEvidence {
    let solar = sampled(Meter::new(SOLAR).peek(FIRST + 1, 0, 1));
    let batch = SampledBatch { key_epoch, attempt, ..batch_v2_of(vec![solar, reading.clone()]) };
    let path = batch.tree().path(1).expect("two readings");
    let proof = BatchProof { key_epoch, attempt, path, signature: sign_batch(n, &batch) };
    ReadingEvidence::Sampled { reading, proof }
}

fn of_version_2(reading: IntervalReading) -> ReadingEvidence {
    in_a_batch(7, 0, 0, sampled(reading))
}

fn of_version_1(reading: IntervalReading) -> ReadingEvidence {
    ReadingEvidence::Interval { key_epoch: 0, signed: sign(reading) }
}

fn report_of(gateway: GatewayId, a: &ReadingEvidence, b: &ReadingEvidence) -> Result<(), sp_runtime::DispatchError> {
    Metering::report_equivocation_v2(by(OPERATOR), gateway, a.clone().into(), b.clone().into())
        .map(|info| assert_eq!(info.pays_fee, frame_support::dispatch::Pays::No))
        .map_err(|error| error.error)
}

fn report(a: &ReadingEvidence, b: &ReadingEvidence) -> Result<(), sp_runtime::DispatchError> {
    report_of(gateway(), a, b)
}

/// The pair stops the gateway, once.
fn expect_proof(a: &ReadingEvidence, b: &ReadingEvidence) {
    run(|| {
        assert_ok!(report(a, b));
        let event = Event::Equivocation {
            gateway: gateway(),
            key_epoch: 0,
            device: device(GRID),
            sequence: 0,
            first: a.hash(),
            second: b.hash(),
            reporter: OPERATOR,
        };
        assert!(events().contains(&RuntimeEvent::Metering(event)));
        assert_eq!(report(b, a), Err(Error::GatewayInactive.into()));
    });
}

/// Readings name a block of the chain, so that they are made on one.
fn on_chain<R>(make: impl FnOnce() -> R) -> R {
    let mut made = None;
    run(|| made = Some(make()));
    made.expect("it ran")
}

#[test]
fn two_readings_of_version_2_in_two_batches_are_a_proof() {
    let (a, b) = on_chain(|| (of_version_2(reading(100)), of_version_2(reading(200))));
    expect_proof(&a, &b);
}

#[test]
fn a_reading_of_each_version_is_a_proof_even_of_the_same_registers() {
    let (a, b, c) = on_chain(|| (of_version_1(reading(100)), of_version_2(reading(200)), of_version_2(reading(100))));
    expect_proof(&a, &b);
    expect_proof(&b, &a);
    expect_proof(&a, &c);
}

#[test]
fn other_samples_are_another_reading() {
    let (a, b) = on_chain(|| {
        let other = SampledReading { samples_root: [1; 32], ..sampled(reading(100)) };
        (of_version_2(reading(100)), in_a_batch(7, 0, 0, other))
    });
    expect_proof(&a, &b);
}

#[test]
fn two_readings_of_version_1_are_a_proof_here_too() {
    let (a, b) = on_chain(|| (of_version_1(reading(100)), of_version_1(reading(200))));
    expect_proof(&a, &b);
}

#[test]
fn a_reading_in_several_batches_is_no_equivocation() {
    run(|| {
        let [once, again, anew] =
            [(0, 0), (0, 1), (1, 0)].map(|(epoch, attempt)| in_a_batch(7, epoch, attempt, sampled(reading(100))));
        assert_eq!(report(&once, &again), Err(Error::SameReading.into()));
        assert_eq!(report(&once, &anew), Err(Error::SameReading.into()));
    });
}

#[test]
fn what_is_no_proof_is_told_why() {
    run(|| {
        let (a, b) = (of_version_2(reading(100)), of_version_2(reading(200)));
        let other_sequence = of_version_2(IntervalReading { sequence: 1, ..reading(200) });
        assert_eq!(report(&a, &other_sequence), Err(Error::DifferentSequences.into()));
        let other_device = of_version_1(IntervalReading { device: device(SOLAR), ..reading(200) });
        assert_eq!(report(&a, &other_device), Err(Error::DifferentDevices.into()));
        let other_epoch = in_a_batch(7, 1, 0, sampled(reading(200)));
        assert_eq!(report(&a, &other_epoch), Err(Error::DifferentKeyEpochs.into()));
        let [unknown_epoch, too] = [100, 200].map(|wh| in_a_batch(7, 1, 0, sampled(reading(wh))));
        assert_eq!(report(&unknown_epoch, &too), Err(Error::UnknownKeyEpoch.into()));
        let forged = in_a_batch(8, 0, 0, sampled(reading(200)));
        assert_eq!(report(&forged, &a), Err(Error::FirstNotAuthentic.into()));
        assert_eq!(report(&a, &forged), Err(Error::SecondNotAuthentic.into()));
        let [a_foreign, b_foreign] =
            [100, 200].map(|wh| of_version_2(IntervalReading { device: device(9), ..reading(wh) }));
        assert_eq!(report(&a_foreign, &b_foreign), Err(Error::UnknownDevice.into()));
        assert_eq!(report_of(GatewayId([9; 32]), &a, &b), Err(Error::UnknownGateway.into()));
    });
}

#[test]
fn a_proof_is_of_the_batch_that_was_signed() {
    run(|| {
        let a = of_version_2(reading(100));
        let ReadingEvidence::Sampled { reading: second, proof } = of_version_2(reading(200)) else { panic!("it is") };
        let not_authentic = |proof: BatchProof| {
            let moved = ReadingEvidence::Sampled { reading: second.clone(), proof };
            assert_eq!(report(&a, &moved), Err(Error::SecondNotAuthentic.into()));
        };
        not_authentic(BatchProof { attempt: 1, ..proof.clone() });
        let mut moved = proof.clone();
        moved.path.index = 0;
        not_authentic(moved);
        let mut longer = proof.clone();
        longer.path.leaves = 3;
        not_authentic(longer);
        let mut bare = proof.clone();
        bare.path.siblings = Default::default();
        not_authentic(bare);
        assert_ok!(report(&a, &ReadingEvidence::Sampled { reading: second.clone(), proof }));
    });
}

/// A thief, or an owner who signed two truths, cannot make the proof void by a new key.
#[test]
fn a_proof_holds_by_the_key_of_its_time() {
    run(|| {
        let (a, b) = (of_version_1(reading(100)), of_version_2(reading(200)));
        let message = rotate_message(&GENESIS, gateway(), 1, &public(8));
        let [by_the_old, by_the_new] = [7, 8].map(|signer| key(signer).sign(&message).to_bytes());
        assert_ok!(Registry::rotate_key(by(OWNER), gateway(), public(8), by_the_old, by_the_new));
        assert_ok!(report(&a, &b));
    });
}
