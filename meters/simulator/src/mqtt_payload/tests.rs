//! Payloads as real devices send them, and what faults make of them.

use super::*;
use crate::{
    clock::{Clock, SpeedPermille},
    config::{HomeConfig, PvConfig, SimulatorConfig},
    device::{Registers, RunningHome},
    faults::{Fault, FaultScript},
    home::{Books, Home, Powers},
    noise::Noise,
};
use deren_meters::Library;
use deren_primitives::DeviceRole;

const MOMENT: Moment = Moment {
    elapsed_s: 100,
    books: Books {
        production_mwh: 700,
        consumption_mwh: 900,
        import_mwh: 123_456,
        export_mwh: 7_890,
        charge_mwh: 0,
        discharge_mwh: 0,
    },
    powers: Powers { pv_w: 500, grid_w: -250, battery_w: 0 },
};

fn device(role: DeviceRole, kind: Option<FaultKind>) -> Device {
    let neighbourhood = SimulatorConfig::new("2026-06-21".parse().unwrap(), "11:00".parse().unwrap());
    let config = HomeConfig { pv: Some(PvConfig::new(5.0)), ..HomeConfig::new("a") };
    let clock = Clock::new(neighbourhood.start_unix_s(), SpeedPermille(1_000), u64::MAX);
    let running = RunningHome::new(Home::new(&neighbourhood, &config, [].into_iter()), clock);
    let faults = kind.map(|kind| Fault::new(kind, 0, None)).into_iter().collect();
    Device::new(running, role, 5_000, Noise::new(1, "d"), FaultScript::new(faults))
}

fn sent(template: &str, topic: &str, device: &Device) -> Vec<Message> {
    messages(Library::builtin().unwrap().mqtt(template).unwrap(), device, topic, &MOMENT)
}

fn json(message: &Message) -> Value {
    serde_json::from_slice(&message.payload).unwrap()
}

fn registers(device: &Device) -> Registers {
    device.registers(&MOMENT)
}

fn milli(value: &Value, factor: f64) -> u64 {
    (value.as_f64().unwrap() * factor).round() as u64
}

#[test]
fn a_shelly_publishes_totals_in_wh_and_its_power() {
    let device = device(DeviceRole::Grid, None);
    let sent = sent("shelly-em", "shellypro3em-1", &device);
    let find = |topic: &str| json(sent.iter().find(|message| message.topic == topic).unwrap());
    let data = find("shellypro3em-1/status/emdata:0");
    assert_eq!(milli(&data["total_act"], 1e3), registers(&device).import_mwh);
    assert_eq!(milli(&data["total_act_ret"], 1e3), registers(&device).export_mwh);
    assert_eq!(data["id"], 0);
    assert_eq!(find("shellypro3em-1/status/em:0")["total_act_power"], -250.0);
    assert!(sent.iter().all(|message| !message.retain));
}

#[test]
fn a_tasmota_publishes_kwh() {
    let device = device(DeviceRole::Production, None);
    let sent = sent("tasmota-production", "balcony", &device);
    assert_eq!((sent.len(), sent[0].topic.as_str()), (1, "tele/balcony/SENSOR"));
    let energy = &json(&sent[0])["ENERGY"];
    assert_eq!(milli(&energy["Total"], 1e6), registers(&device).export_mwh);
    assert_eq!(energy["Power"], 500.0);
}

#[test]
fn a_p1_telegram_is_whole_and_ends_with_its_crc() {
    let sent = sent("p1", "p1/telegram", &device(DeviceRole::Grid, None));
    let telegram = String::from_utf8(sent[0].payload.clone()).unwrap();
    assert!(telegram.starts_with('/') && telegram.contains("1-0:1.8.0(") && telegram.contains("*kWh)"), "{telegram}");
    assert_eq!(telegram.trim_end().rsplit('!').next().unwrap().len(), 4);
}

#[test]
fn each_fault_does_what_it_says() {
    let of = |kind| sent("shelly-em", "s", &device(DeviceRole::Grid, Some(kind)));
    assert!(of(FaultKind::Silent).is_empty());
    assert!(of(FaultKind::Disconnect).is_empty());
    assert!(of(FaultKind::Retained).iter().all(|message| message.retain));
    assert!(of(FaultKind::NotJson).iter().all(|message| serde_json::from_slice::<Value>(&message.payload).is_err()));
    let data = |kind| json(of(kind).iter().find(|message| message.topic == "s/status/emdata:0").unwrap());
    assert!(data(FaultKind::Nan)["total_act"].is_null());
    assert_eq!(data(FaultKind::Zero)["total_act"], 0.0);
    let short = data(FaultKind::ShortReply);
    assert!(short.get("total_act").is_none() && short.get("id").is_some(), "{short}");
}

#[test]
fn a_lacking_field_leaves_the_topic_out_only_if_nothing_else_is_in_it() {
    let sent = sent("tasmota", "t", &device(DeviceRole::Grid, Some(FaultKind::ShortReply)));
    let document = json(&sent[0]);
    assert!(document["ENERGY"].get("Total").is_none() && document["ENERGY"]["Power"] == -250.0, "{document}");
}

#[test]
fn a_device_with_a_clock_tells_its_time_and_its_clock_may_jump() {
    let time = |kind| json(&sent("tasmota", "washer", &device(DeviceRole::Grid, kind))[0])["Time"].clone();
    assert_eq!(time(None), "2026-06-21T11:01:40");
    assert_eq!(time(Some(FaultKind::ClockJump)), "2026-06-21T12:01:40");
}
