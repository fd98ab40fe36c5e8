//! The board as Prometheus metrics. Names carry their unit; nothing here is counted twice, all of it is read from the
//! board when it is asked for.

use crate::{
    board::{DeviceStatus, Link, Status},
    clock::ClockState,
};
use deren_exposition::Format;
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{TypedMetric, counter::Counter, family::Family, gauge::Gauge},
    registry::{Metric, Registry},
};
use std::{fmt, sync::atomic::AtomicU64};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Device {
    device: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct About {
    device: String,
    role: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

/// Seconds, as Prometheus counts time.
type Seconds = Gauge<f64, AtomicU64>;

/// The metrics of this status, in this format.
///
/// # Errors
/// Never in practice: writing to a string does not fail.
pub fn text(status: &Status, format: Format) -> Result<String, fmt::Error> {
    let mut registry = Registry::with_prefix("deren_gateway");
    outbox(&mut registry, status);
    chain(&mut registry, status);
    devices(&mut registry, &status.devices);
    troubles(&mut registry, status);
    process(&mut registry, status);
    format.write(&registry)
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    registry.register(name, help, gauge);
}

fn seconds(registry: &mut Registry, name: &str, help: &str, milliseconds: u64) {
    let gauge = Seconds::default();
    gauge.set(in_seconds(milliseconds));
    registry.register(name, help, gauge);
}

/// Exact to the millisecond for the next 285 000 years.
fn in_seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1000.0
}

fn counter(registry: &mut Registry, name: &str, help: &str, value: u64) {
    let counter: Counter = Counter::default();
    counter.inc_by(value);
    registry.register(name, help, counter);
}

fn outbox(registry: &mut Registry, status: &Status) {
    let outbox = &status.outbox;
    gauge(registry, "outbox_readings", "Readings that wait to be final on the chain", outbox.readings);
    gauge(registry, "outbox_capacity_readings", "Readings that may wait", outbox.capacity_readings);
    let failing = outbox.alarm.is_some().into();
    gauge(registry, "disk_failing", "1 while the disk is full, read-only or broken", failing);
    gauge(registry, "in_flight_readings", "Readings submitted and not yet final", outbox.in_flight_readings);
    counter(registry, "readings_made", "Readings made since the start", outbox.made_total);
    counter(registry, "readings_finalised", "Readings final since the start", outbox.finalised_total);
    counter(registry, "readings_refused", "Readings that the chain refused since the start", outbox.refused_total);
    counter(registry, "batches_submitted", "Batches submitted since the start", outbox.batches_total);
    counter(registry, "batches_resent", "Batches submitted again since the start", outbox.batches_again_total);
}

fn chain(registry: &mut Registry, status: &Status) {
    let chain = &status.chain;
    let connected = u64::from(chain.link == Link::Connected);
    gauge(registry, "chain_connected", "1 while a node of the right chain answers", connected);
    gauge(
        registry,
        "chain_registered",
        "1 if the chain lets this gateway submit",
        chain.registered.unwrap_or(false).into(),
    );
    gauge(registry, "best_block_number", "Newest block seen", chain.best_block.unwrap_or(0).into());
    gauge(registry, "finalised_block_number", "Newest finalised block seen", chain.finalised_block.unwrap_or(0).into());
    let synchronised = matches!(status.clock, ClockState::Synchronised { .. });
    gauge(registry, "clock_synchronised", "1 while this machine's clock is known to be right", synchronised.into());
    if matches!(status.clock, ClockState::Synchronised { .. } | ClockState::Lost { .. }) {
        let error_ms = status.clock.error_ms().into();
        seconds(registry, "clock_error_seconds", "Bound on the error of this machine's clock", error_ms);
    }
}

/// What went wrong since the start; a code that was never needed has no line.
fn troubles(registry: &mut Registry, status: &Status) {
    let troubles = Family::<Kind, Counter>::default();
    for (code, times) in &status.troubles_by_code {
        troubles.get_or_create(&Kind { code: code.name() }).inc_by(*times);
    }
    registry.register("troubles", "What went wrong since the start, by its code", troubles);
}

fn process(registry: &mut Registry, status: &Status) {
    seconds(registry, "start_time_seconds", "When this process began, since 1970", status.started_unix_ms);
    if let Some(bytes) = resident_memory_bytes() {
        gauge(registry, "resident_memory_bytes", "Memory that this process takes", bytes);
    }
    let build = Family::<Build, Gauge>::default();
    build.get_or_create(&Build { version: status.version }).set(1);
    registry.register("build_info", "This program's version; the value is always 1", build);
}

/// Nothing where the kernel does not tell in `/proc`.
fn resident_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

/// One value of each device that has it.
fn family<M: Metric + TypedMetric + Clone + Default>(
    registry: &mut Registry,
    (name, help): (&str, &str),
    devices: &[DeviceStatus],
    value: impl Fn(&DeviceStatus) -> Option<i64>,
    set: impl Fn(&M, i64),
) {
    let family = Family::<Device, M>::default();
    for device in devices {
        if let Some(value) = value(device) {
            set(&family.get_or_create(&Device { device: device.name.clone() }), value);
        }
    }
    registry.register(name, help, family);
}

fn devices(registry: &mut Registry, devices: &[DeviceStatus]) {
    let signed = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let set_gauge = |gauge: &Gauge, value: i64| {
        gauge.set(value);
    };
    let info = Family::<About, Gauge>::default();
    for device in devices {
        info.get_or_create(&About { device: device.name.clone(), role: device.role.to_string() }).set(1);
    }
    registry.register("device_info", "What the device measures; the value is always 1", info);
    let set_counter = |counter: &Counter, value: i64| {
        counter.inc_by(value.unsigned_abs());
    };
    let power = ("power_watts", "Power at the last sample, import positive");
    family(registry, power, devices, |device| device.power_w.map(i64::from), set_gauge);
    let import = ("import_register_milliwatthours", "Import register at the last sample");
    family(registry, import, devices, |device| device.import_mwh.map(signed), set_gauge);
    let export = ("export_register_milliwatthours", "Export register at the last sample");
    family(registry, export, devices, |device| device.export_mwh.map(signed), set_gauge);
    let waiting = ("device_outbox_readings", "The device's readings that wait");
    family(registry, waiting, devices, |device| Some(signed(device.waiting_readings)), set_gauge);
    let reachable = ("device_reachable", "1 while the device can be read");
    family(registry, reachable, devices, |device| Some(i64::from(device.trouble.is_none())), set_gauge);
    let set_seconds = |gauge: &Seconds, milliseconds: i64| {
        gauge.set(in_seconds(milliseconds.unsigned_abs()));
    };
    let last = ("last_sample_time_seconds", "When the device was sampled last, since 1970");
    family(registry, last, devices, |device| device.last_sample_unix_ms.map(signed), set_seconds);
    let registered = ("device_registered", "1 if the chain knows the device as this gateway's");
    family(registry, registered, devices, |device| device.registered.map(i64::from), set_gauge);
    let slot = ("device_last_slot_number", "The last slot that a reading of the device covers");
    family(registry, slot, devices, |device| device.last_slot.map(i64::from), set_gauge);
    let import_today = ("today_import_watthours", "Imported since midnight, local time, as far as seen");
    family(registry, import_today, devices, |device| device.today_import_wh.map(signed), set_gauge);
    let export_today = ("today_export_watthours", "Exported since midnight, local time, as far as seen");
    family(registry, export_today, devices, |device| device.today_export_wh.map(signed), set_gauge);
    let samples = ("samples", "Samples since the start");
    family(registry, samples, devices, |device| Some(signed(device.samples_total)), set_counter);
    let failures = ("sample_failures", "Failed samples since the start");
    family(registry, failures, devices, |device| Some(signed(device.failures_total)), set_counter);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Board;
    use deren_meters::MeterCode;
    use deren_primitives::DeviceRole;
    use deren_primitives::GatewayId;
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// A status in which everything that can be known is.
    fn full() -> Status {
        let board = Board::new(GatewayId([1; 32]), [1; 32], 0);
        board.update(|status| {
            status.clock = ClockState::Synchronised { error_ms: 3 };
            status.started_unix_ms = 1_800_000_000_250;
            let mut device = DeviceStatus::new("roof".into(), "uri".into(), DeviceRole::Production);
            (device.power_w, device.import_mwh, device.export_mwh) = (Some(1), Some(2), Some(3));
            (device.today_import_wh, device.today_export_wh) = (Some(4), Some(5));
            (device.last_sample_unix_ms, device.last_slot, device.registered) = (Some(6), Some(7), Some(true));
            status.devices.push(device);
        });
        board.status()
    }

    /// The names of all series in a text.
    fn series(text: &str) -> BTreeSet<&str> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split(['{', ' ']).next()).collect()
    }

    #[test]
    fn every_metric_has_a_unit_or_counts_what_its_name_says_and_help() {
        let text = text(&full(), Format::OpenMetrics).expect("text");
        let units = ["readings", "watts", "watthours", "milliwatthours", "seconds", "bytes", "number", "info"];
        for (name, kind) in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' ')) {
            assert!(name.starts_with("deren_gateway_"), "{name}");
            let help = text.lines().find_map(|line| line.strip_prefix(&format!("# HELP {name} "))).expect(name);
            assert!(help.len() > 10, "{name}: {help}");
            let has_unit = units.iter().any(|unit| name.ends_with(&format!("_{unit}")));
            let is_flag = help.starts_with("1 while ") || help.starts_with("1 if ");
            assert!(kind == "counter" || has_unit || is_flag, "{name} has no unit");
        }
    }

    #[test]
    fn the_dashboard_asks_only_for_metrics_that_there_are() {
        let dashboard: Value = serde_json::from_str(include_str!("../packaging/grafana.json")).expect("JSON");
        let text = text(&full(), Format::Text).expect("text");
        let known = series(&text);
        let mut asked = BTreeSet::new();
        let panels = dashboard["panels"].as_array().expect("panels");
        for target in panels.iter().flat_map(|panel| panel["targets"].as_array().expect("targets")) {
            let expression = target["expr"].as_str().expect("an expression");
            let names = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let named: Vec<_> = names.filter(|name| name.starts_with("deren_gateway_")).collect();
            assert!(!named.is_empty(), "{expression}");
            asked.extend(named);
        }
        assert!(asked.len() > 15, "{asked:?}");
        assert_eq!(asked.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
        let variable = dashboard["templating"]["list"][1]["query"]["query"].as_str().expect("a query");
        assert!(known.iter().any(|name| variable.contains(&format!("({name},"))), "{variable}");
        let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64()).collect();
        assert_eq!(ids.len(), panels.len());
    }

    #[test]
    fn times_are_seconds() {
        let text = text(&full(), Format::Text).expect("text");
        assert!(text.contains("\nderen_gateway_clock_error_seconds 0.003\n"), "{text}");
        assert!(text.contains("\nderen_gateway_start_time_seconds 1800000000.25\n"), "{text}");
        assert!(text.contains("\nderen_gateway_last_sample_time_seconds{device=\"roof\"} 0.006\n"), "{text}");
    }

    #[test]
    fn metrics_have_names_with_units_and_values_of_the_board() {
        let board = Board::new(GatewayId([1; 32]), [1; 32], 0);
        board.update(|status| {
            status.outbox.readings = 7;
            let mut device = DeviceStatus::new("roof".into(), "uri".into(), DeviceRole::Production);
            device.power_w = Some(-1500);
            status.devices.push(device);
        });
        board.trouble("roof", (MeterCode::NoAnswer, "no answer"));
        board.trouble("roof", (MeterCode::NoAnswer, "no answer"));
        let text = text(&board.status(), Format::OpenMetrics).expect("text");
        assert!(text.contains("\nderen_gateway_outbox_readings 7\n"), "{text}");
        assert!(text.contains("\nderen_gateway_power_watts{device=\"roof\"} -1500\n"), "{text}");
        assert!(text.contains("\nderen_gateway_samples_total{device=\"roof\"} 0\n"), "{text}");
        assert!(!text.contains("import_register_milliwatthours{"), "{text}");
        assert!(text.contains("\nderen_gateway_troubles_total{code=\"no-answer\"} 2\n"), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
