//! A home's gateway: the same program, configuration and commands that people use.

use crate::{Binaries, NeighbourhoodError, Restartable, Result, Watcher, api::Api, script::json_of};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, Hex, PublicKey, Signature, SiteId, hex_digits};
use deren_runtime::AccountId;
use deren_simulator::serving::{ServingDevice, ServingHome};
use deren_testing::next_free_port;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

const START_DEADLINE: Duration = Duration::from_secs(60);
/// A command may wait for a device's next message.
const COMMAND_DEADLINE: Duration = Duration::from_secs(60);
/// Simulated time runs fast, so sampling does too.
const SAMPLE_INTERVAL_MS: u32 = 500;

const STATUS: &str = "/api/status";

/// What `deren-gateway keys` prints.
#[derive(Clone, Debug, Deserialize)]
pub struct Keys {
    /// The gateway's name on chain.
    pub gateway: GatewayId,
    /// Its devices.
    pub devices: Vec<DeviceKey>,
}

/// A device as its gateway names it.
#[derive(Clone, Debug, Deserialize)]
pub struct DeviceKey {
    /// Its name in the configuration.
    pub name: String,
    /// Its pseudonym; none if it has never said who it is.
    pub device: Option<DeviceId>,
}

/// What `deren-gateway link` prints.
#[derive(Clone, Debug, Deserialize)]
struct Link {
    code: String,
}

/// A gateway that can be killed and started again on its data.
#[derive(Debug)]
pub struct Gateway {
    name: String,
    executable: PathBuf,
    configuration: PathBuf,
    page_port: u16,
    /// The program.
    pub program: Restartable,
}

impl Gateway {
    /// Writes the home's configuration into a folder of its own below `folder`. Nothing runs yet.
    pub fn prepare(
        binaries: &Binaries,
        folder: &Path,
        logs: &Path,
        home: &ServingHome,
        node_ports: &[u16],
    ) -> Result<Self> {
        let configuration = |page_port| toml_text(&home.devices, page_port, node_ports);
        Self::configured(binaries, folder, logs, &home.name, configuration)
    }

    /// A gateway at its first start, without devices; its page sends codes to the dashboards at `dashboards`.
    pub fn unpacked(
        binaries: &Binaries,
        folder: &Path,
        logs: &Path,
        name: &str,
        node_ports: &[u16],
        dashboards: &str,
    ) -> Result<Self> {
        let configuration =
            |page_port| format!("{}dashboard_url = \"{dashboards}/\"\n", toml_text(&[], page_port, node_ports));
        Self::configured(binaries, folder, logs, name, configuration)
    }

