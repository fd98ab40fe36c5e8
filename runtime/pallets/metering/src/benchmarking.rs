//! Measures what each call and hook costs, on the real registry and with real signatures: the benchmarks' keystore
//! signs.

use crate::{
    Call, ClosedThrough, Config, Cursors, DeviceStanding, Endings, Forgetting, Forgotten, MAX_ENDINGS, Pallet,
    ReadingCounts, SiteEnergies, SlotEnding, SlotEnergies,
};
use alloc::vec::Vec;
use deren_primitives::{
    Anchor, BatchProof, DeviceCursor, DeviceId, GatewayId, IntervalReading, MAX_LEAVES, MarketId, MerkleTree,
    PublicKey, Quality, ReadingBatch, ReadingEvidence, ReadingHash, RegisterSpan, SampledBatch, SampledReading,
    Signature, SignedReading, SiteId, Slot, batch_message, interval_message,
};
use deren_runtime_apis::BenchmarkRegistry;
use frame_benchmarking::v2::*;
use frame_system::RawOrigin;
use sp_core::crypto::KeyTypeId;

const KEYS: KeyTypeId = KeyTypeId(*b"bnch");
/// The slot that is read; it is over and not closed.
const SLOT: Slot = Slot(100_000);
/// The block in which it is.
const BLOCK: u32 = 1_000;

fn sign(key: &PublicKey, message: &[u8]) -> Signature {
    let key = sp_core::ed25519::Public::from_raw(*key);
    sp_io::crypto::ed25519_sign(KEYS, &key, message).map_or([0; 64], |signature| signature.0)
}

fn device(n: u32) -> DeviceId {
    let mut id = [0xd0; 32];
    id[..4].copy_from_slice(&n.to_le_bytes());
    DeviceId(id)
}

/// A chain in the slot after `SLOT`, with a gateway that reads `devices` devices at as many sites, each read before.
fn prepare<T>(devices: u32) -> (PublicKey, MarketId)
where
    T: Config + pallet_timestamp::Config<Moment = u64>,
    <T as Config>::Registry: BenchmarkRegistry,
{
    frame_system::Pallet::<T>::set_block_number(BLOCK.into());
    pallet_timestamp::Now::<T>::put(Pallet::<T>::clock().end_ms(SLOT));
    ClosedThrough::<T>::put(Slot(SLOT.0 - 1));
    let key = sp_io::crypto::ed25519_generate(KEYS, None).0;
    let ids: Vec<_> = (0..devices).map(device).collect();
    let market = T::Registry::fill(GatewayId(key), &ids, Slot(0));
    for id in ids {
        Cursors::<T>::insert(
            id,
            DeviceStanding {
                cursor: DeviceCursor { next_sequence: 1, next_slot: SLOT, ..Default::default() },
                ..Default::default()
            },
        );
    }
    for site in 0..devices {
        SiteEnergies::<T>::insert((market, SLOT), SiteId(site), SlotEnergies { readings: 1, ..Default::default() });
    }
    ReadingCounts::<T>::insert(market, SLOT, devices);
    (key, market)
}

/// A reading that nothing is wrong with but what its slot says, anchored `age` blocks ago.
fn reading<T: Config>(device: DeviceId, slot: Slot, sequence: u64, previous: ReadingHash, age: u32) -> IntervalReading {
    let block_number = BLOCK - age;
    let hash =
        frame_system::Pallet::<T>::block_hash(frame_system::pallet_prelude::BlockNumberFor::<T>::from(block_number));
    frame_system::BlockHash::<T>::insert(frame_system::pallet_prelude::BlockNumberFor::<T>::from(block_number), hash);
    IntervalReading {
        device,
        first_slot: slot,
        slot_count: 1,
        register_epoch: 0,
        registers: RegisterSpan::default(),
        quality: Quality::GOOD,
        clock_error_ms: 0,
        samples: 90,
        max_gap_ms: 10_000,
        sequence,
        previous,
        anchor: Anchor { block_number, block_hash: hash.as_ref().try_into().unwrap_or_default() },
    }
}

fn signed<T: Config>(key: &PublicKey, reading: IntervalReading) -> SignedReading {
    let genesis = Pallet::<T>::genesis().unwrap_or_default();
    let message = interval_message(&genesis, GatewayId(*key), 0, reading.hash());
    SignedReading { signature: sign(key, &message), reading }
}

