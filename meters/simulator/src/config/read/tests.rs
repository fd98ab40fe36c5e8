//! Bad configurations, each refused with its own words; good ones read back.

use super::*;
use crate::{
    config::{
        BatteryConfig, ChainEnd, MeterConfig, ModbusConfig, MqttConfig, PlanWindow, PvConfig, SunSpecConfig,
        SunSpecDevice, SunSpecModel,
    },
    faults::{Fault, FaultKind},
};
use deren_primitives::DeviceRole::{Grid, Production, Storage};

const GOOD: &str = r#"
seed = 42
date = "2026-06-21"
start = "11:00"
speed = 75

[[homes]]
name = "sun-1"
pv = { kwp = 6.4 }

[[homes.modbus]]
listen = "127.0.0.1:0"
[[homes.modbus.sunspec]]
devices = [{ role = "production", model = 103 }, { role = "grid", model = 203, faults = [{ at_s = 60, for_s = 5, kind = "zero" }] }]

[[homes]]
name = "flat-2"
[[homes.mqtt]]
role = "grid"
template = "shelly-em"
broker = "mqtt://127.0.0.1:1883"
topic = "shellypro3em-1"
"#;

fn refusal(text: &str) -> String {
    SimulatorConfig::from_toml(text).unwrap_err().to_string()
}

fn refusal_of(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    refusal(&GOOD.replacen(from, to, 1))
}

fn model(id: u16) -> SunSpecModel {
    SunSpecModel::try_from(id).unwrap()
}

