//! What is on one Modbus wire: asks each usual unit for SunSpec, then for the fingerprints of the Modbus templates; and the
//! units that only templates name for the fingerprints of those alone.

use super::{Event, TIMEOUT_MS, UNITS};
use crate::{
    DeviceUri, Library, MeterError, Record, Template,
    modbus::{
        Bus, Manners, ModbusDriver, Read,
        decode::Field,
        template::{Mark, ModbusTemplate},
    },
    quirks::Quirks,
    record::read_by,
    sunspec::{
        SunSpecDriver,
        chain::{Link, Unit, is_nobody},
        devices::energy_models,
    },
    uri::{ModbusDevice, SunSpecDevice, Timing, Wire},
};
use std::collections::{BTreeSet, HashMap};

pub(super) type Tell<'a> = &'a (dyn Fn(Event) + Send + Sync);
const TIMING: Timing = Timing { timeout_ms: Some(TIMEOUT_MS), settle_ms: 0 };
/// Silence that is tried where nobody answers after connecting, ms: what Huawei's inverters want.
const SETTLE_MS: u32 = 2_000;
/// Most units that are asked besides the usual ones, because templates name them.
const MAX_OTHER_UNITS: usize = 16;
/// So many of them may be silent, each for as long as the time-out.
const MAX_SILENT: usize = 2;

/// The devices at one host and port, by unit and order in their chain.
pub(super) async fn place(wire: &Wire, library: &Library, tell: Tell<'_>) -> Vec<Record> {
    Search { wire, library, tell, timing: TIMING }.units(&UNITS).await
}

/// True if the unit that was asked is there, whatever it said.
pub(super) fn is_an_answer(error: &MeterError) -> bool {
    match error {
        MeterError::Exception { .. } => !is_nobody(error),
        MeterError::WrongLength { .. } => true,
        _ => false,
    }
}

/// A search of one wire.
pub(super) struct Search<'a> {
    pub(super) wire: &'a Wire,
    pub(super) library: &'a Library,
    pub(super) tell: Tell<'a>,
    pub(super) timing: Timing,
}