fn batch<T: Config>(key: &PublicKey, readings: Vec<IntervalReading>) -> (ReadingBatch, Signature) {
    let readings: Vec<_> = readings.into_iter().map(|reading| signed::<T>(key, reading)).collect();
    let batch = ReadingBatch {
        genesis: Pallet::<T>::genesis().unwrap_or_default(),
        gateway: GatewayId(*key),
        key_epoch: 0,
        attempt: 0,
        readings: readings.try_into().unwrap_or_default(),
    };
    let signature = sign(key, &batch_message(&batch));
    (batch, signature)
}

fn sampled(interval: IntervalReading) -> SampledReading {
    SampledReading { interval, samples_root: [0x5a; 32] }
}

fn sampled_batch<T: Config>(key: &PublicKey, readings: Vec<SampledReading>) -> (SampledBatch, Signature) {
    let batch = SampledBatch {
        genesis: Pallet::<T>::genesis().unwrap_or_default(),
        gateway: GatewayId(*key),
        key_epoch: 0,
        attempt: 0,
        readings: readings.try_into().unwrap_or_default(),
    };
    let signature = sign(key, &batch.message());
    (batch, signature)
}

/// One reading of each of `n` devices, each with an anchor of its own, and the key of their gateway.
fn spread<T>(n: u32) -> (PublicKey, Vec<IntervalReading>)
where
    T: Config + pallet_timestamp::Config<Moment = u64>,
    <T as Config>::Registry: BenchmarkRegistry,
{
    let (key, _) = prepare::<T>(n);
    let zero = ReadingHash::default();
    (key, (0..n).map(|place| reading::<T>(device(place), SLOT, 1, zero, place + 1)).collect())
}

/// The same with the signatures of version 1.
fn spread_batch<T>(n: u32) -> (ReadingBatch, Signature)
where
    T: Config + pallet_timestamp::Config<Moment = u64>,
    <T as Config>::Registry: BenchmarkRegistry,
{
    let (key, readings) = spread::<T>(n);
    batch::<T>(&key, readings)
}

/// The same with the signature of version 2.
fn sampled_spread<T>(n: u32) -> (SampledBatch, Signature)
where
    T: Config + pallet_timestamp::Config<Moment = u64>,
    <T as Config>::Registry: BenchmarkRegistry,
{
    let (key, readings) = spread::<T>(n);
    sampled_batch::<T>(&key, readings.into_iter().map(sampled).collect())
}

/// `n` readings of one device, each of its own slot, and the key of its gateway. `hash` is what the next one names.
fn chain<T>(n: u32, hash: fn(&IntervalReading) -> ReadingHash) -> (PublicKey, Vec<IntervalReading>)
where
    T: Config + pallet_timestamp::Config<Moment = u64>,
    <T as Config>::Registry: BenchmarkRegistry,
{
    let (key, _) = prepare::<T>(1);
    Cursors::<T>::mutate(device(0), |standing| {
        standing.get_or_insert_default().cursor.next_slot = Slot(SLOT.0 - n);
    });
    let mut previous = ReadingHash::default();
    let mut readings = Vec::new();
    for place in 0..n {
        let reading = reading::<T>(device(0), Slot(SLOT.0 - n + place), 1 + u64::from(place), previous, 1);
        previous = hash(&reading);
        readings.push(reading);
    }
    (key, readings)
}

/// A reading of version 2 with the longest way to its root that there is.
fn far_from_its_root<T: Config>(key: &PublicKey, reading: SampledReading) -> Option<ReadingEvidence> {
    let path = MerkleTree::of((0..MAX_LEAVES).map(|_| reading.hash()))?.path(0)?;
    let unsigned = BatchProof { key_epoch: 0, attempt: 0, path, signature: [0; 64] };
    let message = unsigned.message(&Pallet::<T>::genesis()?, GatewayId(*key), reading.hash())?;
    Some(ReadingEvidence::Sampled { reading, proof: BatchProof { signature: sign(key, &message), ..unsigned } })
}

#[benchmarks(where T: pallet_timestamp::Config<Moment = u64>, <T as Config>::Registry: BenchmarkRegistry)]
mod benchmarks {
    use super::*;

    #[benchmark]
    fn authorize_submit(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
        let (batch, signature) = spread_batch::<T>(n);
        let valid;
        #[block]
        {
            valid = Pallet::<T>::authorize_batch(&batch, &signature);
        }
        assert!(valid.is_ok());
        Ok(())
    }

    #[benchmark]
    fn submit_spread(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
        let (batch, signature) = spread_batch::<T>(n);
        #[extrinsic_call]
        submit(RawOrigin::Authorized, batch, signature);
        for place in 0..n {
            assert_eq!(Cursors::<T>::get(device(place)).map(|standing| standing.cursor.next_sequence), Some(2));
        }
        Ok(())
    }

