//! What a template's own fixture says, and whether the template reads it so.

use super::{Origin, Template};
use crate::sample::Readout;

impl Template {
    /// Where its fixture comes from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        match self {
            Self::Modbus(template) => template.fixture.origin,
            Self::Mqtt(template) => template.fixture.origin,
        }
    }

    /// What the device of the fixture shows, by the fixture's own word.
    #[must_use]
    pub fn fixture_expect(&self) -> &Readout {
        match self {
            Self::Modbus(template) => &template.fixture.expect,
            Self::Mqtt(template) => &template.fixture.expect,
        }
    }

    /// Whether it keeps what no driver needs, but every template that is built in has to keep.
    ///
    /// # Errors
    /// What it lacks.
    pub fn keeps_rules(&self) -> Result<(), String> {
        match self {
            Self::Modbus(template) => template.number_without_none().map_or(Ok(()), Err),
            Self::Mqtt(_) => Ok(()),
        }
    }

    /// Reads the fixture as a driver reads a device, and compares it with what it should stand for.
    ///
    /// # Errors
    /// What cannot be read, or reads otherwise.
    pub fn check_fixture(&self) -> Result<(), String> {
        let read = match self {
            Self::Modbus(template) => template.read_fixture()?,
            Self::Mqtt(template) => {
                let payloads = &template.fixture.payloads;
                let payloads = payloads.iter().map(|(topic, text)| (topic.as_str(), text.as_bytes()));
                template
                    .read(&template.fixture.topic, &payloads.collect::<Vec<_>>())
                    .map_err(|error| error.to_string())?
            }
        };
        let expect = self.fixture_expect();
        if read == *expect {
            return Ok(());
        }
        let differs = |name: &str, read: Option<String>, expect: Option<String>| {
            let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".into());
            (read != expect).then(|| format!("{name} reads {}, the fixture expects {}", shown(read), shown(expect)))
        };
        let text = |number: Option<u64>| number.map(|number| number.to_string());
        let found = [
            differs("import_mwh", text(read.import_mwh), text(expect.import_mwh)),
            differs("export_mwh", text(read.export_mwh), text(expect.export_mwh)),
            differs("power_w", read.power_w.map(|w| w.to_string()), expect.power_w.map(|w| w.to_string())),
            differs("serial", read.serial.clone(), expect.serial.clone()),
        ];
        Err(found.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}
