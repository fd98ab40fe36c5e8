//! Device templates of the owner's own, with the real program: tried by hand, and in the folder that the configuration
//! names.

use crate::support::{
    FakeNode,
    chain::Chain,
    real::{Running, assert_unbroken, json, output},
};
use deren_primitives::DeviceId;
use deren_simulator::{Simulator, SimulatorConfig};
use deren_testing::free_port;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

/// A home with a meter that is known by its template, and an inverter that describes itself, on two wires.
async fn home() -> Simulator {
    let wires = r#"
        [[homes.modbus]]
        [[homes.modbus.meters]]
        unit = 1
        role = "grid"
        template = "eastron-sdm630"
        [[homes.modbus]]
        [[homes.modbus.sunspec]]
        devices = [{ role = "production", model = 103 }]
    "#;
    Simulator::start(&SimulatorConfig::sunny_home(wires).unwrap()).await.unwrap()
}

/// A template of the owner's own: a built-in one under another name.
fn own_template(folder: &Path, change: impl Fn(String) -> String) -> PathBuf {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../meters/templates/eastron-sdm630.toml"));
    let file = folder.join("my-meter.toml");
    fs::write(&file, change(text.unwrap())).unwrap();
    file
}

/// Line 10 makes no sense.
fn broken(text: String) -> String {
    text.replacen("unit = \"kWh\"", "unit = \"W\"", 1)
}

fn without_power(text: &str) -> String {
    let block = "[power]\nfunction = 4\naddress = 0x34\ntype = \"f32\"\nunit = \"W\"\n";
    assert!(text.contains(block));
    text.replace(block, "").replace("power = [0xC4E4, 0xD000]\n", "").replace("power_w = -1830\n", "")
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_deren-gateway"));
    command.args(arguments);
    command
}

