//! `keys`: who the gateway is and what its devices are called, for whoever registers them. Never prints a secret.

use super::print_line;
use deren_gateway::{devices::DeviceBook, error::GatewayError, settings::Settings, signer::Signer};
use deren_primitives::{DeviceId, DeviceRole, GatewayId};
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
    let signer = Signer::load_or_create(&settings.key_file)?;
    let mut book = DeviceBook::load(&settings.data_folder)?;
    let mut devices = Vec::with_capacity(settings.devices.len());
    for device in &settings.devices {
        let mut id = book.device_id(device, &signer);
        if id.is_none() {
            match identify(&device.uri).await {
                Ok(identity) => {
                    book.learn(device, &identity)?;
                    id = Some(signer.device_id(&identity));
                }
                Err(source) => eprintln!("{}", GatewayError::Device { name: device.name.clone(), source }),
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
        public_key: format!("0x{}", hex::encode(signer.public_key())),
        key_epoch: signer.key_epoch(),
        devices,
    })?;
    Ok(if all_known { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn identify(uri: &deren_meters::DeviceUri) -> Result<deren_meters::Identity, deren_meters::MeterError> {
    deren_meters::open(uri).await?.identify().await
}