impl Search<'_> {
    /// The devices on these units. On a network, then on those that the manufacturer of the first suggests instead of the
    /// rest, and on those that only templates name.
    pub(super) async fn units(mut self, units: &[u8]) -> Vec<Record> {
        let bus = Bus::shared(self.wire);
        // On a serial line anybody may be on any unit.
        let is_line = matches!(self.wire, Wire::Serial { .. });
        let mut found: Vec<Record> = Vec::new();
        let mut to_ask = units.to_vec();
        let mut asked = 0;
        let mut is_there = false;
        while let Some(unit) = to_ask.get(asked).copied() {
            let mut outcome = self.unit(&bus, unit).await;
            if asked == 0 && matches!(outcome, Err(MeterError::Timeout { .. })) {
                outcome = self.after_silence(&bus, unit).await;
            }
            asked += 1;
            is_there |= !matches!(outcome, Err(MeterError::Timeout { .. } | MeterError::Unreachable { .. }));
            let is_first = found.is_empty();
            match outcome {
                Ok(records) => self.add(records, &mut found),
                // Nobody of that number here.
                Err(MeterError::Timeout { .. }) => {}
                Err(error) if is_nobody(&error) => {}
                Err(error) => {
                    let stop = matches!(error, MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. });
                    (self.tell)(Event::Trouble(error));
                    if stop {
                        return found;
                    }
                }
            }
            if let Some(first) = found.first().filter(|_| is_first && !is_line) {
                let suggested = &Quirks::of(&first.vendor).units;
                if !suggested.is_empty() {
                    to_ask.truncate(asked);
                    let others: Vec<u8> = suggested.iter().filter(|unit| !to_ask.contains(unit)).copied().collect();
                    to_ask.extend(others);
                }
            }
        }
        if is_there && !is_line {
            self.units_of_templates(&bus, &to_ask, &mut found).await;
        }
        found
    }

    /// Asks the units that only templates name, those of the first device's manufacturer if one was found.
    async fn units_of_templates(&self, bus: &Bus, asked: &[u8], found: &mut Vec<Record>) {
        let vendor = found.first().map(|first| first.vendor.clone());
        let templates = modbus_templates(self.library).map(|(_, template)| template);
        let likely = templates.filter(|template| vendor.as_ref().is_none_or(|vendor| template.vendor == *vendor));
        let named: BTreeSet<u8> = likely.flat_map(|template| template.wire.units.iter().copied()).collect();
        let mut silent = 0;
        for unit in named.into_iter().filter(|unit| !asked.contains(unit)).take(MAX_OTHER_UNITS) {
            let to_ask = Unit { bus, unit, base: None, manners: Manners::from(&self.timing) };
            let of_unit = modbus_templates(self.library).filter(|(_, template)| template.wire.units.contains(&unit));
            match by_fingerprint(self.wire, Seen::of(&to_ask, false), of_unit, self.tell).await {
                Ok(mut records) => {
                    for record in &mut records {
                        remember_silence(record, self.timing.settle_ms);
                    }
                    self.add(records, found);
                }
                Err(MeterError::Timeout { .. }) => silent += 1,
                Err(error) if is_nobody(&error) => {}
                Err(error) => {
                    let stop = matches!(error, MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. });
                    (self.tell)(Event::Trouble(error));
                    if stop {
                        return;
                    }
                }
            }
            if silent == MAX_SILENT {
                return;
            }
        }
    }

    /// Tells of those that are not known yet.
    fn add(&self, records: Vec<Record>, found: &mut Vec<Record>) {
        for record in records {
            if !found.iter().any(|known| is_same(known, &record)) {
                (self.tell)(Event::Found(record.clone()));
                found.push(record);
            }
        }
    }

    /// The devices on a unit: those of its SunSpec chain, or else the meter that its fingerprint tells of.
    async fn unit(&self, bus: &Bus, unit: u8) -> Result<Vec<Record>, MeterError> {
        let asked = Unit { bus, unit, base: None, manners: Manners::from(&self.timing) };
        let mut records = match asked.walk().await {
            Ok(links) => sunspec(self.wire, &asked, &links, self.tell).await,
            Err(MeterError::NotSunSpec { .. }) => {
                let templates = modbus_templates(self.library);
                by_fingerprint(self.wire, Seen::of(&asked, true), templates, self.tell).await?
            }
            Err(error) => return Err(error),
        };
        for record in &mut records {
            remember_silence(record, self.timing.settle_ms);
        }
        Ok(records)
    }

    /// Somebody takes connections and says nothing: perhaps it was asked too soon after connecting.
    async fn after_silence(&mut self, bus: &Bus, unit: u8) -> Result<Vec<Record>, MeterError> {
        let hasty = self.timing;
        self.timing.settle_ms = SETTLE_MS;
        let outcome = self.unit(bus, unit).await;
        if matches!(outcome, Err(MeterError::Timeout { .. })) {
            self.timing = hasty;
        }
        outcome
    }
}

/// Has the device's URI say that it wants silence, unless its manufacturer's always do.
fn remember_silence(record: &mut Record, settle_ms: u32) {
    let known_ms = Quirks::of(&record.vendor).settle_ms;
    let timing = match &mut record.uri {
        DeviceUri::SunSpec(device) => &mut device.timing,
        DeviceUri::Modbus(device) => &mut device.timing,
        _ => return,
    };
    if settle_ms > known_ms {
        timing.settle_ms = settle_ms;
    }
}

/// Many devices answer to any unit id.
fn is_same(a: &Record, b: &Record) -> bool {
    let names = |record: &Record| {
        (record.driver.clone(), record.vendor.clone(), record.model.clone(), record.serial.clone(), record.sub_unit)
    };
    let energies = |record: &Record| (record.import_mwh, record.export_mwh);
    names(a) == names(b) && (a.serial.is_some() || energies(a) == energies(b))
}

