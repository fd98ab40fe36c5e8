//! A meter that publishes over MQTT as data: which topics, which fields of their payloads add up to what.
//!
//! The same description reads the messages and writes them, so a new device is one file for driver and simulator alike.

mod check;
pub mod counts;
pub(crate) mod home_assistant;
mod named;
mod pointer;
pub(crate) mod read;
pub(crate) mod value_template;
mod write;

pub(crate) use named::NAMED;

use super::Origin;
use crate::{quantity::Unit, sample::Readout};
use counts::CounterKinds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use value_template::ValueTemplate;

/// Why a field of a payload is no number. Its place is told by whoever read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    WrongType { expected: &'static str, got: String },
    OutOfRange(String),
}

/// Stands in a template's topics for the topic of a device's URI.
pub const PLACEHOLDER: &str = "{topic}";
/// Stands for the number of the channel that a URI names; 0 where none is.
pub const CHANNEL: &str = "{channel}";
/// Stands in the topic of a keep-alive message for the first level of the URI's topic.
const FIRST_LEVEL: &str = "{first}";
/// Begins the pointer of a field that is in an object of any name: each such object is a meter.
pub(crate) const ANY_METER: &str = "/*/";
/// Stands for the name of a part of a device, in the topic of its status.
pub const PART: &str = "{part}";
/// Every topic on which a gateway tells what it measured begins so. None is a meter: it would be counted again.
pub const GATEWAY_TOPIC_ROOT: &str = "deren-gateway/";

/// A meter whose payloads come over MQTT, or over HTTP.
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
    /// What has to hold for energies to be valid.
    #[serde(default)]
    pub require: Vec<Requirement>,
    /// By what a search knows a device over HTTP: fields that have to be there, or more than that.
    #[serde(default)]
    pub fingerprint: Vec<Requirement>,
    /// Where a device publishes what changes, if it does not publish its whole status.
    pub notifications: Option<Box<NotificationsOf>>,
    /// What keeps the device publishing.
    pub keep_alive: Option<Box<KeepAlive>>,
    /// Fields that a real device sends along and nobody reads: what a simulator adds.
    #[serde(default)]
    pub extra: Vec<Extra>,
    /// A device and what it stands for, which the tests decode.
    pub fixture: MqttFixture,
    /// The topics are paths that are asked for over HTTP, `{topic}` being empty: the template is of kind `http`.
    #[serde(skip)]
    pub over_http: bool,
}

/// What payloads are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A JSON document; fields are JSON pointers (RFC 6901). A part `[0]`, `[last]` or `[key=text]` of a pointer
    /// chooses an element of a list. That is one by its place, or the only one that has that.
    #[default]
    Json,
    /// A P1 telegram; fields are OBIS codes such as `1-0:1.8.0`.
    P1,
    /// The URI's topic is that of a discovery message of Home Assistant, which says where the energy is and what it is
    /// counted in. The template says only whether it is imported or exported.
    HomeAssistant,
}

/// Where a number is, and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Topic, with `{topic}` for the URI's. `{import}`, `{export}` or `{power}` stands for the name that the URI has
    /// for this quantity.
    pub topic: String,
    /// Alternatives: the first of which every field is there counts. The fields of one add up, and a leading `-` takes
    /// away. A leading `?` is a part that not every device has: it counts where it is there. One with a leading `!`
    /// only has to be there: it tells what the others count, and is not added. The empty field is the whole payload,
    /// and one with `{topic}` in it the whole payload of that topic. A pointer that begins with `/*/` is of a meter.
    /// That is an object of the document, of any name, that has such a field of an energy. There is one, or the URI
    /// names it.
    pub fields: Vec<Vec<String>>,
    /// What each field of an energy counts: `import`, `export`, `both` (the directions added up) or `net` (import less
    /// export). One word for all fields, or a list in the shape of `fields`. The fields of each alternative have to
    /// make up the energy's own direction: `both` less `export` is import, and `net` plus `export` is, too.
    pub counts: Option<CounterKinds>,
    /// A counter of both directions may stand alone: who chooses this template says that energy flows one way. It is
    /// refused once the power shows that some flows the other way.
    #[serde(default)]
    pub one_way: bool,
    /// Unit of the fields. A telegram names its own.
    pub unit: Unit,
    /// The smallest difference that an energy can show, mWh, where its source says it. A telegram shows it itself.
    pub step_mwh: Option<u32>,
    /// The fields may be missing: then the device does not have this quantity.
    #[serde(default)]
    pub optional: bool,
    /// Numbers may come as texts.
    #[serde(default)]
    pub text_numbers: bool,
    /// Numbers may come as arrays, a phase each, which add up.
    #[serde(default)]
    pub sum_arrays: bool,
    /// How a discovery message says that the payload is read; never written in a template.
    #[serde(skip)]
    pub(crate) value_template: Option<ValueTemplate>,
}

