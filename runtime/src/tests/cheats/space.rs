//! Space in blocks that nobody pays for.

use super::{
    super::{
        chain::{run_to, validate},
        limits::full_batch,
        shares::{TWO_WEEKS, fill_with_free_batches, offline_for},
        submission::transaction,
    },
    before::POINT_W,
    table_says,
    world::{Chain, DAY, Home, ROOT, SLOTS_A_DAY, Shown, person, sealed},
};
use crate::{
    Executive, Runtime, System, TransactionPayment, submission,
    units::{BLOCKS_PER_DAY, MAX_BLOCK_BYTES, MAX_BLOCK_WEIGHT},
};
use deren_market::{Pace, SERVICE_WINDOW_SLOTS};
use deren_primitives::{DeviceRole::Grid, MAX_ATTEMPT, MAX_READINGS_PER_BATCH, Slot};
use pallet_deren_registry::{MAX_DEVICES_PER_SITE, USUAL_REGISTER_STEP_MWH};

/// Bytes of a full batch as a transaction.
fn batch_bytes() -> u64 {
    submission::transaction(full_batch(), [6; 64]).len() as u64
}

/// How many readings of a new device are taken on its first day. They are of no slot before those of the window, of
/// none that is not over, and no faster than the chain's pace.
fn readings_of_a_device() -> u64 {
    let served_from = Slot(1_000_000);
    let (mut pace, mut taken) = (Pace::from(served_from), 0);
    for number in 0..SLOTS_A_DAY {
        while taken < u64::from(SERVICE_WINDOW_SLOTS + number)
            && let Some(next) = pace.take(served_from.plus(number))
        {
            (pace, taken) = (next, taken + 1);
        }
    }
    taken
}

#[test]
fn readings_of_slots_long_ago() {
    let devices = u64::from(MAX_DEVICES_PER_SITE);
    let shown = |bytes: u64| format!("{}.{} MB of blocks", bytes / 1_000_000, bytes / 100_000 % 10);
    // By the first rules each device had a batch in each block.
    let before = devices * batch_bytes() * u64::from(BLOCKS_PER_DAY);
    let after = devices * readings_of_a_device() * batch_bytes() / u64::from(MAX_READINGS_PER_BATCH);
    table_says("a site's free readings of slots since 1970", shown(before), shown(after));
}

/// By the first rules 355 batches filled a block, and what was paid for was refused.
#[test]
fn blocks_full_of_free_readings() {
    let taken = offline_for(TWO_WEEKS, 12, |mut home| {
        run_to(System::block_number() + 1);
        fill_with_free_batches(&mut home).0
    });
    let bytes = 100 * taken / u64::from(MAX_BLOCK_BYTES);
    // Readings of many devices fill a block's time before its bytes.
    let room: u64 = <Runtime as pallet_deren_metering::Config>::MaxRefTimeInBlock::get();
    let time = 100 * room / MAX_BLOCK_WEIGHT.ref_time();
    table_says("fill blocks with free readings", "100% of a block", format!("{}% of a block", bytes.max(time)));
}

#[test]
fn the_highest_attempt() {
    let overtaken = Chain::run(|chain| {
        let homes = (1..=6).map(|number| Home::at(number, &person(number), ROOT, POINT_W));
        let homes: Vec<_> = homes.map(|home| home.with(&[Grid], USUAL_REGISTER_STEP_MWH)).collect();
        chain.go_to(DAY.next());
        let priority = |home: &Home, attempt| {
            let (mut batch, _) = home.clone().batch(DAY, &Shown::NOTHING);
            batch.attempt = attempt;
            let (batch, signature) = sealed(&home.key, batch);
            validate(transaction(batch, signature)).expect("the pool takes it").priority
        };
        let priorities: Vec<_> =
            homes.iter().map(|home| [0, MAX_ATTEMPT].map(|attempt| priority(home, attempt))).collect();
        let before = |other: &[u64; 2]| priorities.iter().filter(|all| all[0] < other[0]).count();
        let behind: usize = priorities.iter().map(before).sum();
        let gained = |other: &[u64; 2]| priorities.iter().filter(|all| all[0] < other[0] && all[1] > other[0]).count();
        100 * priorities.iter().map(gained).sum::<usize>() / behind
    });
    table_says("go before honest readings by the highest attempt", "100% of them", format!("{overtaken}% of them"));
}

/// What fees rise by on a day of blocks that are full of free readings. By the first rules it was 4% an hour.
#[test]
fn fees_after_free_readings() {
    let before = (0..24).fold(100_000u64, |fee, _| fee * 104 / 100) / 1_000 - 100;
    let rises = offline_for(TWO_WEEKS, 12, |mut home| {
        run_to(System::block_number() + 1);
        let multiplier = TransactionPayment::next_fee_multiplier();
        fill_with_free_batches(&mut home);
        Executive::finalize_block();
        TransactionPayment::next_fee_multiplier() > multiplier
    });
    let shown = |percent: u64| format!("+{percent}%");
    table_says("make fees rise by free readings", shown(before), shown(if rises { before } else { 0 }));
}
