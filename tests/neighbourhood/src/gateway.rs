//! A home's gateway: the same program, configuration and commands that people use.

use crate::{Binaries, NeighbourhoodError, Process, Result, Wait, Watcher};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, Hex, PublicKey, Signature, SiteId, hex_digits};
use deren_runtime::AccountId;
use deren_simulator::serving::{ServingDevice, ServingHome};
use deren_testing::next_free_port;
use serde::{Deserialize, de::DeserializeOwned};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const START_DEADLINE: Duration = Duration::from_secs(60);
/// A command may wait for a device's next message.
const COMMAND_DEADLINE: Duration = Duration::from_secs(60);
/// Simulated time runs fast, so sampling does too.
const SAMPLE_INTERVAL_MS: u32 = 500;

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
    program: PathBuf,
    configuration: PathBuf,
    log: PathBuf,
    page_port: u16,
    process: Option<Process>,
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
        let log = fs::read_to_string(&self.log).map_err(NeighbourhoodError::file(&self.log))?;
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
        Ok(Self {
            name: name.to_owned(),
            program: binaries.gateway.clone(),
            configuration: path,
            log: logs.join(format!("gateway-{}.log", name.to_lowercase())),
            page_port,
            process: None,
        })
    }

    /// Starts it, or starts it again after it was killed.
    pub fn restart(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("run").arg("--config").arg(&self.configuration);
        self.process = None;
        self.process = Some(Process::spawn(format!("gateway of {}", self.name), command, &self.log)?);
        Ok(())
    }

    /// Kills it with -9.
    pub fn kill(&mut self) {
        if let Some(process) = &mut self.process {
            process.kill();
        }
    }

    pub(crate) fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// Its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits until its status page answers.
    pub async fn healthy(&mut self, watcher: &dyn Watcher) -> Result<()> {
        let port = self.page_port;
        let mut wait = Wait::new(format!("the gateway of {}", self.name), START_DEADLINE, watcher);
        if let Some(process) = &mut self.process {
            wait = wait.on(process);
        }
        wait.until(async || status(port).await.map(drop)).await
    }

    /// What its status page says, as JSON.
    pub async fn status(&self) -> Result<serde_json::Value> {
        status(self.page_port)
            .await
            .map_err(|reason| NeighbourhoodError::Command { what: format!("status of {}", self.name), reason })
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
        let fail = |reason: String| NeighbourhoodError::Command { what: what.clone(), reason };
        let run = tokio::process::Command::new(&self.program)
            .arg(command)
            .arg("--config")
            .arg(&self.configuration)
            .args(arguments)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(COMMAND_DEADLINE, run)
            .await
            .map_err(|_| fail(format!("no answer within {} s", COMMAND_DEADLINE.as_secs())))?
            .map_err(|error| fail(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(fail(format!("{}: {}", output.status, said.trim())));
        }
        let line = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(line.trim()).map_err(|error| fail(format!("{error} in: {}", line.trim())))
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

/// Asks the status page, by hand: a GET and a JSON answer are all there is to it.
async fn status(port: u16) -> Result<serde_json::Value, String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| error.to_string())?;
    let request = format!("GET /api/status HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
    let mut answer = String::new();
    stream.take(1024 * 1024).read_to_string(&mut answer).await.map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no HTTP answer")?;
    let first = head.lines().next().unwrap_or_default();
    if !first.contains(" 200 ") {
        return Err(first.to_owned());
    }
    serde_json::from_str(body).map_err(|error| error.to_string())
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
        let port = next_free_port().expect("a port");
        assert!(status(port).await.is_err());
    }
}
