//! Batches of version 2: one signature for all readings, each of which names the root of its samples.

use super::mock::*;
use crate::{Call, Event, WeightInfo, weights::SubstrateWeight};
use deren_primitives::{
    IntervalReading, MAX_READINGS_PER_BATCH, ReadingError, ReadingHash, ReadingVerdict, SampledBatch, SampledReading,
    rotate_message,
};
use ed25519_dalek::Signer;
use frame_support::{
    assert_noop, assert_ok,
    pallet_prelude::{InvalidTransaction, ValidTransaction},
    traits::UnfilteredDispatchable,
};
use frame_system::RawOrigin;
use sp_runtime::DispatchError::BadOrigin;

fn attempt(attempt: u32, readings: Vec<SampledReading>) -> (SampledBatch, [u8; 64]) {
    let batch = SampledBatch { attempt, ..batch_v2_of(readings) };
    let signature = sign_batch(7, &batch);
    (batch, signature)
}

fn valid(batch: &impl AnyBatch, signature: &[u8; 64]) -> ValidTransaction {
    authorize(batch, signature).expect("a valid batch")
}

/// What it takes of signature checks.
fn checks<R>(of: impl FnOnce() -> R) -> (u32, R) {
    let before = SignatureChecks::get();
    let result = of();
    (SignatureChecks::get() - before, result)
}

#[test]
fn a_reading_is_accepted_with_the_root_of_its_samples() {
    run(|| {
        go_to(FIRST + 2);
        let reading = Meter::new(GRID).read_v2(FIRST + 1, 100, 0);
        assert_eq!(submit_v2(vec![reading.clone()]), Ok(vec![good()]));
        let [cursor] = Metering::cursors(vec![device(GRID)])[..] else { panic!("one device") };
        assert_eq!(cursor.map(|cursor| cursor.last_hash), Some(reading.hash()));
        assert_eq!(shown(FIRST + 1).grid, Some(wh(100, 0)));
        let told = events().into_iter().find_map(|event| match event {
            RuntimeEvent::Metering(Event::ReadingAccepted { reading, samples_root, hash, .. }) => {
                Some((reading, samples_root, hash))
            }
            _ => None,
        });
        assert_eq!(told, Some((reading.interval.clone(), Some(reading.samples_root), reading.hash())));
    });
}

#[test]
fn both_versions_are_one_chain_of_a_device() {
    run(|| {
        set_grace(120);
        go_to(FIRST + 5);
        let mut grid = Meter::new(GRID);
        assert_eq!(submit(vec![grid.read(FIRST + 1, 1, 0)]), Ok(vec![good()]));
        let last_of_version_1 = grid.previous;
        let second = grid.read_v2(FIRST + 2, 2, 0);
        assert_eq!(second.interval.previous, last_of_version_1);
        assert_eq!(submit_v2(vec![second.clone(), grid.read_v2(FIRST + 3, 3, 0)]), Ok(vec![good(), good()]));
        assert_eq!(submit(vec![grid.peek(FIRST + 4, 4, 0)]), Ok(vec![good()]));
        assert_eq!(shown(FIRST + 2).grid, Some(wh(2, 0)));
        assert_eq!(shown(FIRST + 4).grid, Some(wh(4, 0)));
    });
}

#[test]
fn a_reading_names_the_whole_of_the_one_before() {
    run(|| {
        go_to(FIRST + 3);
        let mut grid = Meter::new(GRID);
        let first = grid.read_v2(FIRST + 1, 1, 0);
        assert_eq!(submit_v2(vec![first.clone()]), Ok(vec![good()]));
        let by_its_interval = IntervalReading { previous: first.interval.hash(), ..grid.peek(FIRST + 2, 1, 0) };
        assert_eq!(submit_v2(vec![sampled(by_its_interval)]), Err(InvalidTransaction::Custom(9).into()));
        assert_eq!(submit_v2(vec![sampled(grid.peek(FIRST + 2, 1, 0))]), Ok(vec![good()]));
    });
}

