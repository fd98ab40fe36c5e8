//! `keys`: who the gateway is and what its devices are called, for whoever registers them; and what becomes of its key.
//! Never prints a secret.

use super::{link::ask_node, print_line};
use anyhow::Context;
use deren_gateway::{
    devices::DeviceBook, error::GatewayError, keys::Keys as KeyStore, settings::Settings, signer::Signer,
};
use deren_meters::{DeviceUri, Identity, Library, MeterError, open_with};
use deren_primitives::{DeviceId, DeviceRole, GatewayId, Hex};
use serde::Serialize;
use std::{path::Path, process::ExitCode};

#[derive(Serialize)]
struct Keys {
    gateway: GatewayId,
    public_key: String,
    key_epoch: u32,
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct Device {
    name: String,
    uri: String,
    role: DeviceRole,
    rated_power_w: Option<u32>,
    /// Null if the device has never said who it is, and does not now.
    device: Option<DeviceId>,
}

/// Exit code 1 if a device could not be asked who it is.
pub(crate) async fn keys(config: &Path) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    let signer = Signer::open(&settings.key, &settings.data_folder)?;
    let mut book = DeviceBook::load(&settings.data_folder)?;
    let mut devices = Vec::with_capacity(settings.devices.len());
    for device in &settings.devices {
        let mut id = book.device_id(device, &signer);
        if id.is_none() {
            match identify(&device.uri, &settings.templates).await {
                Ok(identity) => {
                    book.learn(device, &identity)?;
                    id = Some(signer.device_id(&identity));
                }
                Err(error) => eprintln!("{}", GatewayError::Device { name: device.name.clone(), error }),
            }
        }
        devices.push(Device {
            name: device.name.clone(),
            uri: device.uri.to_string(),
            role: device.role,
            rated_power_w: device.rated_power_w,
            device: id,
        });
    }
    let all_known = devices.iter().all(|device| device.device.is_some());
    print_line(&Keys {
        gateway: signer.gateway(),
        public_key: Hex(signer.public_key()).to_string(),
        key_epoch: signer.key_epoch(),
        devices,
    })?;
    Ok(if all_known { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn identify(uri: &DeviceUri, templates: &Library) -> Result<Identity, MeterError> {
    open_with(uri, templates).await?.identify().await
}

/// Encrypts the key file.
pub(crate) fn encrypt(config: &Path) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    KeyStore::encrypt(&settings.key)?;
    eprintln!("{} is encrypted: without its passphrase the gateway does not start", settings.key);
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Replacement {
    gateway: GatewayId,
    new_key: String,
    new_key_epoch: u32,
    code: String,
}

/// Makes a new key in place of one that is lost, and prints what the owner puts on the chain (`registry.replaceKey`).
pub(crate) async fn replace(config: &Path, gateway: Option<GatewayId>) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    let known = Signer::known_gateway(&settings.data_folder)?;
    let gateway = gateway.or(known).context("this data_folder knows no gateway: name it with --gateway 0x…")?;
    let (node, genesis) = ask_node(&settings).await?;
    let record = node
        .gateway(gateway, node.finalised_hash().await?)
        .await?
        .with_context(|| format!("the chain knows no gateway {gateway}, so there is no key to replace"))?;
    let new_key_epoch = record.key_epoch.checked_add(1).context("the gateway has had too many keys")?;
    let (signer, rotation) = Signer::replace(&settings.key, &settings.data_folder, gateway, new_key_epoch, &genesis)?;
    print_line(&Replacement {
        gateway: signer.gateway(),
        new_key: Hex(rotation.new_key).to_string(),
        new_key_epoch: rotation.new_key_epoch,
        code: Hex(rotation.signature).to_string(),
    })?;
    Ok(ExitCode::SUCCESS)
}
