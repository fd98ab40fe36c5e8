//! What fits into a block.

use crate::{
    Runtime, RuntimeCall,
    configs::{BlockLength, BlockWeights, MaxOrders, MaxPointsPerMarket},
    submission,
};
use codec::Encode;
use deren_primitives::{
    Anchor, DeviceId, GatewayId, IntervalReading, MAX_READINGS_PER_BATCH, Quality, ReadingBatch, ReadingHash,
    RegisterSpan, SignedReading, Slot,
};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::Get,
};

/// What one validator on two cores is to accept: 1 500 readings a second, in blocks of three seconds.
const READINGS_PER_BLOCK: u64 = 4_500;

fn full_batch() -> ReadingBatch {
    let reading = IntervalReading {
        device: DeviceId([1; 32]),
        first_slot: Slot(2_000_000),
        slot_count: 1,
        register_epoch: 1,
        registers: RegisterSpan::default(),
        quality: Quality::GOOD,
        clock_error_ms: 20,
        samples: 90,
        max_gap_ms: 10_000,
        sequence: 1_000_000,
        previous: ReadingHash([2; 32]),
        anchor: Anchor { block_number: 1_000_000, block_hash: [3; 32] },
    };
    let signed = SignedReading { reading, signature: [4; 64] };
    let readings = vec![signed; MAX_READINGS_PER_BATCH as usize].try_into().expect("as many as may be");
    ReadingBatch { genesis: [0; 32], gateway: GatewayId([5; 32]), key_epoch: 0, attempt: 0, readings }
}

#[test]
fn a_block_has_room_for_all_readings() {
    let batches = READINGS_PER_BLOCK.div_ceil(u64::from(MAX_READINGS_PER_BATCH));
    let bytes = submission::transaction(full_batch(), [6; 64]).len() as u64 * batches;
    let room = u64::from(*BlockLength::get().max.get(DispatchClass::Normal));
    assert!(bytes < room, "{bytes} bytes of {room}");
}

#[test]
fn a_block_has_time_for_all_readings() {
    let batches = READINGS_PER_BLOCK.div_ceil(u64::from(MAX_READINGS_PER_BATCH));
    let call = RuntimeCall::Metering(pallet_deren_metering::Call::submit { batch: full_batch(), signature: [6; 64] });
    let weights = BlockWeights::get();
    let normal = weights.get(DispatchClass::Normal);
    let each = call.get_dispatch_info().total_weight().saturating_add(normal.base_extrinsic);
    let time = each.saturating_mul(batches).ref_time();
    let room = normal.max_total.expect("bounded").ref_time();
    assert!(time < room, "{} ms of {}", time / 1_000_000_000, room / 1_000_000_000);
}

#[test]
fn a_full_market_is_cleared_within_a_block() {
    use pallet_deren_matching::weights::{SubstrateWeight, WeightInfo};
    let clear = <SubstrateWeight<Runtime> as WeightInfo>::clear(MaxOrders::get(), 1_024);
    let budget = <Runtime as pallet_deren_matching::Config>::BlockBudget::get();
    assert!(clear.all_lte(budget), "{clear:?} of {budget:?}");
}

#[test]
fn no_order_and_no_earner_is_turned_away_for_want_of_room() {
    let [points, orders]: [u32; 2] = [MaxPointsPerMarket::get(), MaxOrders::get()];
    let earners: u32 = <Runtime as pallet_deren_rewards::Config>::MaxEarners::get();
    assert!(orders >= 2 * points);
    assert!(earners >= points);
}

#[test]
fn a_report_of_equivocation_weighs_this_chains_database_and_each_validators_keys() {
    let most: u32 = <Runtime as pallet_babe::Config>::MaxAuthorities::get();
    let least = <Runtime as frame_system::Config>::DbWeight::get().reads_writes(u64::from(most) + 19, 12);
    let reports = [
        <<Runtime as pallet_babe::Config>::WeightInfo as pallet_babe::WeightInfo>::report_equivocation(1, 0),
        <<Runtime as pallet_grandpa::Config>::WeightInfo as pallet_grandpa::WeightInfo>::report_equivocation(1, 0),
    ];
    for report in reports {
        let computing = report.checked_sub(&least).expect("the database alone takes more").ref_time();
        assert!(computing < 1_500_000_000, "{} µs for computing", computing / 1_000_000);
    }
    let note = <<Runtime as pallet_grandpa::Config>::WeightInfo as pallet_grandpa::WeightInfo>::note_stalled();
    assert!(note.ref_time() < 100_000_000, "{} µs for one write", note.ref_time() / 1_000_000);
}

#[test]
fn a_transaction_is_small_enough_for_the_pool_and_the_network() {
    let largest = submission::transaction(full_batch(), [6; 64]).encode().len();
    assert!(largest < 64 * 1024, "{largest} bytes");
}
