//! `check`: is the configuration right, and does every device answer? Changes nothing.

use deren_config::Mistake;
use deren_gateway::{
    error::GatewayError,
    joined_chain::JoinedChain,
    settings::{DeviceSettings, Settings},
};
use deren_meters::Library;
use std::{path::Path, process::ExitCode};

/// Exit code 0 if all is well; 1 if a device does not answer or the outbox cannot hold its days. It is 2 if the
/// configuration has mistakes: each is printed, with its line.
pub(crate) async fn check(config: &Path, offline: bool) -> anyhow::Result<ExitCode> {
    let settings = match Settings::load(config) {
        Ok(settings) => settings,
        Err(GatewayError::Settings { mistakes }) => return Ok(refuse(config, &mistakes)),
        Err(error) => return Err(error.into()),
    };
    // With these the gateway runs, and its owner should know all the same.
    if !settings.complaints.is_empty() {
        return Ok(refuse(config, &settings.complaints));
    }
    let devices = counted(settings.devices.len(), "device");
    println!("{}: the configuration is right: {devices}", config.display());
    // A quarter of an hour, as in production, before the chain is known.
    let slot_seconds = JoinedChain::load(&settings.data_folder)?.map_or(900, |joined| joined.parameters.slot_seconds);
    let complaint = settings.outbox.complaint(settings.devices.len(), slot_seconds);
    if let Some(complaint) = &complaint {
        println!("{}: {complaint}", config.display());
    }
    let mut all_well = complaint.is_none();
    for device in &settings.devices {
        if let Err(what) = look_at(device, &settings.templates, offline).await {
            all_well = false;
            println!("{what}");
        }
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn refuse(config: &Path, mistakes: &[Mistake]) -> ExitCode {
    for mistake in mistakes {
        eprintln!("{mistake}");
    }
    eprintln!("{}: {} to correct", config.display(), counted(mistakes.len(), "mistake"));
    ExitCode::from(2)
}

/// Without a wire, a device can still name a channel that it does not have.
async fn look_at(device: &DeviceSettings, templates: &Library, offline: bool) -> Result<(), GatewayError> {
    let failed = |error| GatewayError::Device { name: device.name.clone(), error };
    if offline {
        return deren_meters::open_with(&device.uri, templates).await.map(drop).map_err(failed);
    }
    let record = deren_meters::read_with(&device.uri, templates).await.map_err(failed)?;
    let serial = record.serial.as_deref().unwrap_or("without a serial number");
    println!("device {}: {} {} {serial}", device.name, record.vendor, record.model);
    Ok(())
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
