//! Reads a device by the documents that its template names, each by one GET.

use super::uri::HttpDevice;
use crate::{
    MeterError,
    driver::source::{Answer, Source},
    patience::limit,
    quirks::Quirks,
    sample::{Counted, Identity, unix_ms},
    template::payload::{MqttTemplate, read::Messages},
    wire::http::Server,
};
use async_trait::async_trait;
use std::time::Duration;

/// What stands for `{topic}` in the paths of a template: they are whole.
pub(super) const BASE: &str = "";
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);

/// A device that shows JSON documents.
pub(super) struct HttpSource {
    device: HttpDevice,
    server: Server,
    template: MqttTemplate,
    /// Documents that a sample needs.
    paths: Vec<String>,
    /// Documents that it can do without.
    others: Vec<String>,
    /// Why a counter of both directions counts as none any more, once some flowed the other way.
    undivided: Option<MeterError>,
}

/// A document, and where it was.
type Document = (String, Vec<u8>);

impl HttpSource {
    /// A source for that device. Nothing is sent yet.
    pub(super) fn new(device: HttpDevice, template: MqttTemplate) -> Self {
        let template = template.for_names(&device.names).for_channel(device.channel);
        let paths = template.sample_topics(BASE);
        let power = template.power.iter().flat_map(|power| power.topics());
        let serial = template.serial.iter().map(|serial| serial.topic.as_str());
        let others = power.chain(serial).map(|pattern| MqttTemplate::topic(pattern, BASE));
        let mut others: Vec<String> = others.filter(|path| !paths.contains(path)).collect();
        others.sort_unstable();
        others.dedup();
        let server = Server::new(&device.host, device.port, device.access.clone());
        Self { device, server, template, paths, others, undivided: None }
    }

    async fn documents(&self) -> Result<Vec<Document>, MeterError> {
        let limit = limit(self.device.timeout_ms, USUAL_TIMEOUT);
        let mut documents = Vec::new();
        for path in &self.paths {
            documents.push((path.clone(), self.server.get(path, limit).await?));
        }
        for path in &self.others {
            match self.server.get(path, limit).await {
                Ok(document) => documents.push((path.clone(), document)),
                // Not every firmware has it.
                Err(MeterError::BadReply { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(documents)
    }

    fn messages<'a>(&self, documents: &'a [Document]) -> Result<Messages<'a>, MeterError> {
        let payloads = documents.iter().map(|(path, document)| (path.as_str(), document.as_slice()));
        Messages::parse(&self.template, BASE, payloads)
    }

    /// Who has that serial number.
    fn named(&self, serial: Option<String>) -> Identity {
        Identity {
            vendor: self.template.vendor.clone(),
            model: self.template.model.clone(),
            has_serial: serial.is_some(),
            serial: serial.unwrap_or_else(|| format!("@{}", self.server.endpoint)),
            sub_unit: self.device.channel.into(),
        }
    }
}

#[async_trait]
impl Source for HttpSource {
    fn place(&self) -> String {
        self.server.url()
    }

    fn quirks(&self) -> &'static Quirks {
        Quirks::of(&self.template.vendor)
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        let documents = self.documents().await?;
        let messages = self.messages(&documents)?;
        let serial = self.template.serial.as_ref().and_then(|serial| messages.serial(serial));
        Ok(self.named(serial))
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let documents = self.documents().await?;
        let at_unix_ms = unix_ms();
        let messages = self.messages(&documents)?;
        for requirement in &self.template.require {
            messages.check(requirement, at_unix_ms)?;
        }
        let readout = messages.readout(&self.template);
        if let Err(error @ MeterError::Undivided { .. }) = &readout {
            // What flowed back is in the counter for good.
            self.undivided = Some(error.clone());
        }
        if let Some(error) = &self.undivided {
            return Err(error.clone());
        }
        let readout = readout?;
        let (import_counter, export_counter) = messages.counters(&self.template);
        // Documents without it say nothing about who gave them.
        let who = readout.serial.clone().map(|serial| self.named(Some(serial)));
        Ok(Answer { at_unix_ms, counted: Counted { readout, import_counter, export_counter }, who })
    }

    fn without_energy(&self) -> String {
        "its documents have no energy".into()
    }
}