    #[benchmark]
    fn submit_chain(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
        let (key, readings) = chain::<T>(n, IntervalReading::hash);
        let (batch, signature) = batch::<T>(&key, readings);
        #[extrinsic_call]
        submit(RawOrigin::Authorized, batch, signature);
        assert_eq!(Cursors::<T>::get(device(0)).map(|standing| standing.cursor.next_sequence), Some(1 + u64::from(n)));
        Ok(())
    }

    #[benchmark]
    fn report_equivocation() -> Result<(), BenchmarkError> {
        let (key, _) = prepare::<T>(1);
        let one = reading::<T>(device(0), SLOT, 1, ReadingHash::default(), 1);
        let other = IntervalReading { samples: 1, ..one.clone() };
        let (a, b) = (signed::<T>(&key, one), signed::<T>(&key, other));
        let reporter: T::AccountId = frame_benchmarking::account("reporter", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(reporter), GatewayId(key), 0, a.into(), b.into());
        Ok(())
    }

    #[benchmark]
    fn authorize_submit_v2(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
        let (batch, signature) = sampled_spread::<T>(n);
        let valid;
        #[block]
        {
            valid = Pallet::<T>::authorize_batch(&batch, &signature);
        }
        assert!(valid.is_ok());
        Ok(())
    }

    #[benchmark]
    fn submit_v2_spread(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
        let (batch, signature) = sampled_spread::<T>(n);
        #[extrinsic_call]
        submit_v2(RawOrigin::Authorized, batch, signature);
        for place in 0..n {
            assert_eq!(Cursors::<T>::get(device(place)).map(|standing| standing.cursor.next_sequence), Some(2));
        }
        Ok(())
    }

    #[benchmark]
    fn submit_v2_chain(n: Linear<1, 64>) -> Result<(), BenchmarkError> {
        let (key, readings) = chain::<T>(n, |reading| sampled(reading.clone()).hash());
        let (batch, signature) = sampled_batch::<T>(&key, readings.into_iter().map(sampled).collect());
        #[extrinsic_call]
        submit_v2(RawOrigin::Authorized, batch, signature);
        assert_eq!(Cursors::<T>::get(device(0)).map(|standing| standing.cursor.next_sequence), Some(1 + u64::from(n)));
        Ok(())
    }

    #[benchmark]
    fn report_equivocation_v2() -> Result<(), BenchmarkError> {
        let (key, _) = prepare::<T>(1);
        let one = sampled(reading::<T>(device(0), SLOT, 1, ReadingHash::default(), 1));
        let other = SampledReading { samples_root: [1; 32], ..one.clone() };
        let [a, b] = [one, other].map(|reading| far_from_its_root::<T>(&key, reading));
        let (Some(a), Some(b)) = (a, b) else { return Err(BenchmarkError::Stop("no path")) };
        let reporter: T::AccountId = frame_benchmarking::account("reporter", 0, 0);
        #[extrinsic_call]
        _(RawOrigin::Signed(reporter), GatewayId(key), a.into(), b.into());
        Ok(())
    }

    #[benchmark]
    fn close_slots(m: Linear<1, { MAX_ENDINGS - 1 }>) -> Result<(), BenchmarkError> {
        prepare::<T>(0);
        ClosedThrough::<T>::put(Slot(SLOT.0 - MAX_ENDINGS));
        let endings: Vec<_> =
            (0..m).map(|place| SlotEnding { through: Slot(SLOT.0 - m + place), block: place }).collect();
        Endings::<T>::put(frame_support::BoundedVec::truncate_from(endings));
        #[block]
        {
            Pallet::<T>::close_slots(BLOCK);
        }
        assert!(Endings::<T>::get().len() <= 1 + m as usize);
        Ok(())
    }

    #[benchmark]
    fn remove_forgotten(k: Linear<0, 256>) -> Result<(), BenchmarkError> {
        let (_, market) = prepare::<T>(0);
        for site in 0..k {
            SiteEnergies::<T>::insert((market, SLOT), SiteId(site), SlotEnergies::default());
        }
        let entry = Forgetting { market, next: SLOT, through: SLOT };
        Forgotten::<T>::put(frame_support::BoundedVec::truncate_from(alloc::vec![entry]));
        #[block]
        {
            Pallet::<T>::remove_forgotten(k);
        }
        assert_eq!(SiteEnergies::<T>::iter_key_prefix((market, SLOT)).count(), 0);
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::tests::mock::new_test_ext(), crate::tests::mock::Test);
}
