//! HomeWizard's energy devices (Wi-Fi P1 meter, kWh meter, energy socket) by their local API, version 1. That is
//! unencrypted HTTP in the home, switched on in HomeWizard's app. It only reads.
//!
//! Source: HomeWizard's API documentation, "Recent measurement" and "Device information"; what its fields mean is in
//! the template `homewizard`.

use super::uri::HomeWizardDevice;
use crate::{
    Library, MeterError,
    driver::{
        source::{Answer, Source},
        watched::TRUST,
    },
    patience::limit,
    sample::{Counted, Identity, unix_ms},
    template::payload::MqttTemplate,
    wire::http::Server,
};
use async_trait::async_trait;
use serde::Deserialize;
use std::time::{Duration, Instant};

/// Name of the template that says what the fields mean.
pub(super) const TEMPLATE: &str = "homewizard";
/// What the device is.
const DEVICE: &str = "/api";
/// What it measures.
const MEASUREMENT: &str = "/api/v1/data";
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);

/// A HomeWizard device.
pub(super) struct HomeWizardSource {
    device: HomeWizardDevice,
    server: Server,
    template: MqttTemplate,
    /// Of the device itself: what it is, and its serial number, and when it said so. The meter on its P1 port has one
    /// of its own.
    about: Option<(About, Instant)>,
}

/// What the device says of itself.
#[derive(Clone, Debug, Deserialize)]
struct About {
    product_type: String,
    serial: String,
}

impl HomeWizardSource {
    /// A source for that device, by the library's template `homewizard`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] if the library has no such template.
    pub(super) fn new(device: HomeWizardDevice, library: &Library) -> Result<Self, MeterError> {
        let template = library.mqtt(TEMPLATE)?.clone();
        let server = Server::new(&device.host, device.port, None);
        Ok(Self { device, server, template, about: None })
    }

    fn timeout(&self) -> Duration {
        limit(self.device.timeout_ms, USUAL_TIMEOUT)
    }

    fn url(&self, path: &str) -> String {
        self.server.url() + path
    }

    async fn measure(&self) -> Result<Counted, MeterError> {
        let body = self.server.get(MEASUREMENT, self.timeout()).await?;
        self.template.decode(&body, &self.url(MEASUREMENT))
    }

    async fn ask_about(&self) -> Result<About, MeterError> {
        let body = self.server.get(DEVICE, self.timeout()).await?;
        serde_json::from_slice(&body)
            .map_err(|error| MeterError::NotJson { topic: self.url(DEVICE), reason: error.to_string() })
    }

    /// Who the meter is, by its own serial number, or by the device's where it has none.
    fn named(&self, about: &About, serial: Option<String>) -> Identity {
        let clean = |text: &str| text.chars().filter(|c| !c.is_control()).take(64).collect::<String>();
        Identity {
            vendor: self.template.vendor.clone(),
            model: clean(&about.product_type),
            serial: serial.unwrap_or_else(|| clean(&about.serial)),
            has_serial: true,
            sub_unit: 0,
        }
    }
}

#[async_trait]
impl Source for HomeWizardSource {
    fn place(&self) -> String {
        self.url(MEASUREMENT)
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        let about = self.ask_about().await?;
        let counted = self.measure().await?;
        let identity = self.named(&about, counted.readout.serial);
        self.about = Some((about, Instant::now()));
        Ok(identity)
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        // An address is given anew in a home now and then: another device may have it.
        if self.about.as_ref().is_some_and(|(_, at)| at.elapsed() > TRUST) {
            self.about = Some((self.ask_about().await?, Instant::now()));
        }
        let counted = self.measure().await?;
        let serial = counted.readout.serial.clone();
        let who = self.about.as_ref().map(|(about, _)| self.named(about, serial));
        Ok(Answer { at_unix_ms: unix_ms(), counted, who })
    }

    fn without_energy(&self) -> String {
        "its measurement has no energy".into()
    }
}
