//! Random fault scripts over simulated weeks. Whatever goes wrong with a device, its clock, its gateway or the disk,
//! what trades is true within the declared error. No reading is above rated power × time, and the chain of readings is
//! whole.
//!
//! Everything is in this process and by seed. The simulator's books and fault scripts give what the device shows. That
//! goes through the gateway's slot builder, and its outbox, which numbers, chains and signs. Then the chain's own rules
//! judge it, which are the market's.
//!
//! A script may end without a reading that trades for three reasons alone, in fewer than one in twenty each. The device
//! withholds its energy (`Tally::mute`), shows less than it once did (`Tally::below`), or stands as one that is stuck
//! would (`Tally::still`).
//!
//! `DEREN_FAULT_SCRIPTS` says how many scripts (64), `DEREN_FAULT_SEED` which is the first (0). A failure names its
//! seed.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod device;
mod gateway;
mod homes;
mod verdicts;

use deren_primitives::DeviceRole;
use homes::Timeline;
use std::{
    panic::catch_unwind,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().map_or(usual, |text| text.parse().expect("a number"))
}

/// One week of one device.
fn run(timelines: &[Timeline], seed: u64) -> verdicts::Tally {
    let home = &timelines[seed as usize % timelines.len()];
    let role = if seed.is_multiple_of(3) { DeviceRole::Grid } else { DeviceRole::Production };
    let device = device::Device::new(home, role, seed);
    let readings = gateway::record(&device, seed);
    verdicts::check(&device, &readings)
}

#[test]
fn any_script_of_faults_books_what_is_true_and_nothing_else() {
    let (first, count) = (number("DEREN_FAULT_SEED", 0), number("DEREN_FAULT_SCRIPTS", 64));
    let began = Instant::now();
    let timelines = homes::weeks();
    let next = AtomicU64::new(first);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    // A script that fails says why; the others go on.
    let failed = Mutex::new(Vec::new());
    let tally = std::thread::scope(|scope| {
        let work = || {
            let mut tally = verdicts::Tally::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= first + count {
                    return tally;
                }
                match catch_unwind(|| run(&timelines, seed)) {
                    Ok(one) => tally += one,
                    Err(_) => failed.lock().unwrap().push(seed),
                }
            }
        };
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).fold(verdicts::Tally::default(), |a, b| a + b)
    });
    println!("{count} scripts from seed {first} in {:?}: {tally:?}", began.elapsed());
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "these seeds failed: {failed:?}");
    // A test in which nothing trades, or nothing goes wrong, shows nothing.
    assert!(tally.good > 100 * count && tally.flagged > count, "{tally:?}");
    if count >= 64 {
        assert!(
            tally.mute * 20 < count
                && tally.below * 20 < count
                && tally.still * 20 < count
                && tally.epochs_raised > 0
                && tally.swaps > 0
                && tally.wraps > 0
                && tally.faults > 20 * count,
            "{tally:?}"
        );
    }
}

/// Seeds that once showed a fault of ours, each with what it was.
#[test]
fn seeds_that_once_failed_hold() {
    let timelines = homes::weeks();
    for seed in REGRESSIONS {
        run(&timelines, *seed);
    }
}

const REGRESSIONS: &[u64] = &[
    // See the tests of `src/slots`.
    5, 8,
    // A grid meter that is reset in a night in which a battery covers all: SunSpec shows no energy until it counts.
    18,
    // A wrap that was still held when its slot was sealed: what it had shown was booked in the next slot, as if
    // measured.
    60,
    // Behind a battery a meter counts nothing for a night, after a moment's power that its register never showed.
    126,
    // A jump of 7 kWh that went back: the register passes what it once showed after the last reading, or within it.
    1126, 3902,
    // The disk was full across a boundary and the meter swapped after it: what flowed until then was booked before it.
    2963,
    // The same while the clock jumped: what the new registers show is nothing that the old ones end with.
    6448, // A new meter that shows zeros, power too, since it was first seen: nobody can know what flows.
    7144,
];
