//! What devices a broker announces: Home Assistant's discovery messages, Tasmota's, Shellys and inverters by their
//! topics. It listens for a while and publishes nothing. Retained messages count here, as they only tell what there is;
//! a sample is never made of them.
//!
//! For [`discover`](crate::discover): each [`Announced::uri`] opens with [`open`](crate::open).

#[cfg(test)]
mod tests;

use super::{notifications, session, uri::MqttDevice};
use crate::{
    DeviceUri, Library, MeterError, Unreached,
    template::payload::{
        home_assistant::{
            EnergySensor,
            meaning::{self, Direction},
        },
        read,
    },
    uri::Broker,
};
use rumqttc::{AsyncClient, Event, Packet, QoS, SubscribeFilter};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// What is listened to.
const FILTERS: [&str; 10] = [
    "homeassistant/sensor/+/config",
    "homeassistant/sensor/+/+/config",
    "tasmota/discovery/+/config",
    "tasmota/discovery/+/sensors",
    "+/online",
    "+/status/+",
    "+/events/rpc",
    "shellies/+/emeter/+/total",
    "+/+/0/yieldtotal",
    "+/+/ch0/YieldTotal",
];
/// Shellys of the second generation on by the beginning of their ids, and the template that reads them.
const SHELLYS: [(&str, &str); 16] = [
    ("shellypro3em", "shelly-em"),
    ("shelly3em", "shelly-em"),
    ("shellyproem50", "shelly-em1"),
    ("shellyemg3", "shelly-em1"),
    ("shellypmmini", "shelly-pm1"),
    ("shellypluspmmini", "shelly-pm1"),
    ("shellyplus1pm", "shelly-switch"),
    ("shellypro1pm", "shelly-switch"),
    ("shelly1pm", "shelly-switch"),
    ("shellyplusplug", "shelly-switch"),
    ("shellyplug", "shelly-switch"),
    ("shellyplus2pm", "shelly-switch"),
    ("shellypro2pm", "shelly-switch"),
    ("shellypro4pm", "shelly-switch"),
    ("shelly2pmg", "shelly-switch"),
    ("shellyazplug", "shelly-switch"),
];
/// Most components of a notification, and meters of a message, that are looked at.
const MAX_PARTS: usize = 16;
/// The template of Tasmota's reading heads.
const HEAD: &str = "tasmota-sml";

/// A device that a broker announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// How to open it.
    pub uri: DeviceUri,
    /// Manufacturer, as far as the announcement tells it.
    pub vendor: String,
    /// Product, or what its owner calls it.
    pub name: String,
}

/// The devices that count energy and that `broker` announces, by their URIs: at most `limit`, found in at most
/// `for_how_long`. Shellys that do not show themselves by name publish once a minute; the others are found within a
/// second or two. Whether a sensor of Home Assistant counts what is consumed or produced is guessed from its names. One
/// whose names say both is there twice, as `home-assistant` and as `home-assistant-production`, for its owner to
/// choose. Sensors that begin anew each day, month or year, those of one tariff or phase, and balances are left out.
///
/// # Errors
/// [`MeterError::Unreachable`] if the broker does not answer or refuses the user; [`MeterError::File`] if the password
/// cannot be read.
pub async fn announced(broker: &Broker, for_how_long: Duration, limit: usize) -> Result<Vec<Announced>, MeterError> {
    let deadline = Instant::now() + for_how_long;
    let (client, mut events) = AsyncClient::new(session::options(broker)?, 16);
    events.network_options.set_connection_timeout(session::CONNECT_TIMEOUT_S);
    let mut found = Found::at(broker, limit);
    let mut connected = false;
    while found.devices.len() < limit {
        match timeout_at(deadline, events.poll()).await {
            Err(_) => break,
            Ok(Err(_)) if connected => break,
            Ok(Err(error)) => {
                return Err(MeterError::Unreachable { endpoint: format!("broker {broker}"), reason: error.into() });
            }
            Ok(Ok(Event::Incoming(Packet::ConnAck(_)))) => {
                connected = true;
                let filters = FILTERS.map(|filter| SubscribeFilter::new(filter.into(), QoS::AtMostOnce));
                client.try_subscribe_many(filters).map_err(|error| MeterError::Unreachable {
                    endpoint: format!("broker {broker}"),
                    reason: error.to_string().into(),
                })?;
            }
            Ok(Ok(Event::Incoming(Packet::Publish(message)))) => found.take(&message.topic, &message.payload),
            Ok(Ok(_)) => {}
        }
    }
    if !connected {
        let reason = Unreached::silent(for_how_long);
        return Err(MeterError::Unreachable { endpoint: format!("broker {broker}"), reason });
    }
    Ok(found.finish())
}

/// The devices that these messages announce, by topic and payload.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn heard<'a>(limit: usize, messages: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<Announced> {
    let broker = Broker { host: "broker".into(), port: 1_883, user: None, password_file: None };
    let mut found = Found::at(&broker, limit);
    for (topic, payload) in messages {
        found.take(topic, payload);
    }
    found.finish()
}

