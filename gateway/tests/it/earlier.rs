//! An owner's files as an earlier program left them, in `tests/earlier`: today's program goes on with them. The earlier
//! program's own export says what they held, so that nothing that is lost on opening is overlooked.

mod folder;
mod history;
mod maker;

use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Running, assert_unbroken, json, output},
};
use deren_gateway::{clock::unix_ms, outbox::Reading, proof};
use deren_primitives::{DeviceCursor, DeviceId};
use folder::{Copy, GENESIS_SALT, SLOT_SECONDS, home, kept};
use history::{History, lines};
use std::{collections::BTreeSet, fs, time::Duration};

/// Time from the home's start to when it is met again: longer than making the folder takes. Until so much time has
/// passed since it was made, the energy is more than the devices' rated power allows.
const LATER: Duration = Duration::from_secs(300);

/// A chain that knows the gateway, on which everything is final that is not waiting in the folder. Of one device it has
/// one reading more, as if that had become final after the gateway ended.
fn chain(history: &History) -> Chain {
    let mut chain = Chain::new(GENESIS_SALT, SLOT_SECONDS);
    let devices: Vec<DeviceId> = history.devices.keys().copied().collect();
    chain.register(history.gateway.0, 0, &devices);
    for (number, (device, held)) in history.devices.iter().enumerate() {
        let next = held.final_count + usize::from(number == 0);
        chain.set_cursor(*device, cursor_after(&held.readings[next - 1]));
    }
    chain
}

fn cursor_after(reading: &Reading) -> DeviceCursor {
    DeviceCursor {
        next_sequence: reading.sequence + 1,
        last_hash: reading.hash(),
        register_epoch: reading.register_epoch,
        next_slot: reading.end_slot(),
        registers: reading.registers,
    }
}

/// The readings of one device that became final.
fn finals_of(chain: &Chain, device: DeviceId) -> Vec<Reading> {
    chain.final_readings().into_iter().filter(|reading| reading.device == device).collect()
}

#[tokio::test]
async fn all_that_waited_is_there_in_sequence_and_signed() {
    let node = FakeNode::start(Chain::new(GENESIS_SALT, SLOT_SECONDS)).await;
    let copy = Copy::new(&node, 9);
    let history = History::of(&copy.data());
    assert_eq!(history.devices.len(), 3);
    for held in history.devices.values() {
        assert_unbroken(&held.readings);
        assert!(held.final_count >= 2 && held.readings.len() >= held.final_count + 4, "{}", held.readings.len());
    }
    let exported = fs::read(kept().join("readings.jsonl")).unwrap();
    let count: usize = history.devices.values().map(|held| held.readings.len()).sum();
    assert_eq!(count, lines(&exported).len(), "what the earlier program held");
    let summary = proof::verify(&*exported, &[]).unwrap();
    assert_eq!((summary.readings, summary.devices.len()), (count as u64, 3));

    // Today's program writes the same lines, though the devices are away; only the format's version is another.
    let (from, to) = (summary.from_unix_s.to_string(), summary.to_unix_s.to_string());
    let again = output(copy.configured.command(&["export", "--from", &from, "--to", &to])).await;
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(lines(&again.stdout), lines(&exported));
    let header = |file: &[u8]| String::from_utf8_lossy(file).lines().next().map(str::to_owned);
    let newer = header(&exported).map(|header| header.replace("\"version\":1", "\"version\":2"));
    assert_eq!(header(&again.stdout), newer);
}

