//! What Home Assistant is told of the gateway's entities, as its MQTT discovery documents it
//! (<https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>, pages "MQTT sensor" and "MQTT binary sensor").
//!
//! Pure: from a status to topics and payloads. An entity's `unique_id` never changes as long as the gateway's key file
//! and the device's name stay, so that its history stays too.

use crate::board::{DeviceStatus, Status};
pub use deren_meters::template::payload::GATEWAY_TOPIC_ROOT as TOPIC_ROOT;
use deren_primitives::DeviceRole;
use serde_json::{Map, Value, json};

/// How a payload says who made it.
pub const ORIGIN: &str = "deren-gateway";
/// What stands for the gateway itself where a device's name would be. A device may be called so too: their keys differ.
const GATEWAY: &str = "gateway";

/// How topics and entities are called.
#[derive(Clone, Debug)]
pub struct Names {
    /// Where Home Assistant looks.
    pub discovery_prefix: String,
    /// The gateway's part of every topic.
    pub node_id: String,
    /// The beginning of every `unique_id`: the gateway's id in short.
    pub id: String,
}

/// A retained message that makes an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its discovery topic.
    pub topic: String,
    /// Its description, as JSON.
    pub payload: String,
}

impl Names {
    /// Where the gateway says that it is there.
    pub fn availability_topic(&self) -> String {
        format!("{TOPIC_ROOT}{}/availability", self.node_id)
    }

    /// Where the gateway's own values are.
    pub fn gateway_topic(&self) -> String {
        format!("{TOPIC_ROOT}{}/state", self.node_id)
    }

    /// Where a device's values are.
    pub fn device_topic(&self, device: &str) -> String {
        format!("{TOPIC_ROOT}{}/device/{device}/state", self.node_id)
    }

    /// Where Home Assistant says that it has started.
    pub fn birth_topic(&self) -> String {
        format!("{}/status", self.discovery_prefix)
    }

    /// Matches every discovery topic of this gateway.
    pub fn config_filter(&self) -> String {
        format!("{}/+/{}/+/config", self.discovery_prefix, self.node_id)
    }

    /// True for a discovery topic of this gateway whose device is not in `status` any more.
    pub fn is_left_over(&self, topic: &str, status: &Status) -> bool {
        let object = topic
            .strip_prefix(&self.discovery_prefix)
            .and_then(|rest| rest.strip_prefix('/')?.split_once('/'))
            .and_then(|(_, rest)| rest.strip_prefix(&self.node_id)?.strip_prefix('/')?.strip_suffix("/config"));
        let Some(object) = object else {
            return false;
        };
        let begins = |owner: &str| object.strip_prefix(owner).is_some_and(|rest| rest.starts_with("--"));
        !begins(GATEWAY) && !status.devices.iter().any(|device| begins(&device.name))
    }

    /// True for the topic of a device's values, if the device is not in `status` any more.
    pub fn is_left_over_state(&self, topic: &str, status: &Status) -> bool {
        let root = self.device_topic("");
        let device = root.strip_suffix("/state").and_then(|root| topic.strip_prefix(root)?.strip_suffix("/state"));
        device.is_some_and(|name| !status.devices.iter().any(|device| device.name == name))
    }
}

/// All entities of this status. A direction that a device has never shown is none.
pub fn configs(names: &Names, status: &Status) -> Vec<Config> {
    let mut configs = of_gateway(names, status);
    for device in &status.devices {
        configs.extend(of_device(names, device));
    }
    configs
}

fn of_gateway(names: &Names, status: &Status) -> Vec<Config> {
    let about = json!({
        "identifiers": [names.id],
        "name": "DeREN gateway",
        "manufacturer": "DeREN",
        "model": "deren-gateway",
        "sw_version": status.version,
    });
    let entity = Entity { names, owner: GATEWAY, about, state_topic: names.gateway_topic() };
    vec![
        entity.sensor("outbox", "Readings waiting", json!({"state_class": "measurement", "icon": "mdi:tray-full"})),
        entity.sensor(
            "final",
            "Readings on the chain",
            json!({"state_class": "total_increasing", "icon": "mdi:check-all"}),
        ),
        entity.sensor("last_error", "Last error", json!({"icon": "mdi:alert-circle-outline"})),
        entity.sensor("last_error_code", "Last error's code", json!({"icon": "mdi:alert-circle-outline"})),
        entity.binary("chain", "Chain", json!({"device_class": "connectivity"})),
        entity.binary("registered", "Registered", json!({"icon": "mdi:card-account-details-outline"})),
        entity.binary("clock", "Clock synchronised", json!({"icon": "mdi:clock-check-outline"})),
    ]
}