#[test]
fn a_batch_is_taken_once_in_either_version() {
    run(|| {
        go_to(FIRST + 2);
        let reading = Meter::new(GRID).read_v2(FIRST + 1, 100, 0);
        let (batch, signature) = attempt(0, vec![reading.clone()]);
        assert_ok!(send(batch.clone(), signature));
        let stale = Err(InvalidTransaction::Stale.into());
        assert_eq!(authorize(&batch, &signature), stale);
        let (batch, signature) = attempt(1, vec![reading.clone()]);
        assert_eq!(authorize(&batch, &signature), stale);
        assert_eq!(batch.check(signature), vec![refused(ReadingError::WrongSequence)]);
        assert_eq!(submit(vec![reading.interval]), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn a_batch_takes_the_place_in_the_pool_of_one_of_the_same_reading() {
    run(|| {
        go_to(FIRST + 2);
        let reading = Meter::new(GRID).peek(FIRST + 1, 1, 0);
        let [first, second] = [0, 1].map(|n| attempt(n, vec![sampled(reading.clone())]));
        let of_version_1 = batch_of(vec![sign(reading)]);
        let (first, second) = (valid(&first.0, &first.1), valid(&second.0, &second.1));
        assert_eq!(first, valid(&of_version_1, &sign_batch(7, &of_version_1)));
        assert_eq!(first.provides, second.provides);
        assert!(first.priority < second.priority);
        assert_eq!((first.longevity, first.propagate), (20, true));
    });
}

#[test]
fn nothing_of_a_batch_can_be_changed() {
    run(|| {
        go_to(FIRST + 3);
        let mut grid = Meter::new(GRID);
        let readings = vec![grid.read_v2(FIRST + 1, 1, 0), Meter::new(SOLAR).read_v2(FIRST + 1, 0, 1)];
        let more = grid.read_v2(FIRST + 2, 2, 0);
        let (batch, signature) = attempt(0, readings.clone());
        let with = |readings: Vec<SampledReading>| batch_v2_of(readings);
        let changed = |change: fn(&mut SampledReading)| {
            let mut readings = readings.clone();
            readings.iter_mut().for_each(change);
            with(readings)
        };
        let tampered = [
            SampledBatch { attempt: 1, ..batch.clone() },
            changed(|reading| reading.samples_root[31] ^= 1),
            changed(|reading| reading.interval.samples += 1),
            changed(|reading| reading.interval.registers.import_close_mwh += 1_000),
            with(readings[..1].to_vec()),
            with(readings[1..].to_vec()),
            with(readings.iter().rev().cloned().collect()),
            with([readings.clone(), vec![more]].concat()),
            with([readings.clone(), readings[1..].to_vec()].concat()),
        ];
        for batch in tampered {
            assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::BadProof.into()), "{batch:?}");
            let all = vec![refused(ReadingError::BadSignature); batch.readings.len()];
            assert_eq!(batch.check(signature), all);
        }
        assert_eq!(authorize(&batch, &sign_batch(8, &batch)), Err(InvalidTransaction::BadProof.into()));
        assert_eq!(send(batch, signature), Ok(vec![good(), good()]));
    });
}

#[test]
fn after_a_rotation_a_batch_is_formed_anew() {
    run(|| {
        go_to(FIRST + 2);
        let (batch, signature) = attempt(0, vec![Meter::new(GRID).read_v2(FIRST + 1, 1, 0)]);
        let message = rotate_message(&GENESIS, gateway(), 1, &public(8));
        let [by_the_old, by_the_new] = [7, 8].map(|signer| key(signer).sign(&message).to_bytes());
        assert_ok!(Registry::rotate_key(by(OWNER), gateway(), public(8), by_the_old, by_the_new));
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Custom(4).into()));
        let anew = SampledBatch { key_epoch: 1, ..batch };
        assert_eq!(authorize(&anew, &sign_batch(7, &anew)), Err(InvalidTransaction::BadProof.into()));
        let signature = sign_batch(8, &anew);
        assert_eq!(send(anew, signature), Ok(vec![good()]));
    });
}

#[test]
fn a_refusal_in_a_batch_stops_no_other_reading() {
    run(|| {
        go_to(FIRST + 2);
        let [grid, solar, battery] = [GRID, SOLAR, BATTERY].map(|n| sampled(Meter::new(n).peek(FIRST + 1, 0, 1)));
        let mut wrong = solar.clone();
        wrong.interval.previous = ReadingHash([1; 32]);
        let expected = vec![good(), refused(ReadingError::WrongPreviousHash), good(), good()];
        assert_eq!(submit_v2(vec![grid, wrong, solar, battery]), Ok(expected));
    });
}

#[test]
fn samples_without_their_root_trade_nothing() {
    run(|| {
        go_to(FIRST + 4);
        let mut grid = Meter::new(GRID);
        let mut bare = sampled(grid.peek(FIRST + 1, 1, 0));
        bare.samples_root = [0; 32];
        let flagged = accepted(ReadingVerdict::SAMPLES_UNCOMMITTED);
        assert_eq!(submit_v2(vec![grid.note_v2(bare)]), Ok(vec![flagged]));
        assert_eq!(shown(FIRST + 1).grid, None);
        let several = IntervalReading { slot_count: 2, samples: 0, ..grid.peek(FIRST + 2, 1, 0) };
        let estimated = accepted(ReadingVerdict::ESTIMATED);
        assert_eq!(submit_v2(vec![grid.note_v2(sampled(several))]), Ok(vec![estimated]));
    });
}

