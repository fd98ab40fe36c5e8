//! Reads one SunSpec device: finds its model in the chain once, then reads that model alone.

use super::{
    battery,
    chain::Unit,
    dc,
    devices::{Found, energy_models},
    models::{self, Kind},
    uri::SunSpecDevice,
};
use crate::{
    MeterError,
    driver::source::{Answer, Source},
    patience::{Patience, Timing},
    quirks::Quirks,
    sample::{Counted, Counter, DcInput, Identity, Readout, unix_ms},
    wire::modbus::Bus,
};
use async_trait::async_trait;
use std::sync::Arc;

/// A SunSpec device.
pub(crate) struct SunSpecSource {
    bus: Arc<Bus>,
    device: SunSpecDevice,
    found: Option<Found>,
    /// Known once the device has named its manufacturer.
    quirks: Option<&'static Quirks>,
    /// Over which connection it was last seen whether a battery is behind it, and what tells of one.
    battery: Option<(u64, Option<&'static str>)>,
}

impl SunSpecSource {
    /// A source for that device. Nothing is sent yet.
    #[must_use]
    pub(crate) fn new(device: SunSpecDevice) -> Self {
        Self { bus: Bus::shared(&device.wire), device, found: None, quirks: None, battery: None }
    }

    /// As [`Self::new`], for a device whose place in the chain is known.
    pub(crate) fn at(device: SunSpecDevice, found: Found) -> Self {
        Self { found: Some(found), ..Self::new(device) }
    }

    /// As [`Self::new`], over a bus to a device that is only bytes.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn over(bus: Arc<Bus>, device: SunSpecDevice) -> Self {
        Self { bus, ..Self::new(device) }
    }

    fn unit(&self) -> Unit<'_> {
        let timing = &self.device.timing;
        let patience = self
            .quirks
            .map_or_else(|| Patience::from(timing), |quirks| Patience::of(timing, &Timing::default(), quirks));
        Unit { bus: &self.bus, unit: self.device.unit, base: self.device.base, patience }
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

    /// What its manufacturer's devices do. It stays known when the device moves in its chain.
    async fn ask_quirks(&mut self, found: &Found) -> Result<&'static Quirks, MeterError> {
        match self.quirks {
            Some(quirks) => Ok(quirks),
            None => {
                let vendor = found.vendor(&self.unit()).await?.unwrap_or_default();
                Ok(self.quirks.insert(Quirks::of(&vendor)))
            }
        }
    }

    /// What tells of a battery behind an inverter, asked anew at every connection.
    async fn battery(&mut self, found: &Found, quirks: &Quirks) -> Result<Option<&'static str>, MeterError> {
        let connection = self.bus.connection();
        if let Some((_, told)) = self.battery.filter(|(known, _)| *known == connection) {
            return Ok(told);
        }
        if models::kind(found.link.id).is_none_or(|(kind, _)| kind != Kind::Inverter) {
            return Ok(None);
        }
        let told = battery::shown_by(&self.unit(), &found.storage, &found.dc, quirks).await?;
        self.battery = Some((self.bus.connection(), told));
        Ok(told)
    }

    /// What an inverter with a battery has instead of its output, of which the battery gave a part: what its panels
    /// gave.
    async fn of_panels(&mut self, told: &'static str) -> Result<models::Readings, MeterError> {
        let inputs = self.dc_inputs().await?;
        let Some((mwh, watt)) = battery::panels(&inputs) else {
            return Err(MeterError::BehindBattery { place: self.place(), told });
        };
        let unknown = Counter::default();
        Ok(models::Readings {
            import_mwh: None,
            export_mwh: Some(mwh),
            power_w: Some(-watt),
            import_counter: unknown,
            export_counter: unknown,
        })
    }

    /// Refuses a lifetime energy of 0 where this manufacturer's inverters show that before they have read it.
    fn refuse_no_total(&self, found: &Found, readings: models::Readings, quirks: &Quirks) -> Result<(), MeterError> {
        let is_inverter = models::kind(found.link.id).is_some_and(|(kind, _)| kind == Kind::Inverter);
        if quirks.zero_is_no_total && is_inverter && readings.export_mwh.is_none_or(|mwh| mwh == 0) {
            let reason = "its lifetime energy reads 0, as it does until the device has read it again".into();
            return Err(MeterError::NoEnergy { place: self.place(), reason });
        }
        Ok(())
    }
}

#[async_trait]
impl Source for SunSpecSource {
    fn place(&self) -> String {
        format!("{} unit {}", self.device.wire, self.device.unit)
    }

    fn connection(&self) -> Option<u64> {
        Some(self.bus.connection())
    }

    fn quirks(&self) -> &'static Quirks {
        self.quirks.unwrap_or(Quirks::none())
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        let found = self.found().await?;
        let identity = found.identity(&self.unit()).await?;
        self.quirks = Some(Quirks::of(&identity.vendor));
        Ok(identity)
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let found = self.found().await?;
        let quirks = self.ask_quirks(&found).await?;
        let link = found.link;
        let words = self.unit().read(link.address, models::words_to_read(link.length)).await?;
        let at_unix_ms = unix_ms();
        let (header, data) = words.split_at_checked(2).unwrap_or((&words, &[]));
        if words.iter().all(|word| *word == u16::MAX) {
            // Not a chain that has changed: the device is about to restart.
            let reason = "every register reads ones, as before a restart".into();
            return Err(MeterError::NoEnergy { place: self.place(), reason });
        }
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
        let readings = models::decode(link.id, data, quirks).map_err(|impossible| MeterError::OutOfRange {
            place: self.place(),
            what: format!("model {} {}", link.id, impossible.what),
            value: impossible.value,
        })?;
        self.refuse_no_total(&found, readings, quirks)?;
        let readings = match self.battery(&found, quirks).await? {
            Some(told) => self.of_panels(told).await?,
            None => readings,
        };
        let models::Readings { import_mwh, export_mwh, power_w, import_counter, export_counter } = readings;
        let readout = Readout { import_mwh, export_mwh, power_w, serial: None };
        Ok(Answer { at_unix_ms, counted: Counted { readout, import_counter, export_counter }, who: None })
    }

    fn without_energy(&self) -> String {
        match &self.found {
            Some(found) => format!("model {} says \"not implemented\" or nothing counted", found.link.id),
            None => "its model says \"not implemented\" or nothing counted".into(),
        }
    }

    async fn dc_inputs(&mut self) -> Result<Vec<DcInput>, MeterError> {
        let found = self.found().await?;
        let mut inputs = Vec::new();
        for link in &found.dc {
            inputs.extend(dc::read(&self.unit(), *link).await?);
        }
        Ok(inputs)
    }
}
