//! The real program as a process, with a simulated home behind a real wire.

use super::{FakeNode, chain::Chain};
use deren_gateway::outbox::Reading;
use deren_primitives::{DeviceId, GatewayId};
use deren_simulator::{Simulator, SimulatorConfig};
use deren_testing::free_port;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

/// A home with one grid meter.
pub async fn home() -> Simulator {
    let wires = r#"
        [[homes.modbus]]
        [[homes.modbus.sunspec]]
        devices = [{ role = "grid", model = 203 }]
    "#;
    Simulator::start(&SimulatorConfig::sunny_home(wires).expect("a home")).await.expect("started")
}

/// A gateway's configuration, and where its page is.
pub struct Configured {
    pub file: PathBuf,
    pub port: u16,
}

impl Configured {
    /// For the home's meter and this node, with `top` before everything else, in a folder that is made.
    pub fn new(folder: &Path, simulator: &Simulator, node: &FakeNode, top: &str) -> Self {
        let uri = &simulator.serving().homes[0].devices[0].uri;
        Self::for_device(folder, node, top, &format!("name = \"grid\"\nuri = \"{uri}\"\nrole = \"grid\"\n"))
    }

    /// As [`Configured::new`], for a device with these keys.
    pub fn for_device(folder: &Path, node: &FakeNode, top: &str, device: &str) -> Self {
        fs::create_dir_all(folder).expect("made");
        let port = free_port();
        let text = format!(
            "{top}\nnode_urls = [\"{}\"]\npage_listen = \"127.0.0.1:{port}\"\nsample_interval_ms = 100\n\
             checkpoint_interval_s = 1\n[[device]]\n{device}",
            node.url()
        );
        let file = folder.join("gateway.toml");
        fs::write(&file, text).expect("written");
        Self { file, port }
    }

    /// `deren-gateway` with these arguments and `--config`.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deren-gateway"));
        command.args(arguments).arg("--config").arg(&self.file).stdin(Stdio::null());
        command
    }

    /// The gateway and its device as `keys` names them, registered with the node under its first key.
    pub async fn register(&self, node: &FakeNode, keys: Command) -> (GatewayId, DeviceId) {
        let keys = json(&output(keys).await);
        let gateway: GatewayId = keys["gateway"].as_str().expect("a name").parse().expect("a name");
        let device: DeviceId = keys["devices"][0]["device"].as_str().expect("a device").parse().expect("a device");
        node.chain().register(gateway.0, 0, &[device]);
        (gateway, device)
    }

    /// What the page says of `path`.
    pub async fn page(&self, path: &str) -> Option<String> {
        deren_gateway::page::ask(([127, 0, 0, 1], self.port).into(), path).await.ok()
    }

    /// Waits until the gateway's status is as wanted; blocks are made meanwhile.
    pub async fn until(&self, node: &FakeNode, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..1200 {
            node.make_block();
            node.finalise();
            if let Some(text) = self.page("/api/status").await {
                last = serde_json::from_str(&text).expect("JSON");
                if condition(&last) {
                    return last;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("in vain: {what}: {last:#}");
    }
}

/// Runs a command in a thread of its own, so that simulated devices can answer it.
pub async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().expect("it runs")).await.expect("no panic")
}

pub fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What a command that must fail says.
pub async fn complaint(command: Command) -> String {
    let output = output(command).await;
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A process that does not outlive its test.
pub struct Running(pub Child);

impl Running {
    pub fn start(mut command: Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts"))
    }

    /// Sends it the signal of this name, as `-HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.0.id().to_string()]).status();
        assert!(sent.expect("it runs").success());
    }

    /// Ends it with SIGTERM, and says whether it ended well.
    pub async fn terminate(&mut self) -> bool {
        self.signal("-TERM");
        for _ in 0..400 {
            if let Some(status) = self.0.try_wait().expect("our child") {
                return status.success();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until so many readings are final.
pub async fn finals(node: &FakeNode, count: usize) -> Vec<Reading> {
    node.run_until("readings become final", |chain: &Chain| chain.final_readings().len() >= count).await;
    node.chain().final_readings()
}

/// One device's readings: numbered, chained, without a missing slot or mWh.
pub fn assert_unbroken(readings: &[Reading]) {
    assert!(readings.iter().zip(0..).all(|(reading, sequence)| reading.sequence == sequence));
    assert!(readings.windows(2).all(|pair| pair[1].previous == pair[0].hash()));
    assert!(readings.windows(2).all(|pair| pair[1].first_slot == pair[0].end_slot()));
    assert!(readings.windows(2).all(|pair| pair[1].registers.continues(&pair[0].registers)));
}