/// A gateway that was plugged in has its devices from its page.
#[tokio::test]
async fn what_was_picked_on_the_page_is_read_as_before() {
    let node = FakeNode::start(Chain::new(GENESIS_SALT, SLOT_SECONDS)).await;
    let copy = Copy::new(&node, 9);
    let text = fs::read_to_string(&copy.configured.file).unwrap();
    fs::write(&copy.configured.file, text.split("[[device]]").next().unwrap()).unwrap();
    fs::rename(copy.data().with_file_name("picked.toml"), copy.data().join("devices.toml")).unwrap();
    let checked = output(copy.configured.command(&["check", "--offline"])).await;
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{told}{}", String::from_utf8_lossy(&checked.stderr));
    assert!(told.contains("the configuration is right: 3 devices"), "{told}");
    let keys = output(copy.configured.command(&["keys"])).await;
    let printed: serde_json::Value = serde_json::from_slice(&keys.stdout).unwrap();
    let names: Vec<_> = printed["devices"].as_array().unwrap().iter().map(|device| device["name"].clone()).collect();
    assert_eq!(names, ["roof", "grid", "garage"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_on_without_losing_or_doubling_a_reading() {
    let (home, port) = home(LATER).await;
    let node = FakeNode::start(Chain::new(GENESIS_SALT, SLOT_SECONDS)).await;
    let copy = Copy::new(&node, port);
    let history = History::of(&copy.data());
    *node.chain() = chain(&history);

    // The configuration, the templates and the devices behind them are what they were.
    let checked = output(copy.configured.command(&["check"])).await;
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success(), "{told}{}", String::from_utf8_lossy(&checked.stderr));
    assert!(told.contains("device grid: Westron SDM630 ") && told.contains("device garage: "), "{told}");
    let keys = json(&output(copy.configured.command(&["keys"])).await);
    assert_eq!(keys["gateway"], history.gateway.to_string());
    let ids: BTreeSet<DeviceId> =
        keys["devices"].as_array().unwrap().iter().map(|it| it["device"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(ids, history.devices.keys().copied().collect());

    let mut gateway = Running::start(copy.configured.command(&["run"]));
    let goes_on = |chain: &Chain, device: DeviceId| {
        let end = history.devices[&device].readings.last().map(|reading| reading.end_slot());
        let new = finals_of(chain, device).into_iter().filter(|reading| Some(reading.first_slot) >= end);
        new.filter(|reading| reading.slot_count == 1).count() >= 2
    };
    node.run_until("new readings are final", |chain| ids.iter().all(|device| goes_on(chain, *device))).await;
    assert!(gateway.terminate().await);
    drop(home);
    let is_old = |reading: &Reading| matches!(reading, Reading::Interval(_));
    let versions: Vec<Vec<bool>> =
        node.chain().submitted.iter().map(|batch| batch.readings.iter().map(is_old).collect()).collect();
    assert!(versions.iter().all(|batch| batch.iter().all(|old| *old == batch[0])), "no batch has both: {versions:?}");
    assert!(versions.windows(2).all(|pair| pair[0][0] || !pair[1][0]), "the old ones go first: {versions:?}");

    let now = History::of(&copy.data());
    for (number, (device, before)) in history.devices.iter().enumerate() {
        let known = before.final_count + usize::from(number == 0);
        let whole: Vec<Reading> =
            before.readings[..known].iter().cloned().chain(finals_of(&node.chain(), *device)).collect();
        assert_eq!(whole[..before.readings.len()], before.readings, "what waited went up as it was, once");
        assert_unbroken(&whole);
        assert!(whole.iter().all(|reading| reading.register_epoch == 0));
        let old = before.readings.len();
        assert!(whole[..old].iter().all(|reading| matches!(reading, Reading::Interval(_))));
        assert!(whole[old..].iter().all(|reading| matches!(reading, Reading::Sampled(_))));
        let kept = &now.devices[device].readings;
        assert_unbroken(kept);
        assert_eq!(kept[..before.readings.len()], before.readings, "final or not, each is held once");
        assert!(kept.len() >= whole.len());
    }
    let exported =
        output(copy.configured.command(&["export", "--from", "0", "--to", &(unix_ms() / 1_000).to_string()]));
    let exported = exported.await.stdout;
    proof::verify(&*exported, &[]).unwrap();
    let (old, new) = (lines(&fs::read(kept().join("readings.jsonl")).unwrap()), lines(&exported));
    let missing: Vec<_> = old.iter().filter(|line| !new.contains(line)).collect();
    assert!(missing.is_empty(), "each is there with its bytes and its signature: {missing:?}");
}
