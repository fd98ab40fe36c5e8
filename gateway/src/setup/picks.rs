//! What the owner picks on the page: a home's name, and devices with their roles. It is checked as the configuration
//! is, and replaces what was picked before in one step that survives a loss of power.

use crate::{
    error::GatewayError,
    files::{self, Readers},
    settings::{Settings, picked},
};
use deren_meters::Library;
use deren_primitives::{DeviceRole, MAX_HOME_NAME_BYTES, MAX_LINKED_DEVICES};
use serde::{Deserialize, Serialize};
use std::{path::Path, time::Duration};

/// Longest name of a home, letters.
const MAX_HOME_NAME_LETTERS: usize = 60;

/// A whole choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// How the owner calls the home.
    pub home_name: String,
    /// The devices.
    #[serde(rename(serialize = "device"))]
    pub devices: Vec<Pick>,
}

/// One device as it was picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pick {
    /// How pages and logs call it.
    pub name: String,
    /// How to reach it.
    pub uri: String,
    /// What it measures.
    pub role: DeviceRole,
    /// More than this it cannot measure, W.
    pub rated_power_w: u32,
}

/// Why a choice was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PickError {
    /// It cannot be.
    #[error("{0}")]
    Refused(String),
    /// The disk failed.
    #[error(transparent)]
    Disk(#[from] GatewayError),
}

impl Choice {
    /// Checks it, its devices by these templates, and writes it into `data_folder`.
    pub(super) fn store(&self, data_folder: &Path, templates: &Library) -> Result<(), PickError> {
        self.check().map_err(|reason| PickError::Refused(reason.to_owned()))?;
        let path = data_folder.join(picked::FILE);
        let refuse = |error: &dyn ToString| PickError::Refused(error.to_string());
        let text = toml::to_string(self).map_err(|error| refuse(&error))?;
        let text =
            format!("# Written by the gateway's page. It counts where the configuration names no device.\n{text}");
        // No line of a file that is not written yet: only what is wrong.
        let interval = Duration::from_secs(1);
        let picked = Settings::devices_of(Path::new("your choice"), &text, interval).map_err(|error| refuse(&error))?;
        for device in &picked.devices {
            templates.check(&device.uri).map_err(|error| refuse(&format!("{}: {error}", device.name)))?;
        }
        Ok(files::replace(&path, text.as_bytes(), Readers::Owner)?)
    }

    fn check(&self) -> Result<(), &'static str> {
        if self.devices.is_empty() {
            return Err("Pick at least one device.");
        }
        if self.devices.len() > MAX_LINKED_DEVICES as usize {
            return Err("A home has at most 16 devices: pick fewer.");
        }
        if self.devices.iter().filter(|device| device.role == DeviceRole::Grid).count() > 1 {
            return Err("A home has one meter between itself and the grid: give that role to one device only.");
        }
        let letters = self.home_name.chars().count();
        let is_name = (1..=MAX_HOME_NAME_LETTERS).contains(&letters)
            && self.home_name.len() <= MAX_HOME_NAME_BYTES as usize
            && !self.home_name.trim().is_empty()
            && !self.home_name.chars().any(char::is_control);
        if is_name { Ok(()) } else { Err("Give your home a name of 1 to 60 letters, on one line.") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Places;

    /// The settings of a configuration without devices, with what was picked.
    fn load(folder: &Path) -> Settings {
        let text = "node_urls = [\"ws://127.0.0.1:9944\"]\nsample_interval_ms = 7000\ndata_folder = \".\"";
        let mut settings = Settings::parse(&folder.join("gateway.toml"), text, std::iter::empty()).expect("settings");
        picked::add_to(&mut settings, &mut Places::default()).expect("read");
        settings
    }

    fn choice() -> Choice {
        let pick = |name: &str, unit: u8, role, rated_power_w| Pick {
            name: name.into(),
            uri: format!("sunspec+tcp://127.0.0.1:1502?unit={unit}"),
            role,
            rated_power_w,
        };
        let devices = vec![pick("grid", 1, DeviceRole::Grid, 17_000), pick("roof", 2, DeviceRole::Production, 6_400)];
        Choice { home_name: "Am \"Mühlweg\" <b>".into(), devices }
    }

    #[test]
    fn what_is_picked_is_read_as_the_configuration_is() {
        let folder = tempfile::tempdir().expect("a folder");
        choice().store(folder.path(), Library::builtin().expect("templates")).expect("stored");
        choice().store(folder.path(), Library::builtin().expect("templates")).expect("stored again");
        let picked = load(folder.path());
        assert_eq!(picked.home_name.as_deref(), Some("Am \"Mühlweg\" <b>"));
        assert_eq!(picked.devices.len(), 2);
        let roof = &picked.devices[1];
        assert_eq!((roof.name.as_str(), roof.role, roof.rated_power_w), ("roof", DeviceRole::Production, Some(6_400)));
        assert_eq!(roof.sample_interval, Duration::from_secs(7));
        assert!(picked.devices_are_picked);
    }

    #[test]
    fn nothing_picked_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let picked = load(folder.path());
        assert!(picked.devices.is_empty() && picked.home_name.is_none());
    }

    #[test]
    fn a_choice_that_cannot_be_is_refused_and_what_was_picked_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        choice().store(folder.path(), Library::builtin().expect("templates")).expect("stored");
        let refused = |change: fn(&mut Choice), reason: &str| {
            let mut wrong = choice();
            change(&mut wrong);
            let error =
                wrong.store(folder.path(), Library::builtin().expect("templates")).expect_err(reason).to_string();
            assert!(error.contains(reason), "{error}");
        };
        refused(|c| c.devices.clear(), "at least one device");
        refused(|c| c.devices[1].role = DeviceRole::Grid, "to one device only");
        refused(|c| c.devices[1].uri = c.devices[0].uri.clone(), "the same device");
        refused(|c| c.devices[1].name = "grid".into(), "a second device");
        refused(|c| c.devices[1].name = "a b".into(), "letters, digits");
        refused(|c| c.devices[1].uri = "file:///etc/passwd".into(), "your choice line");
        refused(
            |c| c.devices[1].uri = "modbus+tcp://127.0.0.1?template=sdm630".into(),
            "did you mean `eastron-sdm630`?",
        );
        refused(|c| c.devices[1].rated_power_w = 0, "rated_power_w");
        refused(|c| c.home_name = " ".into(), "a name");
        refused(|c| c.home_name = "two\nlines".into(), "a name");
        refused(|c| c.home_name = "x".repeat(61), "a name");
        refused(|c| c.devices = vec![c.devices[1].clone(); 17], "at most 16");
        assert_eq!(load(folder.path()).devices.len(), 2);
    }
}
