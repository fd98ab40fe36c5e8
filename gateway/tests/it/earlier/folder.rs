//! The folder that is kept, copies of it for a test, and the home whose devices it reads.

use crate::support::{FakeNode, real::Configured};
use deren_gateway::clock::unix_ms;
use deren_simulator::{Simulator, SimulatorConfig};
use deren_testing::free_port;
use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// Length of the chain's slots: so short that a test sees several, so long that years become few readings.
pub(super) const SLOT_SECONDS: u32 = 2;
/// Which of the fake chains the gateway belongs to.
pub(super) const GENESIS_SALT: u8 = 1;

/// Where the folder says that node, page and devices are.
const NODE: &str = "127.0.0.1:9944";
const PAGE: &str = "127.0.0.1:8640";
const DEVICES: &str = "127.0.0.1:1502";

/// The folder in the repository.
pub(super) fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier")
}

/// The home, so long after its start, and the port of its devices. What they count follows from that time alone.
/// It runs in real time, as the devices' rated power is configured.
pub(super) async fn home(after: Duration) -> (Simulator, u16) {
    let port = free_port();
    let wires = format!(
        r#"
        [[homes.modbus]]
        listen = "127.0.0.1:{port}"
        [[homes.modbus.sunspec]]
        devices = [{{ role = "production", model = 103 }}]
        [[homes.modbus.meters]]
        unit = 3
        role = "grid"
        template = "eastron-sdm630"
        [[homes.modbus.meters]]
        unit = 71
        role = "production"
        template = "kostal-plenticore-big-endian"
        "#
    );
    let mut config = SimulatorConfig::sunny_home(&wires).unwrap();
    config.speed = 1.0;
    config.t0_unix_ms = Some(unix_ms() - after.as_millis() as u64);
    (Simulator::start(&config).await.unwrap(), port)
}

/// A copy that nobody else has, with the places of today.
pub(super) struct Copy {
    folder: TempDir,
    pub(super) configured: Configured,
    /// Places as they are kept, and as they are here.
    places: [(&'static str, String); 3],
}

impl Copy {
    /// Of the whole folder, for this node, and devices behind this port.
    pub(super) fn new(node: &FakeNode, devices_port: u16) -> Self {
        let (folder, page_port) = (tempfile::tempdir().unwrap(), free_port());
        let configured = Configured { file: folder.path().join("gateway.toml"), port: page_port };
        let places = [
            (NODE, node.address.to_string()),
            (PAGE, format!("127.0.0.1:{page_port}")),
            (DEVICES, format!("127.0.0.1:{devices_port}")),
        ];
        let copy = Self { folder, configured, places };
        copy_files(&kept(), copy.folder.path(), &|text| {
            copy.places.iter().fold(text, |text, (kept, here)| text.replace(kept, here))
        });
        copy
    }

    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Keeps its data folder in the repository, in place of the one that is there.
    pub(super) fn keep(&self) {
        let data = kept().join("data");
        let _ = fs::remove_dir_all(&data);
        copy_files(&self.data(), &data, &|text| {
            self.places.iter().fold(text, |text, (kept, here)| text.replace(here, kept))
        });
    }
}

/// Copies all files, as private as a gateway leaves them: Git does not keep that. Texts that name places are changed.
fn copy_files(from: &Path, to: &Path, change: &dyn Fn(String) -> String) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() {
            copy_files(&from, &to, change);
        } else if from.is_file() {
            match from.extension().and_then(|extension| extension.to_str()) {
                Some("toml" | "json") => fs::write(&to, change(fs::read_to_string(&from).unwrap())).unwrap(),
                _ => drop(fs::copy(&from, &to).unwrap()),
            }
            fs::set_permissions(&to, Permissions::from_mode(0o600)).unwrap();
        }
    }
}
