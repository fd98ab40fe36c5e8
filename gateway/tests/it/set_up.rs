//! A gateway from its first start on, with no device in its configuration. Devices are picked on its page with a PIN,
//! and read without a restart. Readings become final once the devices are registered. The program is the real one.

use crate::support::{FakeNode, chain::Chain, real::Running};
use deren_primitives::{DeviceId, LinkCode};
use deren_simulator::{Simulator, SimulatorConfig};
use deren_testing::{free_port, mosquitto};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

async fn simulated_at(listen: &str) -> Simulator {
    let wires = r#"
        [[homes.modbus]]
        listen = "LISTEN"
        [[homes.modbus.sunspec]]
        devices = [{ role = "production", model = 103 }, { role = "grid", model = 203 }]
    "#;
    Simulator::start(&SimulatorConfig::sunny_home(&wires.replace("LISTEN", listen)).unwrap()).await.unwrap()
}

/// The process, and a visitor of its page.
struct Gateway {
    _process: Running,
    port: u16,
    headers: String,
}

impl Gateway {
    /// Starts it on its data in `folder`, with a log beside. No configuration file: its environment says all.
    fn start(folder: &Path, node_url: &str) -> Self {
        let port = free_port();
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
        let process = Command::new(env!("CARGO_BIN_EXE_deren-gateway"))
            .args(["run", "--config", folder.join("none.toml").to_str().unwrap()])
            .env("DEREN_GATEWAY_DATA_FOLDER", folder.join("data"))
            .env("DEREN_GATEWAY_NODE_URLS", node_url)
            .env("DEREN_GATEWAY_PAGE_LISTEN", format!("127.0.0.1:{port}"))
            .env("DEREN_GATEWAY_SAMPLE_INTERVAL_MS", "100")
            .env("DEREN_GATEWAY_DASHBOARD_URL", "http://127.0.0.1:9/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { _process: Running(process), port, headers: String::new() }
    }

    /// The status and the JSON that a request brings; nothing if nobody answers.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Option<(u16, Value, String)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{}\r\n{body}",
            body.len(),
            self.headers
        );
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.ok()?;
        stream.write_all(text.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let code = head.split(' ').nth(1)?.parse().ok()?;
        Some((code, serde_json::from_str(body).unwrap_or(Value::Null), head.to_owned()))
    }