/// Where a serial number is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SerialField {
    /// Topic, with `{topic}` for the URI's.
    pub topic: String,
    /// JSON pointer, OBIS code, or `<name>` of an element in a document whose path ends in `.xml`.
    pub field: String,
    /// Where it is in payloads that do not have that field.
    #[serde(default)]
    pub or: Vec<String>,
}

/// What has to hold: a field, and what it says. Of energies it says whether they are valid, and all of its topics take
/// part in each sample. Of a fingerprint it says that the device is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Topic, with `{topic}` for the URI's.
    pub topic: String,
    /// JSON pointer, or `<name>` of an element in a document whose path ends in `.xml`.
    pub field: String,
    /// The text or whole number that it has to be.
    pub equals: Option<String>,
    /// The text or whole number that it must not be; a field that is not there differs.
    pub differs: Option<String>,
    /// The field is a time since the Unix epoch, and that is at most so long ago, s.
    pub max_age_s: Option<u32>,
    /// The time is in milliseconds, not in seconds.
    #[serde(default)]
    pub in_ms: bool,
    /// The field must not be there: why, and what to do.
    pub absent: Option<String>,
}

/// Where a device publishes what changes (JSON-RPC `NotifyStatus`), and which statuses that is laid over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotificationsOf {
    /// Topic, with `{topic}` for the URI's.
    pub topic: String,
    /// Topic of the status of a part of the device, with `{part}` for what notifications call it.
    pub status: String,
    /// What its owner can do if they do not tell what is read.
    pub hint: String,
}

/// An empty message that keeps a device publishing: the only thing that is ever published for a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeepAlive {
    /// Topic, with `{first}` for the first level of the URI's.
    pub topic: String,
    /// How often, s.
    pub every_s: u32,
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

/// Payloads of a device, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MqttFixture {
    /// Whether a real device sent them.
    pub origin: Origin,
    /// Where they are published; for composed ones, by what they were put together.
    pub source: String,
    /// The URI's topic.
    pub topic: String,
    /// Payloads by topic.
    pub payloads: BTreeMap<String, String>,
    /// What they stand for.
    pub expect: Readout,
}

