//! Reads a Modbus meter by its template.

use super::{
    bus::{Bus, Read},
    decode::Function,
    fit::{self, Brothers, Shown},
    manners::Manners,
    template::{Answers, ModbusTemplate, Span, Sum},
};
use crate::{
    MeterError, Template,
    driver::{Driver, Identity, Sample, unix_ms},
    identity_watch::IdentityWatch,
    quantity::whole,
    quirks::Quirks,
    stand_watch::StandWatch,
    uri::ModbusDevice,
    zero_watch::ZeroWatch,
};
use async_trait::async_trait;
use std::{collections::BTreeSet, sync::Arc};

/// A Modbus meter.
pub struct ModbusDriver {
    bus: Arc<Bus>,
    device: ModbusDevice,
    template: ModbusTemplate,
    /// What the device may be where the template does not fit it.
    brothers: Brothers,
    manners: Manners,
    zeros: ZeroWatch,
    stands: StandWatch,
    identity: IdentityWatch,
    /// The parts of energies that not every device has, and this one has.
    parts: BTreeSet<(Function, u16)>,
    /// The connection over which the device was last seen to be one of the template's.
    fitted_on: Option<u64>,
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
            brothers: Brothers::new(),
            zeros: ZeroWatch::default(),
            stands: StandWatch::default(),
            identity: IdentityWatch::default(),
            parts: BTreeSet::new(),
            fitted_on: None,
        }
    }

    /// The same, with templates to name where the device turns out to be one of theirs.
    pub(crate) fn with_brothers(self, brothers: Brothers) -> Self {
        Self { brothers, ..self }
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

    /// Refuses a device that the template does not describe, unless it was seen to fit over this very connection.
    async fn ensure_fits(&mut self) -> Result<(), MeterError> {
        if self.fitted_on == Some(self.bus.connection()) {
            return Ok(());
        }
        let mut shown = Shown::default();
        for mark in self.template.fingerprint.iter().filter(|mark| !mark.passing) {
            let words = shown.words(mark, |span| self.words(span)).await?;
            if !mark.fits(words) {
                let shows = fit::difference(mark, words);
                let likely = self.likely(&mut shown).await;
                let likely: Vec<&str> = likely.iter().map(String::as_str).collect();
                let (template, meant) = (self.device.template.clone(), fit::meant(&likely));
                return Err(MeterError::Misfit { place: self.place(), template, shows, meant });
            }
        }
        self.fitted_on = Some(self.bus.connection());
        Ok(())
    }

    /// The brothers that describe the device. One whose registers cannot be asked for does not.
    async fn likely(&self, shown: &mut Shown) -> Vec<String> {
        let mut likely = Vec::new();
        for (name, brother) in &self.brothers {
            let Template::Modbus(brother) = brother.as_ref() else { continue };
            let mut fits = true;
            for mark in &brother.fingerprint {
                let words = shown.words(mark, |span| self.words(span)).await;
                fits = fits && words.is_ok_and(|words| mark.fits(words));
                if !fits {
                    break;
                }
            }
            if fits {
                likely.push(name.clone());
            }
        }
        likely
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

    /// Import and export, mWh, by as few requests as the template allows. Without a part that it had before, an energy is
    /// not the device's: it is not available.
    async fn energies(&mut self) -> Result<(Option<u64>, Option<u64>), MeterError> {
        let answers = self.answers(self.template.energy_spans()).await?;
        let import_mwh = self.energy("import", &self.template.import, &answers)?;
        let export_mwh = self.energy("export", &self.template.export, &answers)?;
        let mut lost_a_part = |sum: &Option<Sum>| {
            sum.as_ref().is_some_and(|it| it.lost_a_part(|field| answers.words(field), &mut self.parts))
        };
        let (import_lost, export_lost) = (lost_a_part(&self.template.import), lost_a_part(&self.template.export));
        Ok((import_mwh.filter(|_| !import_lost), export_mwh.filter(|_| !export_lost)))
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
        self.ensure_fits().await?;
        let identity = self.who().await?;
        self.parts.clear();
        self.identity.remember(&identity, self.bus.connection());
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let (import_mwh, export_mwh) = self.energies().await?;
        let at_unix_ms = unix_ms();
        let connection = self.bus.connection();
        if self.identity.is_due(connection) {
            self.fitted_on = None;
        }
        self.ensure_fits().await?;
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
        let was_above_zero = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            return Err(MeterError::NoEnergy {
                place: self.place(),
                reason: "its registers say \"not available\"".into(),
            });
        }
        let counter = |sum: &Option<Sum>, mwh| sum.as_ref().map(|sum| sum.counter(mwh)).unwrap_or_default();
        let import_counter = counter(&self.template.import, import_mwh);
        let export_counter = counter(&self.template.export, export_mwh);
        let counters = [(import_mwh, import_counter), (export_mwh, export_counter)];
        let suspect = self.stands.is_suspect(at_unix_ms, power_w, counters) | was_above_zero;
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, import_counter, export_counter })
    }
}
