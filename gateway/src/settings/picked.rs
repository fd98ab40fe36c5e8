//! Reads what the owner picked: a file in the data folder with the configuration's own keys. It counts where the
//! configuration names no device.

use super::{Places, Settings, VARIABLE_PREFIX};
use crate::{error::GatewayError, files};
use std::path::Path;

/// The file in the data folder.
pub(crate) const FILE: &str = "devices.toml";

/// Adds what was picked to settings without devices. Nothing is added if nothing was picked yet.
///
/// # Errors
/// [`GatewayError`] for a file that cannot be read or understood, with the place of what is wrong.
pub(crate) fn add_to(settings: &mut Settings, places: &mut Places) -> Result<(), GatewayError> {
    let path = settings.data_folder.join(FILE);
    if !settings.devices.is_empty() {
        return Ok(());
    }
    settings.devices_are_picked = true;
    let Some(content) = files::read_private(&path)? else { return Ok(()) };
    let text = String::from_utf8(content).map_err(|error| GatewayError::file(&path, error))?;
    let (picked, written) = parse(&path, &text, settings.sample_interval.as_millis())?;
    settings.devices = picked.devices;
    places.devices = written.devices;
    settings.home_name = picked.home_name.or(settings.home_name.take());
    Ok(())
}

/// The settings that `text` would be, besides what every configuration must have.
pub(crate) fn parse(path: &Path, text: &str, sample_interval_ms: u128) -> Result<(Settings, Places), GatewayError> {
    let variable = |key: &str, value: String| (format!("{VARIABLE_PREFIX}{key}"), value);
    let others = [
        variable("NODE_URLS", "ws://127.0.0.1:9944".to_owned()),
        variable("SAMPLE_INTERVAL_MS", sample_interval_ms.to_string()),
    ];
    Settings::parse_with_places(path, text, others.into_iter())
}