impl MqttTemplate {
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
            let pattern = pattern.replace(CHANNEL, "0");
            let (before, after) = pattern.split_once(PLACEHOLDER)?;
            if before.is_empty() && after.is_empty() {
                return None;
            }
            uri_topic.strip_prefix(before)?.strip_suffix(after).filter(|inner| !inner.is_empty())
        };
        let topics = || self.quantities().flat_map(|(_, quantity)| quantity.topics());
        topics().find_map(inner).unwrap_or(uri_topic)
    }

    /// The template for the device of a URI with that topic. A device that publishes all of it under one topic may
    /// publish it elsewhere than most. It is named by its whole topic, which ends as it does with all others.
    #[must_use]
    pub fn for_topic(mut self, uri_topic: &str) -> Self {
        if self.quantities().any(|(_, quantity)| quantity.fields.iter().flatten().any(|it| it.contains(PLACEHOLDER))) {
            return self;
        }
        let quantities = [&mut self.import, &mut self.export, &mut self.power].into_iter().flatten();
        let mut patterns: Vec<&mut String> = quantities.map(|quantity| &mut quantity.topic).collect();
        patterns.extend(self.serial.iter_mut().map(|serial| &mut serial.topic));
        patterns.extend(self.require.iter_mut().map(|requirement| &mut requirement.topic));
        patterns.extend(self.extra.iter_mut().map(|extra| &mut extra.topic));
        let Some(first) = patterns.first().map(|pattern| pattern.to_string()) else { return self };
        let Some((before, after)) = first.split_once(PLACEHOLDER) else { return self };
        let is_elsewhere = !after.is_empty() && uri_topic.ends_with(after) && !uri_topic.starts_with(before);
        if is_elsewhere && patterns.iter().all(|pattern| **pattern == first) {
            patterns.into_iter().for_each(|pattern| *pattern = PLACEHOLDER.into());
        }
        self
    }

    /// The full topic of a pattern for the device with that base.
    #[must_use]
    pub fn topic(pattern: &str, base: &str) -> String {
        named::usual(pattern).replace(CHANNEL, "0").replace(PLACEHOLDER, base)
    }

    /// True if devices of this template have channels that a URI can choose from.
    #[must_use]
    pub fn has_channels(&self) -> bool {
        let in_fields = |quantity: &Quantity| quantity.fields.iter().flatten().any(|field| field.contains(CHANNEL));
        let in_topics = |quantity: &Quantity| quantity.topics().any(|topic| topic.contains(CHANNEL));
        self.quantities().any(|(_, quantity)| in_topics(quantity) || in_fields(quantity))
    }

    /// The template for one channel.
    #[must_use]
    pub fn for_channel(mut self, channel: u8) -> Self {
        let set = |topic: &mut String| *topic = topic.replace(CHANNEL, &channel.to_string());
        for quantity in [&mut self.import, &mut self.export, &mut self.power].into_iter().flatten() {
            set(&mut quantity.topic);
            quantity.fields.iter_mut().flatten().for_each(set);
        }
        let required = self.require.iter_mut().chain(&mut self.fingerprint);
        required.flat_map(|it| [&mut it.topic, &mut it.field]).for_each(set);
        self.serial.iter_mut().flat_map(|serial| [&mut serial.topic, &mut serial.field]).for_each(set);
        self
    }

    /// True if messages of this template name the meters that they are of.
    #[must_use]
    pub fn has_meters(&self) -> bool {
        self.meter_labels().next().is_some()
    }

    /// What a meter that a message names calls its energies.
    pub(crate) fn meter_labels(&self) -> impl Iterator<Item = &str> {
        let energies = [&self.import, &self.export].into_iter().flatten();
        energies.flat_map(Quantity::pointers).filter_map(|pointer| pointer.strip_prefix(ANY_METER))
    }

    /// The template for the meter of that name, if one is named.
    #[must_use]
    pub fn for_meter(mut self, name: Option<&str>) -> Self {
        let Some(name) = name else { return self };
        let own = format!("/{}/", name.replace('~', "~0").replace('/', "~1"));
        let set = |field: &mut String| *field = field.replacen(ANY_METER, &own, 1);
        let quantities = [&mut self.import, &mut self.export, &mut self.power].into_iter().flatten();
        quantities.flat_map(|quantity| quantity.fields.iter_mut().flatten()).for_each(set);
        if let Some(serial) = &mut self.serial {
            std::iter::once(&mut serial.field).chain(&mut serial.or).for_each(set);
        }
        self.require.iter_mut().map(|requirement| &mut requirement.field).for_each(set);
        self
    }

    /// The topics that a sample needs a fresh message of, for the device with that base. They are those of its
    /// energies, and of what says whether they are valid.
    pub(crate) fn sample_topics(&self, base: &str) -> Vec<String> {
        let energies = [&self.import, &self.export].into_iter().flatten().flat_map(Quantity::topics);
        let required = self.require.iter().map(|requirement| requirement.topic.as_str());
        let mut topics: Vec<String> = Vec::new();
        for topic in energies.chain(required).map(|pattern| Self::topic(pattern, base)) {
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
        topics
    }
}

impl Quantity {
    /// What it reads of the payloads of its own topic; one may be there twice.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().flatten().map(|term| Term::of(term).field);
        fields.filter(|field| !field.contains(PLACEHOLDER))
    }

    /// The topics that its fields are in, as patterns; one may be there twice.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &str> {
        let fields = self.fields.iter().flatten().map(|term| Term::of(term).field);
        fields.map(|field| if field.contains(PLACEHOLDER) { field } else { self.topic.as_str() })
    }
}

/// A field of a quantity, with what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term<'a> {
    pub(crate) field: &'a str,
    /// 1, -1 for what is taken away, or 0 for what only has to be there.
    pub(crate) sign: i32,
    /// A part that not every device has.
    pub(crate) is_optional: bool,
}

impl<'a> Term<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let (is_optional, rest) = text.strip_prefix('?').map_or((false, text), |rest| (true, rest));
        let signed = [('-', -1), ('!', 0)].into_iter().find_map(|(mark, sign)| Some((sign, rest.strip_prefix(mark)?)));
        let (sign, field) = signed.unwrap_or((1, rest));
        Self { field, sign, is_optional }
    }
}

impl KeepAlive {
    /// The topic for the device with that base.
    pub(crate) fn topic(&self, base: &str) -> String {
        self.topic.replace(FIRST_LEVEL, base.split('/').next().unwrap_or(base))
    }
}
