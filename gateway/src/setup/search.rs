//! A search as the page shows it: where it looks, how far it is, and what was found.

use crate::{
    clock::unix_ms,
    codes::{Code, Mishap},
};
use deren_meters::{
    Library, Record, Template, discover::Target, sunspec::SunSpecDevice, template::registers::ModbusTemplate,
};
use deren_primitives::DeviceRole;
use serde::Serialize;

/// As many devices are shown.
pub const MAX_FOUND: usize = 64;
/// As many troubles are shown.
pub(super) const MAX_TROUBLES: usize = 20;

/// A search as it stands.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Search {
    /// True until everything was looked at.
    pub is_running: bool,
    /// Where it looks.
    pub parts: Vec<Part>,
    /// What was found, in the order of finding.
    pub found: Vec<Found>,
    /// What answered and could not be read.
    pub troubles: Vec<String>,
    /// Which kind of fault each of them is, in the same order.
    pub trouble_codes: Vec<Code>,
}

/// One of the places where a search looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The place as it can be typed.
    pub target: String,
    /// What it is, for people.
    pub what: String,
    /// So many steps are done.
    pub done: usize,
    /// Of so many; none until it has begun.
    pub total: usize,
    /// True once all of it was looked at.
    pub is_done: bool,
}

/// A device that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// What it shows.
    #[serde(flatten)]
    pub record: Record,
    /// What it is, for who has never heard of registers.
    pub what: &'static str,
    /// What it most likely measures.
    pub role: DeviceRole,
    /// When it was read last.
    pub read_unix_ms: u64,
    /// Why it could not be read again.
    pub trouble: Option<String>,
    /// Which kind of fault that is.
    pub trouble_code: Option<Code>,
}

impl Search {
    /// Something answered and could not be read.
    pub(super) fn note(&mut self, mishap: Mishap) {
        self.troubles.push(mishap.what);
        self.trouble_codes.push(mishap.code);
    }
}

impl Part {
    /// That place, of which nothing was looked at yet.
    pub fn of(target: &Target) -> Self {
        let what = match target {
            Target::Subnet(network) => format!("Network {network}"),
            Target::LocalNetworks => "All networks".to_owned(),
            Target::Serial(Some(path)) => format!("Serial port {}", path.rsplit('/').next().unwrap_or(path)),
            Target::Serial(None) => "All serial ports".to_owned(),
            Target::Announced(_) => "Devices that announce themselves (mDNS)".to_owned(),
            Target::LocalBrokers => "MQTT brokers (Home Assistant, Tasmota, Shelly)".to_owned(),
            Target::Broker(broker) => format!("MQTT broker {}", broker.address()),
            host @ (Target::Host { .. } | Target::Web { .. }) => format!("Device at {host}"),
        };
        Self { target: target.to_string(), what, done: 0, total: 0, is_done: false }
    }
}

impl Found {
    pub(super) fn new(record: Record, templates: &Library) -> Self {
        let role = likely_role(&record, templates);
        let what = match role {
            DeviceRole::Grid => "Electricity meter",
            DeviceRole::Production => "Solar inverter",
            DeviceRole::Storage => "Battery",
        };
        Self { record, what, role, read_unix_ms: unix_ms(), trouble: None, trouble_code: None }
    }

    /// It could not be read again, for that reason.
    pub(super) fn fail(&mut self, mishap: Mishap) {
        (self.trouble, self.trouble_code) = (Some(mishap.what), Some(mishap.code));
    }
}

/// A device shows what it is by its SunSpec model, by a template that is for one role only, or by counting only what
/// it gives.
fn likely_role(record: &Record, templates: &Library) -> DeviceRole {
    if let Some(device) = record.uri.device::<SunSpecDevice>() {
        return match device.model {
            Some(101..=199 | 701..=799) => DeviceRole::Production,
            _ => DeviceRole::Grid,
        };
    }
    // A template that all devices of a family share says nothing of this one.
    let template = record.uri.template().filter(|it| it.is_chosen).and_then(|it| templates.get(it.name));
    if let Some(Template::Modbus(ModbusTemplate { roles, .. })) = template
        && let [role] = roles[..]
    {
        return role;
    }
    // A broker tells of devices before their numbers come.
    let (takes, gives) = template.map_or((record.import_mwh.is_some(), record.export_mwh.is_some()), Template::counts);
    if gives && !takes { DeviceRole::Production } else { DeviceRole::Grid }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_measures_is_guessed_from_how_it_is_read() {
        let templates = Library::builtin().expect("templates");
        for (uri, role) in [
            ("sunspec+tcp://127.0.0.1?unit=1&model=103&index=0", DeviceRole::Production),
            ("sunspec+tcp://127.0.0.1?unit=1&model=203&index=0", DeviceRole::Grid),
            ("modbus+tcp://127.0.0.1?template=huawei-sun2000", DeviceRole::Production),
            ("modbus+tcp://127.0.0.1?template=huawei-battery", DeviceRole::Storage),
            ("modbus+tcp://127.0.0.1?template=huawei-meter", DeviceRole::Grid),
            ("modbus+tcp://127.0.0.1?template=eastron-sdm630", DeviceRole::Grid),
            ("mqtt://127.0.0.1/a?template=home-assistant", DeviceRole::Grid),
            ("mqtt://127.0.0.1/a?template=home-assistant-production", DeviceRole::Production),
            ("mqtt://127.0.0.1/a?template=shelly-em", DeviceRole::Grid),
            ("p1+serial:///dev/ttyUSB0", DeviceRole::Grid),
        ] {
            let record = serde_json::json!({
                "uri": uri, "driver": "d", "vendor": "v", "model": "m", "serial": null, "sub_unit": 0,
                "import_mwh": null, "export_mwh": null, "power_w": null,
            });
            let record: Record = serde_json::from_value(record).expect(uri);
            assert_eq!(likely_role(&record, templates), role, "{uri}");
        }
    }

    #[test]
    fn every_place_has_a_name_for_people() {
        for (target, what) in [
            ("192.168.1.0/24", "Network 192.168.1.0/24"),
            ("/dev/serial/by-id/usb-FTDI-if00-port0", "Serial port usb-FTDI-if00-port0"),
            ("mqtt://me@10.0.0.2", "MQTT broker 10.0.0.2:1883"),
            ("10.0.0.3:1502", "Device at 10.0.0.3:1502"),
        ] {
            let part = Part::of(&target.parse().expect(target));
            assert_eq!((part.target.as_str(), part.what.as_str()), (target, what));
        }
    }
}
