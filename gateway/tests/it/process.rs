//! The real program as a process: its commands, bad configurations, kill -9. Devices are simulated behind real wires.

use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Running, json, output},
};
use deren_gateway::{
    clock::unix_ms,
    outbox::{Sealed, archived},
};
use deren_primitives::{DeviceId, GatewayId, SiteId, Slot, link_message, verify};
use deren_simulator::{Serving, Simulator, SimulatorConfig, config::HomeConfig};
use deren_testing::free_port;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

/// Two devices of a home: an inverter and a grid meter in one SunSpec chain.
async fn simulated() -> Simulator {
    simulated_homes(1).await
}

async fn simulated_homes(homes: usize) -> Simulator {
    let wires = r#"
        [[homes.modbus]]
        [[homes.modbus.sunspec]]
        devices = [{ role = "production", model = 103 }, { role = "grid", model = 203 }]
    "#;
    let mut config = SimulatorConfig::sunny_home(wires).unwrap();
    let home = config.homes.remove(0);
    config.homes =
        (0..homes).map(|home_number| HomeConfig { name: format!("sun-{home_number}"), ..home.clone() }).collect();
    Simulator::start(&config).await.unwrap()
}

fn configure(folder: &Path, serving: &Serving, node_url: &str, page_port: u16) -> PathBuf {
    configure_some(folder, serving, node_url, page_port, |_| true)
}

/// As `configure`, with those devices alone whose number is `wanted`.
fn configure_some(
    folder: &Path,
    serving: &Serving,
    node_url: &str,
    page_port: u16,
    wanted: impl Fn(usize) -> bool,
) -> PathBuf {
    let mut text = format!(
        "node_urls = [\"{node_url}\"]\nsample_interval_ms = 100\nreset_confirmations = 3\npage_listen = \"127.0.0.1:{page_port}\"\ncheckpoint_interval_s = 1\n"
    );
    for (number, device) in serving.homes.iter().flat_map(|home| &home.devices).enumerate() {
        if !wanted(number) {
            continue;
        }
        let role = serde_json::to_value(device.role).unwrap();
        text += &format!("[[device]]\nname = \"device-{number}\"\nuri = \"{}\"\nrole = {role}\n", device.uri);
    }
    let file = folder.join("gateway.toml");
    fs::write(&file, text).unwrap();
    file
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deren-gateway"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn run(arguments: &[&str]) -> Output {
    let mut command = program();
    command.args(arguments);
    output(command).await
}

fn start(config: &Path) -> Running {
    let mut command = program();
    command.args(["run", "--config", config.to_str().unwrap()]);
    Running::start(command)
}

