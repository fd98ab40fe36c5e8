//! `check`: is the configuration right, and does every device answer? Changes nothing.

use deren_gateway::{error::GatewayError, pin::ChainPin, settings::Settings};
use std::{path::Path, process::ExitCode};

/// Exit code 0 if all is well, 1 if a device does not answer or the outbox cannot hold its days; a bad configuration is an error, exit code 2.
pub(crate) async fn check(config: &Path, offline: bool) -> anyhow::Result<ExitCode> {
    let settings = Settings::load(config)?;
    println!("{}: the configuration is right: {} devices", config.display(), settings.devices.len());
    // A quarter of an hour, as in production, before the chain is known.
    let slot_seconds = ChainPin::load(&settings.data_folder)?.map_or(900, |pin| pin.parameters.slot_seconds);
    let complaint = settings.outbox.complaint(settings.devices.len(), slot_seconds);
    if let Some(complaint) = &complaint {
        println!("{}: {complaint}", config.display());
    }
    if offline {
        return Ok(if complaint.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let mut all_answer = complaint.is_none();
    for device in &settings.devices {
        match deren_meters::read(&device.uri).await {
            Ok(record) => {
                let serial = record.serial.as_deref().unwrap_or("without a serial number");
                println!("device {}: {} {} {serial}", device.name, record.vendor, record.model);
            }
            Err(source) => {
                all_answer = false;
                println!("{}", GatewayError::Device { name: device.name.clone(), source });
            }
        }
    }
    Ok(if all_answer { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
