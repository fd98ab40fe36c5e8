//! What devices a broker announces: Home Assistant's discovery messages, Tasmota's, and Shellys by their topics. It
//! listens for a while and publishes nothing. Retained messages count here, as they only tell what there is; a sample is
//! never made of them.
//!
//! For [`discover`](crate::discover): each [`Announced::uri`] opens with [`open`](crate::open).

use super::{
    home_assistant::{
        EnergySensor,
        meaning::{self, Direction},
    },
    session,
};
use crate::{
    DeviceUri, MeterError,
    uri::{Broker, MqttDevice},
};
use rumqttc::{AsyncClient, Event, Packet, QoS, SubscribeFilter};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::{Instant, timeout_at};

/// What is listened to.
const FILTERS: [&str; 7] = [
    "homeassistant/sensor/+/config",
    "homeassistant/sensor/+/+/config",
    "tasmota/discovery/+/config",
    "tasmota/discovery/+/sensors",
    "+/online",
    "+/status/+",
    "shellies/+/emeter/+/total",
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
/// What reading heads of Tasmota call the energy that is imported: the labels of the template `tasmota-sml`.
const SML_LABELS: [&str; 6] = ["Total_in", "total_in", "E_in", "Bezug", "Verbrauch_Summe", "Total_consumption"];

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
/// second or two. Whether a sensor of Home Assistant counts what is consumed or produced is guessed from its names; one
/// whose names say both is there twice, as `home-assistant` and as `home-assistant-production`, for its owner to choose.
/// Sensors that begin anew each day, month or year, those of one tariff or phase, and balances are left out.
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
                return Err(MeterError::Unreachable {
                    endpoint: format!("broker {broker}"),
                    reason: error.to_string(),
                });
            }
            Ok(Ok(Event::Incoming(Packet::ConnAck(_)))) => {
                connected = true;
                let filters = FILTERS.map(|filter| SubscribeFilter::new(filter.into(), QoS::AtMostOnce));
                client.try_subscribe_many(filters).map_err(|error| MeterError::Unreachable {
                    endpoint: format!("broker {broker}"),
                    reason: error.to_string(),
                })?;
            }
            Ok(Ok(Event::Incoming(Packet::Publish(message)))) => found.take(&message.topic, &message.payload),
            Ok(Ok(_)) => {}
        }
    }
    if !connected {
        let reason = format!("no answer within {} ms", for_how_long.as_millis());
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
    /// By topic, channel and template.
    devices: BTreeMap<(String, u8, String), Announced>,
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
    template: Option<&'static str>,
}

