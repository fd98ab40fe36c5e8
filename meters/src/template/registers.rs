//! A Modbus device as data: where its registers are, what they mean, how to know it by them, and how it wants to be
//! asked.
//!
//! The same description reads the device and serves it, so a new device is one file for driver and simulator alike.

pub mod decode;
mod fingerprint;
mod spans;
mod sum;

pub use fingerprint::{Mark, Shows};
pub use spans::{Answers, Span, spans};
pub use sum::{MAX_PARTS, Sum};

use super::{Fault, Origin};
use crate::{patience::Timing, quantity::whole, sample::Readout};
use decode::{Field, FieldError, Function, Layout};
use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most registers of one request, by the Modbus specification.
pub const MAX_READ_WORDS: u16 = 125;

/// A Modbus device.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ModbusTemplate {
    /// Manufacturer.
    pub vendor: String,
    /// Product, or family of products with this register map.
    pub model: String,
    /// Other products of the same registers, which are read by this template and cannot be told from it.
    #[serde(default)]
    pub also: Vec<String>,
    /// What the device may stand for at a site.
    #[cfg_attr(test, schemars(with = "Vec<crate::template::schema::Role>", length(min = 1)))]
    pub roles: Vec<DeviceRole>,
    /// Name of the box that it is part of, where several templates read different parts of one: an inverter and the
    /// meter behind it. Discovery then finds all of them.
    pub part_of: Option<String>,
    /// What its export counter counts, for every template that may stand for production.
    pub production: Option<Production>,
    /// Its one counter takes in what flows either way: it is import only where nothing flows back.
    #[serde(default)]
    pub both_ways: bool,
    /// The device speaks SunSpec too, which does not tell of this part of it: discovery looks for both.
    #[serde(default)]
    pub beside_sunspec: bool,
    /// Where the register map is published.
    pub source: String,
    /// How the device wants to be asked.
    #[serde(default)]
    pub wire: Needs,
    /// Imported energy.
    pub import: Option<Sum>,
    /// Exported energy; what an inverter produced, what a battery gave.
    pub export: Option<Sum>,
    /// Power, import positive once decoded.
    pub power: Option<Sum>,
    /// Serial number.
    pub serial: Option<Field>,
    /// Registers between two fields that may be read along, to get both in one request.
    #[serde(default)]
    pub bridge_words: u16,
    /// What an unknown device must show to be taken for this one: all of it.
    pub fingerprint: Vec<Mark>,
    /// A device and what it stands for, which the tests decode.
    pub fixture: Fixture,
}

/// What the counter of a production device counts. Production is what the panels gave: what a battery gave is none,
/// since it was production, or import, when it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Production {
    /// What the strings gave on the direct-current side, whatever battery is behind them.
    Panels,
    /// What an inverter gave on its alternating-current side; none of the products that the fingerprint takes can have
    /// a battery behind them.
    OutputWithoutBattery,
    /// The same of products that can: the fingerprint asks for the absence of a battery, and says so by `otherwise`.
    OutputUnlessBattery,
    /// What flowed through a meter. Only panels may be behind it: that is for its owner to see to.
    Through,
}

/// How a device wants to be asked, and where it usually is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Needs {
    /// TCP ports on which it usually listens.
    pub ports: Vec<u16>,
    /// Unit ids that it usually has.
    pub units: Vec<u8>,
    /// Silence that it wants after connecting, ms. A URI may ask for more.
    pub settle_ms: u32,
    /// How long it may take to answer, ms, where a URI names no time.
    pub timeout_ms: Option<u32>,
    /// Most registers that it gives in one answer.
    pub max_words: u16,
}

impl Default for Needs {
    fn default() -> Self {
        Self { ports: vec![502], units: vec![1], settle_ms: 0, timeout_ms: None, max_words: MAX_READ_WORDS }
    }
}

/// Registers of a device, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Whether a real device showed them.
    pub origin: Origin,
    /// Where they are published; for composed ones, by what they were put together.
    pub source: String,
    /// Registers by field: `import`, `export`, `power`, `serial`, and `fingerprint` if its were recorded too. Those of
    /// several fields follow one another, in the order of the fields.
    pub registers: BTreeMap<String, Vec<u16>>,
    /// What they stand for.
    pub expect: Readout,
}

