//! What is at one place: asks each usual unit for SunSpec, then for the fingerprints of the Modbus templates.

use super::{Event, TIMEOUT_MS, UNITS};
use crate::{
    DeviceUri, Library, MeterError, Record, Template,
    modbus::{Bus, Manners, ModbusDriver, Read, decode::Field, template::Mark},
    record::read_by,
    sunspec::{
        SunSpecDriver,
        chain::{Link, Unit, is_nobody},
        devices::energy_models,
    },
    uri::{ModbusDevice, SunSpecDevice, Timing, Wire},
};
use std::collections::HashMap;

type Tell<'a> = &'a (dyn Fn(Event) + Send + Sync);
const TIMING: Timing = Timing { timeout_ms: Some(TIMEOUT_MS), settle_ms: 0 };

/// The devices at one place, by unit and order in their chain.
pub(super) async fn place(wire: &Wire, library: &Library, tell: Tell<'_>) -> Vec<Record> {
    let bus = Bus::shared(wire);
    let mut found: Vec<Record> = Vec::new();
    for unit in UNITS {
        let asked = Unit { bus: &bus, unit, base: None, manners: Manners::from(&TIMING) };
        let outcome = match asked.walk().await {
            Ok(links) => Ok(sunspec(wire, &asked, &links, tell).await),
            Err(MeterError::NotSunSpec { .. }) => by_fingerprint(wire, &asked, library).await,
            // Nobody of that number here.
            Err(MeterError::Timeout { .. }) => Ok(Vec::new()),
            Err(error) if is_nobody(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        match outcome {
            Ok(records) => {
                for record in records {
                    if !found.iter().any(|known| is_same(known, &record)) {
                        tell(Event::Found(record.clone()));
                        found.push(record);
                    }
                }
            }
            Err(error) => {
                let stop = matches!(error, MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. });
                tell(Event::Trouble(error));
                if stop {
                    break;
                }
            }
        }
    }
    found
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

/// The first template of which everything fits, and those of other parts of the same box.
async fn by_fingerprint(wire: &Wire, unit: &Unit<'_>, library: &Library) -> Result<Vec<Record>, MeterError> {
    let mut seen = Seen { unit, answers: HashMap::new() };
    let mut records: Vec<Record> = Vec::new();
    let mut box_name = None;
    for (name, template) in library.iter() {
        let Template::Modbus(template) = template else { continue };
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
            records.push(read_by(&mut driver, uri).await?);
        }
    }
    Ok(records)
}

/// What a unit answered, so that templates that look at the same register ask once.
struct Seen<'a> {
    unit: &'a Unit<'a>,
    answers: HashMap<(u8, u16, u16), Option<Vec<u16>>>,
}

impl Seen<'_> {
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
            Err(_) => None,
        };
        self.answers.insert(key, answer.clone());
        Ok(answer)
    }

    async fn fits(&mut self, mark: &Mark) -> Result<bool, MeterError> {
        Ok(mark.fits(self.words(&mark.at).await?.as_deref()))
    }
}
