//! The outbox under kill -9. A process that appends as fast as it can is killed at any moment. What it said to be
//! stored is there, in an unbroken chain, and nothing is there twice.

use crate::support::outbox::{self, DEVICE};
use deren_gateway::outbox::{Bounds, Outbox};
use deren_primitives::Slot;
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
            outbox.remove_before(&[(DEVICE, sequence / 2)]).unwrap();
            println!("removed {}", sequence / 2);
        }
        sequence += 1;
    }
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
    }
    assert!(stored > 100);
}
