//! A Modbus meter as data: where its registers are, what they mean, and how to know it by them.
//!
//! The same description reads the device and serves it, so a new meter is one file for driver and simulator alike.

use super::decode::{Field, FieldError, Function};
use crate::{MeterError, template::Readout};
use serde::{Deserialize, Serialize};

/// Most registers of one request, by the Modbus specification.
pub const MAX_READ_WORDS: u16 = 125;

/// A Modbus meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModbusTemplate {
    /// Manufacturer.
    pub vendor: String,
    /// Product, or family of products with this register map.
    pub model: String,
    /// Where the register map is published.
    pub source: String,
    /// Imported energy.
    pub import: Option<Field>,
    /// Exported energy.
    pub export: Option<Field>,
    /// Power, import positive once decoded.
    pub power: Option<Field>,
    /// Serial number.
    pub serial: Option<Field>,
    /// Registers between two fields that may be read along, to get both in one request.
    #[serde(default)]
    pub bridge_words: u16,
    /// What an unknown device must show to be taken for this one: all of it.
    pub fingerprint: Vec<Mark>,
    /// A recorded device and what it stands for, which the tests decode.
    pub fixture: Fixture,
}

/// One thing by which a device is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Where it is.
    pub at: Field,
    /// What must be there.
    pub shows: Shows,
    /// What a simulated device has there.
    pub serve: Option<String>,
}

/// What a mark must show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shows {
    /// A number from the first to the second, in whole units.
    Between(i64, i64),
    /// A text that begins so.
    StartsWith(String),
    /// Nothing: zero, "not available" or an exception.
    Absent(bool),
}

/// Registers of a real device, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Registers by field: `import`, `export`, `power`, `serial`.
    pub registers: std::collections::BTreeMap<String, Vec<u16>>,
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
    /// Refuses a template that cannot work.
    pub(crate) fn check(&self, name: &str) -> Result<(), MeterError> {
        let refuse = |reason: String| Err(MeterError::Template { name: name.into(), reason });
        if self.import.is_none() && self.export.is_none() {
            return refuse("has neither import nor export".into());
        }
        for (what, field) in self.fields() {
            if let Some(fault) = field.fault() {
                return refuse(format!("{what}: {fault}"));
            }
            let fits = match what {
                "import" | "export" => field.unit.is_energy() && !field.negate,
                "power" => field.unit.is_power(),
                _ => field.unit == crate::quantity::Unit::One,
            };
            if !fits {
                return refuse(format!("{what}: unit {:?} does not fit, or an energy is negated", field.unit));
            }
        }
        if self.fingerprint.is_empty() {
            return refuse("has no fingerprint; discovery could not know the device".into());
        }
        match self.fingerprint.iter().find_map(|mark| mark.at.fault()) {
            Some(fault) => refuse(format!("fingerprint: {fault}")),
            None => Ok(()),
        }
    }

    /// The fields that there are, by name.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Field)> {
        [("import", &self.import), ("export", &self.export), ("power", &self.power), ("serial", &self.serial)]
            .into_iter()
            .filter_map(|(name, field)| field.as_ref().map(|field| (name, field)))
    }

    /// Address and number of the registers that hold both energies, if one request may read them.
    #[must_use]
    pub fn energy_span(&self) -> Option<(u16, u16)> {
        let (import, export) = (self.import.as_ref()?, self.export.as_ref()?);
        let (low, high) = if import.address <= export.address { (import, export) } else { (export, import) };
        let between = high.address.checked_sub(low.address)?.checked_sub(low.word_count())?;
        let count = (high.address - low.address).checked_add(high.word_count())?;
        let allowed = low.function == high.function && between <= self.bridge_words && count <= MAX_READ_WORDS;
        allowed.then_some((low.address, count))
    }

    /// The registers of a device that shows `readout`, marks included: what a simulator has to serve. Where blocks
    /// overlap, the later one holds.
    ///
    /// # Errors
    /// [`FieldError`] if a value does not fit its registers.
    pub fn encode(&self, readout: &Readout) -> Result<Vec<Block>, FieldError> {
        let mut blocks = Vec::new();
        // What lies between the energies is read along with them; the fields come after, and stand.
        if let (Some((address, count)), Some(import)) = (self.energy_span(), &self.import) {
            blocks.push(Block { function: import.function, address, words: vec![0; count.into()] });
        }
        let mut put = |field: &Field, words| {
            blocks.push(Block { function: field.function, address: field.address, words });
        };
        for mark in &self.fingerprint {
            if let Some(text) = &mark.serve {
                put(&mark.at, mark.at.encode_text(text)?);
            }
        }
        for (name, field) in self.fields() {
            let words = match name {
                "import" => field.encode(readout.import_mwh.map(i128::from))?,
                "export" => field.encode(readout.export_mwh.map(i128::from))?,
                "power" => field.encode(readout.power_w.map(|watt| i128::from(watt) * 1_000))?,
                _ => match &readout.serial {
                    Some(serial) => field.encode_text(serial)?,
                    None => continue,
                },
            };
            put(field, words);
        }
        Ok(blocks)
    }
}

#[cfg(test)]
mod tests {
    use crate::Library;

    #[test]
    fn both_energies_come_by_one_request_where_they_are_close() {
        let library = Library::builtin().expect("templates");
        let span = |name: &str| library.modbus(name).expect(name).energy_span();
        assert_eq!(span("eastron-sdm630"), Some((0x48, 4)));
        assert_eq!(span("schneider-iem3000"), Some((0x0C83, 8)));
        assert_eq!(span("abb-b23"), Some((0x5000, 8)));
        assert_eq!(span("janitza-b"), Some((0x4A7C, 10)));
        assert_eq!(span("carlo-gavazzi-em24"), None);
    }
}
