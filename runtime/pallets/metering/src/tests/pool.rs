//! What the transaction pool knows of a batch: nobody can send one twice, and a later attempt is never blocked.

use super::mock::*;
use crate::Call;
use deren_primitives::{IntervalReading, ReadingBatch};
use frame_support::{
    assert_noop,
    pallet_prelude::{InvalidTransaction, ValidTransaction},
    traits::UnfilteredDispatchable,
};
use frame_system::RawOrigin;
use sp_runtime::DispatchError::BadOrigin;

fn attempt(attempt: u32, readings: Vec<IntervalReading>) -> (ReadingBatch, [u8; 64]) {
    let batch = ReadingBatch { attempt, ..batch_of(readings.into_iter().map(sign).collect()) };
    let signature = sign_batch(7, &batch);
    (batch, signature)
}

fn valid((batch, signature): &(ReadingBatch, [u8; 64])) -> ValidTransaction {
    authorize(batch, signature).expect("a valid batch")
}

#[test]
fn a_later_attempt_takes_the_place_of_an_earlier_one() {
    run(|| {
        go_to(FIRST + 2);
        let reading = Meter::new(GRID).read(FIRST + 1, 1, 0);
        let (first, second) = (valid(&attempt(0, vec![reading.clone()])), valid(&attempt(1, vec![reading])));
        assert_eq!(first.provides, second.provides);
        assert!(first.priority < second.priority);
        assert_eq!(first.provides.len(), 1);
        assert_eq!((first.longevity, first.propagate), (20, true));
    });
}

#[test]
fn batches_of_different_devices_do_not_stand_in_each_others_way() {
    run(|| {
        go_to(FIRST + 2);
        let grid = valid(&attempt(0, vec![Meter::new(GRID).read(FIRST + 1, 1, 0)]));
        let solar = valid(&attempt(0, vec![Meter::new(SOLAR).read(FIRST + 1, 0, 1)]));
        assert_ne!(grid.provides, solar.provides);
    });
}

#[test]
fn a_batch_cannot_be_replayed_once_its_readings_are_in() {
    run(|| {
        go_to(FIRST + 3);
        let (mut grid, mut solar) = (Meter::new(GRID), Meter::new(SOLAR));
        let bad = IntervalReading { sequence: 9, ..solar.peek(FIRST + 1, 0, 1) };
        let readings = vec![grid.read(FIRST + 1, 1, 0), solar.read(FIRST + 1, 0, 1), bad];
        let (batch, signature) = attempt(0, readings.clone());
        assert!(send(batch.clone(), signature).is_ok());
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Stale.into()));
        let (batch, signature) = attempt(1, readings);
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Stale.into()));
        next_block();
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Stale.into()));
    });
}

#[test]
fn a_batch_that_came_too_early_is_good_later() {
    run(|| {
        let (batch, signature) = attempt(0, vec![Meter::new(GRID).read(FIRST + 1, 1, 0)]);
        assert_eq!(authorize(&batch, &signature), Err(InvalidTransaction::Custom(10).into()));
        go_to(FIRST + 2);
        assert!(authorize(&batch, &signature).is_ok());
    });
}

#[test]
fn nobody_submits_without_the_authorisation() {
    run(|| {
        go_to(FIRST + 2);
        let (batch, signature) = attempt(0, vec![Meter::new(GRID).read(FIRST + 1, 1, 0)]);
        for origin in [RawOrigin::Signed(OWNER), RawOrigin::Root, RawOrigin::None] {
            let call = Call::<Test>::submit { batch: batch.clone(), signature };
            assert_noop!(call.dispatch_bypass_filter(origin.into()), BadOrigin);
        }
    });
}

#[test]
fn an_authorisation_changes_nothing() {
    run(|| {
        go_to(FIRST + 2);
        let (batch, signature) = attempt(0, vec![Meter::new(GRID).read(FIRST + 1, 1, 0)]);
        let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
        assert!(authorize(&batch, &signature).is_ok());
        assert_eq!(Metering::check(batch, signature), vec![good()]);
        assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before);
    });
}

/// The weight that was declared is what the worst batch costs; what a batch does not use is given back.
#[test]
fn a_chain_of_one_device_costs_less_than_many_devices() {
    use crate::WeightInfo;
    type Weights = crate::weights::SubstrateWeight<Test>;
    for n in 1..64 {
        assert!(Weights::submit_spread(n).any_lt(Weights::submit_spread(n + 1)));
        assert!(Weights::authorize_submit(n).any_lt(Weights::authorize_submit(n + 1)));
        assert!(Weights::submit_chain(n).all_lte(Weights::submit_spread(n)));
    }
    run(|| {
        go_to(FIRST + 3);
        let mut grid = Meter::new(GRID);
        let (batch, _) = attempt(0, vec![grid.read(FIRST + 1, 1, 0), grid.read(FIRST + 2, 1, 0)]);
        let call = Call::<Test>::submit { batch, signature: [0; 64] };
        let info = call.dispatch_bypass_filter(RawOrigin::Authorized.into()).expect("submitted");
        assert!(info.actual_weight.expect("a weight").all_lte(Weights::submit_spread(2)));
    });
}

/// What is free leaves room for what is paid for.
#[test]
fn readings_have_a_share_of_a_block_and_no_more() {
    run(|| {
        go_to(FIRST + 4);
        let batches = [GRID, SOLAR, BATTERY].map(|n| attempt(0, vec![Meter::new(n).read(FIRST + 1, 0, 0)]));
        let bytes = codec::Encode::encoded_size(&batches[0].0) as u32;
        let spent = Err(InvalidTransaction::ExhaustsResources.into());
        let [first, second, third] = batches;
        MaxBytesInBlock::set(2 * bytes);
        assert!(send(first.0, first.1).is_ok());
        assert!(send(second.0, second.1).is_ok());
        assert_eq!(authorize(&third.0, &third.1), spent);
        next_block();
        assert!(authorize(&third.0, &third.1).is_ok(), "each block has its own");
        MaxRefTimeInBlock::set(1);
        assert_eq!(authorize(&third.0, &third.1), spent);
        MaxBytesInBlock::set(u32::MAX);
        MaxRefTimeInBlock::set(u64::MAX);
        assert!(send(third.0, third.1).is_ok());
    });
}
