//! Makes the folder anew, with an earlier program. What becomes of it is committed; tests only read it.

use super::folder::{Copy, GENESIS_SALT, SLOT_SECONDS, home, kept};
use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Running, json, output},
};
use deren_gateway::clock::unix_ms;
use deren_primitives::{DeviceId, GatewayId};
use redb::Database;
use serde_json::Value;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    process::Command,
    time::{Duration, Instant},
};

/// Where the earlier program is.
const PROGRAM: &str = "DEREN_EARLIER_GATEWAY";
/// Number of each device's readings that become final, and then of those that wait.
const EACH: usize = 4;
/// A key that everybody may know.
const KEY: &str = r#"{ "keys": ["0101010101010101010101010101010101010101010101010101010101010101"] }"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it makes what the other tests read, with an earlier program that DEREN_EARLIER_GATEWAY names"]
async fn an_earlier_program_makes_the_folder() {
    let program = std::env::var_os(PROGRAM).expect("DEREN_EARLIER_GATEWAY names an earlier deren-gateway");
    let began = Instant::now();
    let _ = fs::remove_dir_all(kept().join("data"));
    let (_home, port) = home(Duration::ZERO).await;
    let node = FakeNode::start(Chain::new(GENESIS_SALT, SLOT_SECONDS)).await;
    let copy = Copy::new(&node, port);
    fs::create_dir(copy.data()).unwrap();
    fs::write(copy.data().join("gateway.key"), KEY).unwrap();
    fs::set_permissions(copy.data().join("gateway.key"), Permissions::from_mode(0o600)).unwrap();
    let command = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).arg("--config").arg(&copy.configured.file);
        command
    };
    let keys = json(&output(command(&["keys"])).await);
    let gateway: GatewayId = keys["gateway"].as_str().unwrap().parse().unwrap();
    let devices: Vec<DeviceId> =
        keys["devices"].as_array().unwrap().iter().map(|it| it["device"].as_str().unwrap().parse().unwrap()).collect();
    node.chain().register(gateway.0, 0, &devices);

    let from = (unix_ms() / 1_000).to_string();
    let mut running = Running::start(command(&["run"]));
    let count =
        |chain: &Chain, device: &DeviceId| chain.final_readings().iter().filter(|it| it.device == *device).count();
    node.run_until("each has readings that are final", |chain| {
        devices.iter().all(|device| count(chain, device) >= EACH)
    })
    .await;
    // Without a node, what is made from now on waits.
    node.stop().await;
    let waits = |device: &Value| device["waiting_readings"].as_u64() >= Some(EACH as u64);
    loop {
        let status = json(&output(command(&["status"])).await);
        if status["devices"].as_array().unwrap().iter().all(waits) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(running.terminate().await);
    assert!(began.elapsed() < super::LATER, "the home would show less than before");

    let to = (unix_ms() / 1_000).to_string();
    let exported = output(command(&["export", "--from", &from, "--to", &to])).await;
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    fs::write(kept().join("readings.jsonl"), exported.stdout).unwrap();
    Database::open(copy.data().join("outbox.redb")).unwrap().compact().unwrap();
    copy.keep();
}