/// Registers that follow one another in a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The function that reads them.
    pub function: Function,
    /// Address of the first.
    pub address: u16,
    /// Their contents.
    pub words: Vec<u16>,
}

impl ModbusTemplate {
    /// A simulated device's serial number: this number. Where serial numbers tell devices apart, it comes after as much
    /// of the one that its mark serves as makes it fit.
    #[must_use]
    pub fn serial_of(&self, number: u32) -> String {
        let place = self.serial.as_ref().map(|field| (field.function, field.address));
        let marks = self.fingerprint.iter().filter(|mark| Some((mark.at.function, mark.at.address)) == place);
        let marks: Vec<&Mark> = marks.collect();
        let fits = |serial: &String| {
            marks.iter().all(|mark| mark.at.encode_text(serial).is_ok_and(|words| mark.fits(Some(&words))))
        };
        let served = marks.iter().find_map(|mark| mark.serve.as_deref()).unwrap_or_default();
        let begins = (0..=served.len()).filter_map(|length| served.get(..length));
        begins.map(|begin| format!("{begin}{number}")).find(fits).unwrap_or_else(|| number.to_string())
    }

    /// Refuses a template that cannot work.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let refuse = |key, reason: String| Err(Fault { key, index: 0, reason });
        if self.import.is_none() && self.export.is_none() {
            return refuse("", "has neither import nor export".into());
        }
        if self.roles.is_empty() {
            return refuse("roles", "names no role; there are grid, production and storage".into());
        }
        if self.both_ways && (self.export.is_some() || self.roles != [DeviceRole::Grid]) {
            return refuse("both_ways", "`both_ways` is of a grid meter with one counter, `import`".into());
        }
        if let Some(reason) = self.production_fault() {
            return refuse("production", reason);
        }
        for (what, sum) in self.sums() {
            for (index, field) in sum.parts().iter().enumerate() {
                let fits = match what {
                    "power" => field.unit.is_power(),
                    _ => field.unit.is_energy() && !field.negate,
                };
                let fault = field.fault().or_else(|| {
                    (!fits).then(|| format!("unit {:?} does not fit, or an energy is negated", field.unit))
                });
                if let Some(reason) = fault {
                    return Err(Fault { key: what, index, reason: format!("{what}: {reason}") });
                }
            }
            if sum.parts().iter().all(|field| field.optional) {
                return refuse(what, format!("{what}: one part at least is not optional"));
            }
        }
        if let Some(reason) = self.serial.as_ref().and_then(|field| {
            let fits = field.unit == crate::quantity::Unit::One;
            field.fault().or_else(|| (!fits).then(|| "a serial number has no unit".into()))
        }) {
            return refuse("serial", format!("serial: {reason}"));
        }
        if self.fingerprint.is_empty() {
            return refuse("fingerprint", "has no fingerprint; discovery could not know the device".into());
        }
        for (index, mark) in self.fingerprint.iter().enumerate() {
            if let Some(reason) = mark.fault() {
                return Err(Fault { key: "fingerprint", index, reason: format!("fingerprint: {reason}") });
            }
        }
        self.wire.fault().map_or(Ok(()), |reason| refuse("wire", format!("wire: {reason}")))
    }

    /// What is wrong with what is said of production, if anything.
    fn production_fault(&self) -> Option<String> {
        let rules_a_battery_out = || {
            let says_so = |mark: &Mark| mark.otherwise.as_ref().is_some_and(|text| text.contains("battery"));
            self.fingerprint.iter().any(|mark| mark.shows == Shows::Absent(true) && !mark.passing && says_so(mark))
        };
        match (self.roles.contains(&DeviceRole::Production), self.production) {
            (true, None) => Some(
                "may stand for production; say by `production` what it counts: panels, output-without-battery, \
                 output-unless-battery or through"
                    .into(),
            ),
            (false, Some(_)) => Some("`production` is for templates whose roles name production".into()),
            (true, Some(Production::OutputUnlessBattery)) if !rules_a_battery_out() => Some(
                "output-unless-battery needs a mark that shows `absent` and an `otherwise` that names the battery"
                    .into(),
            ),
            (true, Some(_)) if self.export.is_none() && self.roles == [DeviceRole::Production] => {
                Some("counts no export, which production is".into())
            }
            _ => None,
        }
    }

    /// The box that it describes, or a part of: by default the one of its own name.
    #[must_use]
    pub fn box_name<'a>(&'a self, name: &'a str) -> &'a str {
        self.part_of.as_deref().unwrap_or(name)
    }

    /// The numbers that there are, by name.
    pub fn sums(&self) -> impl Iterator<Item = (&'static str, &Sum)> {
        [("import", &self.import), ("export", &self.export), ("power", &self.power)]
            .into_iter()
            .filter_map(|(name, sum)| sum.as_ref().map(|sum| (name, sum)))
    }

    /// Every field that is read, by the name of what it is part of.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Field)> {
        let parts = self.sums().flat_map(|(name, sum)| sum.parts().iter().map(move |field| (name, field)));
        parts.chain(self.serial.iter().map(|field| ("serial", field)))
    }

    /// The first whole number that does not say which of its patterns stand for "not available", if there is one. The
    /// low word of a number is full at times; then the high word, which is never, says it for both.
    pub(crate) fn number_without_none(&self) -> Option<String> {
        let is_number = |field: &Field| !matches!(field.layout, Layout::F32 | Layout::F64 | Layout::Text);
        let said_by_the_high_word = |what: &str| {
            let mut sums = self.sums().filter(|(name, _)| *name == what);
            sums.any(|(_, sum)| sum.parts().iter().any(|part| part.times > 1 && !part.nothing().is_empty()))
        };
        let is_silent = |what: &str, field: &Field| match &field.none {
            None => true,
            Some(none) => none.is_empty() && !said_by_the_high_word(what),
        };
        let (what, field) = self.fields().find(|(what, field)| is_number(field) && is_silent(what, field))?;
        Some(format!("{what} at {} has no `none`, its patterns for \"not available\"", field.address))
    }

    /// The requests that read both energies: as few as the device allows.
    #[must_use]
    pub fn energy_spans(&self) -> Vec<Span> {
        let parts = self.import.iter().chain(&self.export).flat_map(|sum| sum.parts());
        spans(parts, self.bridge_words, self.wire.max_words)
    }

    /// The requests that read the power.
    #[must_use]
    pub fn power_spans(&self) -> Vec<Span> {
        spans(self.power.iter().flat_map(|sum| sum.parts()), self.bridge_words, self.wire.max_words)
    }

    /// What the fixture's registers stand for.
    ///
    /// # Errors
    /// What is missing or cannot be.
    pub(crate) fn read_fixture(&self) -> Result<Readout, String> {
        let words = |name: &str| {
            self.fixture.registers.get(name).ok_or_else(|| format!("the fixture has no registers for `{name}`"))
        };
        let number = |name: &str, sum: &Option<Sum>| -> Result<Option<i128>, String> {
            let Some(sum) = sum else { return Ok(None) };
            sum.decode_joined(words(name)?).map_err(|error| format!("{name} {error}"))
        };
        let energy = |name: &str, sum| match number(name, sum)? {
            None => Ok(None),
            Some(mwh) => u64::try_from(mwh).map(Some).map_err(|_| format!("{name} reads {mwh} mWh, which cannot be")),
        };
        if let Some(words) = self.fixture.registers.get("fingerprint") {
            self.fits_joined(words)?;
        }
        let unknown = |name: &&String| !["import", "export", "power", "serial", "fingerprint"].contains(&name.as_str());
        if let Some(name) = self.fixture.registers.keys().find(unknown) {
            return Err(format!("the fixture has registers for `{name}`, which is no field"));
        }
        Ok(Readout {
            import_mwh: energy("import", &self.import)?,
            export_mwh: energy("export", &self.export)?,
            power_w: number("power", &self.power)?.and_then(whole),
            serial: match &self.serial {
                Some(field) => field.decode_text(words("serial")?).map_err(|error| format!("serial {error}"))?,
                None => None,
            },
        })
    }

    /// Whether registers of all marks, one after another, show what they should.
    fn fits_joined(&self, mut words: &[u16]) -> Result<(), String> {
        for (index, mark) in self.fingerprint.iter().enumerate() {
            let count = usize::from(mark.at.word_count());
            let (own, rest) = words.split_at_checked(count).ok_or("the fixture's fingerprint is too short")?;
            if !mark.fits(Some(own)) {
                return Err(format!("the fixture does not show mark {} of the fingerprint", index + 1));
            }
            words = rest;
        }
        if words.is_empty() { Ok(()) } else { Err("the fixture's fingerprint is too long".into()) }
    }

    /// The registers of a device that shows `readout`, marks included: what a simulator has to serve. Where blocks
    /// overlap, the later one holds. A power beyond what the device can show is cut off, as a device does.
    ///
    /// # Errors
    /// [`FieldError`] if an energy or the serial number does not fit its registers.
    pub fn encode(&self, readout: &Readout) -> Result<Vec<Block>, FieldError> {
        // What lies between fields is read along with them; the fields come after, and stand.
        let between = self.energy_spans().into_iter().chain(self.power_spans());
        let mut blocks: Vec<Block> = between
            .map(|Span { function, address, count }| Block { function, address, words: vec![0; count.into()] })
            .collect();
        let mut put = |field: &Field, words| {
            blocks.push(Block { function: field.function, address: field.address, words });
        };
        for mark in &self.fingerprint {
            if let Some(text) = &mark.serve {
                put(&mark.at, mark.at.encode_text(text)?);
            }
        }
        for (name, sum) in self.sums() {
            let milli = match name {
                "import" => readout.import_mwh.map(i128::from),
                "export" => readout.export_mwh.map(i128::from),
                _ => readout.power_w.map(|watt| i128::from(watt) * 1_000).map(|milli| sum.nearest(milli)),
            };
            for (field, words) in sum.parts().iter().zip(sum.encode(milli)?) {
                put(field, words);
            }
        }
        if let (Some(field), Some(serial)) = (&self.serial, &readout.serial) {
            put(field, field.encode_text(serial)?);
        }
        Ok(blocks)
    }
}