#[test]
fn a_good_file_reads() {
    let config = SimulatorConfig::from_toml(GOOD).unwrap();
    assert_eq!(config.start_unix_s(), 1_782_000_000 + 39_600);
    assert_eq!(config.speed_permille(), SpeedPermille(75_000));
    assert_eq!(config.homes[0].modbus[0].sunspec[0].devices[1].faults, [Fault::new(FaultKind::Zero, 60, Some(5))]);
    assert_eq!(config.homes[1].mqtt[0].every_s, 60);
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_key() {
    assert_eq!(
        refusal_of("speed = 75", "sped = 75").split(", expected").next().unwrap(),
        "line 5, column 1: unknown field `sped`"
    );
    assert!(refusal_of("speed = 75", "sped = 75").ends_with("did you mean `speed`?"));
    assert!(refusal_of("kwp = 6.4", "kwpp = 6.4").ends_with("did you mean `kwp`?"));
    assert!(refusal_of("topic =", "topik =").ends_with("did you mean `topic`?"));
    assert!(refusal_of("kind = \"zero\"", "kind = \"zer0\"").ends_with("did you mean `zero`?"));
    assert!(
        refusal_of("role = \"grid\", model = 203", "role = \"gird\", model = 203").contains("did you mean `grid`?")
    );
}

#[test]
fn a_missing_key_and_a_wrong_type_are_named() {
    assert!(refusal_of("seed = 42", "").contains("missing field `seed`"));
    assert!(refusal_of("seed = 42", "seed = \"x\"").contains("line 2, column 8"));
    assert!(refusal_of("127.0.0.1:0", "localhost").contains("invalid socket address"));
    assert!(refusal_of("\"11:00\"", "\"25:00\"").contains("write it as 11:00"));
    assert!(refusal_of("model = 203", "model = 999").contains("model 999 is not simulated"));
    assert!(refusal("this is not toml").starts_with("line 1, column"));
}

#[test]
fn every_mistake_is_named_with_its_line_in_one_run() {
    let mut text = GOOD.to_owned();
    for (from, to) in [
        ("seed = 42", "seed = \"x\""),
        ("speed = 75", "sped = 75"),
        ("kwp = 6.4", "kwpp = 6.4"),
        ("127.0.0.1:0", "localhost"),
        ("kind = \"zero\"", "kind = \"zer0\""),
        ("role = \"grid\"\n", ""),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let said = refusal(&text);
    let expected = [
        ("line 2, column 8", "expected u64"),
        ("line 5, column 1", "did you mean `speed`?"),
        ("line 9, column 8", "did you mean `kwp`?"),
        ("line 12, column 10", "invalid socket address"),
        ("line 14, column ", "did you mean `zero`?"),
        ("line 18, column 1", "missing field `role`"),
    ];
    assert_eq!(said.lines().count(), expected.len(), "{said}");
    for (line, (place, what)) in said.lines().zip(expected) {
        assert!(line.starts_with(place) && line.contains(what), "{place} {what}: {line}");
    }
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (from, to, words) in [
        ("speed = 75", "speed = 0", "`speed` is 0; it must be from 0.001 to 3600"),
        ("speed = 75", "speed = nan", "`speed` is NaN"),
        ("speed = 75", "cloudiness = 1.5", "`cloudiness` is 1.5"),
        ("speed = 75", "latitude_deg = 91", "`latitude_deg` is 91"),
        ("kwp = 6.4", "kwp = -1", "home `sun-1`: `pv.kwp` is -1"),
        ("template =", "every_s = 600\ntemplate =", "`every_s` is 600; it must be from 1 to 150"),
        ("[[homes.modbus.sunspec]]", "[[homes.modbus.sunspec]]\nunit = 248", "`unit` is 248; it must be from 1 to 247"),
        ("model = 203,", "model = 203, energy_scale = 9,", "`energy_scale` is 9; it must be from -3 to 3"),
        ("kind = \"zero\"", "kind = \"exception\", exception_code = 0", "`exception_code` is 0"),
        ("kind = \"zero\"", "kind = \"late_reply\", late_ms = 100000", "`late_ms` is 100000"),
    ] {
        let refusal = refusal_of(from, to);
        assert!(refusal.contains(words), "{refusal}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    for (from, to, words) in [
        ("\"flat-2\"", "\"sun-1\"", "two homes are called `sun-1`"),
        ("pv = { kwp = 6.4 }", "", "the home has no [homes.pv]"),
        ("role = \"grid\", model", "role = \"storage\", model", "the home has no [homes.battery]"),
        ("model = 203", "model = 103", "model 103 is an inverter's"),
        ("kind = \"zero\"", "kind = \"retained\"", "the fault `retained` cannot happen on this wire"),
        ("kind = \"zero\"", "kind = \"zero\", late_ms = 5", "`late_ms` belongs to the fault `late_reply`"),
        ("\"shellypro3em-1\"", "\"#\"", "neither # nor +"),
        ("\"flat-2\"", "\"\"", "a name has 1 to 64 bytes"),
        ("kwp = 6.4", "kwp = 30", "pv.inverter_w is 30000 W, and `connection_w` 22000; raise `connection_w`"),
        ("name = \"flat-2\"", "name = \"x\"\nload = { wh_a_day = 200000 }", "five times the mean of load.wh_a_day"),
    ] {
        let refusal = refusal_of(from, to);
        assert!(refusal.contains(words), "{refusal}");
    }
    let no_home = refusal("seed = 1\ndate = \"2026-06-21\"\nstart = \"11:00\"\nhomes = []");
    assert!(no_home.contains("there is no home"), "{no_home}");
}

#[test]
fn all_that_cannot_be_simulated_is_named_with_its_line() {
    let text =
        GOOD.replace("speed = 75", "speed = 0").replace("kwp = 6.4", "kwp = -1").replace("\"flat-2\"", "\"sun-1\"");
    let said = refusal(&text.replace("\"shellypro3em-1\"", "\"#\""));
    let expected = [
        ("line 5,", "`speed` is 0"),
        ("line 9,", "home `sun-1`: `pv.kwp` is -1"),
        ("line 17,", "two homes are called `sun-1`"),
        ("line 18,", "neither # nor +"),
    ];
    assert_eq!(said.lines().count(), expected.len(), "{said}");
    for (line, (place, what)) in said.lines().zip(expected) {
        assert!(line.starts_with(place) && line.contains(what), "{place} {what}: {line}");
    }
}

#[test]
fn a_port_or_a_unit_is_taken_once() {
    let mut config = SimulatorConfig::from_toml(GOOD).unwrap();
    let server = ModbusConfig {
        listen: "127.0.0.1:1502".parse().unwrap(),
        meters: vec![MeterConfig::new(Grid, "eastron-sdm630")],
        ..ModbusConfig::default()
    };
    config.homes[0].modbus = vec![server.clone()];
    config.homes[1].modbus = vec![server];
    assert!(config.check().unwrap_err().to_string().contains("127.0.0.1:1502 is listened at twice"));
    config.homes[1].modbus.clear();
    config.homes[0].modbus[0].sunspec = vec![SunSpecConfig::new(vec![SunSpecDevice::new(Grid, model(203))])];
    assert!(config.check().unwrap_err().to_string().contains("unit 1 is there twice"));
}

#[test]
fn what_code_builds_reads_back_from_its_text() {
    let plan = vec![PlanWindow { from: "23:00".parse().unwrap(), to: "01:00".parse().unwrap(), power_w: -500 }];
    let battery = BatteryConfig { plan, ..BatteryConfig::new(10_000, 5_000) };
    let faults = vec![Fault { late_ms: Some(500), ..Fault::new(FaultKind::LateReply, 5, None) }];
    let storage = SunSpecDevice { energy_scale: -2, faults, ..SunSpecDevice::new(Storage, model(701)) };
    let chain = SunSpecConfig {
        unit: 3,
        base: 0,
        end: ChainEnd::Missing,
        ..SunSpecConfig::new(vec![SunSpecDevice::new(Production, model(113)), storage])
    };
    let meters = vec![MeterConfig { unit: 2, ..MeterConfig::new(Grid, "eastron-sdm630") }];
    let home = HomeConfig {
        pv: Some(PvConfig { inverter_w: Some(5_000), ..PvConfig::new(7.25) }),
        battery: Some(battery),
        modbus: vec![ModbusConfig { sunspec: vec![chain], meters, clients: 1, ..ModbusConfig::default() }],
        mqtt: vec![MqttConfig::new(Grid, "p1", "mqtt://localhost:1883", "dsmr")],
        ..HomeConfig::new("all")
    };
    let mut config = SimulatorConfig::new("2026-03-29".parse().unwrap(), "23:59:59".parse().unwrap());
    config.homes = vec![home];
    config.t0_unix_ms = Some(4_000_000_000_123);
    let text = config.to_toml().unwrap();
    assert_eq!(SimulatorConfig::from_toml(&text).unwrap(), config, "{text}");
}

#[test]
fn the_readme_shows_a_configuration_that_is_good() {
    let readme = include_str!("../../../README.md");
    let text = readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let config = SimulatorConfig::from_toml(text).unwrap();
    crate::templates::check(&config).unwrap();
    assert_eq!((config.homes[0].modbus.len(), config.homes[0].mqtt.len()), (1, 1));
}

#[test]
fn a_start_too_long_ago_is_refused() {
    let mut config = SimulatorConfig::from_toml(GOOD).unwrap();
    config.t0_unix_ms = Some(0);
    assert!(config.check().unwrap_err().to_string().contains("`t0_unix_ms` is"), "{:?}", config.check());
}

#[test]
fn a_missing_file_is_named() {
    let error = SimulatorConfig::from_file(Path::new("/no/such/file.toml")).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the configuration /no/such/file.toml:"));
}
