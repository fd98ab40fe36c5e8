//! HomeWizard's energy devices (Wi-Fi P1 meter, kWh meter, energy socket) by their local API, version 1: unencrypted HTTP in
//! the home, switched on in HomeWizard's app. It only reads.
//!
//! Source: HomeWizard's API documentation, "Recent measurement" and "Device information"; what its fields mean is in the
//! template `homewizard`.

mod http;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use http::answer;

use crate::{
    Library, MeterError, Readout,
    driver::{Driver, Identity, Sample, unix_ms},
    identity_watch::IdentityWatch,
    mqtt::template::MqttTemplate,
    template::Counted,
    uri::{HomeWizardDevice, Wire},
    zero_watch::ZeroWatch,
};
use async_trait::async_trait;
use http::Server;
use serde::Deserialize;
use std::time::Duration;

/// Name of the template that says what the fields mean.
pub(crate) const TEMPLATE: &str = "homewizard";
/// What the device is.
const DEVICE: &str = "/api";
/// What it measures.
const MEASUREMENT: &str = "/api/v1/data";
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);

/// A HomeWizard device.
pub struct HomeWizardDriver {
    device: HomeWizardDevice,
    server: Server,
    template: MqttTemplate,
    zeros: ZeroWatch,
    identity: IdentityWatch,
    /// Of the device itself: what it is, and its serial number. The meter on its P1 port has one of its own.
    about: Option<About>,
}

/// What the device says of itself.
#[derive(Clone, Debug, Deserialize)]
struct About {
    product_type: String,
    serial: String,
}

impl HomeWizardDriver {
    /// A driver for that device, by the library's template `homewizard`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] if the library has no such template.
    pub fn new(device: HomeWizardDevice, library: &Library) -> Result<Self, MeterError> {
        let template = library.mqtt(TEMPLATE)?.clone();
        let (host, port) = (device.host.clone(), device.port);
        let endpoint = Wire::Tcp { host: host.clone(), port }.to_string();
        let (zeros, identity) = (ZeroWatch::default(), IdentityWatch::default());
        Ok(Self { device, server: Server { host, port, endpoint }, template, zeros, identity, about: None })
    }

    fn timeout(&self) -> Duration {
        self.device.timeout_ms.map_or(USUAL_TIMEOUT, |ms| Duration::from_millis(ms.into()))
    }

    fn place(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.endpoint)
    }

    async fn measure(&self) -> Result<Counted, MeterError> {
        let body = self.server.get(MEASUREMENT, self.timeout()).await?;
        self.template.decode(&body, &self.place(MEASUREMENT))
    }

    async fn ask_about(&self) -> Result<About, MeterError> {
        let body = self.server.get(DEVICE, self.timeout()).await?;
        serde_json::from_slice(&body)
            .map_err(|error| MeterError::NotJson { topic: self.place(DEVICE), reason: error.to_string() })
    }

    /// Who the meter is, by its own serial number, or by the device's where it has none.
    fn who(&self, about: &About, serial: Option<String>) -> Identity {
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
impl Driver for HomeWizardDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        let about = self.ask_about().await?;
        let counted = self.measure().await?;
        let identity = self.who(&about, counted.readout.serial);
        self.identity.remember(&identity, 0);
        self.about = Some(about);
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let place = self.place(MEASUREMENT);
        // An address is given anew in a home now and then: another device may have it.
        if self.about.is_some() && self.identity.is_due(0) {
            let about = self.ask_about().await?;
            self.about = Some(about);
        }
        let Counted { readout, import_counter, export_counter } = self.measure().await?;
        let Readout { import_mwh, export_mwh, power_w, serial } = readout;
        if let Some(about) = &self.about {
            let now = self.who(about, serial);
            self.identity.confirm(&now, 0, place.clone())?;
        }
        let suspect = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            return Err(MeterError::NoEnergy { place, reason: "its measurement has no energy".into() });
        }
        let at_unix_ms = unix_ms();
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}
