//! What is on one Modbus wire: asks each usual unit for SunSpec, then for the fingerprints of the Modbus templates.
//! Then it asks the units that only templates name for the fingerprints of those alone.

use super::{source::ModbusSource, uri::ModbusDevice};
use crate::{
    DeviceUri, Library, MeterError, Record, Template,
    discover::probe::{Event, TIMEOUT_MS, Tell},
    driver::watched::Watched,
    families::sunspec::{
        SunSpecDevice,
        chain::{Link, Unit, is_nobody},
        devices::energy_models,
        source::SunSpecSource,
    },
    patience::{Patience, Timing},
    quirks::Quirks,
    record::read_by,
    template::registers::{
        Mark, ModbusTemplate,
        decode::{Field, Function, printable},
    },
    wire::{
        Wire,
        modbus::{Bus, Read, roll_call::RollCall},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

pub(super) const TIMING: Timing = Timing { timeout_ms: Some(TIMEOUT_MS), settle_ms: 0 };
/// Silence that is tried where nobody answers after connecting, ms: what Huawei's inverters want.
const SETTLE_MS: u32 = 2_000;
/// Most units that are asked besides the usual ones, because templates name them.
const MAX_OTHER_UNITS: usize = 16;
/// How many of them may be silent, each for as long as the time-out.
const MAX_SILENT: usize = 2;

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
    wire: &'a Wire,
    library: &'a Library,
    tell: Tell<'a>,
    timing: Timing,
    /// Who answered and is nothing that is known, first of all: unit, and what it answered.
    unknown: Option<(u8, String)>,
}

impl<'a> Search<'a> {
    pub(super) fn new(wire: &'a Wire, library: &'a Library, tell: Tell<'a>, timing: Timing) -> Self {
        Self { wire, library, tell, timing, unknown: None }
    }

    /// The devices on these units. On a network, then on those that the manufacturer of the first suggests instead of
    /// the rest, and on those that only templates name.
    pub(super) async fn units(mut self, units: &[u8]) -> Vec<Record> {
        let bus = Bus::shared(self.wire);
        let call = match bus.roll_call(units, &Patience::from(&self.timing)).await {
            Ok(call) => call,
            Err(error) => {
                (self.tell)(Event::Trouble(error));
                return Vec::new();
            }
        };
        let found = self.answering(&bus, units, call).await;
        if let (Some((unit, answered)), true) = (self.unknown.take(), found.is_empty()) {
            (self.tell)(Event::Trouble(MeterError::Unknown { endpoint: self.wire.to_string(), unit, answered }));
        }
        found
    }

    /// As [`Self::units`], of those that the roll call says are there, where there was one.
    async fn answering(&mut self, bus: &Bus, units: &[u8], call: Option<RollCall>) -> Vec<Record> {
        // On a serial line anybody may be on any unit.
        let is_line = matches!(self.wire, Wire::Serial { .. });
        let mut found: Vec<Record> = Vec::new();
        let mut is_there = call.as_ref().is_some_and(|call| call.is_gateway || !call.present.is_empty());
        let is_silent = |unit: u8| call.as_ref().is_some_and(|call| !call.present.contains(&unit));
        let may_answer = |unit: &u8| match &call {
            Some(call) => call.present.contains(unit) || (call.may_be_more() && call.silent.contains(unit)),
            None => true,
        };
        let mut to_ask: Vec<u8> = units.iter().copied().filter(may_answer).collect();
        let mut asked = 0;
        while let Some(unit) = to_ask.get(asked).copied() {
            let mut outcome = match is_silent(unit) {
                true if !self.answers(bus, unit).await => Ok(Vec::new()),
                _ => self.unit(bus, unit).await,
            };
            if asked == 0 && matches!(outcome, Err(MeterError::Timeout { .. })) {
                outcome = self.after_silence(bus, unit).await;
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
            let asked: Vec<u8> = units.iter().chain(&to_ask).copied().collect();
            self.units_of_templates(bus, &asked, &mut found).await;
        }
        found
    }

    /// Whether a unit that has said nothing so far answers one more question.
    async fn answers(&self, bus: &Bus, unit: u8) -> bool {
        let read = Read { unit, function: Function::Holding, address: 0, count: 2 };
        match bus.read(read, Patience::from(&self.timing)).await {
            Ok(_) => true,
            Err(error) => is_an_answer(&error),
        }
    }

    /// Asks the units that only templates name, those of the first device's manufacturer if one was found.
    async fn units_of_templates(&mut self, bus: &Bus, asked: &[u8], found: &mut Vec<Record>) {
        let vendor = found.first().map(|first| first.vendor.clone());
        let templates = modbus_templates(self.library).map(|(_, template)| template);
        let likely = templates.filter(|template| vendor.as_ref().is_none_or(|vendor| template.vendor == *vendor));
        let named: BTreeSet<u8> = likely.flat_map(|template| template.wire.units.iter().copied()).collect();
        let mut silent = 0;
        for unit in named.into_iter().filter(|unit| !asked.contains(unit)).take(MAX_OTHER_UNITS) {
            let to_ask = Unit { bus, unit, base: None, patience: Patience::from(&self.timing) };
            let of_unit = modbus_templates(self.library).filter(|(_, template)| template.wire.units.contains(&unit));
            let mut seen = Seen::of(&to_ask, false);
            let outcome = by_fingerprint(self.wire, &mut seen, of_unit, self.tell).await;
            let answered = seen.told();
            match outcome {
                Ok(mut records) => {
                    self.note_unknown(unit, &records, answered);
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

    /// Remembers the first that answers and is nothing that is known.
    fn note_unknown(&mut self, unit: u8, records: &[Record], answered: String) {
        if records.is_empty() {
            self.unknown.get_or_insert((unit, answered));
        }
    }

    /// The devices on a unit: those of its SunSpec chain, or else the meter that its fingerprint tells of.
    async fn unit(&mut self, bus: &Bus, unit: u8) -> Result<Vec<Record>, MeterError> {
        let asked = Unit { bus, unit, base: None, patience: Patience::from(&self.timing) };
        let (mut records, answered) = match asked.walk().await {
            Ok(links) => {
                let models: Vec<String> = links.iter().map(|link| link.id.to_string()).collect();
                let answered = format!("with SunSpec models {}, none of which counts energy", models.join(", "));
                let mut records = sunspec(self.wire, &asked, &links, self.tell).await;
                let beside = modbus_templates(self.library).filter(|(_, template)| template.beside_sunspec);
                records.extend(by_fingerprint(self.wire, &mut Seen::of(&asked, true), beside, self.tell).await?);
                (records, answered)
            }
            Err(MeterError::NotSunSpec { .. }) => {
                let mut seen = Seen::of(&asked, true);
                let templates = modbus_templates(self.library);
                let records = by_fingerprint(self.wire, &mut seen, templates, self.tell).await?;
                (records, seen.told())
            }
            Err(error) => return Err(error),
        };
        self.note_unknown(unit, &records, answered);
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
    if settle_ms <= Quirks::of(&record.vendor).settle_ms {
        return;
    }
    if let Some(device) = record.uri.device::<SunSpecDevice>() {
        let timing = Timing { settle_ms, ..device.timing };
        record.uri = SunSpecDevice { timing, ..device.clone() }.into();
    } else if let Some(device) = record.uri.device::<ModbusDevice>() {
        let timing = Timing { settle_ms, ..device.timing };
        record.uri = ModbusDevice { timing, ..device.clone() }.into();
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
                let uri = DeviceUri::from(device.clone());
                let device = SunSpecDevice { timing: TIMING, ..device };
                read_by(&mut Watched::new(Box::new(SunSpecSource::at(device, found)), &uri), uri).await
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

pub(super) fn modbus_templates(library: &Library) -> impl Iterator<Item = (&str, &ModbusTemplate)> {
    library.iter().filter_map(|(name, template)| match template {
        Template::Modbus(template) => Some((name, template)),
        Template::Mqtt(_) => None,
    })
}

/// The first template of which everything fits, and those of other parts of the same box. A part that cannot be read is
/// told of, and hides no other.
async fn by_fingerprint<'l>(
    wire: &Wire,
    seen: &mut Seen<'_>,
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
            let uri = DeviceUri::from(device.clone());
            let source = ModbusSource::new(ModbusDevice { timing: TIMING, ..device }, template.clone());
            match read_by(&mut Watched::new(Box::new(source), &uri), uri).await {
                Ok(record) => records.push(record),
                Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
                Err(error) => tell(Event::Trouble(error)),
            }
        }
    }
    Ok(records)
}

/// Time-out of a device that says nothing where it has no registers, ms, if it is quick otherwise.
const QUICK_MS: u32 = 400;
/// How many questions without an answer show that a device is of that kind.
const MAX_UNANSWERED: usize = 3;
/// Most answers of an unknown device that are told, and most characters of them.
const MAX_TOLD: usize = 6;

/// What a unit answered, so that templates that look at the same register ask once.
struct Seen<'a> {
    unit: &'a Unit<'a>,
    /// False while the unit gave no answer to anything, so that nobody may be there.
    is_there: bool,
    answers: BTreeMap<(u8, u16, u16), Option<Vec<u16>>>,
    unanswered: usize,
    slowest: Duration,
}

impl<'a> Seen<'a> {
    fn of(unit: &'a Unit<'a>, is_there: bool) -> Self {
        Self { unit, is_there, answers: BTreeMap::new(), unanswered: 0, slowest: Duration::ZERO }
    }

    /// Some of what was answered, in words.
    fn told(&self) -> String {
        let texts = |words: &[u16]| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            printable(&bytes).filter(|text| text.len() > 3 && text.is_ascii())
        };
        let tell = |(function, address, words): (u8, u16, &Vec<u16>)| {
            let kind = if function == 3 { "holding" } else { "input" };
            let shown =
                texts(words).map_or_else(|| format!("{words:04x?}").replace(", ", " "), |text| format!("{text:?}"));
            format!("{kind} {address}: {shown}")
        };
        let answers = self
            .answers
            .iter()
            .filter_map(|((function, address, _), words)| Some((*function, *address, words.as_ref()?)));
        let (texts_first, others): (Vec<_>, Vec<_>) = answers
            .filter(|(.., words)| words.iter().any(|word| *word != 0 && *word != u16::MAX))
            .partition(|(.., words)| texts(words).is_some());
        let told: Vec<String> = texts_first.into_iter().chain(others).take(MAX_TOLD).map(tell).collect();
        match told.is_empty() {
            true => "nothing but exceptions, zeros and ones".into(),
            false => told.join(", "),
        }
    }

    /// How to ask: a device that is quick, and says nothing where it has no registers, is not waited for each time.
    fn patience(&self) -> Patience {
        let mut patience = self.unit.patience;
        if self.is_there && self.unanswered >= MAX_UNANSWERED {
            let longest_ms = u32::try_from(self.slowest.as_millis() * 3).unwrap_or(u32::MAX).max(QUICK_MS);
            patience.timing.timeout_ms = patience.timing.timeout_ms.map(|usual| usual.min(longest_ms));
        }
        patience
    }

    async fn words(&mut self, field: &Field) -> Result<Option<Vec<u16>>, MeterError> {
        let key = (u8::from(field.function), field.address, field.word_count());
        if let Some(answer) = self.answers.get(&key) {
            return Ok(answer.clone());
        }
        let (unit, function, address, count) = (self.unit.unit, field.function, field.address, field.word_count());
        let read = Read { unit, function, address, count };
        let since = Instant::now();
        let answer = match self.unit.bus.read(read, self.patience()).await {
            Ok(words) => {
                self.slowest = self.slowest.max(since.elapsed());
                Some(words)
            }
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
            Err(error) if !self.is_there && !is_an_answer(&error) => return Err(error),
            Err(error) => {
                self.unanswered += usize::from(matches!(error, MeterError::Timeout { .. }));
                None
            }
        };
        self.is_there = true;
        self.answers.insert(key, answer.clone());
        Ok(answer)
    }

    async fn fits(&mut self, mark: &Mark) -> Result<bool, MeterError> {
        Ok(mark.fits(self.words(&mark.at).await?.as_deref()))
    }
}
