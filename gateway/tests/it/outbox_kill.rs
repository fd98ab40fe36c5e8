//! The outbox under kill -9. A process that appends, forms batches and removes as fast as it can is killed at any
//! moment. What it said to be stored is there, in an unbroken chain with its samples, and nothing is there twice. What
//! left has its proof, because its batch was stored before.

use crate::support::outbox::{self, DEVICE};
use deren_gateway::outbox::{Bounds, Outbox, Reading, Sealed, archived};
use deren_primitives::{SampledReading, Slot};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const FOLDER: &str = "DEREN_TEST_OUTBOX_FOLDER";

/// The process that is killed: only when the other test starts it.
#[test]
fn appending_process() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let outbox = outbox::open(Path::new(&folder), Bounds::default());
    let mut sequence = outbox.stored(DEVICE).unwrap().unwrap().tail.next_sequence;
    loop {
        outbox::append(&outbox, sequence..sequence + 1).unwrap();
        println!("stored {sequence}");
        if sequence.is_multiple_of(3) {
            outbox::store_batch(&outbox, waiting(&outbox), u32::from(sequence.is_multiple_of(2))).unwrap();
            outbox.remove_before(&[(DEVICE, sequence / 2)]).unwrap();
            println!("removed {}", sequence / 2);
        }
        sequence += 1;
    }
}

/// What waits, up to a batch.
fn waiting(outbox: &Outbox) -> Vec<SampledReading> {
    let queued = outbox.next(&[(DEVICE, 0)], Slot(u32::MAX), 64).unwrap();
    let of_version_2 = |reading| match reading {
        Reading::Sampled(reading) => reading,
        Reading::Interval(reading) => panic!("of version 1: {reading:?}"),
    };
    queued.into_iter().map(|queued| of_version_2(queued.reading)).collect()
}

/// Everything that left for the archive is there once, with a proof that holds for it. Returns how many.
fn proven(folder: &Path) -> u64 {
    let mut count = 0;
    for kept in archived(folder, Slot(0)..Slot(u32::MAX)).unwrap() {
        let Sealed::Batched(reading, Some(proof)) = kept.unwrap().sealed else { panic!("without a proof") };
        assert_eq!(reading.interval.sequence, count);
        assert!(proof.path.root(&reading.hash()).is_some());
        count += 1;
    }
    count
}

#[test]
fn what_was_said_to_be_stored_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let (mut stored, mut removed) = (0, 0);
    for round in 0..12u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "outbox_kill::appending_process", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (began, mut acknowledged) = (Instant::now(), 0);
        // Killed after some acknowledgements and a part of a write.
        while acknowledged < 5 + round && began.elapsed() < Duration::from_secs(60) {
            let line = lines.next().unwrap().unwrap();
            let number = |prefix: &str| line.split(prefix).nth(1).and_then(|rest| rest.trim().parse::<u64>().ok());
            if let Some(sequence) = number("stored ") {
                stored = sequence + 1;
                acknowledged += 1;
            }
            removed = number("removed ").unwrap_or(removed);
        }
        std::thread::sleep(Duration::from_micros(round * 370));
        child.kill().unwrap();
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            if let Some(rest) = line.strip_prefix("stored ") {
                stored = rest.trim().parse::<u64>().unwrap() + 1;
            }
        }
        let outbox = Outbox::open(folder.path(), Bounds::default()).unwrap();
        let queued = outbox.next(&[(DEVICE, 0)], Slot(u32::MAX), 100_000).unwrap();
        let tail = outbox.stored(DEVICE).unwrap().unwrap().tail;
        assert!(tail.next_sequence >= stored, "round {round}: {} < {stored}", tail.next_sequence);
        assert!(tail.next_sequence <= stored + 1);
        assert!(queued[0].reading.sequence >= removed && queued[0].reading.sequence <= tail.next_sequence / 2 + 1);
        assert!(queued.windows(2).all(|pair| pair[1].reading.previous == pair[0].reading.hash()));
        assert!(queued.windows(2).all(|pair| pair[1].reading.sequence == pair[0].reading.sequence + 1));
        assert_eq!(queued.last().unwrap().reading.hash(), tail.last_hash);
        assert_eq!(queued.last().unwrap().reading.sequence + 1, tail.next_sequence);
        for queued in &queued {
            let Reading::Sampled(reading) = &queued.reading else { panic!("of version 1") };
            let samples = outbox.samples(DEVICE, reading.interval.sequence).unwrap().unwrap();
            assert_eq!((samples.count(), samples.root()), (reading.interval.samples, reading.samples_root));
        }
        // The archive may be one removal ahead of the outbox.
        assert!(proven(folder.path()) >= queued[0].reading.sequence);
    }
    assert!(stored > 100);
}