impl Needs {
    /// How patient to be with such a device.
    #[must_use]
    pub fn timing(&self) -> Timing {
        Timing { timeout_ms: self.timeout_ms, settle_ms: self.settle_ms }
    }

    fn fault(&self) -> Option<String> {
        if self.ports.is_empty() || self.ports.contains(&0) || self.units.is_empty() {
            return Some("`ports` and `units` name one at least, and no port is 0".into());
        }
        if !(4..=MAX_READ_WORDS).contains(&self.max_words) {
            return Some(format!("max_words {} is not from 4 to {MAX_READ_WORDS}", self.max_words));
        }
        let longest = [self.settle_ms, self.timeout_ms.unwrap_or(1)];
        longest.iter().any(|ms| *ms > 60_000).then(|| "no wait is longer than 60000 ms".into())
    }
}

#[cfg(test)]
mod tests {
    use crate::Library;

    #[test]
    fn both_energies_come_by_one_request_where_they_are_close() {
        let library = Library::builtin().expect("templates");
        let spans = |name: &str| -> Vec<(u16, u16)> {
            let spans = library.modbus(name).expect(name).energy_spans();
            spans.into_iter().map(|span| (span.address, span.count)).collect()
        };
        assert_eq!(spans("eastron-sdm630"), [(0x48, 4)]);
        assert_eq!(spans("schneider-iem3000"), [(0x0C83, 8)]);
        assert_eq!(spans("abb-b23"), [(0x5000, 8)]);
        assert_eq!(spans("janitza-b"), [(0x4A7C, 10)]);
        assert_eq!(spans("carlo-gavazzi-em24"), [(0x42, 2), (0x5C, 2)]);
    }
}
