//! What a discovery message of Home Assistant says of a sensor, as far as it counts energy. Both the full and the
//! abbreviated keys are read (Home Assistant docs, MQTT discovery).

use super::meaning;
use crate::{
    MeterError,
    quantity::Unit,
    template::payload::{GATEWAY_TOPIC_ROOT, MqttTemplate, PLACEHOLDER, Quantity, value_template::ValueTemplate},
};
use serde_json::Value;

/// A sensor whose state only ever counts energy up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnergySensor {
    /// Where its state is published.
    pub(crate) state_topic: String,
    /// How its number is made of the state; without one, the state is the number.
    pub(crate) value_template: Option<ValueTemplate>,
    /// What it is counted in.
    pub(crate) unit: Unit,
    /// Its id, unique at its Home Assistant.
    pub(crate) unique_id: Option<String>,
    /// What its owner calls it.
    pub(crate) name: Option<String>,
    /// Manufacturer of its device.
    pub(crate) vendor: Option<String>,
    /// Product that its device is.
    pub(crate) model: Option<String>,
}

impl EnergySensor {
    /// Reads the message that was published as `topic`.
    ///
    /// # Errors
    /// [`MeterError::NotJson`]; [`MeterError::Discovery`] if it is no sensor that counts energy up in Wh, kWh or MWh,
    /// or something of its value template is not understood.
    pub(crate) fn parse(topic: &str, payload: &[u8]) -> Result<Self, MeterError> {
        if payload.is_empty() {
            return Err(MeterError::Discovery { topic: topic.into(), reason: "its entry was deleted".into() });
        }
        let config: Value = serde_json::from_slice(payload)
            .map_err(|error| MeterError::NotJson { topic: topic.into(), reason: error.to_string() })?;
        let sensor = read(&config).and_then(|sensor| {
            let names = sensor.own_names(topic);
            match names.iter().find_map(|name| Some((name, meaning::period(name)?))) {
                Some((name, word)) => Err(format!(
                    "`{name}` says by `{word}` that it begins anew; choose the sensor that counts its whole life"
                )),
                None => Ok(sensor),
            }
        });
        sensor.map_err(|reason| MeterError::Discovery { topic: topic.into(), reason })
    }

    /// What it is called, and where its number is: what is said of the sensor itself, and not of its device.
    fn own_names(&self, topic: &str) -> Vec<String> {
        let level = self.state_topic.rsplit('/').next().unwrap_or_default();
        let place = self.value_template.as_ref().map_or(level, ValueTemplate::source);
        vec![self.name.clone().unwrap_or_default(), object_id(topic).to_owned(), place.to_owned()]
    }

    /// The same, and then what is said of its device.
    pub(crate) fn names(&self, topic: &str) -> Vec<String> {
        let of_device = [self.state_topic.clone(), topic.to_owned(), self.model.clone().unwrap_or_default()];
        self.own_names(topic).into_iter().chain(of_device).collect()
    }

    /// `template` with this sensor's number for its energy, to be read where its state is published.
    pub(crate) fn resolve(&self, template: &MqttTemplate) -> MqttTemplate {
        let energy = |counted: &Quantity| Quantity {
            topic: PLACEHOLDER.into(),
            fields: vec![vec![String::new()]],
            unit: self.unit,
            value_template: self.value_template.clone(),
            ..counted.clone()
        };
        let mut resolved = template.clone();
        resolved.vendor = self.vendor.clone().unwrap_or(resolved.vendor);
        resolved.model = self.model.clone().unwrap_or(resolved.model);
        resolved.import = resolved.import.as_ref().map(energy);
        resolved.export = resolved.export.as_ref().map(energy);
        resolved
    }
}

fn read(config: &Value) -> Result<EnergySensor, String> {
    let text = |full: &str, short: &str| text_of(config, full, short);
    let class = text("device_class", "dev_cla").unwrap_or_default();
    if class != "energy" {
        return Err(format!("its device class is `{class}`, not `energy`"));
    }
    let state_class = text("state_class", "stat_cla").unwrap_or_default();
    if state_class != "total_increasing" {
        return Err(format!("its state class is `{state_class}`, not `total_increasing`; it may count down"));
    }
    let unit = text("unit_of_measurement", "unit_of_meas").unwrap_or_default();
    let unit = match unit.as_str() {
        "Wh" => Unit::WattHour,
        "kWh" => Unit::KiloWattHour,
        "MWh" => Unit::MegaWattHour,
        other => return Err(format!("its unit is `{other}`, not Wh, kWh or MWh")),
    };
    let base = text("~", "~").unwrap_or_default();
    let state_topic = text("state_topic", "stat_t").ok_or("it has no state topic")?;
    let state_topic = with_base(&state_topic, &base);
    if state_topic.is_empty() || state_topic.contains(['+', '#', '\0']) {
        return Err(format!("its state topic `{state_topic}` is empty or has a wildcard"));
    }
    if state_topic.starts_with(GATEWAY_TOPIC_ROOT) {
        return Err("a gateway publishes it, so it is no meter".to_owned());
    }
    let value_template = raw_text(config, "value_template", "val_tpl").map(ValueTemplate::parse).transpose()?;
    let device = config.get("device").or_else(|| config.get("dev")).unwrap_or(&Value::Null);
    Ok(EnergySensor {
        state_topic,
        value_template,
        unit,
        unique_id: text("unique_id", "uniq_id"),
        name: text("name", "name").or_else(|| text_of(device, "name", "name")),
        vendor: text_of(device, "manufacturer", "mf"),
        model: text_of(device, "model", "mdl"),
    })
}