/// The gateway and its devices, as `keys` names them, registered.
async fn register(node: &FakeNode, config: &Path) -> (GatewayId, Vec<DeviceId>) {
    let keys = json(&run(&["keys", "--config", config.to_str().unwrap()]).await);
    let gateway: GatewayId = keys["gateway"].as_str().unwrap().parse().unwrap();
    let devices: Vec<DeviceId> =
        keys["devices"].as_array().unwrap().iter().map(|d| d["device"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(keys["public_key"], keys["gateway"]);
    node.chain().register(gateway.0, 0, &devices);
    (gateway, devices)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_it_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let config = configure(folder.path(), simulator.serving(), &node.url(), free_port());
    let (_, devices) = register(&node, &config).await;
    for round in 0..8u64 {
        let _killed = start(&config);
        let goal = node.chain().final_readings().len() + 2;
        node.run_until("readings become final", |chain| chain.final_readings().len() >= goal).await;
        // At another moment of the slot each time; the drop is a kill -9.
        tokio::time::sleep(Duration::from_millis(round * 131 % 1000)).await;
    }
    let mut last = start(&config);
    let goal = node.chain().final_readings().len() + 4;
    node.run_until("readings become final", |chain| chain.final_readings().len() >= goal).await;
    let readings = node.chain().final_readings();
    for device in devices {
        let own: Vec<_> = readings.iter().filter(|reading| reading.device == device).collect();
        assert!(own.len() > 8);
        assert!(own.iter().enumerate().all(|(number, reading)| reading.sequence == number as u64));
        assert!(own.windows(2).all(|pair| pair[1].previous == pair[0].hash()));
        assert!(own.windows(2).all(|pair| pair[1].first_slot == pair[0].end_slot()));
        assert!(own.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
        assert!(own.iter().all(|reading| reading.register_epoch == 0));
    }
    assert!(last.terminate().await, "SIGTERM ends it in order");
    // Whenever it was killed, the batch that brought a reading was stored before.
    let kept = archived(&folder.path().join("data"), Slot(0)..Slot(u32::MAX)).unwrap();
    let proven = kept.map(|kept| matches!(kept.unwrap().sealed, Sealed::Batched(_, Some(_))));
    let proven: Vec<bool> = proven.collect();
    assert!(proven.len() > 16 && proven.iter().all(|proven| *proven), "{proven:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_commands_print_json_for_other_programs() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let config = configure(folder.path(), simulator.serving(), &node.url(), free_port());
    let path = config.to_str().unwrap();
    let (gateway, devices) = register(&node, &config).await;

    let uri = simulator.serving().homes[0].devices[1].uri.to_string();
    let read = json(&run(&["read", &uri]).await);
    for key in ["uri", "driver", "vendor", "model", "serial", "import_mwh", "export_mwh", "power_w"] {
        assert!(read.get(key).is_some(), "{key}: {read}");
    }
    let place = uri.split("//").nth(1).unwrap().split('?').next().unwrap();
    let found = run(&["discover", place]).await;
    let lines: Vec<Value> =
        String::from_utf8(found.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= 2 && lines.iter().any(|line| line["serial"] == read["serial"]), "{lines:?}");

    let owner = format!("0x{}", "ab".repeat(32));
    let expires = unix_ms() / 1000 + 600;
    let link = json(
        &run(&["link", "--config", path, "--owner", &owner, "--site", "5", "--expires", &expires.to_string()]).await,
    );
    let mut code = [0; 64];
    hex::decode_to_slice(&link["code"].as_str().unwrap()[2..], &mut code).unwrap();
    assert!(verify(&gateway.0, &link_message(&node.chain().genesis(), &[0xab; 32], SiteId(5), expires), &code));
    let rotation = json(&run(&["rotate", "--config", path]).await);
    assert_eq!(rotation["new_key_epoch"], 1);

    let mut running = start(&config);
    node.run_until("readings become final", |chain| chain.final_readings().len() >= 2).await;
    let status = json(&run(&["status", "--config", path]).await);
    assert_eq!(status["gateway"], gateway.to_string());
    assert_eq!(status["devices"][0]["device"], devices[0].to_string());
    assert!(running.terminate().await);
    let ended = run(&["status", "--config", path]).await;
    assert!(String::from_utf8_lossy(&ended.stderr).contains("is the gateway running?"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_is_wrong_and_which_devices_do_not_answer() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let config = configure(folder.path(), simulator.serving(), "ws://127.0.0.1:9", free_port());
    let path = config.to_str().unwrap().to_owned();
    assert!(run(&["check", "--config", &path]).await.status.success());

    let good = fs::read_to_string(&config).unwrap();
    let away =
        format!("{good}[[device]]\nname = \"away\"\nuri = \"sunspec+tcp://127.0.0.1:9?unit=1\"\nrole = \"storage\"\n");
    fs::write(&config, &away).unwrap();
    let online = run(&["check", "--config", &path]).await;
    assert_eq!(online.status.code(), Some(1));
    let said = String::from_utf8(online.stdout).unwrap();
    assert!(said.contains("device away: 127.0.0.1:9: cannot connect") && said.contains("device device-0: "), "{said}");
    assert!(run(&["check", "--config", &path, "--offline"]).await.status.success());

    fs::write(&config, good.replace("sample_interval_ms", "sample_interval")).unwrap();
    let bad = run(&["check", "--config", &path, "--offline"]).await;
    assert_eq!(bad.status.code(), Some(2));
    let said = String::from_utf8(bad.stderr).unwrap();
    assert!(said.contains("line 2") && said.contains("did you mean `sample_interval_ms`?"), "{said}");
    assert!(said.contains("1 mistake to correct"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_is_away_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let config = configure(folder.path(), simulator.serving(), &node.url(), free_port());
    let (gateway, devices) = register(&node, &config).await;
    let good = fs::read_to_string(&config).unwrap();
    fs::write(
        &config,
        format!("{good}[[device]]\nname = \"away\"\nuri = \"sunspec+tcp://127.0.0.1:9?unit=1\"\nrole = \"storage\"\n"),
    )
    .unwrap();
    let keys = run(&["keys", "--config", config.to_str().unwrap()]).await;
    assert_eq!(keys.status.code(), Some(1));
    let printed: Value = serde_json::from_slice(&keys.stdout).unwrap();
    assert_eq!(printed["gateway"], gateway.to_string());
    assert_eq!(printed["devices"][2]["device"], Value::Null);
    let _running = start(&config);
    let each = |chain: &Chain| devices.iter().all(|id| chain.final_readings().iter().any(|r| r.device == *id));
    node.run_until("the others' readings become final", each).await;
    let status = json(&run(&["status", "--config", config.to_str().unwrap()]).await);
    assert!(status["devices"][2]["trouble"].as_str().unwrap().contains("cannot connect"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_sighup_devices_come_and_go_and_the_others_are_sampled_without_a_break() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated_homes(2).await;
    let (serving, port) = (simulator.serving(), free_port());
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let url = node.url();
    let configured =
        |wanted: fn(usize) -> bool| configure_some(folder.path(), serving, &url, port, wanted).display().to_string();
    let (_, devices) = register(&node, Path::new(&configured(|_| true))).await;
    let path = configured(|number| number < 2);
    let mut running = start(Path::new(&path));
    let count = |chain: &Chain, device: usize| {
        chain.final_readings().iter().filter(|reading| reading.device == devices[device]).count()
    };
    node.run_until("both are read", |chain| count(chain, 0) >= 2 && count(chain, 1) >= 2).await;
    let shown = async || json(&run(&["status", "--config", &path]).await);
    let before = shown().await;

    // Number 1 goes, number 2 comes.
    configured(|number| number % 2 == 0);
    running.signal("-HUP");
    node.run_until("the new one is read", |chain| count(chain, 2) >= 2).await;
    let after = shown().await;
    assert_eq!(after["devices"].as_array().unwrap().len(), 2);
    assert_eq!(after["devices"][0]["name"], "device-0");
    assert_eq!(after["devices"][1]["name"], "device-2");
    assert_eq!(after["started_unix_ms"], before["started_unix_ms"]);
    assert!(after["devices"][0]["samples_total"].as_u64() > before["devices"][0]["samples_total"].as_u64());

    // A file with mistakes changes nothing, and each is named.
    fs::write(&path, "node_urls = []\nlog = \"debug\"\noutbox_max_mb = 0\n").unwrap();
    running.signal("-HUP");
    let goal = count(&node.chain(), 2) + 3;
    node.run_until("readings go on", |chain| count(chain, 2) >= goal).await;
    configured(|number| number % 2 == 0);
    let troubles = shown().await["troubles"].to_string();
    assert!(troubles.contains("line 1: `node_urls`") && troubles.contains("line 3: `outbox_max_mb`"), "{troubles}");

    // Number 1 comes back, and its chain of readings goes on where it was.
    configured(|_| true);
    running.signal("-HUP");
    let goal = count(&node.chain(), 1) + 3;
    node.run_until("the old one is read again", |chain| count(chain, 1) >= goal && count(chain, 3) >= 2).await;
    let readings = node.chain().final_readings();
    for device in &devices {
        let own: Vec<_> = readings.iter().filter(|reading| reading.device == *device).collect();
        assert!(own.iter().enumerate().all(|(number, reading)| reading.sequence == number as u64));
        assert!(own.windows(2).all(|pair| pair[1].previous == pair[0].hash()));
        assert!(own.windows(2).all(|pair| pair[1].first_slot == pair[0].end_slot()));
        assert!(own.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
    }
    // The first one was never without samples for a slot.
    let first = readings.iter().filter(|reading| reading.device == devices[0]);
    assert!(first.clone().all(|reading| reading.slot_count == 1), "{:?}", first.collect::<Vec<_>>());
    assert!(running.terminate().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_20_devices_it_takes_less_than_40_megabytes() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated_homes(10).await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let config = configure(folder.path(), simulator.serving(), &node.url(), free_port());
    let (_, devices) = register(&node, &config).await;
    assert_eq!(devices.len(), 20);
    let running = start(&config);
    node.run_until("many readings are final", |chain| chain.final_readings().len() >= 200).await;
    let status = fs::read_to_string(format!("/proc/{}/status", running.0.id())).unwrap();
    let most_kb: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse().ok())
        .unwrap();
    assert!(most_kb < 40_000, "{most_kb} kB");
}

#[tokio::test]
async fn a_key_file_that_others_can_read_stops_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("gateway.toml");
    let device = "[[device]]\nname = \"a\"\nuri = \"sunspec+tcp://127.0.0.1:9?unit=1\"\nrole = \"grid\"\n";
    fs::write(&config, format!("node_urls = [\"ws://127.0.0.1:9\"]\n{device}")).unwrap();
    let path = config.to_str().unwrap();
    run(&["keys", "--config", path]).await;
    let key = folder.path().join("data/gateway.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(&["run", "--config", path]).await;
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("chmod 600"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readings_are_exported_while_it_runs_and_after_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let config = configure(folder.path(), simulator.serving(), &node.url(), free_port());
    register(&node, &config).await;
    let mut running = start(&config);
    node.run_until("readings become final", |chain| chain.final_readings().len() >= 4).await;
    let config = config.to_str().unwrap();
    for name in ["running.jsonl", "ended.jsonl"] {
        let file = folder.path().join(name);
        let file = file.to_str().unwrap();
        let times = ["--from", "0", "--to", "2040-01-01T00:00:00Z"];
        let summary = json(&run(&[&["export", "--config", config, "--output", file], &times[..]].concat()).await);
        assert!(summary["readings"].as_u64().unwrap() >= 4, "{summary}");
        assert!(summary["devices"].as_array().unwrap().iter().all(|device| device["from_the_beginning"] == true));
        assert_eq!(summary["devices"][0]["role"].as_str().map(str::is_empty), Some(false), "the gateway knows its own");
        assert_eq!(json(&run(&["verify", file]).await), summary);
        if name == "running.jsonl" {
            assert!(running.terminate().await);
        }
    }
    let file = folder.path().join("ended.jsonl");
    let changed = fs::read_to_string(&file).unwrap().replacen("\"samples\":", "\"samples\":1", 1);
    fs::write(&file, changed).unwrap();
    let refused = run(&["verify", file.to_str().unwrap()]).await;
    assert_eq!(refused.status.code(), Some(1));
    let fault: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((&fault["ok"], &fault["line"], &fault["fault"]), (&false.into(), &2.into(), &"bad_signature".into()));
    assert_eq!(run(&["verify", config]).await.status.code(), Some(2), "a configuration is no file of readings");
    let backwards = run(&["export", "--config", config, "--from", "5", "--to", "4"]).await;
    assert_eq!((backwards.status.code(), backwards.stdout.len()), (Some(2), 0));
}