async fn run(arguments: &[&str]) -> Output {
    output(program(arguments)).await
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A gateway with a folder of templates, and both devices of the home: the meter is read by the owner's own.
struct Site {
    config: PathBuf,
    templates: PathBuf,
    devices: Vec<DeviceId>,
}

impl Site {
    async fn new(folder: &Path, simulator: &Simulator, node: &FakeNode) -> Self {
        let templates = folder.join("templates");
        fs::create_dir(&templates).unwrap();
        own_template(&templates, |text| text.replace("Eastron", "Westron"));
        let port = free_port();
        let devices = &simulator.serving().homes[0].devices;
        let text = format!(
            "templates_folder = \"templates\"\nnode_urls = [\"{}\"]\npage_listen = \"127.0.0.1:{port}\"\n\
             sample_interval_ms = 100\ncheckpoint_interval_s = 1\n\
             [[device]]\nname = \"grid\"\nuri = \"{}\"\nrole = \"grid\"\n\
             [[device]]\nname = \"roof\"\nuri = \"{}\"\nrole = \"production\"\n",
            node.url(),
            devices[0].uri.to_string().replace("eastron-sdm630", "my-meter"),
            devices[1].uri,
        );
        let config = folder.join("gateway.toml");
        fs::write(&config, text).unwrap();
        let keys = json(&run(&["keys", "--config", path(&config)]).await);
        let id = |value: &Value| value.as_str().unwrap().parse().unwrap();
        let devices: Vec<DeviceId> =
            keys["devices"].as_array().unwrap().iter().map(|device| id(&device["device"])).collect();
        let gateway: deren_primitives::GatewayId = keys["gateway"].as_str().unwrap().parse().unwrap();
        node.chain().register(gateway.0, 0, &devices);
        Self { config, templates, devices }
    }

    fn start(&self) -> Running {
        Running::start(program(&["run", "--config", path(&self.config)]))
    }

    /// Waits until the status is as wanted.
    async fn until(&self, node: &FakeNode, what: &str, wanted: impl Fn(&Value) -> bool) {
        let mut last = Value::Null;
        for _ in 0..400 {
            let status = run(&["status", "--config", path(&self.config)]).await;
            last = serde_json::from_slice(&status.stdout).unwrap_or(Value::Null);
            if wanted(&last) {
                return;
            }
            node.make_block();
            node.finalise();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("in vain: {what}: {last:#}");
    }

    /// Waits until that device has so many more final readings.
    async fn more_readings(&self, node: &FakeNode, device: usize, more: usize) {
        let count = |chain: &Chain| {
            chain.final_readings().iter().filter(|reading| reading.device == self.devices[device]).count()
        };
        let goal = count(&node.chain()) + more;
        node.run_until("readings become final", |chain| count(chain) >= goal).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_is_read_by_a_template_of_the_folder_and_follows_it() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let site = Site::new(folder.path(), &simulator, &node).await;
    let checked = run(&["check", "--config", path(&site.config)]).await;
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success() && told.contains("device grid: Westron SDM630 "), "{told}{}", said(&checked));
    let running = site.start();
    site.more_readings(&node, 0, 2).await;
    site.until(&node, "its power", |status| status["devices"][0]["power_w"].is_i64()).await;

    // The template changes, and the inverter is not disturbed by it.
    own_template(&site.templates, |text| without_power(&text.replace("Eastron", "Westron")));
    running.signal("-HUP");
    let told = |status: &Value| status["devices"][0]["samples_total"].as_u64() > Some(0);
    site.until(&node, "no power", |status| told(status) && status["devices"][0]["power_w"].is_null()).await;
    site.more_readings(&node, 0, 2).await;

    // What makes no sense is named, and not taken over: the meter is read as before.
    own_template(&site.templates, broken);
    running.signal("-HUP");
    site.until(&node, "it is named", |status| {
        let troubles = status["troubles"].to_string();
        troubles.contains("not taken over") && troubles.contains("my-meter.toml`: line 10: ")
    })
    .await;
    site.more_readings(&node, 0, 2).await;
    let readings = node.chain().final_readings();
    for device in &site.devices {
        let own: Vec<_> = readings.iter().filter(|reading| reading.device == *device).cloned().collect();
        assert_unbroken(&own);
    }
    let inverter = readings.iter().filter(|reading| reading.device == site.devices[1]);
    assert!(inverter.clone().all(|reading| reading.slot_count == 1), "{:?}", inverter.collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_template_is_named_and_hurts_its_own_device_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (simulator, node) = (home().await, FakeNode::start(Chain::new(1, 1)).await);
    let site = Site::new(folder.path(), &simulator, &node).await;
    own_template(&site.templates, broken);
    fs::write(site.templates.join("nobodys.toml"), "kind = \"modem\"\n").unwrap();
    let check = ["check", "--config", path(&site.config)];
    let checked = run(&check).await;
    assert_eq!(checked.status.code(), Some(2));
    for line in [
        "gateway.toml line 1: template `",
        "templates/my-meter.toml`: line 10: import: unit Watt does not fit",
        "templates/nobodys.toml`: line 1: kind `modem`",
        "gateway.toml line 8: device `grid`: template `",
        "3 mistakes to correct",
    ] {
        assert!(said(&checked).contains(line), "{line}: {}", said(&checked));
    }

    // It starts all the same, and reads the other device.
    let running = site.start();
    site.more_readings(&node, 1, 2).await;
    site.until(&node, "it is named", |status| {
        let trouble = status["devices"][0]["trouble"].to_string();
        trouble.contains("my-meter.toml`: line 10: ")
            && status["troubles"].to_string().contains("nobodys.toml`: line 1")
    })
    .await;

    // Once it is fixed, the device is read again; what nobody uses may stay broken.
    own_template(&site.templates, |text| text.replace("Eastron", "Westron"));
    running.signal("-HUP");
    site.more_readings(&node, 0, 2).await;

    fs::remove_file(site.templates.join("nobodys.toml")).unwrap();
    let good = fs::read_to_string(&site.config).unwrap();
    fs::write(&site.config, good.replace("template=my-meter", "template=my-metre")).unwrap();
    let checked = run(&check).await;
    let line = "gateway.toml line 8: device `grid`: no modbus template is named `my-metre`; did you mean `my-meter`?";
    assert!(checked.status.code() == Some(2) && said(&checked).contains(line), "{}", said(&checked));
    fs::write(&site.config, good.replace("\"templates\"", "\"templatse\"")).unwrap();
    let checked = run(&check).await;
    assert!(
        said(&checked).contains("gateway.toml line 1: ") && said(&checked).contains("templatse"),
        "{}",
        said(&checked)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_is_read_and_searched_with_by_hand_too() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = home().await;
    let device = &simulator.serving().homes[0].devices[0];
    let file = own_template(folder.path(), |text| text.replace("Eastron", "Westron"));
    let uri = device.uri.to_string().replace("eastron-sdm630", "my-meter");
    let options = ["--templates-folder", path(folder.path())];
    assert!(said(&run(&["read", &uri]).await).contains("no modbus template is named `my-meter`"));
    assert_eq!(json(&run(&["read", &uri, options[0], options[1]]).await)["vendor"], "Westron");

    // A file that is called like a built-in template replaces it, in a search too.
    fs::rename(file, folder.path().join("eastron-sdm630.toml")).unwrap();
    let place = uri.split("//").nth(1).and_then(|rest| rest.split('?').next()).unwrap();
    let found = json(&run(&["discover", place, options[0], options[1]]).await);
    assert_eq!((&found["driver"], &found["vendor"]), (&"eastron-sdm630".into(), &"Westron".into()));
    assert_eq!(json(&run(&["discover", place]).await)["vendor"], "Eastron");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_of_ones_own_is_listed_checked_and_tried_on_a_device() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = home().await;
    let device = &simulator.serving().homes[0].devices[0];

    let own = folder.path().join("templates");
    fs::create_dir(&own).unwrap();
    let file = own_template(&own, |text| text.replace("Eastron", "Westron"));
    let listed = run(&["template", "list", "--folder", path(&own)]).await;
    assert!(listed.status.success());
    let lines: Vec<Value> =
        String::from_utf8_lossy(&listed.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let built_in = |name: &str| lines.iter().find(|line| line["name"] == name).map(|line| line["built_in"].clone());
    assert!(lines.len() > 25, "{}", lines.len());
    assert_eq!(built_in("eastron-sdm630"), Some(Value::Bool(true)));
    assert_eq!(built_in("my-meter"), Some(Value::Bool(false)));
    for line in &lines {
        assert!(line["fixture"].is_string(), "whether a device was recorded: {line}");
    }
    assert_eq!(lines.iter().find(|line| line["name"] == "shelly-pm1").unwrap()["fixture"], "recorded");
    for (name, fixture, production) in [
        ("goodwe-dt", "recorded", "output-without-battery"),
        ("growatt", "composed", "panels"),
        ("growatt-output", "composed", "output-unless-battery"),
    ] {
        let line = lines.iter().find(|line| line["name"] == name).unwrap();
        assert_eq!((&line["fixture"], &line["production"]), (&fixture.into(), &production.into()), "{line}");
    }

    let checked = run(&["template", "check", path(&file)]).await;
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let uri = device.uri.to_string().replace("template=eastron-sdm630&", "");
    let tested = json(&run(&["template", "test", path(&file), &uri]).await);
    assert_eq!(
        (&tested["read"]["vendor"], &tested["read"]["serial"]),
        (&"Westron".into(), &device.serial.clone().into())
    );
    assert_eq!(tested["read"]["driver"], "my-meter");
    assert!(tested["read"]["import_mwh"].as_u64().unwrap() > 0);
    assert_eq!(tested["fixture"]["import_mwh"], 4_711_250_000u64);

    let file = own_template(&own, broken);
    let listed = run(&["template", "list", "--folder", path(&own)]).await;
    assert_eq!(listed.status.code(), Some(1), "the others are listed, and it is named");
    assert!(listed.stdout.len() > 1_000 && said(&listed).contains("my-meter.toml"), "{}", said(&listed));
    let refused = run(&["template", "check", path(&file)]).await;
    let reason = said(&refused);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        reason.contains("my-meter.toml") && reason.contains(": line 10: import: unit Watt does not fit"),
        "{reason}"
    );
    let file = own_template(&own, |text| text.replace("import_mwh = 4711250000", "import_mwh = 4711250001"));
    let differs = run(&["template", "check", path(&file)]).await;
    assert_eq!(differs.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&differs.stdout).contains("import_mwh reads"));
}
