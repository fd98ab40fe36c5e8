//! Refuses what cannot be simulated: what is wrong, where, and what would be right.

use super::{
    BatteryConfig, HomeConfig, ModbusConfig, MqttConfig, PvConfig, SimulatorConfig, SpeedwireConfig, SunSpecConfig,
};
use crate::{
    SimulatorError,
    clock::Clock,
    faults::{Fault, FaultKind, RandomFaults, Wire},
    steps,
};
use deren_primitives::DeviceRole;
use std::{collections::BTreeSet, net::SocketAddr, ops::RangeInclusive};

/// What a start may have to catch up with: a hundred days.
const MOST_CATCH_UP_S: u64 = 8_640_000;
const MOST_HOMES: usize = 256;
const MOST_SERVERS: usize = 8;
const MOST_UNITS: usize = 32;
const MOST_IN_CHAIN: usize = 16;
const MOST_FAULTS: usize = 64;
const MOST_PLAN_WINDOWS: usize = 24;
const MOST_NAME_BYTES: usize = 64;

type Checked = Result<(), String>;

fn within<T: PartialOrd + std::fmt::Display>(name: &str, value: &T, range: RangeInclusive<T>) -> Checked {
    if range.contains(value) {
        return Ok(());
    }
    Err(format!("`{name}` is {value}; it must be from {} to {}", range.start(), range.end()))
}

fn at_most(name: &str, number: usize, most: usize) -> Checked {
    if number <= most { Ok(()) } else { Err(format!("{number} {name}; at most {most} are simulated")) }
}

/// What cannot be simulated: the keys that lead to it, with numbers from 0 in lists, and what is wrong with it.
pub(super) type Complaint = (Vec<String>, String);

/// Notes what was found wrong at `path`.
fn note(found: &mut Vec<Complaint>, path: &[&str], checked: Checked) {
    if let Err(what) = checked {
        found.push((path.iter().map(|step| (*step).to_owned()).collect(), what));
    }
}

impl SimulatorConfig {
    /// Checks all that types cannot.
    ///
    /// # Errors
    /// [`SimulatorError::Config`] with all that cannot be simulated, one a line.
    pub fn check(&self) -> Result<(), SimulatorError> {
        let found: Vec<String> = self.complaints().into_iter().map(|(_, what)| what).collect();
        if found.is_empty() { Ok(()) } else { Err(SimulatorError::Config(found.join("\n"))) }
    }

    /// All that cannot be simulated.
    pub(super) fn complaints(&self) -> Vec<Complaint> {
        let mut found = Vec::new();
        note(&mut found, &["latitude_deg"], within("latitude_deg", &self.latitude_deg, -90.0..=90.0));
        note(&mut found, &["longitude_deg"], within("longitude_deg", &self.longitude_deg, -180.0..=180.0));
        note(&mut found, &["speed"], within("speed", &self.speed, 0.001..=3_600.0));
        note(&mut found, &["cloudiness"], within("cloudiness", &self.cloudiness, 0.0..=1.0));
        if found.is_empty() {
            note(&mut found, &["t0_unix_ms"], self.check_start());
        }
        // TOML has no larger integer.
        note(&mut found, &["seed"], within("seed", &self.seed, 0..=i64::MAX as u64));
        if self.homes.is_empty() {
            let none = Err("there is no home; add one as [[homes]] with a name".into());
            note(&mut found, &["homes"], none);
        }
        note(&mut found, &["homes"], at_most("homes", self.homes.len(), MOST_HOMES));
        let mut names = BTreeSet::new();
        let mut servers = BTreeSet::new();
        for (number, home) in self.homes.iter().enumerate().take(MOST_HOMES) {
            let number = number.to_string();
            if !names.insert(&home.name) {
                let twice = Err(format!("two homes are called `{}`; names are unique", home.name));
                note(&mut found, &["homes", &number, "name"], twice);
            }
            home.check(&mut servers, &mut |path, checked| {
                let path = [&["homes", number.as_str()][..], path].concat();
                note(&mut found, &path, checked.map_err(|what| format!("home `{}`: {what}", home.name)));
            });
        }
        found
    }

    fn check_start(&self) -> Checked {
        let Some(t0_unix_ms) = self.t0_unix_ms else { return Ok(()) };
        let simulated_s = Clock::new(0, self.speed_permille(), t0_unix_ms).elapsed_s();
        if simulated_s <= MOST_CATCH_UP_S {
            return Ok(());
        }
        Err(format!(
            "`t0_unix_ms` is {simulated_s} simulated seconds ago; at most {MOST_CATCH_UP_S} are caught up with"
        ))
    }
}

