//! What a template's own fixture says, and whether the template reads it so.

use super::{Readout, Template};
use crate::{
    mqtt::{
        payload::Message,
        template::{MqttTemplate, Quantity},
    },
    quantity::whole,
};

impl Template {
    /// What the device of the fixture shows, by the fixture's own word.
    #[must_use]
    pub fn fixture_expect(&self) -> &Readout {
        match self {
            Self::Modbus(template) => &template.fixture.expect,
            Self::Mqtt(template) => &template.fixture.expect,
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
                read_messages(template, &template.fixture.topic, &payloads.collect::<Vec<_>>())?
            }
        };
        let expect = self.fixture_expect();
        if read == *expect {
            return Ok(());
        }
        let differs = |name: &str, read: String, expect: String| {
            (read != expect).then(|| format!("{name} reads {read}, the fixture expects {expect}"))
        };
        let found = [
            differs("import_mwh", format!("{:?}", read.import_mwh), format!("{:?}", expect.import_mwh)),
            differs("export_mwh", format!("{:?}", read.export_mwh), format!("{:?}", expect.export_mwh)),
            differs("power_w", format!("{:?}", read.power_w), format!("{:?}", expect.power_w)),
            differs("serial", format!("{:?}", read.serial), format!("{:?}", expect.serial)),
        ];
        Err(found.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }
}

/// What messages of the device at `uri_topic` say, as its driver reads them.
pub(super) fn read_messages(
    template: &MqttTemplate,
    uri_topic: &str,
    payloads: &[(&str, &[u8])],
) -> Result<Readout, String> {
    let base = template.base(uri_topic);
    let message = |pattern: &str| {
        let topic = MqttTemplate::topic(pattern, base);
        match payloads.iter().find(|(known, _)| *known == topic) {
            Some((topic, payload)) => Message::parse(template.format, topic, payload).map(Some),
            None => Ok(None),
        }
    };
    let energy = |quantity: &Option<Quantity>| {
        let Some(quantity) = quantity else { return Ok(None) };
        message(&quantity.topic)?.map_or(Ok(None), |message| message.energy(quantity))
    };
    let read = || {
        Ok(Readout {
            import_mwh: energy(&template.import)?,
            export_mwh: energy(&template.export)?,
            power_w: match &template.power {
                Some(power) => match message(&power.topic)? {
                    Some(message) => message.quantity(power)?.and_then(whole),
                    None => None,
                },
                None => None,
            },
            serial: match &template.serial {
                Some(field) => message(&field.topic)?.and_then(|message| message.serial(field)),
                None => template.topic_is_serial.then(|| base.into()),
            },
        })
    };
    read().map_err(|error: crate::MeterError| error.to_string())
}
