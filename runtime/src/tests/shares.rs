//! Readings and what is paid for leave room for each other in each block, and a home that was offline catches up.

use super::{
    chain::{apply, begin_block, gateway_key, on_preset, run_to},
    submission::{DEVICE, gateway, genesis_hash, register, register_more, transaction},
};
use crate::{
    Executive, Metering, Runtime, RuntimeCall, System, TransactionPayment, check_invariants,
    configs::BlockWeights,
    genesis::DEV,
    units::{BLOCK_MS, MAX_BLOCK_WEIGHT},
};
use codec::Encode;
use deren_primitives::{
    Anchor, DeviceId, DeviceRole, IntervalReading, ReadingBatch, ReadingHash, SignedReading, Slot, batch_message,
    interval_message,
};
use frame_support::{dispatch::DispatchClass, weights::Weight};
use sp_core::{Pair, ed25519};
use sp_keyring::Sr25519Keyring::{Bob, Dave};
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

/// Two weeks of quarter-hours.
pub(super) const TWO_WEEKS: u32 = 1_344;

/// A device as its gateway follows it.
struct Meter {
    id: DeviceId,
    sequence: u64,
    previous: ReadingHash,
    next_slot: Slot,
}

impl Meter {
    fn read(&mut self, anchor: Anchor) -> IntervalReading {
        let reading = IntervalReading {
            sequence: self.sequence,
            previous: self.previous,
            anchor,
            ..deren_testing::reading(self.id, self.next_slot)
        };
        (self.sequence, self.previous) = (self.sequence + 1, reading.hash());
        self.next_slot = self.next_slot.next();
        reading
    }
}

pub(super) struct Home {
    key: ed25519::Pair,
    meters: Vec<Meter>,
}

impl Home {
    /// The next batch of 64 readings, each device in turn, of slots before `end`; nothing if there is none.
    fn batch(&mut self, end: Slot) -> Option<crate::UncheckedExtrinsic> {
        let anchor = Anchor { block_number: System::block_number() - 1, block_hash: System::parent_hash().0 };
        let mut readings = Vec::new();
        while readings.len() < 64 {
            let next = self.meters.iter_mut().min_by_key(|meter| meter.next_slot)?;
            if next.next_slot >= end {
                break;
            }
            let reading = next.read(anchor);
            let message = interval_message(&genesis_hash(), gateway(&self.key), 0, reading.hash());
            readings.push(SignedReading { signature: self.key.sign(&message).0, reading });
        }
        if readings.is_empty() {
            return None;
        }
        let readings = readings.try_into().expect("as many as may be");
        let batch =
            ReadingBatch { genesis: genesis_hash(), gateway: gateway(&self.key), key_epoch: 0, attempt: 0, readings };
        let signature = self.key.sign(&batch_message(&batch)).0;
        Some(transaction(batch, signature))
    }
}

fn slot_now() -> Slot {
    Metering::clock().slot_at(pallet_timestamp::Now::<Runtime>::get())
}

/// A home with so many devices that was registered `slots` ago and has sent nothing since.
pub(super) fn offline_for<T>(slots: u32, devices: u8, test: impl FnOnce(Home) -> T) -> T {
    on_preset(DEV, || {
        let key = gateway_key(1);
        begin_block();
        register(&key);
        let more = (1..devices).map(|n| DeviceId([100 + n; 32]));
        more.clone().for_each(|id| register_more(&key, id, DeviceRole::Storage));
        let first = slot_now().next();
        // No need to make all the blocks between.
        Executive::finalize_block();
        System::set_block_number(System::block_number() + 4 * (slots + 1));
        begin_block();
        assert!(slot_now().since(first) >= slots);
        let meter = |id| Meter { id, sequence: 0, previous: ReadingHash::default(), next_slot: first };
        test(Home { key, meters: std::iter::once(DEVICE).chain(more).map(meter).collect() })
    })
}

