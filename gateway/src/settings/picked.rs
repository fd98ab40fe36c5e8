//! Reads what the owner picked: a file in the data folder with the configuration's own keys for devices. It counts
//! where the configuration names no device.

use super::{Places, Settings, all_devices, finish, known};
use crate::{error::GatewayError, files, settings::DeviceSettings};
use deren_config::Place;
use std::{path::Path, time::Duration};

/// The file in the data folder.
pub(crate) const FILE: &str = "devices.toml";

/// What the owner picked.
pub(crate) struct Picked {
    /// How the owner calls the home.
    pub(crate) home_name: Option<String>,
    pub(crate) devices: Vec<DeviceSettings>,
    /// Where each device's `uri` is written.
    uris: Vec<Place>,
}

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
    let picked = Settings::devices_of(&path, &text, settings.sample_interval)?;
    (settings.devices, places.devices) = (picked.devices, picked.uris);
    settings.home_name = picked.home_name.or(settings.home_name.take());
    Ok(())
}

impl Settings {
    /// The devices that `text` names, and the home's name. A device that says nothing else is sampled at `interval`.
    ///
    /// # Errors
    /// Everything that is wrong, each with the key and where it is written.
    pub(crate) fn devices_of(file: &Path, text: &str, interval: Duration) -> Result<Picked, GatewayError> {
        let mut top = deren_config::parse(&file.display().to_string(), text, "the configuration has");
        let (mut uris, mut mistakes) = (Vec::new(), Vec::new());
        let devices = all_devices(&mut top, &mut uris, &mut mistakes, interval);
        let home_name = top.text(&known::HOME_NAME).map(|(_, name)| name);
        finish(top, mistakes)?;
        Ok(Picked { home_name, devices, uris })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_picked_is_a_home_with_devices_and_nothing_else() {
        let read = |text: &str| Settings::devices_of(Path::new("devices.toml"), text, Duration::from_secs(7));
        let device = "[[device]]\nname = \"roof\"\nuri = \"sunspec+tcp://127.0.0.1:9\"\nrole = \"production\"";
        let picked = read(&format!("home_name = \"Mill\"\n{device}")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((picked.home_name.as_deref(), picked.devices.len()), (Some("Mill"), 1));
        assert_eq!(picked.devices[0].sample_interval, Duration::from_secs(7));
        let wrong = read(&format!("log = \"info\"\n{device}")).err().map(|error| error.to_string());
        assert!(wrong.is_some_and(|wrong| wrong.contains("devices.toml line 1") && wrong.contains("`log`")));
    }
}