    /// Asks until the answer is as wanted.
    async fn until(&self, method: &str, path: &str, body: &Value, wanted: impl Fn(u16, &Value) -> bool) -> Value {
        let mut last = None;
        for _ in 0..800 {
            last = self.ask(method, path, body).await;
            if let Some((code, answer, _)) = last.as_ref().filter(|(code, answer, _)| wanted(*code, answer)) {
                assert!(*code < 500);
                return answer.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("in vain: {method} {path}: {last:?}");
    }

    async fn enter(&mut self, pin: &str) {
        self.until("GET", "/api/status", &Value::Null, |code, _| code == 200).await;
        let (code, answer, head) = self.ask("POST", "/api/session", &json!({ "pin": pin })).await.unwrap();
        assert_eq!(code, 200, "{answer}");
        let cookie =
            head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap().split(';').next().unwrap();
        let token = answer["token"].as_str().unwrap();
        self.headers = format!("Cookie: {cookie}\r\nX-Deren-Token: {token}\r\n");
    }
}

/// The PIN, as its owner reads it in the log.
async fn pin_in_log(folder: &Path) -> String {
    for _ in 0..800 {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        if let Some(rest) = log.split("pin=\"").nth(1) {
            return rest.chars().take(8).collect();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("in vain: a PIN in the log");
}

/// Says to this program that it runs in a network of its own, and where its files go.
const IN_OWN_NETWORK: &str = "DEREN_TEST_OWN_NETWORK";
/// A home's network, all of whose addresses this machine has itself. Nothing else is in reach.
const OWN_NETWORK: &str = "ip link set lo up && ip address add 10.77.0.1/29 dev lo && exec \"$@\"";

/// This test again in a network of its own; `None`, with the reason printed, where nobody may make one.
fn in_own_network(folder: &Path) -> Option<std::process::Output> {
    for how in [&["--net"][..], &["--net", "--map-root-user"]] {
        let within = || {
            let mut command = Command::new("unshare");
            command.args(how).args(["sh", "-c", OWN_NETWORK, "sh"]);
            command
        };
        if within().arg("true").output().is_ok_and(|tried| tried.status.success()) {
            let program = std::env::current_exe().unwrap();
            let test = ["--exact", "set_up::one_press_looks_everywhere_nearby", "--nocapture"];
            return Some(within().arg(program).args(test).env(IN_OWN_NETWORK, folder).output().unwrap());
        }
    }
    println!("skipped: nobody may make a network here (unshare --net, as root or with user namespaces; ip)");
    None
}

/// A broker on its usual port, at which a Tasmota has announced itself.
async fn broker_with_a_tasmota(folder: &Path) -> Running {
    let config = folder.join("mosquitto.conf");
    fs::write(&config, "listener 1883 127.0.0.1\nallow_anonymous true\n").unwrap();
    let log = || Stdio::from(fs::File::create(folder.join("mosquitto.log")).unwrap());
    let broker = Running(Command::new(mosquitto()).arg("-c").arg(&config).stdout(log()).stderr(log()).spawn().unwrap());
    for (topic, payload) in [
        ("tasmota/discovery/AABB/config", r#"{"dn":"Dryer","t":"dryer","ft":"%prefix%/%topic%/"}"#),
        ("tasmota/discovery/AABB/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}},"ver":1}"#),
    ] {
        let publish =
            || Command::new("mosquitto_pub").args(["-h", "127.0.0.1", "-r", "-t", topic, "-m", payload]).output();
        let mut tries = 0;
        while !publish().unwrap().status.success() {
            tries += 1;
            assert!(tries < 800, "in vain: a broker");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }
    broker
}

/// It looks for real at all that a machine has, so it runs in a network of its own alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_press_looks_everywhere_nearby() {
    let Some(folder) = std::env::var_os(IN_OWN_NETWORK) else {
        let folder = tempfile::tempdir().unwrap();
        if let Some(output) = in_own_network(folder.path()) {
            let said = String::from_utf8_lossy(&output.stdout);
            let whole = format!("{said}{}", String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success() && said.contains("looked everywhere"), "{whole}");
        }
        return;
    };
    let folder = Path::new(&folder);
    let _simulator = simulated_at("10.77.0.3:1502").await;
    let _broker = broker_with_a_tasmota(folder).await;
    let mut gateway = Gateway::start(folder, "ws://127.0.0.1:9");
    let pin = pin_in_log(folder).await;
    gateway.enter(&pin).await;
    let places = |parts: &Value| -> Vec<String> {
        let targets = parts.as_array().unwrap().iter().map(|part| part["target"].as_str().unwrap().to_owned());
        // What is plugged into this machine is no matter of its network.
        targets.filter(|target| !target.starts_with("/dev/")).collect()
    };
    let before = gateway.until("GET", "/api/setup", &Value::Null, |code, _| code == 200).await;
    let everywhere = ["10.77.0.0/29", "mdns", "brokers"];
    assert_eq!(places(&before["nearby"]), everywhere);
    assert!(before["search"]["parts"].as_array().is_some_and(Vec::is_empty), "it looks only when asked: {before}");

    gateway.until("POST", "/api/setup/search", &json!({}), |code, _| code == 202).await;
    let shown =
        gateway.until("GET", "/api/setup", &Value::Null, |_, shown| shown["search"]["is_running"] == false).await;
    let search = &shown["search"];
    assert_eq!(places(&search["parts"]), everywhere);
    for part in search["parts"].as_array().unwrap() {
        assert!(part["is_done"] == true && part["done"] == part["total"], "{part}");
    }
    let found = search["found"].as_array().unwrap().iter().map(|device| device["uri"].as_str().unwrap());
    let mut found: Vec<&str> = found.collect();
    found.sort_unstable();
    let expected = [
        "mqtt://127.0.0.1/dryer?template=tasmota",
        "sunspec+tcp://10.77.0.3:1502?unit=1&model=103&index=0",
        "sunspec+tcp://10.77.0.3:1502?unit=1&model=203&index=0",
    ];
    assert_eq!(found, expected, "{shown}");
    println!("looked everywhere");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn from_first_start_to_final_readings_without_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulated_at("127.0.0.1:0").await;
    let mut chain = Chain::new(1, 1);
    // A simulated second of sun is not a real one: else nothing of it could have flowed.
    chain.parameters.slot_energy_seconds = 75;
    let node = FakeNode::start(chain).await;
    let mut gateway = Gateway::start(folder.path(), &node.url());
    let pin = pin_in_log(folder.path()).await;
    gateway.enter(&pin).await;

    let uri = simulator.serving().homes[0].devices[0].uri.to_string();
    let place = uri.split("//").nth(1).unwrap().split('?').next().unwrap().to_owned();
    gateway.until("POST", "/api/setup/search", &json!({ "place": place }), |code, _| code == 202).await;
    let found =
        gateway.until("GET", "/api/setup", &Value::Null, |_, shown| shown["search"]["is_running"] == false).await;
    let devices: Vec<Value> = found["search"]["found"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| {
            assert!(device["power_w"].is_i64() && device["what"].is_string(), "{device}");
            let role = device["role"].as_str().unwrap();
            json!({ "name": role, "uri": device["uri"], "role": role, "rated_power_w": 17_000 })
        })
        .collect();
    assert_eq!(devices.len(), 2, "{found}");
    let choice = json!({ "home_name": "Am Mühlweg", "devices": devices });
    gateway.until("PUT", "/api/setup/home", &choice, |code, _| code == 204).await;

    // The same process reads them now, and the session is still open.
    let is_read = |status: &Value| {
        let devices = status["devices"].as_array().map(Vec::as_slice).unwrap_or_default();
        devices.len() == 2 && devices.iter().all(|device| device["device"].is_string())
    };
    let status = gateway.until("GET", "/api/status", &Value::Null, |_, status| is_read(status)).await;
    assert_eq!(status["home_name"], "Am Mühlweg");
    node.make_block();
    node.finalise();
    let made =
        gateway.until("POST", "/api/setup/code", &json!({ "owner": ALICE, "site": 7 }), |code, _| code == 200).await;
    let code = LinkCode::from_text(made["code"].as_str().unwrap()).unwrap();
    assert_eq!(code.genesis, node.chain().genesis());
    assert!(code.is_signed_by(&code.gateway.0) && code.home_name().as_deref() == Some("Am Mühlweg"));
    assert!(made["link"].as_str().unwrap().starts_with("http://127.0.0.1:9/link#code="));

    let ids: Vec<DeviceId> = code.devices.iter().map(|device| device.device).collect();
    node.chain().register(code.gateway.0, 0, &ids);
    let each = |chain: &Chain| ids.iter().all(|id| chain.final_readings().iter().any(|r| r.device == *id));
    node.run_until("readings of both become final", each).await;

    // After a kill -9 the picks are still there, the PIN is the same, and it is not logged again.
    drop(gateway);
    let mut again = Gateway::start(folder.path(), &node.url());
    again.enter(&pin).await;
    again.until("GET", "/api/status", &Value::Null, |_, status| is_read(status)).await;
    assert_eq!(fs::read_to_string(folder.path().join("log")).unwrap().matches(&pin).count(), 1);
}