/// What was heard so far. Every map has at most `limit` entries.
struct Found<'a> {
    broker: &'a Broker,
    limit: usize,
    /// By topic, channel, meter and template.
    devices: BTreeMap<(String, u8, Option<String>, String), Announced>,
    /// Halves of Tasmota's announcements, by MAC address.
    tasmotas: BTreeMap<String, Tasmota>,
    /// Shellys that said that they are there, and nothing else yet.
    silent: BTreeSet<String>,
}

/// The two messages of a Tasmota.
#[derive(Default)]
struct Tasmota {
    topic: Option<String>,
    name: String,
    /// It has an energy sensor of its own.
    has_plug: bool,
    /// The meters at its reading heads.
    meters: Vec<String>,
}

/// What a URI calls a Tasmota: its topic, or where it publishes its sensors if its full topic is not the usual one.
/// `None` if it is not said, or cannot be subscribed to.
fn tasmota_topic(config: &Value, mac: &str) -> Option<String> {
    let text = |pointer: &str| config.pointer(pointer).and_then(Value::as_str);
    let topic = text("/t")?;
    let pattern = text("/ft").unwrap_or(TASMOTA_FULL_TOPIC);
    let prefix = text("/tp/2").unwrap_or("tele");
    let whole = if (pattern, prefix) == (TASMOTA_FULL_TOPIC, "tele") {
        topic.to_owned()
    } else {
        let id = mac.get(mac.len().saturating_sub(6)..).unwrap_or(mac);
        let hostname = text("/hn").unwrap_or_default();
        let full = pattern.replace("%prefix%", prefix).replace("%topic%", topic).replace("%hostname%", hostname);
        let full = full.replace("%id%", id);
        format!("{full}{}SENSOR", if full.ends_with('/') { "" } else { "/" })
    };
    let can_be_read = !topic.is_empty() && !whole.contains(['+', '#', '\0', '%']) && !whole.contains("//");
    can_be_read.then_some(whole)
}

/// The meters that a Tasmota's sensors name, by what they call their energies.
fn heads(sensors: &Value) -> Vec<String> {
    let template = Library::builtin().and_then(|library| library.mqtt(HEAD));
    let meters = template.into_iter().flat_map(|template| read::meters(sensors, template));
    meters.take(MAX_PARTS).cloned().collect()
}

/// Where a Tasmota publishes as it comes.
const TASMOTA_FULL_TOPIC: &str = "%prefix%/%topic%/";

impl<'a> Found<'a> {
    fn at(broker: &'a Broker, limit: usize) -> Self {
        Self { broker, limit, devices: BTreeMap::new(), tasmotas: BTreeMap::new(), silent: BTreeSet::new() }
    }

    fn take(&mut self, topic: &str, payload: &[u8]) {
        let levels: Vec<&str> = topic.split('/').collect();
        match levels.as_slice() {
            ["homeassistant", "sensor", .., "config"] => self.home_assistant(topic, payload),
            ["tasmota", "discovery", mac, kind @ ("config" | "sensors")] => self.tasmota(mac, kind, payload),
            [id, "online"] if self.silent.len() < self.limit => {
                self.silent.insert((*id).into());
            }
            [id, "status", component] => {
                self.shelly(id, component, &serde_json::from_slice(payload).unwrap_or_default());
            }
            // As it comes from the factory, it publishes nothing else.
            [id, "events", "rpc"] => {
                for (component, change) in notifications::parts(payload).iter().take(MAX_PARTS) {
                    self.shelly(id, component, change);
                }
            }
            [prefix, inverter, "0", "yieldtotal"] => self.inverter(prefix, inverter, "opendtu", "OpenDTU"),
            [prefix, inverter, "ch0", "YieldTotal"] => self.inverter(prefix, inverter, "ahoy-dtu", "AhoyDTU"),
            ["shellies", id, "emeter", channel, "total"] => {
                if let Ok(channel) = channel.parse() {
                    self.emeter(id, channel);
                }
            }
            _ => {}
        }
    }

    fn home_assistant(&mut self, topic: &str, payload: &[u8]) {
        match EnergySensor::parse(topic, payload) {
            // What this gateway, or another one, publishes is no meter.
            Ok(sensor) if sensor.vendor.as_deref().is_some_and(|vendor| vendor.eq_ignore_ascii_case("deren")) => {}
            Ok(sensor) => {
                let names = sensor.names(topic);
                if let Some(part) = names.iter().take(2).find_map(|name| meaning::part(name)) {
                    return tracing::debug!(topic, part, "counts a part, or a balance");
                }
                let templates: &[(&str, &str)] = match meaning::direction(names.iter().map(String::as_str)) {
                    Direction::Import => &[("home-assistant", "")],
                    Direction::Export => &[("home-assistant-production", "")],
                    Direction::Unclear => {
                        &[("home-assistant", " (as consumption)"), ("home-assistant-production", " (as production)")]
                    }
                };
                let vendor = sensor.vendor.unwrap_or_else(|| "Home Assistant".into());
                let name = sensor.name.or(sensor.model).unwrap_or_else(|| topic.into());
                for (template, said) in templates {
                    self.add(topic, template, 0, vendor.clone(), format!("{name}{said}"));
                }
            }
            Err(error) => tracing::debug!(%error, "announces no energy"),
        }
    }