async fn sunspec(wire: &Wire, unit: &Unit<'_>, links: &[Link], tell: Tell<'_>) -> Vec<Record> {
    let mut records = Vec::new();
    for found in energy_models(links).into_iter().filter(|found| found.is_device) {
        let device = SunSpecDevice {
            wire: wire.clone(),
            unit: unit.unit,
            model: Some(found.link.id),
            index: found.index,
            base: None,
            timing: Timing::default(),
        };
        let outcome = match found.check_length(unit) {
            Ok(()) => {
                let uri = DeviceUri::SunSpec(device.clone());
                let device = SunSpecDevice { timing: TIMING, ..device };
                read_by(&mut SunSpecDriver::at(device, found), uri).await
            }
            Err(error) => Err(error),
        };
        match outcome {
            Ok(record) => records.push(record),
            Err(error) => tell(Event::Trouble(error)),
        }
    }
    records
}

fn modbus_templates(library: &Library) -> impl Iterator<Item = (&str, &ModbusTemplate)> {
    library.iter().filter_map(|(name, template)| match template {
        Template::Modbus(template) => Some((name, template)),
        Template::Mqtt(_) => None,
    })
}

/// The first template of which everything fits, and those of other parts of the same box. A part that cannot be read is
/// told of, and hides no other.
async fn by_fingerprint<'l>(
    wire: &Wire,
    mut seen: Seen<'_>,
    templates: impl Iterator<Item = (&'l str, &'l ModbusTemplate)>,
    tell: Tell<'_>,
) -> Result<Vec<Record>, MeterError> {
    let unit = seen.unit;
    let mut records: Vec<Record> = Vec::new();
    let mut box_name = None;
    for (name, template) in templates {
        if box_name.is_some_and(|box_name| box_name != template.box_name(name)) {
            continue;
        }
        let mut fits = true;
        for mark in &template.fingerprint {
            fits = fits && seen.fits(mark).await?;
        }
        if fits {
            box_name = Some(template.box_name(name));
            let device =
                ModbusDevice { wire: wire.clone(), unit: unit.unit, template: name.into(), timing: Timing::default() };
            let uri = DeviceUri::Modbus(device.clone());
            let mut driver = ModbusDriver::new(ModbusDevice { timing: TIMING, ..device }, template.clone());
            match read_by(&mut driver, uri).await {
                Ok(record) => records.push(record),
                Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
                Err(error) => tell(Event::Trouble(error)),
            }
        }
    }
    Ok(records)
}

/// What a unit answered, so that templates that look at the same register ask once.
struct Seen<'a> {
    unit: &'a Unit<'a>,
    /// False while the unit gave no answer to anything, so that nobody may be there.
    is_there: bool,
    answers: HashMap<(u8, u16, u16), Option<Vec<u16>>>,
}

impl<'a> Seen<'a> {
    fn of(unit: &'a Unit<'a>, is_there: bool) -> Self {
        Self { unit, is_there, answers: HashMap::new() }
    }

    async fn words(&mut self, field: &Field) -> Result<Option<Vec<u16>>, MeterError> {
        let key = (u8::from(field.function), field.address, field.word_count());
        if let Some(answer) = self.answers.get(&key) {
            return Ok(answer.clone());
        }
        let (unit, function, address, count) = (self.unit.unit, field.function, field.address, field.word_count());
        let read = Read { unit, function, address, count };
        let answer = match self.unit.bus.read(read, self.unit.manners).await {
            Ok(words) => Some(words),
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
            Err(error) if !self.is_there && !is_an_answer(&error) => return Err(error),
            Err(_) => None,
        };
        self.is_there = true;
        self.answers.insert(key, answer.clone());
        Ok(answer)
    }

    async fn fits(&mut self, mark: &Mark) -> Result<bool, MeterError> {
        Ok(mark.fits(self.words(&mark.at).await?.as_deref()))
    }
}