    /// Where its page is.
    pub fn page_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.page_port)
    }

    /// The PIN of its page, as its owner reads it in the log of the first start.
    pub fn pin(&self) -> Result<String> {
        let log = self.program.log();
        let log = fs::read_to_string(log).map_err(NeighbourhoodError::file(log))?;
        let pin = log.split("pin=\"").nth(1).and_then(|rest| rest.split('"').next());
        pin.map(str::to_owned).ok_or_else(|| NeighbourhoodError::Command {
            what: format!("the page of the gateway of {}", self.name),
            reason: "there is no PIN in its log".to_owned(),
        })
    }

    /// Writes into a folder of its own what `configuration` says for the port of the status page.
    pub(crate) fn configured(
        binaries: &Binaries,
        folder: &Path,
        logs: &Path,
        name: &str,
        configuration: impl FnOnce(u16) -> String,
    ) -> Result<Self> {
        let folder = folder.join(name.to_lowercase());
        fs::create_dir_all(&folder).map_err(NeighbourhoodError::file(&folder))?;
        let page_port = next_free_port()?;
        let path = folder.join("gateway.toml");
        fs::write(&path, configuration(page_port)).map_err(NeighbourhoodError::file(&path))?;
        let log = logs.join(format!("gateway-{}.log", name.to_lowercase()));
        Ok(Self {
            name: name.to_owned(),
            executable: binaries.gateway.clone(),
            configuration: path,
            page_port,
            program: Restartable::new(format!("gateway of {name}"), log),
        })
    }

    /// Starts it, or starts it again after it was killed.
    pub fn restart(&mut self) -> Result<()> {
        let mut command = Command::new(&self.executable);
        command.arg("run").arg("--config").arg(&self.configuration);
        self.program.restart(command)
    }

    /// Waits until its status page answers.
    pub async fn healthy(&mut self, watcher: &dyn Watcher) -> Result<()> {
        let page = Api::new(self.page_port)?;
        let wait = self.program.wait(&format!("the gateway of {}", self.name), START_DEADLINE, watcher);
        wait.until(async || page.get::<serde_json::Value>(STATUS).await.map(drop)).await
    }

    /// What its status page says, as JSON.
    pub async fn status(&self) -> Result<serde_json::Value> {
        Api::new(self.page_port)?.get(STATUS).await
    }

    /// Its key and its devices' pseudonyms. The devices must answer.
    pub async fn keys(&self) -> Result<Keys> {
        self.command("keys", &[]).await
    }

    /// The code by which `owner` may link it to `site`.
    pub async fn link_code(&self, owner: &AccountId, site: SiteId, expires_unix_s: u64) -> Result<Signature> {
        let owner = Hex::<&[u8]>(owner.as_ref()).to_string();
        let (site, expires) = (site.to_string(), expires_unix_s.to_string());
        let link: Link = self.command("link", &["--owner", &owner, "--site", &site, "--expires", &expires]).await?;
        let mut code = [0; 64];
        hex::decode_to_slice(hex_digits(&link.code), &mut code).map_err(|error| NeighbourhoodError::Command {
            what: "deren-gateway link".into(),
            reason: format!("its code: {error}"),
        })?;
        Ok(code)
    }

    /// Runs a command and reads the JSON line that it prints.
    async fn command<T: DeserializeOwned>(&self, command: &str, arguments: &[&str]) -> Result<T> {
        let what = format!("deren-gateway {command} for {}", self.name);
        let mut run = Command::new(&self.executable);
        run.arg(command).arg("--config").arg(&self.configuration).args(arguments);
        json_of(run, &what, "", COMMAND_DEADLINE).await
    }
}

/// The gateway's key as the chain's calls take it: a gateway is named by its first key.
pub(crate) const fn first_key(gateway: GatewayId) -> PublicKey {
    gateway.0
}

/// A device's name in its gateway's configuration.
pub(crate) const fn device_name(role: DeviceRole) -> &'static str {
    match role {
        DeviceRole::Grid => "grid-meter",
        DeviceRole::Production => "inverter",
        DeviceRole::Storage => "battery",
    }
}

fn toml_text(devices: &[ServingDevice], page_port: u16, node_ports: &[u16]) -> String {
    let nodes: Vec<String> = node_ports.iter().map(|port| format!("\"ws://127.0.0.1:{port}\"")).collect();
    let mut text = format!(
        "node_urls = [{}]\npage_listen = \"127.0.0.1:{page_port}\"\nsample_interval_ms = {SAMPLE_INTERVAL_MS}\n\
         checkpoint_interval_s = 1\n",
        nodes.join(", ")
    );
    for device in devices {
        let role = serde_json::to_string(&device.role).unwrap_or_default();
        text.push_str(&format!(
            "\n[[device]]\nname = \"{}\"\nuri = \"{}\"\nrole = {role}\nrated_power_w = {}\n",
            device_name(device.role),
            device.uri,
            device.rated_power_w
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_toml_with_every_device() {
        let device = |role, uri: &str| ServingDevice {
            uri: uri.parse().expect("a URI"),
            role,
            serial: "1".into(),
            rated_power_w: 5_000,
            register_step_mwh: 1_000,
        };
        let devices = [
            device(DeviceRole::Grid, "modbus+tcp://127.0.0.1:1502?template=eastron-sdm630&unit=2"),
            device(DeviceRole::Production, "sunspec+tcp://127.0.0.1:1502?unit=1"),
        ];
        let text = toml_text(&devices, 8640, &[9944, 9945]);
        let table: toml::Table = text.parse().expect("TOML");
        assert_eq!(table["device"].as_array().map(Vec::len), Some(2));
        assert_eq!(table["device"][0]["role"].as_str(), Some("grid"));
        assert_eq!(table["node_urls"].as_array().map(Vec::len), Some(2));
    }

    #[tokio::test]
    async fn a_page_that_is_not_there_is_an_error() {
        let page = Api::new(next_free_port().expect("a port")).expect("a client");
        assert!(page.get::<serde_json::Value>(STATUS).await.is_err());
    }
}