/// What a URI calls a Tasmota: its topic, or where it publishes its sensors if its full topic is not the usual one. `None` if
/// it is not said, or cannot be subscribed to.
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
            [id, "status", component] => self.shelly(id, component, payload),
            ["shellies", id, "emeter", channel, "total"] => {
                // Three phases are one meter; the other one has channels of their own.
                let (template, channel) =
                    if id.starts_with("shellyem3") { ("shelly-3em-gen1", "0") } else { ("shelly-em-gen1", *channel) };
                if let Ok(channel) = channel.parse() {
                    self.add(id, template, channel, "Shelly".into(), (*id).into());
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
            let has_meter = |labels: &[&str]| {
                let objects = sensors.as_object().into_iter().flat_map(|objects| objects.values());
                objects.into_iter().any(|object| labels.iter().any(|label| object.get(label).is_some()))
            };
            tasmota.template = match sensors.pointer("/ENERGY/Total") {
                Some(_) => Some("tasmota"),
                None => has_meter(&SML_LABELS).then_some("tasmota-sml"),
            };
        }
        if let Tasmota { topic: Some(topic), name, template: Some(template) } = tasmota {
            let (topic, name, template) = (topic.clone(), name.clone(), *template);
            self.add(&topic, template, 0, "Tasmota".into(), name);
        }
    }

    /// A Shelly by the component whose status it publishes.
    fn shelly(&mut self, id: &str, component: &str, payload: &[u8]) {
        let Some((kind, channel)) = component.split_once(':') else { return };
        let Ok(channel) = channel.parse::<u8>() else { return };
        let template = match kind {
            "emdata" => "shelly-em",
            "em1data" => "shelly-em1",
            "pm1" => "shelly-pm1",
            // Only those that measure.
            "switch"
                if serde_json::from_slice::<Value>(payload).is_ok_and(|d| d.pointer("/aenergy/total").is_some()) =>
            {
                "shelly-switch"
            }
            _ => return,
        };
        self.silent.remove(id);
        self.add(id, template, channel, "Shelly".into(), id.into());
    }

    fn add(&mut self, topic: &str, template: &str, channel: u8, vendor: String, name: String) {
        if self.devices.len() >= self.limit {
            return;
        }
        let device = MqttDevice {
            broker: self.broker.clone(),
            topic: topic.into(),
            template: template.into(),
            channel,
            timeout_ms: None,
        };
        let uri = DeviceUri::Mqtt(device);
        // A topic that cannot be written into a configuration is of no use to anybody.
        if uri.to_string().parse::<DeviceUri>().as_ref() != Ok(&uri) {
            return;
        }
        let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
        self.devices.insert((topic.into(), channel, template.into()), Announced { uri, vendor, name });
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

#[cfg(test)]
mod tests {

    fn heard(limit: usize, messages: &[(&str, &str)]) -> Vec<String> {
        let messages = messages.iter().map(|(topic, payload)| (*topic, payload.as_bytes()));
        super::heard(limit, messages).into_iter().map(|device| device.uri.to_string()).collect()
    }

    #[test]
    fn shellys_are_known_by_their_status_and_else_by_their_name() {
        let found = heard(
            10,
            &[
                ("shellyproem50-1/online", "true"),
                ("shellyproem50-1/status/em1data:0", "{}"),
                ("shellyproem50-1/status/em1data:1", "{}"),
                ("shellyplus1pm-2/online", "true"),
                ("kitchen/status/switch:0", r#"{"id":0,"aenergy":{"total":1.5}}"#),
                ("lamp/status/switch:0", r#"{"id":0,"output":true}"#),
                ("someone/online", "true"),
                ("shellies/shellyem3-3/emeter/0/total", "1"),
                ("shellies/shellyem3-3/emeter/1/total", "1"),
                ("shellies/shellyem-4/emeter/1/total", "1"),
                ("a/status/em1data:x", "{}"),
            ],
        );
        let uri = |rest: &str| format!("mqtt://broker/{rest}");
        assert_eq!(
            found,
            [
                uri("kitchen?template=shelly-switch"),
                uri("shellyem-4?template=shelly-em-gen1&channel=1"),
                uri("shellyem3-3?template=shelly-3em-gen1"),
                uri("shellyplus1pm-2?template=shelly-switch"),
                uri("shellyproem50-1?template=shelly-em1"),
                uri("shellyproem50-1?template=shelly-em1&channel=1"),
            ]
        );
    }

    #[test]
    fn a_tasmota_is_found_once_both_of_its_messages_came() {
        let config =
            ("tasmota/discovery/AABB/config", r#"{"dn":"Washer","t":"tasmota_AABB","ft":"%prefix%/%topic%/"}"#);
        let sensors = ("tasmota/discovery/AABB/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}},"ver":1}"#);
        let head = ("tasmota/discovery/AABB/sensors", r#"{"sn":{"SML":{"Total_in":1.2}},"ver":1}"#);
        assert_eq!(heard(9, &[sensors]).len(), 0);
        assert_eq!(heard(9, &[sensors, config]), ["mqtt://broker/tasmota_AABB?template=tasmota"]);
        assert_eq!(heard(9, &[config, head]), ["mqtt://broker/tasmota_AABB?template=tasmota-sml"]);
        assert_eq!(heard(9, &[config, ("tasmota/discovery/AABB/sensors", "{")]).len(), 0);
        let own = ("tasmota/discovery/AABB/sensors", r#"{"sn":{"MT691":{"Total_in":1.2}},"ver":1}"#);
        assert_eq!(heard(9, &[config, own]), ["mqtt://broker/tasmota_AABB?template=tasmota-sml"]);
    }

    #[test]
    fn a_tasmota_that_publishes_elsewhere_is_named_by_its_whole_topic() {
        let sensors = ("tasmota/discovery/0011AABBCC/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}},"ver":1}"#);
        for (pattern, prefixes, uri) in [
            ("%topic%/%prefix%/", r#"["cmnd","stat","tele"]"#, Some("boiler/tele/SENSOR")),
            ("home/%prefix%/%topic%", r#"["cmnd","stat","tele"]"#, Some("home/tele/boiler/SENSOR")),
            ("%prefix%/%topic%/", r#"["c","s","t"]"#, Some("t/boiler/SENSOR")),
            ("%prefix%/%hostname%/%id%/", r#"["cmnd","stat","tele"]"#, Some("tele/host/AABBCC/SENSOR")),
            ("%prefix%/%topic%/", r#"["cmnd","stat","tele"]"#, Some("boiler")),
            ("%other%/%topic%/", r#"["cmnd","stat","tele"]"#, None),
            ("#/%topic%/", "[]", None),
        ] {
            let config = format!(r#"{{"dn":"Boiler","t":"boiler","hn":"host","ft":"{pattern}","tp":{prefixes}}}"#);
            let found = heard(9, &[("tasmota/discovery/0011AABBCC/config", &config), sensors]);
            let expected = uri.map(|topic| format!("mqtt://broker/{topic}?template=tasmota"));
            assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{pattern} {prefixes}");
        }
    }

    #[test]
    fn sensors_of_home_assistant_are_guessed_by_name_and_ours_left_out() {
        let sensor = |more: &str| {
            format!(r#"{{"stat_t":"x","dev_cla":"energy","stat_cla":"total_increasing","unit_of_meas":"kWh"{more}}}"#)
        };
        let found = heard(
            9,
            &[
                ("homeassistant/sensor/plug/energy/config", &sensor(r#","name":"Washer""#)),
                ("homeassistant/sensor/dtu_YieldTotal/config", &sensor("")),
                ("homeassistant/sensor/gateway/energy/config", &sensor(r#","dev":{"mf":"DeREN"}"#)),
                ("homeassistant/sensor/temperature/config", r#"{"dev_cla":"temperature"}"#),
                ("homeassistant/sensor/zaehler/einspeisung/config", &sensor(r#","name":"Zaehler Einspeisung""#)),
                ("homeassistant/sensor/inverter/bought/config", &sensor(r#","name":"Bought""#)),
                ("homeassistant/sensor/inverter/yield_today/config", &sensor(r#","name":"Yield""#)),
                ("homeassistant/sensor/p1/import_t1/config", &sensor(r#","name":"Import tariff 1""#)),
                ("homeassistant/sensor/both/energy/config", &sensor(r#","name":"Import + export""#)),
            ],
        );
        let expected = [
            "mqtt://broker/homeassistant/sensor/both/energy/config?template=home-assistant",
            "mqtt://broker/homeassistant/sensor/both/energy/config?template=home-assistant-production",
            "mqtt://broker/homeassistant/sensor/dtu_YieldTotal/config?template=home-assistant-production",
            "mqtt://broker/homeassistant/sensor/inverter/bought/config?template=home-assistant",
            "mqtt://broker/homeassistant/sensor/plug/energy/config?template=home-assistant",
            "mqtt://broker/homeassistant/sensor/zaehler/einspeisung/config?template=home-assistant-production",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_no_configuration_can_name_is_not_told_of() {
        let long = format!("{}/status/emdata:0", "a".repeat(1_100));
        let messages = [
            ("shellyproem50-\u{1b}/online", "true"),
            ("/status/emdata:0", "{}"),
            ("x#/status/emdata:0", "{}"),
            (&long, "{}"),
        ];
        assert_eq!(heard(9, &messages).len(), 0);
    }

    #[test]
    fn no_more_than_asked_for_are_kept() {
        let topics: Vec<String> = (0..100).map(|n| format!("shelly-{n}/status/emdata:0")).collect();
        let mut messages: Vec<(&str, &str)> = topics.iter().map(|topic| (topic.as_str(), "{}")).collect();
        let online: Vec<String> = (0..100).map(|n| format!("shellypro3em-{n}/online")).collect();
        messages.extend(online.iter().map(|topic| (topic.as_str(), "true")));
        assert_eq!(heard(7, &messages).len(), 7);
    }
}
