//! The outbox under kill -9: a process that appends as fast as it can is killed at any moment; what it said to be
//! stored is there, in an unbroken chain, and nothing is there twice.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use deren_gateway::{
    outbox::{Bounds, Outbox, Seal, SignedBy, Tail, Update},
    slots::{Progress, Span},
};
use deren_primitives::{Anchor, DeviceId, GatewayId, Quality, ReadingHash, RegisterSpan, Slot};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const FOLDER: &str = "DEREN_TEST_OUTBOX_FOLDER";
const DEVICE: DeviceId = DeviceId([1; 32]);

fn append(outbox: &Outbox, sequence: u64) {
    let span = Span {
        first_slot: Slot(u32::try_from(sequence).unwrap()),
        slot_count: 1,
        register_epoch: 0,
        registers: RegisterSpan { import_open_mwh: sequence, import_close_mwh: sequence + 1, ..Default::default() },
        quality: Quality::GOOD,
        samples: 1,
        max_gap_ms: 1,
    };
    let sign = |_: ReadingHash| Ok([0; 64]);
    let by = SignedBy { genesis: [0; 32], gateway: GatewayId([0; 32]), key_epoch: 0, public_key: [0; 32] };
    let seal = Seal { anchor: Anchor::default(), clock_error_ms: 0, good_ms: None, by, sign: &sign };
    let update = Update { device: DEVICE, spans: vec![span], progress: Progress::default() };
    outbox.append(vec![update], &seal).unwrap();
}

/// The process that is killed: only when the other test starts it.
#[test]
fn appending_process() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let outbox = Outbox::open(Path::new(&folder), Bounds::default()).unwrap();
    outbox.begin(DEVICE, Tail::default(), &Progress::default()).unwrap();
    let mut sequence = outbox.stored(DEVICE).unwrap().unwrap().tail.next_sequence;
    loop {
        append(&outbox, sequence);
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
            .args(["--exact", "appending_process", "--nocapture"])
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
        let queued = outbox.next(&[DEVICE], Slot(u32::MAX), 100_000).unwrap();
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
