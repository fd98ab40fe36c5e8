//! Who the configured devices turned out to be, kept in a file so that their pseudonyms are known while they are away.
//! So is the step of their registers, with which they are registered. The file holds serial numbers, so it is for its
//! owner alone.

use crate::{
    error::GatewayError,
    files::{self, Readers},
    settings::DeviceSettings,
    signer::Signer,
};
use deren_meters::Identity;
use deren_primitives::DeviceId;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

const FILE: &str = "devices.json";

/// What is known of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// Where it was when it said who it is.
    uri: String,
    identity: Identity,
    /// As in [`DeviceHealth`](crate::health::DeviceHealth); nothing before the first sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    register_step_mwh: Option<u64>,
}

/// The devices by their names in the configuration.
#[derive(Debug)]
pub struct DeviceBook {
    path: PathBuf,
    known: BTreeMap<String, Known>,
}

impl DeviceBook {
    /// The book of `data_folder`; empty if there is none yet.
    ///
    /// # Errors
    /// [`GatewayError`] if the file cannot be read, understood, or may be read by others.
    pub fn load(data_folder: &Path) -> Result<Self, GatewayError> {
        let path = data_folder.join(FILE);
        let known = match files::read_private(&path)? {
            None => BTreeMap::new(),
            Some(content) => serde_json::from_slice(&content)
                .map_err(|error| GatewayError::file(&path, format!("not a list of devices: {error}")))?,
        };
        Ok(Self { path, known })
    }

    /// The pseudonym of a device that has said who it is at its present address.
    pub fn device_id(&self, device: &DeviceSettings, signer: &Signer) -> Option<DeviceId> {
        self.identity(device).map(|identity| signer.device_id(identity))
    }

    /// Who last said to be the device at its present address.
    pub fn identity(&self, device: &DeviceSettings) -> Option<&Identity> {
        self.find(device).map(|known| &known.identity)
    }

    /// The step of its registers, mWh, as it last showed them; 0 if its driver does not know.
    pub fn register_step_mwh(&self, device: &DeviceSettings) -> Option<u64> {
        self.find(device)?.register_step_mwh
    }

    fn find(&self, device: &DeviceSettings) -> Option<&Known> {
        self.known.get(&device.name).filter(|known| known.uri == device.uri.to_string())
    }

    /// Writes down who the device says it is.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the book cannot be written.
    pub fn learn(&mut self, device: &DeviceSettings, identity: &Identity) -> Result<(), GatewayError> {
        if self.identity(device) == Some(identity) {
            return Ok(());
        }
        let known = Known { uri: device.uri.to_string(), identity: identity.clone(), register_step_mwh: None };
        self.known.insert(device.name.clone(), known);
        self.store()
    }

    /// Writes down the step of the registers of a device that has said who it is.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the book cannot be written.
    pub fn learn_step(&mut self, device: &DeviceSettings, step_mwh: u64) -> Result<(), GatewayError> {
        match self.known.get_mut(&device.name).filter(|known| known.uri == device.uri.to_string()) {
            Some(known) if known.register_step_mwh != Some(step_mwh) => known.register_step_mwh = Some(step_mwh),
            _ => return Ok(()),
        }
        self.store()
    }

    fn store(&self) -> Result<(), GatewayError> {
        let content = serde_json::to_vec_pretty(&self.known).map_err(|error| GatewayError::file(&self.path, error))?;
        files::replace(&self.path, &content, Readers::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use deren_primitives::DeviceRole;
    use std::time::Duration;

    fn device(uri: &str) -> DeviceSettings {
        DeviceSettings {
            name: "roof".into(),
            uri: uri.parse().expect("a URI"),
            role: DeviceRole::Production,
            rated_power_w: None,
            sample_interval: Duration::from_secs(10),
        }
    }

    fn identity(serial: &str) -> Identity {
        Identity { vendor: "V".into(), model: "M".into(), serial: serial.into(), has_serial: true, sub_unit: 0 }
    }

    #[test]
    fn a_device_is_known_while_it_is_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = crate::keys::KeyUri::parse("file:key", folder.path()).expect("a name");
        let signer = Signer::open(&key, folder.path()).expect("made");
        let roof = device("sunspec+tcp://127.0.0.1:1502?unit=1");
        let mut book = DeviceBook::load(folder.path()).expect("empty");
        assert_eq!(book.device_id(&roof, &signer), None);
        book.learn(&roof, &identity("1")).expect("stored");
        assert_eq!(book.register_step_mwh(&roof), None);
        book.learn_step(&roof, 10_000).expect("stored");
        book.learn(&roof, &identity("1")).expect("the same");
        let mut again = DeviceBook::load(folder.path()).expect("there");
        assert_eq!(again.device_id(&roof, &signer), Some(signer.device_id(&identity("1"))));
        assert_eq!(again.register_step_mwh(&roof), Some(10_000));
        again.learn(&roof, &identity("2")).expect("another one");
        assert_eq!(again.register_step_mwh(&roof), None);
    }

    #[test]
    fn a_device_at_another_address_must_say_again_who_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = crate::keys::KeyUri::parse("file:key", folder.path()).expect("a name");
        let signer = Signer::open(&key, folder.path()).expect("made");
        let mut book = DeviceBook::load(folder.path()).expect("empty");
        book.learn(&device("sunspec+tcp://127.0.0.1:1502?unit=1"), &identity("1")).expect("stored");
        let moved = device("sunspec+tcp://127.0.0.1:1502?unit=2");
        book.learn_step(&moved, 10_000).expect("nothing to store");
        assert_eq!((book.device_id(&moved, &signer), book.register_step_mwh(&moved)), (None, None));
    }
}