    fn tasmota(&mut self, mac: &str, kind: &str, payload: &[u8]) {
        let Ok(document) = serde_json::from_slice::<Value>(payload) else { return };
        if self.tasmotas.len() >= self.limit && !self.tasmotas.contains_key(mac) {
            return;
        }
        let tasmota = self.tasmotas.entry(mac.into()).or_default();
        if kind == "config" {
            let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
            tasmota.topic = tasmota_topic(&document, mac);
            tasmota.name = text("/dn").or_else(|| text("/md")).unwrap_or_default();
        } else {
            let sensors = document.pointer("/sn").unwrap_or(&Value::Null);
            tasmota.has_plug = sensors.pointer("/ENERGY/Total").is_some();
            tasmota.meters = heads(sensors);
        }
        let Tasmota { topic: Some(topic), name, has_plug, meters } = tasmota else { return };
        let (topic, name, has_plug, meters) = (topic.clone(), name.clone(), *has_plug, meters.clone());
        if has_plug {
            self.add(&topic, "tasmota", 0, "Tasmota".into(), name.clone());
        }
        match meters.as_slice() {
            [] => {}
            [_] => self.add(&topic, HEAD, 0, "Tasmota".into(), name),
            // Which one is the home's, only its owner knows.
            several => {
                for meter in several {
                    self.add_meter(&topic, HEAD, (0, Some(meter)), "Tasmota".into(), format!("{name}, {meter}"));
                }
            }
        }
    }

    /// A Shelly by a component that it tells of, and what of it.
    fn shelly(&mut self, id: &str, component: &str, told: &Value) {
        let Some((kind, channel)) = component.split_once(':') else { return };
        let Ok(channel) = channel.parse::<u8>() else { return };
        let template = match kind {
            "em" | "emdata" => "shelly-em",
            "em1" | "em1data" => "shelly-em1",
            "pm1" => "shelly-pm1",
            // Only those that measure.
            "switch" if told.pointer("/aenergy/total").is_some() || told.get("apower").is_some() => "shelly-switch",
            _ => return,
        };
        self.silent.remove(id);
        self.add(id, template, channel, "Shelly".into(), id.into());
    }

    /// A clamp of a Shelly of the first generation. Three phases are one meter, known by its third one or by its name;
    /// the other one's channels are meters of their own.
    fn emeter(&mut self, id: &str, channel: u8) {
        const THREE_PHASES: &str = "shelly-3em-gen1";
        let key = |channel: u8, template: &str| (id.to_owned(), channel, None, template.to_owned());
        if channel >= 2 || id.starts_with("shellyem3") {
            self.devices.retain(|(topic, _, _, template), _| topic != id || template != "shelly-em-gen1");
            self.add(id, THREE_PHASES, 0, "Shelly".into(), id.into());
        } else if !self.devices.contains_key(&key(0, THREE_PHASES)) {
            self.add(id, "shelly-em-gen1", channel, "Shelly".into(), id.into());
        }
    }

    /// An inverter by the topic of what it ever converted.
    fn inverter(&mut self, prefix: &str, inverter: &str, template: &str, vendor: &str) {
        self.add(&format!("{prefix}/{inverter}"), template, 0, vendor.into(), inverter.into());
    }

    fn add(&mut self, topic: &str, template: &str, channel: u8, vendor: String, name: String) {
        self.add_meter(topic, template, (channel, None), vendor, name);
    }

    /// Adds one of several devices of a topic: a channel, or a meter that its message names.
    fn add_meter(
        &mut self,
        topic: &str,
        template: &str,
        (channel, meter): (u8, Option<&String>),
        vendor: String,
        name: String,
    ) {
        if self.devices.len() >= self.limit {
            return;
        }
        let device = MqttDevice {
            broker: self.broker.clone(),
            topic: topic.into(),
            template: template.into(),
            channel,
            meter: meter.cloned(),
            timeout_ms: None,
        };
        let uri = DeviceUri::from(device);
        // A topic that cannot be written into a configuration is of no use to anybody.
        if uri.to_string().parse::<DeviceUri>().as_ref() != Ok(&uri) {
            return;
        }
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        let key = (topic.into(), channel, meter.cloned(), template.into());
        self.devices.insert(key, Announced { uri, vendor, name });
    }

    fn finish(mut self) -> Vec<Announced> {
        for id in std::mem::take(&mut self.silent) {
            let known = SHELLYS.iter().find(|(prefix, _)| id.starts_with(prefix));
            let seen = self.devices.keys().any(|(topic, ..)| *topic == id);
            if let (Some((_, template)), false) = (known, seen) {
                self.add(&id, template, 0, "Shelly".into(), id.clone());
            }
        }
        self.devices.into_values().collect()
    }
}