fn of_device(names: &Names, device: &DeviceStatus) -> Vec<Config> {
    let mut about = json!({
        "identifiers": [format!("{}_{}", names.id, device.name)],
        "name": device.name,
        "via_device": names.id,
    });
    if let (Some(about), Some(kind)) = (about.as_object_mut(), &device.kind) {
        about.insert("model".to_owned(), json!(kind));
    }
    let entity = Entity { names, owner: &device.name, about, state_topic: names.device_topic(&device.name) };
    let (import, export, power) = match device.role {
        DeviceRole::Grid => ("Energy from the grid", "Energy to the grid", "Power from the grid"),
        DeviceRole::Production => ("Energy used", "Energy produced", "Power produced"),
        DeviceRole::Storage => ("Energy charged", "Energy discharged", "Power charged"),
    };
    let energy = json!({"device_class": "energy", "state_class": "total_increasing", "unit_of_measurement": "Wh"});
    let watts = json!({"device_class": "power", "state_class": "measurement", "unit_of_measurement": "W"});
    let mut configs = Vec::new();
    let mut add = |there: bool, key: &str, name: &str, more: &Value| {
        if there {
            configs.push(entity.sensor(key, name, more.clone()));
        }
    };
    add(device.import_mwh.is_some(), "import_wh", import, &energy);
    add(device.export_mwh.is_some(), "export_wh", export, &energy);
    add(device.today_import_wh.is_some(), "today_import_wh", &format!("{import} today"), &energy);
    add(device.today_export_wh.is_some(), "today_export_wh", &format!("{export} today"), &energy);
    add(device.power_w.is_some(), "power_w", power, &watts);
    configs.push(entity.binary("reachable", "Reachable", json!({"device_class": "connectivity"})));
    configs
}

/// What the entities of one device of Home Assistant have in common.
struct Entity<'n> {
    names: &'n Names,
    owner: &'n str,
    about: Value,
    state_topic: String,
}

impl Entity<'_> {
    fn sensor(&self, key: &str, name: &str, more: Value) -> Config {
        let mut fields = fields(more);
        // What is no energy or power is about the gateway, not about the home.
        if !fields.contains_key("device_class") {
            fields.insert("entity_category".to_owned(), json!("diagnostic"));
        }
        self.config("sensor", key, name, fields)
    }

    fn binary(&self, key: &str, name: &str, more: Value) -> Config {
        let mut fields = fields(more);
        fields.insert("entity_category".to_owned(), json!("diagnostic"));
        fields.insert("payload_on".to_owned(), json!("ON"));
        fields.insert("payload_off".to_owned(), json!("OFF"));
        self.config("binary_sensor", key, name, fields)
    }

    fn config(&self, component: &str, key: &str, name: &str, mut fields: Map<String, Value>) -> Config {
        let Names { discovery_prefix, node_id, id } = self.names;
        let common = json!({
            "name": name,
            "unique_id": format!("{id}_{}_{key}", self.owner),
            "state_topic": self.state_topic,
            "value_template": format!("{{{{ value_json.{key} }}}}"),
            "availability_topic": self.names.availability_topic(),
            "payload_available": "online",
            "payload_not_available": "offline",
            "device": self.about,
            "origin": {"name": ORIGIN, "sw_version": env!("CARGO_PKG_VERSION")},
        });
        fields.append(&mut self::fields(common));
        Config {
            topic: format!("{discovery_prefix}/{component}/{node_id}/{}--{key}/config", self.owner),
            payload: Value::Object(fields).to_string(),
        }
    }
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
