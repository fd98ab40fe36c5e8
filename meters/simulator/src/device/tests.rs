//! What a device counts, and what its faults do to it.

use super::*;
use crate::{
    clock::SpeedPermille,
    config::{BatteryConfig, HomeConfig, PvConfig, SimulatorConfig},
    faults::{Fault, FaultKind},
};

fn running(faults: &FaultScript) -> RunningHome {
    let config = HomeConfig {
        pv: Some(PvConfig::new(6.0)),
        battery: Some(BatteryConfig::new(8_000, 1_000)),
        ..HomeConfig::new("sunny")
    };
    let neighbourhood = SimulatorConfig::new("2026-06-21".parse().unwrap(), "11:00".parse().unwrap());
    let clock = Clock::new(neighbourhood.start_unix_s(), SpeedPermille(1_000), u64::MAX);
    RunningHome::new(Home::new(&neighbourhood, &config, faults.marks_s()), clock)
}

fn device(role: DeviceRole, faults: Vec<Fault>) -> Device {
    let faults = FaultScript::new(faults);
    Device::new(running(&faults), role, 6_000, Noise::new(1, "device"), faults)
}

fn moment(device: &Device, elapsed_s: u64) -> Moment {
    device.home.advance(elapsed_s).unwrap()
}

#[test]
fn the_devices_of_a_home_add_up() {
    let (grid, production, storage) =
        (device(DeviceRole::Grid, vec![]), device(DeviceRole::Production, vec![]), device(DeviceRole::Storage, vec![]));
    let since = |device: &Device| {
        let (first, last) = (device.registers(&moment(device, 0)), device.registers(&moment(device, 3_600)));
        (last.import_mwh - first.import_mwh, last.export_mwh - first.export_mwh)
    };
    let (imported, exported) = since(&grid);
    let (own_use, produced) = since(&production);
    let (charged, discharged) = since(&storage);
    let consumed = moment(&grid, 3_600).books.consumption_mwh;
    assert_eq!(own_use, 0);
    assert_eq!(produced + imported + discharged, consumed + exported + charged);
}

#[test]
fn a_device_has_a_history_and_a_serial_of_its_own() {
    let first = device(DeviceRole::Grid, vec![]);
    let registers = first.registers(&moment(&first, 0));
    assert!(registers.import_mwh >= 1_000_000_000 && registers.export_mwh >= 1_000_000_000);
    let faults = FaultScript::default();
    let other = Device::new(running(&faults), DeviceRole::Grid, 6_000, Noise::new(1, "another"), faults);
    assert_ne!(other.plate().serial, first.plate().serial);
    assert_ne!(other.registers(&moment(&other, 0)), registers);
}

#[test]
fn a_production_device_shows_its_power_as_negative() {
    let device = device(DeviceRole::Production, vec![]);
    let registers = device.registers(&moment(&device, 60));
    assert!(registers.power_w < -1_000 && registers.import_mwh == 0, "{registers:?}");
}

#[test]
fn zero_and_nan_last_as_long_as_they_say() {
    let faults = vec![Fault::new(FaultKind::Zero, 10, Some(5)), Fault::new(FaultKind::Nan, 20, Some(5))];
    let device = device(DeviceRole::Grid, faults);
    let shown = |at_s| device.shown(&moment(&device, at_s)).registers;
    let before = shown(9).unwrap();
    assert_eq!(shown(10), Some(Registers::default()));
    assert!(shown(15).unwrap().export_mwh >= before.export_mwh);
    assert_eq!(shown(20), None);
    assert!(shown(25).unwrap().export_mwh >= before.export_mwh);
}

#[test]
fn a_reset_counts_from_zero_and_one_that_ends_comes_back() {
    let faults = vec![Fault::new(FaultKind::CounterReset, 100, Some(1_000))];
    let device = device(DeviceRole::Production, faults);
    let at = |at_s| device.registers(&moment(&device, at_s)).export_mwh;
    let before = at(99);
    assert_eq!(at(100), 0);
    assert!(at(1_099) > 0 && at(1_099) < before);
    assert!(at(1_100) > before);
}

#[test]
fn a_stuck_device_stands_and_then_shows_what_flowed_meanwhile() {
    let device = device(DeviceRole::Production, vec![Fault::new(FaultKind::Stuck, 100, Some(1_000))]);
    let at = |at_s| device.shown(&moment(&device, at_s)).registers.unwrap();
    let when_it_began = at(100);
    assert!(when_it_began.power_w < 0);
    assert_eq!([at(500), at(1_099)], [when_it_began; 2]);
    assert_eq!(at(1_100), device.registers(&moment(&device, 1_100)));
    assert!(at(1_100).export_mwh > when_it_began.export_mwh + 100_000);
}

#[test]
fn a_jump_goes_up_and_comes_back() {
    let jump = Fault { by_wh: Some(2_000), ..Fault::new(FaultKind::Jump, 10, Some(5)) };
    let device = device(DeviceRole::Grid, vec![jump]);
    let off_by = |at_s| {
        let moment = moment(&device, at_s);
        device.shown(&moment).registers.unwrap().import_mwh - device.registers(&moment).import_mwh
    };
    assert_eq!([9, 10, 14, 15].map(off_by), [0, 2_000_000, 2_000_000, 0]);
}

#[test]
fn a_swapped_meter_has_its_own_serial_number_and_counters() {
    let device = device(DeviceRole::Grid, vec![Fault::new(FaultKind::Swap, 100, Some(1_000))]);
    let registers = |at_s| device.registers(&moment(&device, at_s));
    let (old, new, back) = (registers(99), registers(100), registers(1_100));
    assert!(new.import_mwh <= 5_000_000 && old.import_mwh >= 1_000_000_000 && back.import_mwh >= old.import_mwh);
    assert_eq!(device.plate_at(99), *device.plate());
    assert_ne!(device.plate_at(100).serial, device.plate().serial);
    assert_eq!(device.plate_at(1_100), *device.plate());
}

#[test]
fn a_rollover_starts_near_its_end_and_begins_at_zero_again() {
    let rollover = Fault { by_wh: Some(100), ..Fault::new(FaultKind::Rollover, 0, None) };
    let modulus_mwh = 4_294_967_296_000;
    let device = device(DeviceRole::Production, vec![rollover]).with_moduli([Some(modulus_mwh); 2]);
    let shown = |at_s| device.shown(&moment(&device, at_s)).registers.unwrap();
    assert_eq!(shown(0).export_mwh, modulus_mwh - 100_000);
    assert_eq!(shown(0).import_mwh, 0, "it counts no import");
    let produced_mwh = device.registers(&moment(&device, 600)).export_mwh - (modulus_mwh - 100_000);
    assert_eq!(shown(600).export_mwh, produced_mwh - 100_000);
}

#[tokio::test]
async fn looking_now_catches_up_with_the_clock() {
    let neighbourhood = SimulatorConfig::new("2026-06-21".parse().unwrap(), "11:00".parse().unwrap());
    let a_day_ago_ms = crate::clock::unix_now().as_millis() as u64 - 86_400_000;
    let clock = Clock::new(neighbourhood.start_unix_s(), SpeedPermille(1_000), a_day_ago_ms);
    let home = RunningHome::new(Home::new(&neighbourhood, &HomeConfig::new("a"), [].into_iter()), clock);
    let moment = home.now().await;
    assert!((86_400..86_500).contains(&moment.elapsed_s), "{}", moment.elapsed_s);
    assert!(moment.books.import_mwh > 5_000_000);
}
