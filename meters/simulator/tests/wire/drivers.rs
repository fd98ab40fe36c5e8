//! DeREN's own drivers read the simulator: what they say is what is true.

use super::{mosquitto::Mosquitto, *};
use deren_simulator::config::MqttConfig;

/// Reads every device of the first home by its URI and compares it with the truth before and after.
pub async fn every_device_reads_true(simulator: &Simulator) {
    for (number, device) in simulator.serving().homes[0].devices.iter().enumerate() {
        // What was pushed before it was asked for is a sample, too.
        let before = truth(simulator, number).await;
        let mut driver = deren_meters::open(&device.uri).await.unwrap();
        let uri = &device.uri;
        let identity = driver.identify().await.unwrap_or_else(|error| panic!("{uri}: {error}"));
        let sample = driver.sample().await.unwrap_or_else(|error| panic!("{uri}: {error}"));
        let after = truth(simulator, number).await;
        let step = u64::from(device.register_step_mwh);
        let is_true = |read: Option<u64>, before: u64, after: u64| {
            // A counter that was never above zero may be taken for one that is not there.
            read.map_or(before == 0, |read| read + step >= before && read <= after + step)
        };
        if template_of(uri).is_some_and(|template| template.both_ways) {
            assert_eq!(sample.export_mwh, None, "{uri}");
        } else {
            assert!(is_true(sample.export_mwh, before.export_mwh, after.export_mwh), "{uri}: {sample:?}, {before:?}");
        }
        assert!(is_true(sample.import_mwh, before.import_mwh, after.import_mwh), "{uri}: {sample:?}, {before:?}");
        // Energies only grow; power jumps, and can be compared only where time stands still.
        if let (Some(power_w), true) = (sample.power_w, before == after) {
            let off = (power_w - before.power_w).abs();
            assert!(off <= 2.max(power_step_w(uri)), "{uri}: {power_w} W, {before:?}");
        }
        if identity.has_serial && !uri.is_published() {
            assert_eq!(identity.serial, device.serial, "{uri}");
        }
        assert!(!sample.suspect, "{uri}");
    }
}

/// The register template that a device is read by, if it is.
fn template_of(uri: &deren_meters::DeviceUri) -> Option<deren_meters::template::registers::ModbusTemplate> {
    let device = uri.device::<deren_meters::modbus::ModbusDevice>()?;
    match deren_meters::Library::builtin().unwrap().get(&device.template) {
        Some(deren_meters::Template::Modbus(template)) => Some(template.clone()),
        _ => None,
    }
}

/// In which steps a template's device counts its power, in whole watts.
fn power_step_w(uri: &deren_meters::DeviceUri) -> i32 {
    let step_milliwatts = template_of(uri).and_then(|template| template.power?.counter(None).step_mwh);
    i32::try_from(step_milliwatts.unwrap_or_default() / 1000).unwrap()
}

#[tokio::test]
async fn our_driver_reads_every_sunspec_model_that_we_serve() {
    let mut home = whole_home();
    let inverters = [101, 102, 103, 111, 112, 113, 701].map(|model| sunspec(Production, model));
    let meters = [201, 202, 203, 211, 212, 213, 701].map(|model| sunspec(Grid, model));
    home.modbus[0].sunspec = vec![
        SunSpecConfig::new(inverters.to_vec()),
        SunSpecConfig {
            unit: 3,
            base: 0,
            end: deren_simulator::config::ChainEnd::Zero,
            ..SunSpecConfig::new(meters.to_vec())
        },
        SunSpecConfig {
            unit: 4,
            base: 50_000,
            end: deren_simulator::config::ChainEnd::Missing,
            ..SunSpecConfig::new(vec![sunspec(Storage, 203)])
        },
    ];
    every_device_reads_true(&start(frozen(), vec![home]).await).await;
}

#[tokio::test]
async fn our_driver_reads_every_modbus_template_that_we_serve() {
    let library = deren_meters::Library::builtin().unwrap();
    let meter = |(name, template): (&str, &deren_meters::Template)| match template {
        deren_meters::Template::Modbus(template) => {
            let knows_no_export = template.roles[0] == Grid && template.export.is_none();
            Some((knows_no_export, MeterConfig::new(template.roles[0], name)))
        }
        deren_meters::Template::Mqtt(_) => None,
    };
    let (imports_alone, all): (Vec<_>, Vec<_>) = library.iter().filter_map(meter).partition(|(alone, _)| *alone);
    assert!(all.len() >= 7 && !imports_alone.is_empty());
    read_in(whole_home(), all).await;
    // Behind a meter that knows no export nothing is fed in.
    read_in(HomeConfig { pv: None, battery: None, ..whole_home() }, imports_alone).await;
}

async fn read_in(mut home: HomeConfig, meters: Vec<(bool, MeterConfig)>) {
    let meters: Vec<MeterConfig> = meters.into_iter().map(|(_, meter)| meter).collect();
    // A server has so many units at most.
    let servers = meters.chunks(30).map(|meters| ModbusConfig {
        meters: (1..).zip(meters).map(|(unit, meter)| MeterConfig { unit, ..meter.clone() }).collect(),
        ..ModbusConfig::default()
    });
    home.modbus = servers.collect();
    every_device_reads_true(&start(frozen(), vec![home]).await).await;
}

#[tokio::test]
async fn our_driver_reads_every_mqtt_template_that_we_serve() {
    let broker = Mosquitto::start().await;
    let library = deren_meters::Library::builtin().unwrap();
    let device = |(name, template): (&str, &deren_meters::Template)| {
        let deren_meters::Template::Mqtt(template) = template else { return None };
        if template.over_http {
            return None;
        }
        // What only consumes has no role in a home.
        template.export.as_ref()?;
        let role = if template.import.is_none() { Production } else { Grid };
        Some(MqttConfig { every_s: 150, ..MqttConfig::new(role, name, broker.url(), format!("{name}-1")) })
    };
    let devices: Vec<MqttConfig> = library.iter().filter_map(device).collect();
    assert!(devices.len() >= 6);
    let mut home = whole_home();
    home.modbus.clear();
    // A home has eight at most.
    for some in devices.chunks(8) {
        home.mqtt = some.to_vec();
        every_device_reads_true(&start(midsummer(100.0), vec![home.clone()]).await).await;
    }
}
