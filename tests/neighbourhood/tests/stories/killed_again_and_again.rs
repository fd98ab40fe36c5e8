//! A gateway is killed with -9 again and again at random moments, while its node goes away and comes back. Whatever it
//! said it had made is on chain exactly once and as it was made, and no slot is missing. `DEREN_KILLS` says how often.

use crate::support::{Told, assert_complete, catch_up, config, now, slot, start, until};
use deren_neighbourhood::{Neighbourhood, Wait};
use deren_primitives::{DeviceId, Slot};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

const KILLS: u32 = 8;
/// The gateway runs so long between two kills, in milliseconds.
const RUNS_MS: std::ops::Range<u64> = 300..3_000;

/// xorshift64: the moments look random, and are the same each time for the same seed.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(RUNS_MS.start + self.0 % (RUNS_MS.end - RUNS_MS.start))
    }
}

/// What a gateway's log says it has made: first slot and number of slots, by device and sequence number.
fn made(log: &Path) -> BTreeMap<(DeviceId, u64), (Slot, u16)> {
    let text = String::from_utf8_lossy(&fs::read(log).expect("a log")).into_owned();
    let mut made = BTreeMap::new();
    for line in text.lines().filter(|line| line.contains("reading made")) {
        let value = |name: &str| {
            let value = line.split(' ').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_else(|| panic!("no {name} in {line}"))
        };
        let device: DeviceId = value("device").parse().expect("a device");
        let sequence: u64 = value("sequence").parse().expect("a number");
        let slots = (Slot(value("slot").parse().expect("a slot")), value("slots").parse().expect("a number"));
        // Stored once, it is never made again, and never otherwise.
        assert_eq!(made.insert((device, sequence), slots), None, "made twice: {line}");
    }
    made
}

/// Without a node nobody else may vouch for a build machine's clock.
fn trust_clock(neighbourhood: &Neighbourhood) {
    let name = neighbourhood.homes[0].name.to_lowercase();
    let file = neighbourhood.folder().join("homes").join(name).join("gateway.toml");
    let settings = fs::read_to_string(&file).expect("the gateway's configuration");
    fs::write(&file, format!("clock_trusted = true\n{settings}")).expect("written");
}

fn kill_gateway(neighbourhood: &mut Neighbourhood) {
    neighbourhood.gateways[0].program.kill();
    neighbourhood.gateways[0].restart().expect("the gateway starts again");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_nothing_is_lost_and_nothing_doubled() {
    let kills = std::env::var("DEREN_KILLS").map_or(KILLS, |kills| kills.parse().expect("DEREN_KILLS is a number"));
    let (mut neighbourhood, mut follower) = start(config(4)).await;
    slot(&mut follower, "a first trade", |report| report.traded()).await;

    trust_clock(&neighbourhood);

    // In each round the node is away for a while.
    let round = if kills < 40 { 8 } else { 40 };
    let (away, back) = (round / 4, round * 5 / 8);
    let mut moments = Moments(0x9e37_79b9_7f4a_7c15);
    let (began, mut outages) = (Instant::now(), 0);
    for kill in 0..kills {
        if kill % round == away {
            neighbourhood.nodes[0].program.kill();
            outages += 1;
        }
        if kill % round == back {
            neighbourhood.nodes[0].restart().expect("the node starts again");
        }
        kill_gateway(&mut neighbourhood);
        tokio::time::sleep(moments.next()).await;
        // What is final is written down while the node can be asked.
        let _ = catch_up(&mut follower).await;
    }
    if (kills - 1) % round >= away && (kills - 1) % round < back {
        neighbourhood.nodes[0].restart().expect("the node starts again");
    }
    kill_gateway(&mut neighbourhood);
    let last_kill = now(&neighbourhood);

    let home = neighbourhood.registered.homes[0].devices.clone();
    until(&mut follower, "readings of the killed gateway from after its last start", |follower| {
        let newest = |device| follower.ledger().meters().accepted(device).last().map(|last| last.reading.end_slot());
        match home.iter().find(|(device, _)| newest(*device).is_none_or(|end| end < last_kill.plus(3))) {
            None => Ok(()),
            Some((device, _)) => Err(format!("{device} is at {:?}, {} is awaited", newest(*device), last_kill.plus(3))),
        }
    })
    .await;

    // Everything that was said to be made before that is final, as it was made.
    let made = made(neighbourhood.gateways[0].program.log());
    let earlier: Vec<_> = made.iter().filter(|(_, (first, _))| *first < last_kill).collect();
    let mut compared = 0;
    for ((device, sequence), (first, slots)) in &earlier {
        assert!(follower.ledger().meters().count(*device) > *sequence, "reading {sequence} of {device} is lost");
        let accepted = follower.ledger().meters().accepted(*device).find(|one| one.reading.sequence == *sequence);
        if let Some(accepted) = accepted {
            assert_eq!((&accepted.reading.first_slot, &accepted.reading.slot_count), (first, slots), "{accepted:?}");
            compared += 1;
        }
    }
    for (device, _) in &home {
        assert_complete(&follower, *device);
    }
    eprintln!(
        "{kills} kills in {} s, {outages} outages of the node: {} readings made, {compared} compared, 0 lost, 0 doubled",
        began.elapsed().as_secs(),
        earlier.len()
    );
    assert!(compared > 0);
    Wait::new("the other homes' books", Duration::from_secs(60), &Told)
        .until(async || catch_up(&mut follower).await)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    neighbourhood.check().expect("nothing has ended by itself");
    neighbourhood.check_invariants().await.unwrap_or_else(|error| panic!("{error}"));
}
