//! The real program beside a real broker, heard as Home Assistant would: what it describes, what it tells, and what it
//! takes back. Descriptions are held against what Home Assistant documents for MQTT sensors and binary sensors
//! (<https://www.home-assistant.io/integrations/sensor.mqtt/>, `binary_sensor.mqtt`) and for sensors' statistics
//! (<https://developers.home-assistant.io/docs/core/entity/sensor/>).

use crate::support::{FakeNode, chain::Chain, real::Running};
use deren_simulator::{Serving, Simulator, SimulatorConfig};
use deren_testing::{free_port, mosquitto};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::task::JoinHandle;

const PASSWORD: &str = "sesam-open-9";

/// A mosquitto that takes one user only.
fn broker(folder: &Path, port: u16) -> Running {
    use std::os::unix::fs::PermissionsExt;
    let passwords = folder.join("passwords");
    let made = Command::new("mosquitto_passwd").arg("-b").arg("-c").arg(&passwords).args(["deren", PASSWORD]).status();
    assert!(made.unwrap().success());
    // The broker gives up root's rights before it reads the file.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&passwords, fs::Permissions::from_mode(0o644)).unwrap();
    let config = folder.join("mosquitto.conf");
    let text = format!(
        "listener {port} 127.0.0.1\npersistence false\nallow_anonymous false\npassword_file {}\n",
        passwords.display()
    );
    fs::write(&config, text).unwrap();
    let process = Command::new(mosquitto()).arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let running = Running(process.unwrap());
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return running;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("mosquitto does not listen on port {port}");
}

/// What a listener has heard since it was connected: the last payload of each topic.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<BTreeMap<String, String>>>);

