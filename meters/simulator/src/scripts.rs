//! Which faults each device of a home has: those that the configuration writes down, and those that a seed makes.

use crate::{
    config::{HomeConfig, SimulatorConfig},
    faults::{Fault, FaultScript, Wire},
    steps,
};
use std::fmt::Write;

/// The faults of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceScript {
    /// The device within its home, such as `modbus 0 unit 1 device 2`; part of its seed.
    pub device: String,
    /// What goes wrong and when.
    pub script: FaultScript,
}

/// The scripts of all devices of a home: each server's SunSpec devices and template meters, then those that publish.
pub fn of_home(home: &HomeConfig) -> Vec<DeviceScript> {
    let script = |device: String, wire, can_wrap, written: &[Fault]| {
        let mut faults = written.to_vec();
        if let Some(random) = &home.random_faults {
            faults.extend(random.script(&format!("{} {device}", home.name), wire, can_wrap));
        }
        DeviceScript { device, script: FaultScript::new(faults) }
    };
    let mut scripts = Vec::new();
    for (server, config) in home.modbus.iter().enumerate() {
        for chain in &config.sunspec {
            for (number, device) in chain.devices.iter().enumerate() {
                let name = format!("modbus {server} unit {} device {number}", chain.unit);
                let can_wrap = steps::sunspec_modulus_mwh(device.model, device.energy_scale).is_some();
                scripts.push(script(name, Wire::SunSpec, can_wrap, &device.faults));
            }
        }
        for meter in &config.meters {
            let name = format!("modbus {server} unit {}", meter.unit);
            scripts.push(script(name, Wire::Modbus, false, &meter.faults));
        }
    }
    for (number, device) in home.mqtt.iter().enumerate() {
        scripts.push(script(format!("mqtt {number}"), Wire::Mqtt, false, &device.faults));
    }
    scripts
}

/// All scripts of a configuration as TOML that can be copied into one: a line a fault, under its home and device.
pub fn to_text(config: &SimulatorConfig) -> String {
    let mut text = String::new();
    for home in &config.homes {
        for DeviceScript { device, script } in of_home(home) {
            if script.faults().is_empty() {
                continue;
            }
            // Writing to a string cannot fail.
            let _ = writeln!(text, "# home {}, {device}\nfaults = [", home.name);
            for fault in script.faults() {
                let line = toml::to_string(fault).unwrap_or_default().trim().replace('\n', ", ");
                let _ = writeln!(text, "  {{ {line} }},");
            }
            text.push_str("]\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::RandomFaults;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Written {
        faults: Vec<Fault>,
    }

    fn config(random_faults: &str) -> SimulatorConfig {
        let text = format!(
            r#"
            seed = 1
            date = "2026-06-21"
            start = "11:00"
            [[homes]]
            name = "a"
            pv = {{ kwp = 5.0 }}
            {random_faults}
            [[homes.modbus]]
            [[homes.modbus.sunspec]]
            devices = [{{ role = "production", model = 103, faults = [{{ at_s = 5, kind = "zero" }}] }}, {{ role = "grid", model = 213 }}]
            "#
        );
        SimulatorConfig::from_toml(&text).unwrap()
    }

    #[test]
    fn a_seed_adds_to_what_is_written_down() {
        let written = of_home(&config("").homes[0]);
        assert_eq!(written[0].script.faults().len(), 1);
        assert!(written[1].script.faults().is_empty());
        let both = of_home(&config("random_faults = { seed = 7, per_day = 4, days = 2 }").homes[0]);
        let random = RandomFaults { seed: 7, per_day: 4, days: 2 };
        assert_eq!(both[0].script.faults()[1..], random.script("a modbus 0 unit 1 device 0", Wire::SunSpec, true));
        assert_eq!(both[1].script.faults(), random.script("a modbus 0 unit 1 device 1", Wire::SunSpec, false));
    }

    #[test]
    fn what_is_printed_can_be_written_down() {
        let config = config("random_faults = { seed = 7, per_day = 4, days = 2 }");
        let text = to_text(&config);
        let printed: Vec<Written> =
            text.split("# home").skip(1).map(|part| toml::from_str(&format!("# home{part}")).unwrap()).collect();
        let scripts = of_home(&config.homes[0]);
        assert_eq!(printed.len(), 2);
        assert!(printed.iter().zip(&scripts).all(|(printed, script)| printed.faults == script.script.faults()));
    }
}