#[test]
fn one_signature_is_checked_for_64_readings() {
    run(|| {
        let slots = MAX_READINGS_PER_BATCH / 2;
        go_to(FIRST + 1 + slots);
        let (mut grid, mut solar) = (Meter::new(GRID), Meter::new(SOLAR));
        let pairs = (FIRST + 1..).take(slots as usize);
        let readings: Vec<_> = pairs.flat_map(|slot| [grid.read_v2(slot, 0, 1), solar.read_v2(slot, 0, 1)]).collect();
        let (batch, signature) = attempt(0, readings);
        assert_eq!(batch.readings.len(), 64);
        assert_eq!(checks(|| authorize(&batch, &signature).is_ok()), (1, true));
        let call = batch.clone().call(signature);
        let (of_the_block, outcome) = checks(|| call.dispatch_bypass_filter(RawOrigin::Authorized.into()));
        assert_eq!((of_the_block, outcome.is_ok()), (0, true));
        assert_eq!(Metering::cursors(vec![device(SOLAR)])[0].map(|cursor| cursor.next_sequence), Some(slots.into()));
    });
}

/// Whoever floods a node with what is of no use makes it check no signature.
#[test]
fn what_is_refused_otherwise_costs_no_check_of_a_signature() {
    run(|| {
        go_to(FIRST + 3);
        let mut grid = Meter::new(GRID);
        let first = grid.read_v2(FIRST + 1, 1, 0);
        assert_ok!(submit_v2(vec![first.clone()]));
        let next = grid.peek(FIRST + 2, 1, 0);
        let one = |reading: IntervalReading| batch_v2_of(vec![sampled(reading)]);
        let free = |batch: SampledBatch| checks(|| authorize(&batch, &[1; 64]));
        let refusals = [
            (batch_v2_of(vec![first]), InvalidTransaction::Stale),
            (one(IntervalReading { sequence: 2, ..next.clone() }), InvalidTransaction::Future),
            (one(grid.peek(FIRST + 3, 1, 0)), InvalidTransaction::Custom(10)),
            (one(Meter::new(9).peek(FIRST + 2, 1, 0)), InvalidTransaction::Custom(5)),
            (SampledBatch { genesis: [9; 32], ..one(next.clone()) }, InvalidTransaction::Custom(1)),
            (SampledBatch { key_epoch: 1, ..one(next.clone()) }, InvalidTransaction::Custom(4)),
            (SampledBatch { attempt: 16, ..one(next.clone()) }, InvalidTransaction::Custom(101)),
            (batch_v2_of(vec![]), InvalidTransaction::Custom(100)),
        ];
        for (batch, expected) in refusals {
            assert_eq!(free(batch), (0, Err(expected.into())));
        }
        // Only what would be taken but for its signature has it checked, once.
        assert_eq!(free(one(next)), (1, Err(InvalidTransaction::BadProof.into())));
    });
}

#[test]
fn both_versions_share_what_a_block_has_for_readings() {
    run(|| {
        go_to(FIRST + 4);
        let [first, second] = [GRID, SOLAR].map(|n| attempt(0, vec![Meter::new(n).read_v2(FIRST + 1, 0, 0)]));
        let third = batch_of(vec![sign(Meter::new(BATTERY).read(FIRST + 1, 0, 0))]);
        let by_gateway = sign_batch(7, &third);
        let spent = InvalidTransaction::ExhaustsResources;
        MaxBytesInBlock::set(2 * codec::Encode::encoded_size(&third) as u32);
        assert_ok!(send(third.clone(), by_gateway));
        assert_ok!(send(first.0, first.1));
        assert_eq!(checks(|| authorize(&second.0, &second.1)), (0, Err(spent.into())));
        next_block();
        assert_ok!(authorize(&second.0, &second.1));
        MaxRefTimeInBlock::set(1);
        assert_eq!(authorize(&second.0, &second.1), Err(spent.into()));
        MaxRefTimeInBlock::set(u64::MAX);
        MaxBytesInBlock::set(u32::MAX);
    });
}

#[test]
fn nobody_submits_without_the_authorisation() {
    run(|| {
        go_to(FIRST + 2);
        let (batch, signature) = attempt(0, vec![Meter::new(GRID).read_v2(FIRST + 1, 1, 0)]);
        for origin in [RawOrigin::Signed(OWNER), RawOrigin::Root, RawOrigin::None] {
            let call = Call::<Test>::submit_v2 { batch: batch.clone(), signature };
            assert_noop!(call.dispatch_bypass_filter(origin.into()), BadOrigin);
        }
    });
}

#[test]
fn a_batch_weighs_what_version_1_does_but_for_the_signatures() {
    type Weights = SubstrateWeight<Test>;
    for n in 1..64 {
        assert!(Weights::submit_v2_spread(n).any_lt(Weights::submit_v2_spread(n + 1)));
        assert!(Weights::authorize_submit_v2(n).any_lt(Weights::authorize_submit_v2(n + 1)));
        assert!(Weights::submit_v2_chain(n).all_lte(Weights::submit_v2_spread(n)));
        assert!(Weights::submit_v2_spread(n).all_lte(Weights::submit_spread(n)));
        assert!(Weights::submit_v2_chain(n).all_lte(Weights::submit_chain(n)));
    }
}