struct Listener {
    heard: Heard,
    client: AsyncClient,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listener {
    fn start(port: u16, name: &str) -> Self {
        let mut options = MqttOptions::new(name, "127.0.0.1", port);
        options.set_credentials("deren", PASSWORD);
        let (client, mut events) = AsyncClient::new(options, 16);
        let (heard, subscriber) = (Heard::default(), client.clone());
        let to = heard.clone();
        let task = tokio::spawn(async move {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => {
                        to.0.lock().unwrap().clear();
                        subscriber.subscribe("#", QoS::AtLeastOnce).await.unwrap();
                    }
                    Ok(Event::Incoming(Packet::Publish(message))) => {
                        let payload = String::from_utf8(message.payload.to_vec()).unwrap();
                        to.0.lock().unwrap().insert(message.topic, payload);
                    }
                    Ok(_) => {}
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        });
        Self { heard, client, task }
    }

    fn forget(&self) {
        self.heard.0.lock().unwrap().clear();
    }

    fn all(&self) -> BTreeMap<String, String> {
        self.heard.0.lock().unwrap().clone()
    }

    async fn until(&self, what: &str, condition: impl Fn(&BTreeMap<String, String>) -> bool) {
        for _ in 0..1200 {
            if condition(&self.all()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("in vain: {what}: {:#?}", self.all());
    }
}

async fn simulated() -> Simulator {
    let wires = r#"
        [[homes.modbus]]
        [[homes.modbus.sunspec]]
        devices = [{ role = "production", model = 103 }, { role = "grid", model = 203 }]
    "#;
    Simulator::start(&SimulatorConfig::sunny_home(wires).unwrap()).await.unwrap()
}

fn configure(folder: &Path, serving: &Serving, node_url: &str, broker_port: u16, devices: usize) -> PathBuf {
    fs::write(folder.join("mqtt.password"), format!("{PASSWORD}\n")).unwrap();
    let mut text = format!(
        "node_urls = [\"{node_url}\"]\nsample_interval_ms = 100\npage_listen = \"127.0.0.1:{}\"\n",
        free_port()
    );
    for device in serving.homes[0].devices.iter().take(devices) {
        let role = serde_json::to_value(device.role).unwrap();
        text += &format!("[[device]]\nname = {role}\nuri = \"{}\"\nrole = {role}\n", device.uri);
    }
    text += &format!(
        "[home_assistant]\nbroker = \"mqtt://deren@127.0.0.1:{broker_port}\"\npassword_file = \"mqtt.password\"\n\
         node_id = \"home\"\npublish_interval_s = 1\n"
    );
    let file = folder.join("gateway.toml");
    fs::write(&file, text).unwrap();
    file
}

fn gateway(config: &Path) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deren-gateway"));
    command.args(["run", "--config", config.to_str().unwrap()]);
    Running::start(command)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn value(all: &BTreeMap<String, String>, device: &str, key: &str) -> Option<u64> {
    parsed(all.get(&format!("deren-gateway/home/device/{device}/state"))?)[key].as_u64()
}

/// What Home Assistant documents for the fields of a discovery payload, as far as this gateway may use them.
fn check_description(topic: &str, fields: &Map<String, Value>) {
    const COMMON: [&str; 12] = [
        "name",
        "unique_id",
        "state_topic",
        "value_template",
        "availability_topic",
        "payload_available",
        "payload_not_available",
        "device",
        "origin",
        "device_class",
        "entity_category",
        "icon",
    ];
    const SENSOR: [&str; 3] = ["state_class", "unit_of_measurement", "suggested_display_precision"];
    let component = topic.split('/').nth(1).unwrap();
    let known: &[&str] = match component {
        "sensor" => &SENSOR,
        "binary_sensor" => &["payload_on", "payload_off"],
        other => panic!("{topic}: component {other}"),
    };
    for field in fields.keys() {
        let known = COMMON.contains(&field.as_str()) || known.contains(&field.as_str());
        assert!(known, "{topic}: field {field}");
    }
    for required in ["state_topic", "unique_id", "device", "origin"] {
        assert!(fields.contains_key(required), "{topic}: no {required}");
    }
    let class = |field: &str| fields.get(field).and_then(Value::as_str);
    let units: &[Option<&str>] = match class("device_class") {
        Some("energy") => &[Some("Wh"), Some("kWh")],
        Some("power") => &[Some("W"), Some("kW")],
        Some("connectivity") | None => &[None],
        Some(other) => panic!("{topic}: device class {other}"),
    };
    assert!(units.contains(&class("unit_of_measurement")), "{topic}: {fields:?}");
    match class("device_class") {
        Some("energy") => assert!(matches!(class("state_class"), Some("total" | "total_increasing"))),
        Some("power") => assert_eq!(class("state_class"), Some("measurement")),
        _ => assert_eq!(class("entity_category"), Some("diagnostic"), "{topic}"),
    }
    assert!(fields["device"]["identifiers"].as_array().is_some_and(|names| !names.is_empty()), "{topic}");
    assert!(fields["origin"]["name"].is_string(), "{topic}");
    // Letters, digits, - and _ alone are allowed in node and object ids.
    let ids = topic.split('/').skip(2).take(2).collect::<String>();
    assert!(ids.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{topic}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn home_assistant_finds_its_energy_and_state_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let port = free_port();
    let _broker = broker(folder.path(), port);
    let config = configure(folder.path(), simulator.serving(), &node.url(), port, 2);
    let listener = Listener::start(port, "home-assistant");
    let running = gateway(&config);

    let production = "homeassistant/sensor/home/production--export_wh/config";
    listener
        .until("energy is described and told", |all| {
            all.contains_key(production)
                && value(all, "production", "export_wh").is_some_and(|wh| wh > 0)
                && value(all, "grid", "import_wh").is_some()
                && all.get("deren-gateway/home/availability").is_some_and(|said| said == "online")
        })
        .await;
    let all = listener.all();
    let configs: Vec<_> = all.iter().filter(|(topic, _)| topic.starts_with("homeassistant/")).collect();
    assert!(configs.len() >= 10, "{configs:?}");
    for (topic, payload) in &configs {
        let described = parsed(payload);
        check_description(topic, described.as_object().unwrap());
        assert!(all.contains_key(described["state_topic"].as_str().unwrap()), "{topic}");
    }
    // The energy grows as the simulated sun shines.
    let earlier = value(&all, "production", "export_wh").unwrap();
    listener.until("more energy", |all| value(all, "production", "export_wh").unwrap() > earlier).await;

    // The chain of this test knows no such gateway, and the state says so.
    node.run_until("a block", |chain| chain.finalised_number() > 2).await;
    listener.until("the chain is shown", |all| parsed(&all["deren-gateway/home/state"])["chain"] == "ON").await;
    assert_eq!(parsed(&listener.all()["deren-gateway/home/state"])["registered"], "OFF");

    // Someone who comes later hears all of it too, and of nothing that is secret.
    let late = Listener::start(port, "late");
    late.until("what is retained", |all| configs.iter().all(|(topic, _)| all.contains_key(*topic))).await;
    let key = fs::read_to_string(folder.path().join("data/gateway.key")).unwrap();
    let secrets: Vec<&str> =
        key.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= 32).chain([PASSWORD]).collect();
    for (topic, payload) in late.all() {
        assert!(!secrets.iter().any(|secret| payload.contains(secret)), "{topic}: {payload}");
    }

    // Asked to end, it says that it goes.
    running.signal("-TERM");
    let gone = |all: &BTreeMap<String, String>| all["deren-gateway/home/availability"] == "offline";
    listener.until("the farewell", gone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_a_restart_and_a_removed_device_home_assistant_knows_what_is_so() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let port = free_port();
    let mut broker_process = broker(folder.path(), port);
    let config = configure(folder.path(), simulator.serving(), &node.url(), port, 2);
    let listener = Listener::start(port, "home-assistant");
    let told = |all: &BTreeMap<String, String>| {
        value(all, "grid", "import_wh").is_some()
            && value(all, "production", "export_wh").is_some()
            && all.get("deren-gateway/home/availability").is_some_and(|said| said == "online")
    };
    let running = gateway(&config);
    listener.until("all is told", told).await;

    // A broker that comes back with an empty memory is told everything again.
    drop(broker_process);
    listener.forget();
    broker_process = broker(folder.path(), port);
    let import = "homeassistant/sensor/home/grid--import_wh/config";
    listener.until("all is told again", |all| told(all) && all.contains_key(import)).await;

    // So is a Home Assistant that starts anew.
    listener.client.publish(import, QoS::AtLeastOnce, true, "").await.unwrap();
    listener.until("forgotten", |all| all[import].is_empty()).await;
    listener.client.publish("homeassistant/status", QoS::AtLeastOnce, false, "online").await.unwrap();
    listener.until("described again", |all| !all[import].is_empty()).await;

    // Killed, it is away by its last will.
    running.signal("-KILL");
    listener.until("the last will", |all| all["deren-gateway/home/availability"] == "offline").await;
    drop(running);

    // What it described in another life and has no more, it takes back; what others describe, it leaves.
    let others = "homeassistant/sensor/other/grid--import_wh/config";
    listener.client.publish(others, QoS::AtLeastOnce, true, json!({}).to_string()).await.unwrap();
    let config = configure(folder.path(), simulator.serving(), &node.url(), port, 1);
    let running = gateway(&config);
    listener
        .until("taken back", |all| {
            told(all) && all.iter().all(|(topic, said)| !topic.contains("/home/grid--") || said.is_empty())
        })
        .await;
    assert_eq!(listener.all()[others], "{}");

    // Without its table it stops, and says so.
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.split("[home_assistant]").next().unwrap()).unwrap();
    running.signal("-HUP");
    listener.until("the farewell", |all| all["deren-gateway/home/availability"] == "offline").await;
    drop(broker_process);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_away_or_refuses_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated().await;
    let node = FakeNode::start(Chain::new(1, 1)).await;
    let port = free_port();
    let config = configure(folder.path(), simulator.serving(), &node.url(), port, 2);
    let path = config.to_str().unwrap().to_owned();
    let ask = async |command: &'static str| {
        let path = path.clone();
        let mut program = Command::new(env!("CARGO_BIN_EXE_deren-gateway"));
        let asked = tokio::task::spawn_blocking(move || program.args([command, "--config", &path]).output().unwrap());
        String::from_utf8(asked.await.unwrap().stdout).unwrap()
    };
    let keys = parsed(&ask("keys").await);
    let gateway_id: deren_primitives::GatewayId = keys["gateway"].as_str().unwrap().parse().unwrap();
    let devices: Vec<deren_primitives::DeviceId> =
        keys["devices"].as_array().unwrap().iter().map(|d| d["device"].as_str().unwrap().parse().unwrap()).collect();
    node.chain().register(gateway_id.0, 0, &devices);
    let _running = gateway(&config);
    node.run_until("readings become final", |chain| chain.final_readings().len() >= 4).await;
    let said = ask("status").await;
    assert!(said.contains("\"about\":\"home_assistant\"") && said.contains(&format!("127.0.0.1:{port}")), "{said}");

    // A wrong password is named as such and not told; a corrected file needs no restart.
    fs::write(folder.path().join("mqtt.password"), "wrong-word-7").unwrap();
    let _broker = broker(folder.path(), port);
    let refused = async {
        for _ in 0..800 {
            let said = ask("status").await;
            assert!(!said.contains("wrong-word-7"), "{said}");
            if said.contains("NotAuthorized") || said.contains("BadUserNamePassword") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("in vain: the refusal is shown: {}", ask("status").await);
    };
    refused.await;
    fs::write(folder.path().join("mqtt.password"), PASSWORD).unwrap();
    let listener = Listener::start(port, "home-assistant");
    listener.until("all is told", |all| value(all, "grid", "import_wh").is_some()).await;
}
