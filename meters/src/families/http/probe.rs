//! Asks a web server for the documents that templates' fingerprints name, and reads the devices that they know. Over
//! HTTPS nobody is asked: no certificate of a stranger is trusted.

use super::{
    source::BASE,
    uri::{HTTP_PORT, HttpDevice},
};
use crate::{
    Library, MeterError, Record, Template,
    discover::probe::{Look, Probe, TIMEOUT_MS},
    driver::open_with,
    record::read_by,
    template::payload::{MqttTemplate, read::Messages},
    wire::{Wire, http::Server},
};
use async_trait::async_trait;
use std::{collections::BTreeMap, time::Duration};

/// Maximum number of channels that are looked for in one device.
const MAX_CHANNELS: u8 = 4;
/// Maximum number of documents that one server is asked for.
const MAX_DOCUMENTS: usize = 32;

/// Finds devices that show JSON documents.
pub(super) struct HttpProbe;

#[async_trait]
impl Probe for HttpProbe {
    fn ports(&self, _library: &Library) -> Vec<u16> {
        vec![HTTP_PORT]
    }

    fn web_port(&self) -> Option<u16> {
        Some(HTTP_PORT)
    }

    async fn host(&self, wire: &Wire, look: &Look<'_>) -> Vec<Record> {
        let Wire::Tcp { host, port } = wire else { return Vec::new() };
        let mut shown = Shown { server: Server::new(host, *port, None), documents: BTreeMap::new() };
        let mut records = Vec::new();
        for (name, template) in templates(look.library) {
            for channel in 0..MAX_CHANNELS {
                match shown.fits(&template.clone().for_channel(channel)).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        look.trouble(error);
                        return records;
                    }
                }
                let device = HttpDevice { channel, ..HttpDevice::new(host, *port, name) };
                match read(device, look.library).await {
                    Ok(record) => {
                        look.found(std::slice::from_ref(&record));
                        records.push(record);
                    }
                    Err(error) => look.trouble(error),
                }
                if !template.has_channels() {
                    break;
                }
            }
        }
        records
    }
}

/// The templates whose devices can be known.
fn templates(library: &Library) -> impl Iterator<Item = (&str, &MqttTemplate)> {
    library.iter().filter_map(|(name, template)| match template {
        Template::Mqtt(template) if !template.fingerprint.is_empty() => Some((name, template)),
        Template::Mqtt(_) | Template::Modbus(_) => None,
    })
}

async fn read(device: HttpDevice, library: &Library) -> Result<Record, MeterError> {
    let uri = device.into();
    let mut driver = open_with(&uri, library).await?;
    read_by(driver.as_mut(), uri).await
}

/// The documents of a server, each asked for once. `None`: it has none there.
struct Shown {
    server: Server,
    documents: BTreeMap<String, Option<Vec<u8>>>,
}

impl Shown {
    /// True if the server is the device that the template describes.
    ///
    /// # Errors
    /// Why the server cannot be asked.
    async fn fits(&mut self, template: &MqttTemplate) -> Result<bool, MeterError> {
        let mut documents = Vec::new();
        for mark in &template.fingerprint {
            let path = MqttTemplate::topic(&mark.topic, BASE);
            documents.extend(self.document(&path).await?.map(|document| (path, document)));
        }
        // What cannot be read is not there.
        let payloads = documents.iter().map(|(path, document)| (path.as_str(), document.as_slice()));
        let payloads = payloads.filter(|payload| Messages::parse(template, BASE, [*payload]).is_ok());
        Ok(Messages::parse(template, BASE, payloads).is_ok_and(|messages| messages.fit(&template.fingerprint)))
    }

    async fn document(&mut self, path: &str) -> Result<Option<Vec<u8>>, MeterError> {
        if let Some(known) = self.documents.get(path) {
            return Ok(known.clone());
        }
        if self.documents.len() >= MAX_DOCUMENTS {
            return Ok(None);
        }
        let document = match self.server.get(path, Duration::from_millis(TIMEOUT_MS.into())).await {
            Ok(document) => Some(document),
            Err(MeterError::BadReply { .. } | MeterError::Disconnected { .. }) => None,
            Err(error) => return Err(error),
        };
        self.documents.insert(path.to_owned(), document.clone());
        Ok(document)
    }
}