/// The part of a discovery topic that names the sensor.
pub(crate) fn object_id(topic: &str) -> &str {
    let topic = topic.strip_suffix("/config").unwrap_or(topic);
    topic.rsplit('/').next().unwrap_or(topic)
}

/// The topic with `~` at its beginning or end replaced.
fn with_base(topic: &str, base: &str) -> String {
    match (topic.strip_prefix('~'), topic.strip_suffix('~')) {
        (Some(rest), _) => format!("{base}{rest}"),
        (None, Some(rest)) => format!("{rest}{base}"),
        (None, None) => topic.into(),
    }
}

/// A text as it is, if it says something.
fn raw_text<'a>(value: &'a Value, full: &str, short: &str) -> Option<&'a str> {
    value.get(full).or_else(|| value.get(short))?.as_str().filter(|text| !text.trim().is_empty())
}

/// A text that says something, without control characters and not endless.
fn text_of(value: &Value, full: &str, short: &str) -> Option<String> {
    let text = value.get(full).or_else(|| value.get(short))?.as_str()?;
    let text: String = text.chars().filter(|c| !c.is_control()).take(512).collect();
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn parsed(config: &Value) -> Result<EnergySensor, MeterError> {
        EnergySensor::parse("homeassistant/sensor/n/o/config", config.to_string().as_bytes())
    }

    fn abbreviated() -> Value {
        json!({
            "~": "tele/washer", "stat_t": "~/SENSOR", "name": "Energy total", "uniq_id": "49A3BC_energy",
            "unit_of_meas": "kWh", "dev_cla": "energy", "stat_cla": "total_increasing",
            "val_tpl": "{{ value_json.ENERGY.Total | float }}", "dev": { "mf": "Tasmota", "mdl": "Sonoff Pow", "ids": ["49A3BC"] },
        })
    }

    #[test]
    fn what_a_gateway_publishes_itself_is_no_meter() {
        for (base, topic) in
            [("~", "deren-gateway/home/device/grid/state"), ("deren-gateway/home", "~/device/grid/state")]
        {
            let mut config = abbreviated();
            config["~"] = json!(base);
            config["stat_t"] = json!(topic);
            let error = parsed(&config).expect_err("its own").to_string();
            assert!(error.contains("a gateway publishes it"), "{error}");
        }
    }

    #[test]
    fn abbreviated_and_full_keys_mean_the_same() {
        let full = json!({
            "state_topic": "tele/washer/SENSOR", "name": "Energy total", "unique_id": "49A3BC_energy",
            "unit_of_measurement": "kWh", "device_class": "energy", "state_class": "total_increasing",
            "value_template": "{{ value_json.ENERGY.Total | float }}",
            "device": { "manufacturer": "Tasmota", "model": "Sonoff Pow" },
        });
        let sensor = parsed(&abbreviated()).expect("a sensor");
        assert_eq!(parsed(&full), Ok(sensor.clone()));
        assert_eq!(sensor.state_topic, "tele/washer/SENSOR");
        assert_eq!((sensor.unit, sensor.unique_id.as_deref()), (Unit::KiloWattHour, Some("49A3BC_energy")));
        assert_eq!((sensor.vendor.as_deref(), sensor.model.as_deref()), (Some("Tasmota"), Some("Sonoff Pow")));
    }

    #[test]
    fn a_base_topic_stands_at_either_end() {
        assert_eq!(with_base("~/state", "home/x"), "home/x/state");
        assert_eq!(with_base("state/~", "home/x"), "state/home/x");
        assert_eq!(with_base("a~b", "home/x"), "a~b");
    }

    #[test]
    fn what_does_not_only_count_energy_up_is_refused_with_a_reason() {
        for (key, value, reason) in [
            ("val_tpl", json!("{{ value_json.ENERGY.Today }}"), "by `today` that it begins anew"),
            ("name", json!("Energy today"), "by `today` that it begins anew"),
            ("name", json!("Gesamtertrag Jahr"), "by `jahr` that it begins anew"),
            ("dev_cla", json!("power"), "`power`, not `energy`"),
            ("stat_cla", json!("measurement"), "not `total_increasing`"),
            ("stat_cla", json!("total"), "may count down"),
            ("unit_of_meas", json!("GJ"), "not Wh, kWh or MWh"),
            ("unit_of_meas", json!(7), "not Wh, kWh or MWh"),
            ("stat_t", json!("~/+"), "wildcard"),
            ("stat_t", json!(null), "no state topic"),
            ("val_tpl", json!("{{ value | float | tan }}"), "the filter `tan` is not known"),
        ] {
            let mut config = abbreviated();
            config[key] = value;
            let error = parsed(&config).expect_err(reason).to_string();
            assert!(error.contains(reason) && error.contains("homeassistant/sensor/n/o/config"), "{key}: {error}");
        }
        assert!(matches!(EnergySensor::parse("t", b"{"), Err(MeterError::NotJson { .. })));
        assert!(matches!(EnergySensor::parse("t", b"[]"), Err(MeterError::Discovery { .. })));
        assert!(matches!(EnergySensor::parse("t", b""), Err(MeterError::Discovery { .. })));
    }

    proptest! {
        #[test]
        fn any_message_is_a_sensor_or_refused(payload in "[{}\\[\\]\",:a-z_~ ]{0,120}") {
            let _ = EnergySensor::parse("t", payload.as_bytes());
        }
    }
}
