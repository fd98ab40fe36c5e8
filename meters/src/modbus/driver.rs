//! Reads a Modbus meter by its template.

use super::{
    bus::{Bus, Read},
    decode::Field,
    manners::Manners,
    template::ModbusTemplate,
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
        Self {
            bus: Bus::shared(&device.wire),
            manners: Manners::of(&device.timing, Quirks::of(&template.vendor)),
            device,
            template,
            zeros: ZeroWatch::default(),
            identity: IdentityWatch::default(),
        }
    }

    fn place(&self) -> String {
        format!("{} unit {}", self.device.wire, self.device.unit)
    }

    async fn words(&self, field: &Field, address: u16, count: u16) -> Result<Vec<u16>, MeterError> {
        let read = Read { unit: self.device.unit, function: field.function, address, count };
        self.bus.read(read, self.manners).await
    }

    async fn number(&self, what: &str, field: &Field) -> Result<Option<i128>, MeterError> {
        let words = self.words(field, field.address, field.word_count()).await?;
        self.decoded(what, field, &words)
    }

    fn decoded(&self, what: &str, field: &Field, words: &[u16]) -> Result<Option<i128>, MeterError> {
        field.decode(words).map_err(|error| MeterError::OutOfRange {
            place: self.place(),
            what: what.into(),
            value: error.to_string(),
        })
    }

    fn energy(&self, what: &str, mwh: Option<i128>) -> Result<Option<u64>, MeterError> {
        let refuse =
            |mwh| MeterError::OutOfRange { place: self.place(), what: what.into(), value: format!("{mwh} mWh") };
        mwh.map(|mwh| u64::try_from(mwh).map_err(|_| refuse(mwh))).transpose()
    }

    /// Import and export, mWh, by one request where the template allows it.
    async fn energies(&self) -> Result<(Option<u64>, Option<u64>), MeterError> {
        let (import, export) = (&self.template.import, &self.template.export);
        let (import_mwh, export_mwh) = match (import, export) {
            (Some(import), Some(export)) => match self.template.energy_span() {
                Some((address, count)) => {
                    let words = self.words(import, address, count).await?;
                    let part = |field: &Field| {
                        let start = usize::from(field.address - address);
                        words.get(start..start + usize::from(field.word_count())).unwrap_or_default()
                    };
                    (self.decoded("import", import, part(import))?, self.decoded("export", export, part(export))?)
                }
                None => (self.number("import", import).await?, self.number("export", export).await?),
            },
            (Some(import), None) => (self.number("import", import).await?, None),
            (None, Some(export)) => (None, self.number("export", export).await?),
            (None, None) => (None, None),
        };
        Ok((self.energy("import", import_mwh)?, self.energy("export", export_mwh)?))
    }

    async fn who(&self) -> Result<Identity, MeterError> {
        let serial = match &self.template.serial {
            None => None,
            Some(field) => match self.words(field, field.address, field.word_count()).await {
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
        let power_w = match &self.template.power {
            None => None,
            Some(field) => match self.number("power", field).await {
                Ok(milliwatt) => milliwatt.and_then(whole),
                // Information only: an energy is not lost for it.
                Err(MeterError::Exception { .. } | MeterError::OutOfRange { .. }) => None,
                Err(error) => return Err(error),
            },
        };
        let suspect = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            return Err(MeterError::NoEnergy {
                place: self.place(),
                reason: "its registers say \"not available\"".into(),
            });
        }
        let counter = |field: &Option<Field>, mwh| field.as_ref().map(|field| field.counter(mwh)).unwrap_or_default();
        let import_counter = counter(&self.template.import, import_mwh);
        let export_counter = counter(&self.template.export, export_mwh);
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}