/// Puts free batches into this block until it takes no more. Gives their bytes and their count.
pub(super) fn fill_with_free_batches(home: &mut Home) -> (u64, u32) {
    let (mut bytes, mut batches) = (0, 0);
    while let Some(batch) = home.batch(slot_now()) {
        let of_batch = batch.encoded_size() as u64;
        match Executive::apply_extrinsic(batch) {
            Ok(outcome) => outcome.expect("it succeeds"),
            refused => {
                assert_eq!(refused, exhausted());
                break;
            }
        }
        (bytes, batches) = (bytes + of_batch, batches + 1);
    }
    (bytes, batches)
}

fn remark(bytes: usize) -> RuntimeCall {
    RuntimeCall::System(frame_system::Call::remark { remark: vec![0; bytes] })
}

fn exhausted() -> Result<sp_runtime::DispatchOutcome, TransactionValidityError> {
    Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources))
}

#[test]
fn a_block_full_of_free_batches_takes_what_is_paid_for_and_fees_do_not_rise() {
    offline_for(TWO_WEEKS, 12, |mut home| {
        run_to(System::block_number() + 1);
        let multiplier = TransactionPayment::next_fee_multiplier();
        let (_, batches) = fill_with_free_batches(&mut home);
        assert!((100..252).contains(&batches), "{batches} batches were taken");
        apply(Bob, remark(100_000)).expect("a transaction that pays fits").expect("it succeeds");
        apply(Dave, remark(1_000_000)).expect("a transaction that pays fits").expect("it succeeds");
        Executive::finalize_block();
        assert!(TransactionPayment::next_fee_multiplier() <= multiplier, "what is free makes fees rise");
    });
}

#[test]
fn a_block_full_of_what_is_paid_for_takes_readings() {
    offline_for(3, 2, |mut home| {
        run_to(System::block_number() + 1);
        // Transactions as long as they may be, and the most time that clearing and settling take.
        let all = BlockWeights::get();
        let paid = all.get(DispatchClass::Normal).max_total.expect("bounded");
        while let Ok(outcome) = apply(Bob, remark(200_000)) {
            outcome.expect("it succeeds");
        }
        let half = Weight::from_parts(MAX_BLOCK_WEIGHT.ref_time() / 2, 0);
        System::register_extra_weight_unchecked(half, DispatchClass::Mandatory);
        System::register_extra_weight_unchecked(paid, DispatchClass::Normal);
        assert_eq!(apply(Bob, remark(400_000)), exhausted());
        let batch = home.batch(slot_now()).expect("readings wait");
        Executive::apply_extrinsic(batch).expect("readings fit").expect("it succeeds");
        assert!(Metering::cursors(vec![DEVICE])[0].is_some());
    });
}

/// One batch a block, as a gateway sends them. The figures are printed.
#[test]
fn a_home_that_was_offline_for_two_weeks_catches_up_in_minutes() {
    offline_for(TWO_WEEKS, 3, |mut home| {
        let first_block = System::block_number() + 1;
        loop {
            run_to(System::block_number() + 1);
            let Some(batch) = home.batch(slot_now()) else { break };
            Executive::apply_extrinsic(batch).expect("valid").expect("it succeeds");
        }
        let blocks = System::block_number() - first_block;
        let read = |meter: &Meter| Metering::cursors(vec![meter.id])[0].map_or(0, |cursor| cursor.next_sequence);
        let readings: u64 = home.meters.iter().map(read).sum();
        let seconds = u64::from(blocks) * BLOCK_MS / 1000;
        println!("{readings} readings in {blocks} blocks: {} a block, {seconds} s", readings / u64::from(blocks));
        assert!(readings >= 3 * u64::from(TWO_WEEKS), "{readings} readings were taken");
        assert!(seconds < 600, "{seconds} s");
        assert_eq!(check_invariants(), Ok(()));
    });
}