impl HomeConfig {
    /// Hands what each part is worth to `note`, with the keys that lead to the part.
    fn check(&self, servers: &mut BTreeSet<SocketAddr>, note: &mut impl FnMut(&[&str], Checked)) {
        note(&["name"], self.check_name());
        note(&["connection_w"], within("connection_w", &self.connection_w, 1..=1_000_000));
        note(&["load"], within("load.wh_a_day", &self.load.wh_a_day, 0..=1_000_000));
        note(&["pv"], self.pv.as_ref().map_or(Ok(()), PvConfig::check));
        note(&["battery"], self.battery.as_ref().map_or(Ok(()), BatteryConfig::check));
        note(&[], self.check_connection());
        note(&["random_faults"], self.random_faults.as_ref().map_or(Ok(()), check_random_faults));
        note(&["modbus"], at_most("Modbus servers", self.modbus.len(), MOST_SERVERS));
        note(&["mqtt"], at_most("MQTT devices", self.mqtt.len(), MOST_SERVERS));
        note(&["streams"], at_most("meters that push telegrams", self.streams.len(), MOST_SERVERS));
        note(&["speedwire"], at_most("meters that send Speedwire", self.speedwire.len(), MOST_SERVERS));
        note(&["http"], at_most("devices over HTTP", self.http.len(), MOST_SERVERS));
        let mut free = |listen: SocketAddr, what: &str| match listen.port() != 0 && !servers.insert(listen) {
            true => Err(format!("{listen} is listened at twice; give each {what} its own port, or port 0")),
            false => Ok(()),
        };
        for (number, server) in self.modbus.iter().enumerate() {
            let named = |what| format!("Modbus server {}: {what}", server.listen);
            let checked = free(server.listen, "server").and_then(|()| server.check(self).map_err(named));
            note(&["modbus", &number.to_string()], checked);
        }
        for (number, meter) in self.streams.iter().enumerate() {
            let checked = free(meter.listen, "meter").and_then(|()| self.check_role(meter.role));
            let checked = checked.and_then(|()| within("every_s", &meter.every_s, 1..=150));
            note(&["streams", &number.to_string()], checked);
        }
        for (number, device) in self.http.iter().enumerate() {
            let checked = free(device.listen, "device").and_then(|()| self.check_role(device.role));
            note(&["http", &number.to_string()], checked);
        }
        for (number, meter) in self.speedwire.iter().enumerate() {
            note(&["speedwire", &number.to_string()], self.check_speedwire(meter));
        }
        for (number, device) in self.mqtt.iter().enumerate() {
            let checked = device.check(self).map_err(|what| format!("MQTT device `{}`: {what}", device.topic));
            note(&["mqtt", &number.to_string()], checked);
        }
    }

    fn check_name(&self) -> Checked {
        if self.name.is_empty() || self.name.len() > MOST_NAME_BYTES {
            return Err(format!("a name has 1 to {MOST_NAME_BYTES} bytes"));
        }
        Ok(())
    }

    fn check_speedwire(&self, meter: &SpeedwireConfig) -> Checked {
        let to = meter.to.ip();
        if !(to.is_multicast() || to.is_private() || to.is_loopback()) {
            return Err(format!("a meter sends Speedwire to {to}; use a multicast, private or loopback address"));
        }
        self.check_role(meter.role)?;
        within("every_s", &meter.every_s, 1..=60)
    }

    /// A meter never shows more than its rating; what does would be flagged and trade nothing.
    fn check_connection(&self) -> Checked {
        let flows_w = [
            ("pv.inverter_w", self.pv.as_ref().map_or(0, PvConfig::rated_w)),
            ("battery.power_w", self.battery.as_ref().map_or(0, |battery| battery.power_w)),
            ("five times the mean of load.wh_a_day", self.load.wh_a_day / 24 * 5),
        ];
        match flows_w.iter().find(|(_, power_w)| *power_w > self.connection_w) {
            None => Ok(()),
            Some((name, power_w)) => {
                Err(format!("{name} is {power_w} W, and `connection_w` {}; raise `connection_w`", self.connection_w))
            }
        }
    }

    fn check_role(&self, role: DeviceRole) -> Checked {
        match role {
            DeviceRole::Production if self.pv.is_none() => {
                Err("a device has the role production, but the home has no [homes.pv]".into())
            }
            DeviceRole::Storage if self.battery.is_none() => {
                Err("a device has the role storage, but the home has no [homes.battery]".into())
            }
            _ => Ok(()),
        }
    }
}

fn check_random_faults(random: &RandomFaults) -> Checked {
    within("random_faults.seed", &random.seed, 0..=i64::MAX as u64)?;
    within("random_faults.per_day", &random.per_day, 1..=200)?;
    within("random_faults.days", &random.days, 1..=100)
}

impl PvConfig {
    fn check(&self) -> Checked {
        within("pv.kwp", &self.kwp, 0.0..=1_000.0)?;
        within("pv.tilt_deg", &self.tilt_deg, 0.0..=90.0)?;
        within("pv.azimuth_deg", &self.azimuth_deg, 0.0..=360.0)?;
        within("pv.inverter_w", &self.rated_w(), 0..=1_000_000)
    }
}

