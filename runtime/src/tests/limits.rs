//! What fits into a block.

use crate::{
    Metering, Runtime, RuntimeCall,
    configs::{BlockWeights, MaxMarkets, MaxOrders, MaxPointsPerMarket},
    submission,
};
use codec::Encode;
use deren_primitives::{
    Anchor, DeviceId, GatewayId, IntervalReading, MAX_READINGS_PER_BATCH, Quality, ReadingBatch, ReadingHash,
    RegisterSpan, SampledBatch, SampledReading, SignedReading, Slot,
};
use frame_support::{
    dispatch::{DispatchClass, GetDispatchInfo},
    traits::Get,
};

/// What one validator on two cores is to accept: 1 500 readings a second, in blocks of three seconds.
const READINGS_PER_BLOCK: u64 = 4_500;

pub(super) fn full_batch() -> ReadingBatch {
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

/// The same readings as version 2 sends them.
fn full_batch_v2() -> SampledBatch {
    let ReadingBatch { genesis, gateway, key_epoch, attempt, readings } = full_batch();
    let sampled = |signed: SignedReading| SampledReading { interval: signed.reading, samples_root: [4; 32] };
    let readings = readings.into_iter().map(sampled).collect::<Vec<_>>().try_into().expect("as many");
    SampledBatch { genesis, gateway, key_epoch, attempt, readings }
}

#[test]
fn version_2_takes_less_of_a_block_than_version_1() {
    let [one, two] =
        [submission::transaction(full_batch(), [6; 64]), submission::transaction_v2(full_batch_v2(), [6; 64])];
    assert!(two.len() < one.len(), "{} bytes, and {} before", two.len(), one.len());
    let [one, two] = [
        pallet_deren_metering::Call::<Runtime>::submit { batch: full_batch(), signature: [6; 64] },
        pallet_deren_metering::Call::<Runtime>::submit_v2 { batch: full_batch_v2(), signature: [6; 64] },
    ]
    .map(|call| call.get_dispatch_info());
    assert_eq!(two.class, DispatchClass::Operational, "what is free sets no fees");
    let [one, two] = [one, two].map(|info| info.total_weight().ref_time());
    assert!(two < one, "{two}, and {one} before");
}

#[test]
fn a_block_has_room_for_all_readings() {
    let batches = READINGS_PER_BLOCK.div_ceil(u64::from(MAX_READINGS_PER_BATCH));
    let bytes = submission::transaction(full_batch(), [6; 64]).len() as u64 * batches;
    let room: u32 = <Runtime as pallet_deren_metering::Config>::MaxBytesInBlock::get();
    let room = u64::from(room);
    assert!(bytes < room, "{bytes} bytes of {room}");
}

#[test]
fn a_block_has_time_for_all_readings() {
    let batches = READINGS_PER_BLOCK.div_ceil(u64::from(MAX_READINGS_PER_BATCH));
    let call = RuntimeCall::Metering(pallet_deren_metering::Call::submit { batch: full_batch(), signature: [6; 64] });
    let weights = BlockWeights::get();
    let class = weights.get(DispatchClass::Operational);
    assert_eq!(call.get_dispatch_info().class, DispatchClass::Operational, "what is free sets no fees");
    let each = call.get_dispatch_info().total_weight().saturating_add(class.base_extrinsic);
    let time = each.saturating_mul(batches).ref_time();
    let room: u64 = <Runtime as pallet_deren_metering::Config>::MaxRefTimeInBlock::get();
    assert!(time < room, "{} ms of {}", time / 1_000_000_000, room / 1_000_000_000);
}

/// The time of a batch of so many readings, of which so many are of different devices or slots of sites.
fn batch_time(readings: u32, distinct: u32) -> u64 {
    use pallet_deren_metering::{WeightInfo, weights::SubstrateWeight};
    type Weights = SubstrateWeight<Runtime>;
    let spread = Weights::submit_spread(distinct).saturating_sub(Weights::submit_chain(distinct));
    let base = BlockWeights::get().get(DispatchClass::Operational).base_extrinsic;
    let all = [Weights::submit_chain(readings), spread, Weights::authorize_submit(readings), base];
    all.iter().map(|weight| weight.ref_time()).sum()
}

/// Maximum number of homes on this chain.
fn homes() -> u64 {
    let [markets, points]: [u32; 2] = [MaxMarkets::get(), MaxPointsPerMarket::get()];
    u64::from(markets * points)
}

/// As it is in production.
fn grace_blocks() -> u32 {
    sp_io::TestExternalities::default().execute_with(Metering::parameters).grace_blocks
}

/// How many blocks the readings of `ended` slots need after a halt, and how many there are before the first slot
/// closes. Of three devices a home, what ended during the halt is 64 readings of 22 slots at a time, and what is left
/// over. More ends while it is brought in.
pub(super) fn blocks_after_a_halt(ended: u32) -> (u64, u64) {
    let there = u64::from(ended) * u64::from(grace_blocks());
    let meanwhile = (there * crate::units::BLOCK_MS / 900_000 + 1) as u32;
    let rest = 3 * ended - 64;
    let a_home = batch_time(64, 22) + batch_time(rest, rest.div_ceil(3)) + batch_time(3 * meanwhile, meanwhile);
    let reserved = BlockWeights::get().get(DispatchClass::Operational).reserved.expect("some").ref_time();
    ((homes() * a_home).div_ceil(reserved), there)
}

/// At this chain's full size each home has two or three devices, 75 000 in all. A block may be full of what people pay
/// for, and clearing and settling take half of it. Readings then have no more than what is reserved for them.
#[test]
fn a_halt_of_six_hours_makes_nobody_late_at_full_size() {
    let homes = homes();
    assert!(75_000 <= homes * 7 / 3);
    let (needed, blocks) = blocks_after_a_halt(24);
    println!("{needed} blocks of the {blocks} before the first slot closes");
    assert!(needed <= blocks, "{needed} blocks are needed, and {blocks} there");
    // The bytes fit as well.
    let bytes = submission::transaction(full_batch(), [6; 64]).len() as u64 * homes * 72 / 64;
    let room: u32 = <Runtime as pallet_deren_metering::Config>::MaxBytesInBlock::get();
    assert!(bytes <= blocks * u64::from(room), "{bytes} bytes");
}

/// Without a halt, each home brings the one slot that ended within its grace.
#[test]
fn a_slots_readings_at_full_size_fit_into_its_grace() {
    let homes = homes();
    let room: u64 = <Runtime as pallet_deren_metering::Config>::MaxRefTimeInBlock::get();
    let blocks = u64::from(grace_blocks());
    let time = homes * batch_time(3, 3);
    assert!(time <= blocks * room, "{} blocks are needed, and {blocks} there", time.div_ceil(room));
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
