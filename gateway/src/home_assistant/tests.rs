//! Descriptions and values as pure functions of a status.

use super::{
    discovery::{Names, configs},
    state,
};
use crate::board::{Board, DeviceStatus, Status};
use deren_meters::MeterCode;
use deren_primitives::{DeviceRole, GatewayId};
use serde_json::Value;
use std::collections::BTreeSet;

fn names() -> Names {
    Names { discovery_prefix: "homeassistant".into(), node_id: "home".into(), id: "deren_0101".into() }
}

fn device(name: &str, role: DeviceRole) -> DeviceStatus {
    let mut device = DeviceStatus::new(name.into(), "mqtt://anna@broker/x?password_file=/secret".into(), role);
    device.import_mwh = Some(1_234_999);
    device.export_mwh = Some(5_000);
    device.power_w = Some(-1500);
    device.last_sample_unix_ms = Some(1);
    device
}

fn status() -> Status {
    let board = Board::new(GatewayId([1; 32]), [1; 32], 0);
    board.update(|status| {
        status.devices.push(device("grid", DeviceRole::Grid));
        status.devices.push(device("roof", DeviceRole::Production));
    });
    board.status()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn registers_are_described_as_the_energy_dashboard_wants_them() {
    let configs = configs(&names(), &status());
    let import = configs
        .iter()
        .find(|config| config.topic == "homeassistant/sensor/home/grid--import_wh/config")
        .expect("described");
    let described = json(&import.payload);
    for (field, value) in [
        ("device_class", "energy"),
        ("state_class", "total_increasing"),
        ("unit_of_measurement", "Wh"),
        ("state_topic", "deren-gateway/home/device/grid/state"),
        ("value_template", "{{ value_json.import_wh }}"),
        ("availability_topic", "deren-gateway/home/availability"),
        ("unique_id", "deren_0101_grid_import_wh"),
        ("name", "Energy from the grid"),
    ] {
        assert_eq!(described[field], value, "{field}");
    }
    assert_eq!(described["device"]["identifiers"][0], "deren_0101_grid");
    assert_eq!(described["device"]["via_device"], "deren_0101");
}

#[test]
fn no_two_entities_share_a_name_or_a_topic_even_for_a_device_called_gateway() {
    let mut status = status();
    status.devices.push(device("gateway", DeviceRole::Storage));
    let configs = configs(&names(), &status);
    let topics: BTreeSet<_> = configs.iter().map(|config| config.topic.clone()).collect();
    let ids: BTreeSet<_> = configs.iter().map(|config| json(&config.payload)["unique_id"].to_string()).collect();
    assert_eq!((topics.len(), ids.len()), (configs.len(), configs.len()));
}

#[test]
fn a_direction_that_a_device_never_showed_is_not_described() {
    let mut status = status();
    status.devices[1].import_mwh = None;
    let configs = configs(&names(), &status);
    assert!(!configs.iter().any(|config| config.topic.contains("roof--import_wh")));
    assert!(configs.iter().any(|config| config.topic.contains("roof--export_wh")));
}

#[test]
fn every_value_that_is_described_is_published() {
    let status = status();
    let gateway = json(&state::of_gateway(&status));
    let grid = json(&state::of_device(&status.devices[0]));
    for config in configs(&names(), &status) {
        let described = json(&config.payload);
        let template = described["value_template"].as_str().expect("a template");
        let key = template.trim_start_matches("{{ value_json.").trim_end_matches(" }}");
        let values = if described["state_topic"] == "deren-gateway/home/state" { &gateway } else { &grid };
        assert!(values.get(key).is_some(), "{key}");
    }
}

#[test]
fn energy_is_whole_wh_and_a_roofs_power_is_positive() {
    let status = status();
    let (grid, roof) = (json(&state::of_device(&status.devices[0])), json(&state::of_device(&status.devices[1])));
    assert_eq!((&grid["import_wh"], &grid["power_w"]), (&Value::from(1234), &Value::from(-1500)));
    assert_eq!(roof["power_w"], 1500);
}

#[test]
fn a_device_that_cannot_be_read_keeps_its_registers_and_has_no_power() {
    let mut status = status();
    status.devices[0].trouble = Some("no answer".into());
    let grid = json(&state::of_device(&status.devices[0]));
    assert_eq!((&grid["reachable"], &grid["power_w"], &grid["import_wh"]), (&"OFF".into(), &Value::Null, &1234.into()));
}

#[test]
fn without_an_error_the_last_one_is_empty_and_not_unknown() {
    let shown = json(&state::of_gateway(&status()));
    assert_eq!((&shown["last_error"], &shown["last_error_code"]), (&"".into(), &"".into()));
    // The gateway itself knows all that it tells: of null Home Assistant would make the text `None`.
    assert!(shown.as_object().expect("fields").values().all(|value| !value.is_null()), "{shown}");
}

#[test]
fn the_last_error_fits_into_a_state() {
    let board = Board::new(GatewayId([1; 32]), [1; 32], 0);
    board.trouble("roof", (MeterCode::NoAnswer, "ä".repeat(1000)));
    let shown = json(&state::of_gateway(&board.status()));
    assert_eq!(shown["last_error"].as_str().expect("a text").chars().count(), 255);
    assert_eq!(shown["last_error_code"], "no-answer");
}

#[test]
fn only_descriptions_of_this_gateways_former_devices_are_left_over() {
    let status = status();
    let left_over = |topic: &str| names().is_left_over(topic, &status);
    assert!(left_over("homeassistant/sensor/home/old--power_w/config"));
    assert!(left_over("homeassistant/sensor/home/gri--power_w/config"));
    for other in [
        "homeassistant/sensor/home/grid--power_w/config",
        "homeassistant/sensor/home/gateway--outbox/config",
        "homeassistant/sensor/house/old--power_w/config",
        "homeassistant/sensor/home/config",
        "else/sensor/home/old--power_w/config",
    ] {
        assert!(!left_over(other), "{other}");
    }
    assert!(names().is_left_over_state("deren-gateway/home/device/old/state", &status));
    assert!(!names().is_left_over_state("deren-gateway/home/device/grid/state", &status));
    assert!(!names().is_left_over_state("deren-gateway/home/state", &status));
}

#[test]
fn how_a_device_is_reached_is_not_told() {
    let status = status();
    let all: String = configs(&names(), &status).into_iter().map(|config| config.payload).collect();
    let all = all + &state::of_gateway(&status) + &state::of_device(&status.devices[0]);
    assert!(!all.contains("anna") && !all.contains("secret"), "{all}");
}