impl BatteryConfig {
    fn check(&self) -> Checked {
        within("battery.capacity_wh", &self.capacity_wh, 0..=10_000_000)?;
        within("battery.power_w", &self.power_w, 0..=1_000_000)?;
        within("battery.start_percent", &self.start_percent, 0..=100)?;
        within("battery.efficiency_percent", &self.efficiency_percent, 1..=100)?;
        at_most("windows in battery.plan", self.plan.len(), MOST_PLAN_WINDOWS)?;
        self.plan.iter().try_for_each(|window| within("battery.plan.power_w", &window.power_w, -1_000_000..=1_000_000))
    }
}

impl ModbusConfig {
    fn check(&self, home: &HomeConfig) -> Checked {
        within("clients", &self.clients, 1..=64)?;
        at_most("units", self.sunspec.len() + self.meters.len(), MOST_UNITS)?;
        if self.sunspec.is_empty() && self.meters.is_empty() {
            return Err("it has no unit; add [[homes.modbus.sunspec]] or [[homes.modbus.meters]]".into());
        }
        let mut units = BTreeSet::new();
        for unit in self.sunspec.iter().map(|chain| chain.unit).chain(self.meters.iter().map(|meter| meter.unit)) {
            within("unit", &unit, 1..=247)?;
            if !units.insert(unit) {
                return Err(format!("unit {unit} is there twice; unit ids of a server are unique"));
            }
        }
        self.sunspec.iter().try_for_each(|chain| chain.check(home))?;
        for meter in &self.meters {
            home.check_role(meter.role)?;
            check_faults(&meter.faults, Wire::Modbus)?;
        }
        Ok(())
    }
}

impl SunSpecConfig {
    fn check(&self, home: &HomeConfig) -> Checked {
        if self.devices.is_empty() {
            return Err(format!("the chain of unit {} has no device", self.unit));
        }
        at_most("devices in a chain", self.devices.len(), MOST_IN_CHAIN)?;
        within("base", &self.base, 0..=60_000)?;
        for device in &self.devices {
            home.check_role(device.role)?;
            within("energy_scale", &device.energy_scale, -3..=3)?;
            if device.model.is_inverter() && device.role != DeviceRole::Production {
                let model = u16::from(device.model);
                return Err(format!("model {model} is an inverter's; a grid or storage device takes 201-213 or 701"));
            }
            check_faults(&device.faults, Wire::SunSpec)?;
            let wraps = steps::sunspec_modulus_mwh(device.model, device.energy_scale).is_some();
            if !wraps && device.faults.iter().any(|fault| fault.kind == FaultKind::Rollover) {
                let model = u16::from(device.model);
                return Err(format!("model {model} counts in a float or in 64 bits, which never wrap: no `rollover`"));
            }
        }
        Ok(())
    }
}

impl MqttConfig {
    fn check(&self, home: &HomeConfig) -> Checked {
        home.check_role(self.role)?;
        within("every_s", &self.every_s, 1..=150)?;
        if self.topic.is_empty() || self.topic.len() > 200 || self.topic.contains(['#', '+', '\0']) {
            return Err("a topic has 1 to 200 bytes and neither # nor +".into());
        }
        check_faults(&self.faults, Wire::Mqtt)
    }
}

fn check_faults(faults: &[Fault], wire: Wire) -> Checked {
    at_most("faults of one device", faults.len(), MOST_FAULTS)?;
    for fault in faults {
        let kind = fault.kind;
        if !kind.happens_on(wire) {
            return Err(format!("the fault `{kind}` cannot happen on this wire ({wire:?})"));
        }
        if let Some(code) = fault.exception_code {
            within("exception_code", &code, 1..=11)?;
            only_with("exception_code", kind, FaultKind::Exception)?;
        }
        if let Some(late_ms) = fault.late_ms {
            within("late_ms", &late_ms, 1..=60_000)?;
            only_with("late_ms", kind, FaultKind::LateReply)?;
        }
        if let Some(by_wh) = fault.by_wh {
            within("by_wh", &by_wh, 1..=1_000_000_000)?;
            if kind != FaultKind::Rollover {
                only_with("by_wh", kind, FaultKind::Jump)?;
            }
        }
        if let Some(by_s) = fault.by_s {
            within("by_s", &by_s, -1_000_000_000..=1_000_000_000)?;
            only_with("by_s", kind, FaultKind::ClockJump)?;
        }
        if kind == FaultKind::Rollover && (fault.at_s != 0 || fault.for_s.is_some()) {
            return Err("a `rollover` begins with the simulation: at_s = 0 and no for_s".into());
        }
        within("at_s", &fault.at_s, 0..=10_000_000_000)?;
    }
    Ok(())
}

fn only_with(name: &str, kind: FaultKind, belongs_to: FaultKind) -> Checked {
    if kind == belongs_to { Ok(()) } else { Err(format!("`{name}` belongs to the fault `{belongs_to}`, not `{kind}`")) }
}
