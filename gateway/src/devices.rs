//! Who the configured devices turned out to be, kept in a file so that their pseudonyms are known while they are away.
//! The file holds serial numbers, so it is for its owner alone.

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
        self.known
            .get(&device.name)
            .filter(|known| known.uri == device.uri.to_string())
            .map(|known| signer.device_id(&known.identity))
    }

    /// Who last said to be the device at its present address.
    pub fn identity(&self, device: &DeviceSettings) -> Option<&Identity> {
        let known = self.known.get(&device.name)?;
        (known.uri == device.uri.to_string()).then_some(&known.identity)
    }

    /// Writes down who the device says it is.
    ///
    /// # Errors
    /// [`GatewayError::File`] if the book cannot be written.
    pub fn learn(&mut self, device: &DeviceSettings, identity: &Identity) -> Result<(), GatewayError> {
        let known = Known { uri: device.uri.to_string(), identity: identity.clone() };
        if self.known.get(&device.name) == Some(&known) {
            return Ok(());
        }
        self.known.insert(device.name.clone(), known);
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
        let again = DeviceBook::load(folder.path()).expect("there");
        assert_eq!(again.device_id(&roof, &signer), Some(signer.device_id(&identity("1"))));
    }

    #[test]
    fn a_device_at_another_address_must_say_again_who_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = crate::keys::KeyUri::parse("file:key", folder.path()).expect("a name");
        let signer = Signer::open(&key, folder.path()).expect("made");
        let mut book = DeviceBook::load(folder.path()).expect("empty");
        book.learn(&device("sunspec+tcp://127.0.0.1:1502?unit=1"), &identity("1")).expect("stored");
        assert_eq!(book.device_id(&device("sunspec+tcp://127.0.0.1:1502?unit=2"), &signer), None);
    }
}
