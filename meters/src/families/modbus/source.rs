//! Reads a Modbus meter by its template.

use super::{
    fit::{self, Brothers, Shown},
    uri::ModbusDevice,
};
use crate::{
    MeterError, Template,
    driver::{
        source::{Answer, Source},
        watched::TRUST,
    },
    patience::Patience,
    quantity::whole,
    quirks::Quirks,
    sample::{Counted, Identity, Readout, unix_ms},
    template::registers::{Answers, ModbusTemplate, Span, Sum, decode::Function},
    wire::modbus::{Bus, Read},
};
use async_trait::async_trait;
use std::{collections::BTreeSet, sync::Arc, time::Instant};

/// A Modbus meter.
pub(crate) struct ModbusSource {
    bus: Arc<Bus>,
    device: ModbusDevice,
    template: ModbusTemplate,
    /// What the device may be where the template does not fit it.
    brothers: Brothers,
    patience: Patience,
    /// The parts of energies that not every device has, and this one has.
    parts: BTreeSet<(Function, u16)>,
    /// Whose parts they are.
    parts_of: Option<Identity>,
    /// The connection over which the device was last seen to be one of the template's, and when.
    fitted: Option<(u64, Instant)>,
}

impl ModbusSource {
    /// A source for that device. Nothing is sent yet.
    #[must_use]
    pub(crate) fn new(device: ModbusDevice, template: ModbusTemplate) -> Self {
        Self {
            bus: Bus::shared(&device.wire),
            patience: Patience::of(&device.timing, &template.wire.timing(), Quirks::of(&template.vendor)),
            device,
            template,
            brothers: Brothers::new(),
            parts: BTreeSet::new(),
            parts_of: None,
            fitted: None,
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

    async fn words(&self, span: Span) -> Result<Vec<u16>, MeterError> {
        let Span { function, address, count } = span;
        self.bus.read(Read { unit: self.device.unit, function, address, count }, self.patience).await
    }

    /// Refuses a device that the template does not describe, unless it was seen to fit over this very connection not
    /// long ago.
    async fn ensure_fits(&mut self) -> Result<(), MeterError> {
        if self.fitted.is_some_and(|(connection, at)| connection == self.bus.connection() && at.elapsed() <= TRUST) {
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
        self.fitted = Some((self.bus.connection(), Instant::now()));
        Ok(())
    }

    /// The variants that describe the device. One whose registers cannot be asked for does not.
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

    /// Import and export, mWh, by as few requests as the template allows. Without a part that it had before, an energy
    /// is not the device's: it is not available.
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

    async fn identity(&self) -> Result<Identity, MeterError> {
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
impl Source for ModbusSource {
    fn place(&self) -> String {
        format!("{} unit {}", self.device.wire, self.device.unit)
    }

    fn connection(&self) -> Option<u64> {
        Some(self.bus.connection())
    }

    fn quirks(&self) -> &'static Quirks {
        Quirks::of(&self.template.vendor)
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        self.ensure_fits().await?;
        let identity = self.identity().await?;
        if self.parts_of.as_ref() != Some(&identity) {
            self.parts.clear();
            self.parts_of = Some(identity.clone());
        }
        Ok(identity)
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let (import_mwh, export_mwh) = self.energies().await?;
        let at_unix_ms = unix_ms();
        self.ensure_fits().await?;
        let power_w = match self.power_w().await {
            Ok(power_w) => power_w,
            // Information only: an energy is not lost for it.
            Err(MeterError::Exception { .. } | MeterError::OutOfRange { .. }) => None,
            Err(error) => return Err(error),
        };
        let counter = |sum: &Option<Sum>, mwh| sum.as_ref().map(|sum| sum.counter(mwh)).unwrap_or_default();
        let import_counter = counter(&self.template.import, import_mwh);
        let export_counter = counter(&self.template.export, export_mwh);
        let readout = Readout { import_mwh, export_mwh, power_w, serial: None };
        Ok(Answer { at_unix_ms, counted: Counted { readout, import_counter, export_counter }, who: None })
    }

    fn without_energy(&self) -> String {
        "its registers say \"not available\"".into()
    }
}
