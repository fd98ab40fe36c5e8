//! The real program on a wall clock that jumps: `faketime` sets what it sees. The chain's blocks are on real time.

use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Configured, Running, assert_unbroken, finals, home},
};
use deren_gateway::clock::unix_ms;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A wall clock that a test sets by a file.
struct WallClock {
    library: PathBuf,
    file: PathBuf,
}

impl WallClock {
    fn new(folder: &Path) -> Self {
        let folders = fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
        let library = folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|library| library.exists());
        let library = library.expect("faketime is installed: scripts/setup.sh does it");
        let clock = Self { library, file: folder.join("offset") };
        clock.set(0);
        clock
    }

    fn set(&self, offset_s: i64) {
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{offset_s:+}\n")).unwrap();
        fs::rename(new, &self.file).unwrap();
    }

    fn with(&self, mut command: Command) -> Command {
        command
            .env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command
    }
}

fn samples(status: &Value) -> u64 {
    status["devices"][0]["samples_total"].as_u64().unwrap_or(0)
}

fn state(status: &Value) -> &str {
    status["clock"]["state"].as_str().unwrap_or_default()
}

/// Waits until the gateway has sampled on for a while, and makes sure that nothing was signed meanwhile.
async fn signs_nothing(gateway: &Configured, node: &FakeNode) {
    let before = gateway.until(node, "a status", |_| true).await;
    let after = gateway.until(node, "it samples on", |status| samples(status) > samples(&before) + 30).await;
    assert_eq!(before["outbox"]["made_total"], after["outbox"]["made_total"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_signs_nothing_until_it_is_right_again() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let (gateway, wall) = (Configured::new(folder.path(), &simulator, &node, ""), WallClock::new(folder.path()));
    gateway.register(&node, gateway.command(&["keys"])).await;
    let _running = Running::start(wall.with(gateway.command(&["run"])));
    finals(&node, 3).await;

    for (offset_s, not_good) in [(3_600, ["unknown", "disputed"]), (-3_600, ["behind", "behind"])] {
        wall.set(offset_s);
        gateway.until(&node, "the jump is noticed", |status| not_good.contains(&state(status))).await;
        signs_nothing(&gateway, &node).await;
        wall.set(0);
        let status = gateway.until(&node, "it is right again", |status| state(status) == "synchronised").await;
        assert!(status["troubles"].to_string().contains("clock was set by"), "{status:#}");
        let before = node.chain().final_readings().len();
        finals(&node, before + 3).await;
    }
    let readings = node.chain().final_readings();
    assert_unbroken(&readings);
    let now = node.chain().clock().slot_at(unix_ms());
    assert!(readings.iter().all(|reading| reading.end_slot() <= now), "no reading is of the future");
    assert!(readings.iter().all(|reading| reading.clock_error_ms <= 10_000), "each says how wrong the clock may be");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_wakes_up_in_the_past_waits_for_the_right_time() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    // The owner vouches, and is wrong: what was signed before is evidence enough.
    let gateway = Configured::new(folder.path(), &simulator, &node, "clock_trusted = true");
    let wall = WallClock::new(folder.path());
    gateway.register(&node, gateway.command(&["keys"])).await;
    let running = Running::start(wall.with(gateway.command(&["run"])));
    let before = finals(&node, 3).await.len();
    drop(running);
    wall.set(-86_400);
    let _running = Running::start(wall.with(gateway.command(&["run"])));
    gateway.until(&node, "it is known to be behind", |status| state(status) == "behind").await;
    signs_nothing(&gateway, &node).await;
    wall.set(0);
    gateway.until(&node, "it is right again", |status| state(status) == "synchronised").await;
    assert_unbroken(&finals(&node, before + 3).await);
}
