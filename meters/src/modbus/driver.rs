//! Reads a Modbus meter by its template.

use super::{
    bus::{Bus, Read},
    manners::Manners,
    template::{Answers, ModbusTemplate, Span, Sum},
};
use crate::{
    MeterError,
    driver::{Driver, Identity, Sample, unix_ms},
    identity_watch::IdentityWatch,
    quantity::whole,
    quirks::Quirks,
    uri::ModbusDevice,
    zero_watch::ZeroWatch,
};
use async_trait::async_trait;
use std::sync::Arc;

/// A Modbus meter.
pub struct ModbusDriver {
    bus: Arc<Bus>,
    device: ModbusDevice,
    template: ModbusTemplate,
    manners: Manners,
    zeros: ZeroWatch,
    identity: IdentityWatch,
}

impl ModbusDriver {
    /// A driver for that device. Nothing is sent yet.
    #[must_use]
    pub fn new(device: ModbusDevice, template: ModbusTemplate) -> Self {
        let device = ModbusDevice { timing: template.timing(&device.timing), ..device };
        Self {
            bus: Bus::shared(&device.wire),
            manners: Manners::of(&device.timing, Quirks::of(&template.vendor)),
            device,
            template,
            zeros: ZeroWatch::default(),
            identity: IdentityWatch::default(),
        }
    }

    /// As [`Self::new`], over a bus to a device that is only bytes.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn over(bus: Arc<Bus>, device: ModbusDevice, template: ModbusTemplate) -> Self {
        Self { bus, ..Self::new(device, template) }
    }

    fn place(&self) -> String {
        format!("{} unit {}", self.device.wire, self.device.unit)
    }

    async fn words(&self, span: Span) -> Result<Vec<u16>, MeterError> {
        let Span { function, address, count } = span;
        self.bus.read(Read { unit: self.device.unit, function, address, count }, self.manners).await
    }

    async fn answers(&self, spans: Vec<Span>) -> Result<Answers, MeterError> {
        let mut answers = Answers::default();
        for span in spans {
            answers.put(span, self.words(span).await?);
        }
        Ok(answers)
    }

    fn number(&self, what: &str, sum: &Option<Sum>, answers: &Answers) -> Result<Option<i128>, MeterError> {
        let Some(sum) = sum else { return Ok(None) };
        sum.decode(|field| answers.words(field)).map_err(|error| MeterError::OutOfRange {
            place: self.place(),
            what: what.into(),
            value: error.to_string(),
        })
    }

    fn energy(&self, what: &str, sum: &Option<Sum>, answers: &Answers) -> Result<Option<u64>, MeterError> {
        let refuse =
            |mwh| MeterError::OutOfRange { place: self.place(), what: what.into(), value: format!("{mwh} mWh") };
        let mwh = self.number(what, sum, answers)?;
        mwh.map(|mwh| u64::try_from(mwh).map_err(|_| refuse(mwh))).transpose()
    }

    /// Import and export, mWh, by as few requests as the template allows.
    async fn energies(&self) -> Result<(Option<u64>, Option<u64>), MeterError> {
        let answers = self.answers(self.template.energy_spans()).await?;
        let import_mwh = self.energy("import", &self.template.import, &answers)?;
        Ok((import_mwh, self.energy("export", &self.template.export, &answers)?))
    }

    async fn power_w(&self) -> Result<Option<i32>, MeterError> {
        let answers = self.answers(self.template.power_spans()).await?;
        Ok(self.number("power", &self.template.power, &answers)?.and_then(whole))
    }

    async fn who(&self) -> Result<Identity, MeterError> {
        let serial = match &self.template.serial {
            None => None,
            Some(field) => match self.words(Span::of(field)).await {
                Ok(words) => field.decode_text(&words).unwrap_or_default().filter(|serial| serial != "0"),
                // Not every firmware has the register. A device that is busy is another matter.
                Err(MeterError::Exception { code: 1..=3, .. }) => None,
                Err(error) => return Err(error),
            },
        };
        Ok(Identity {
            vendor: self.template.vendor.clone(),
            model: self.template.model.clone(),
            has_serial: serial.is_some(),
            serial: serial.unwrap_or_else(|| format!("@{}/{}", self.device.wire, self.device.unit)),
            sub_unit: 0,
        })
    }
}

#[async_trait]
impl Driver for ModbusDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        let identity = self.who().await?;
        self.identity.remember(&identity, self.bus.connection());
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let (import_mwh, export_mwh) = self.energies().await?;
        let at_unix_ms = unix_ms();
        let connection = self.bus.connection();
        if self.identity.is_due(connection) {
            let now = self.who().await?;
            self.identity.confirm(&now, connection, self.place())?;
        }
        let power_w = match self.power_w().await {
            Ok(power_w) => power_w,
            // Information only: an energy is not lost for it.
            Err(MeterError::Exception { .. } | MeterError::OutOfRange { .. }) => None,
            Err(error) => return Err(error),
        };
        let suspect = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            return Err(MeterError::NoEnergy {
                place: self.place(),
                reason: "its registers say \"not available\"".into(),
            });
        }
        let counter = |sum: &Option<Sum>, mwh| sum.as_ref().map(|sum| sum.counter(mwh)).unwrap_or_default();
        let import_counter = counter(&self.template.import, import_mwh);
        let export_counter = counter(&self.template.export, export_mwh);
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}
