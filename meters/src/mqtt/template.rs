//! A meter that publishes over MQTT as data: which topics, which fields of their payloads add up to what.
//!
//! The same description reads the messages and writes them, so a new device is one file for driver and simulator alike.

use crate::{
    quantity::Unit,
    template::{Fault, Readout},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Stands in a template's topics for the topic of a device's URI.
pub const PLACEHOLDER: &str = "{topic}";
/// Most fields that one quantity names.
const MAX_FIELDS: usize = 16;

/// A meter that publishes over MQTT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MqttTemplate {
    /// Manufacturer.
    pub vendor: String,
    /// Product.
    pub model: String,
    /// Where the payloads are described.
    pub source: String,
    /// How long the device may take from one message to the next, s.
    pub timeout_s: u32,
    /// What payloads are.
    #[serde(default)]
    pub format: Format,
    /// Imported energy.
    pub import: Option<Quantity>,
    /// Exported energy.
    pub export: Option<Quantity>,
    /// Power, import positive once read.
    pub power: Option<Quantity>,
    /// Serial number, if payloads have it.
    pub serial: Option<SerialField>,
    /// The URI's topic is the device's own id, as Shellys have it.
    #[serde(default)]
    pub topic_is_serial: bool,
    /// Fields that a real device sends along and nobody reads: what a simulator adds.
    #[serde(default)]
    pub extra: Vec<Extra>,
    /// A recorded device and what it stands for, which the tests decode.
    pub fixture: MqttFixture,
}

/// What payloads are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON document; fields are JSON pointers (RFC 6901).
    #[default]
    Json,
    /// A P1 telegram; fields are OBIS codes such as `1-0:1.8.0`.
    P1,
}

/// Where a number is, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Topic, with `{topic}` for the URI's.
    pub topic: String,
    /// Alternatives: the first of which every field is there counts. The fields of one add up; a leading `-` takes away.
    pub fields: Vec<Vec<String>>,
    /// Unit of the fields. A telegram names its own.
    pub unit: Unit,
    /// The fields may be missing: then the device does not have this quantity.
    #[serde(default)]
    pub optional: bool,
    /// Numbers may come as texts.
    #[serde(default)]
    pub text_numbers: bool,
    /// Numbers may come as arrays, a phase each, which add up.
    #[serde(default)]
    pub sum_arrays: bool,
}

/// Where a serial number is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SerialField {
    /// Topic, with `{topic}` for the URI's.
    pub topic: String,
    /// JSON pointer or OBIS code.
    pub field: String,
    /// Where it is in payloads that do not have that field.
    #[serde(default)]
    pub or: Vec<String>,
}

/// A field that is only ever written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// Topic, with `{topic}` for the URI's.
    pub topic: String,
    /// JSON pointer or OBIS code.
    pub field: String,
    /// What it holds.
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    pub value: toml::Value,
}

/// Payloads of a real device, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MqttFixture {
    /// The URI's topic.
    pub topic: String,
    /// Payloads by topic.
    pub payloads: BTreeMap<String, String>,
    /// What they stand for.
    pub expect: Readout,
}

impl MqttTemplate {
    /// Refuses a template that cannot work.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let refuse = |key, reason: String| Err(Fault { key, index: 0, reason });
        if self.import.is_none() && self.export.is_none() {
            return refuse("", "has neither import nor export".into());
        }
        if !(1..=600).contains(&self.timeout_s) {
            return refuse("timeout_s", format!("timeout_s {} is not from 1 to 600", self.timeout_s));
        }
        if self.serial.is_some() && self.topic_is_serial {
            return refuse("topic_is_serial", "has both a serial field and `topic_is_serial`".into());
        }
        for (what, quantity) in self.quantities() {
            let fits = if what == "power" { quantity.unit.is_power() } else { quantity.unit.is_energy() };
            if !fits {
                return refuse(what, format!("{what}: unit {:?} does not fit", quantity.unit));
            }
            let count: usize = quantity.fields.iter().map(Vec::len).sum();
            if quantity.fields.iter().any(Vec::is_empty) || !(1..=MAX_FIELDS).contains(&count) {
                return refuse(
                    what,
                    format!("{what}: needs 1 to {MAX_FIELDS} fields, and none of its alternatives empty"),
                );
            }
        }
        let quantities = self.quantities().map(|(_, quantity)| &quantity.topic);
        let others = self.serial.iter().map(|serial| &serial.topic).chain(self.extra.iter().map(|extra| &extra.topic));
        for topic in quantities.chain(others) {
            if topic.matches(PLACEHOLDER).count() != 1 || topic.contains(['+', '#']) {
                return refuse("", format!("topic `{topic}` needs `{PLACEHOLDER}` once and no wildcard"));
            }
        }
        Ok(())
    }

    /// The quantities that there are, by name.
    pub fn quantities(&self) -> impl Iterator<Item = (&'static str, &Quantity)> {
        [("import", &self.import), ("export", &self.export), ("power", &self.power)]
            .into_iter()
            .filter_map(|(name, quantity)| quantity.as_ref().map(|quantity| (name, quantity)))
    }

    /// What stands for `{topic}`, from a URI's topic that may also be one of the device's full topics.
    #[must_use]
    pub fn base<'a>(&self, uri_topic: &'a str) -> &'a str {
        let inner = |pattern: &str| {
            let (before, after) = pattern.split_once(PLACEHOLDER)?;
            if before.is_empty() && after.is_empty() {
                return None;
            }
            uri_topic.strip_prefix(before)?.strip_suffix(after).filter(|inner| !inner.is_empty())
        };
        self.quantities().find_map(|(_, quantity)| inner(&quantity.topic)).unwrap_or(uri_topic)
    }

    /// The full topic of a pattern for the device with that base.
    #[must_use]
    pub fn topic(pattern: &str, base: &str) -> String {
        pattern.replace(PLACEHOLDER, base)
    }
}
