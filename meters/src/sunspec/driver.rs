//! Reads one SunSpec device: finds its model in the chain once, then reads that model alone.

use super::{
    chain::Unit,
    devices::{Found, energy_models},
    models,
};
use crate::{
    MeterError,
    driver::{Driver, Identity, Sample, unix_ms},
    identity_watch::IdentityWatch,
    modbus::Bus,
    uri::SunSpecDevice,
    zero_watch::ZeroWatch,
};
use async_trait::async_trait;
use std::sync::Arc;

/// A SunSpec device.
pub struct SunSpecDriver {
    bus: Arc<Bus>,
    device: SunSpecDevice,
    found: Option<Found>,
    zeros: ZeroWatch,
    identity: IdentityWatch,
}

impl SunSpecDriver {
    /// A driver for that device. Nothing is sent yet.
    #[must_use]
    pub fn new(device: SunSpecDevice) -> Self {
        Self {
            bus: Bus::shared(&device.wire),
            device,
            found: None,
            zeros: ZeroWatch::default(),
            identity: IdentityWatch::default(),
        }
    }

    /// As [`Self::new`], for a device whose place in the chain is known.
    pub(crate) fn at(device: SunSpecDevice, found: Found) -> Self {
        Self { found: Some(found), ..Self::new(device) }
    }

    fn unit(&self) -> Unit<'_> {
        Unit { bus: &self.bus, unit: self.device.unit, timing: &self.device.timing }
    }

    fn place(&self) -> String {
        format!("{} unit {}", self.device.wire, self.device.unit)
    }

    /// Walks the chain for the device.
    async fn find(&self) -> Result<Found, MeterError> {
        let unit = self.unit();
        let links = unit.walk().await?;
        let wanted = |found: &Found| match self.device.model {
            Some(model) => found.link.id == model,
            None => found.is_device,
        };
        let found = energy_models(&links).into_iter().filter(wanted).nth(self.device.index.into());
        let Some(found) = found else {
            let wanted = match self.device.model {
                Some(model) => format!("SunSpec model {model} with index {}", self.device.index),
                None => format!("device with index {} that counts energy", self.device.index),
            };
            let ids: Vec<String> = links.iter().map(|link| link.id.to_string()).collect();
            let found = if ids.is_empty() { "no models".into() } else { format!("models {}", ids.join(", ")) };
            return Err(MeterError::NoSuchModel { endpoint: unit.endpoint(), unit: unit.unit, wanted, found });
        };
        found.check_length(&unit)?;
        Ok(found)
    }

    async fn found(&mut self) -> Result<Found, MeterError> {
        match &self.found {
            Some(found) => Ok(found.clone()),
            None => Ok(self.found.insert(self.find().await?).clone()),
        }
    }
}

#[async_trait]
impl Driver for SunSpecDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        let found = self.found().await?;
        let identity = found.identity(&self.unit()).await?;
        self.identity.remember(&identity, self.bus.connection());
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let found = self.found().await?;
        let link = found.link;
        let words = self.unit().read(link.address, models::words_to_read(link.length)).await?;
        let at_unix_ms = unix_ms();
        let (header, data) = words.split_at_checked(2).unwrap_or((&words, &[]));
        if header != [link.id, link.length] {
            self.found = None;
            return Err(MeterError::ModelMoved {
                endpoint: self.device.wire.to_string(),
                unit: self.device.unit,
                address: link.address,
                expected: link.id,
                got: header.first().copied().unwrap_or_default(),
            });
        }
        let connection = self.bus.connection();
        if self.identity.is_due(connection) {
            let now = found.identity(&self.unit()).await?;
            self.identity.confirm(&now, connection, self.place())?;
        }
        let readings = models::decode(link.id, data).map_err(|impossible| MeterError::OutOfRange {
            place: self.place(),
            what: format!("model {} {}", link.id, impossible.what),
            value: impossible.value,
        })?;
        let models::Readings { import_mwh, export_mwh, power_w, import_counter, export_counter } = readings;
        let suspect = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            let reason = format!("model {} says \"not implemented\" or nothing counted", link.id);
            return Err(MeterError::NoEnergy { place: self.place(), reason });
        }
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}
