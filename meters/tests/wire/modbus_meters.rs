//! Every built-in Modbus template: a device served by the template is read by its driver.

use crate::support::{
    driver, modbus_template,
    served::{Memory, Served},
};
use deren_meters::{DeviceUri, Library, MeterError, Readout, Template, open_with, template::registers::ModbusTemplate};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::thread;

fn templates() -> Vec<(&'static str, &'static ModbusTemplate)> {
    let library = Library::builtin().expect("templates");
    let modbus = library.iter().filter_map(|(name, template)| match template {
        Template::Modbus(template) => Some((name, template)),
        Template::Mqtt(_) => None,
    });
    modbus.collect()
}

#[tokio::test]
async fn each_template_reads_the_device_that_it_serves() {
    for (name, template) in templates() {
        let readout = Readout {
            import_mwh: Some(8_388_600_000),
            export_mwh: Some(12_500_000),
            power_w: Some(-1_234),
            serial: template.fixture.expect.serial.clone(),
        };
        let device = Served::start(Memory::default().show(17, template, &readout)).await;
        let mut meter = driver(&format!("modbus+tcp://127.0.0.1:{}?template={name}&unit=17", device.port)).await;
        let identity = meter.identify().await.expect(name);
        assert_eq!((identity.vendor, identity.model), (template.vendor.clone(), template.model.clone()));
        let address = format!("@127.0.0.1:{}/17", device.port);
        assert_eq!(identity.serial, readout.serial.clone().unwrap_or(address), "{name}");
        assert_eq!(identity.has_serial, readout.serial.is_some(), "{name}");
        let sample = meter.sample().await.expect(name);
        // A float holds this much; no register is coarser than a kWh.
        for (read, shown, field) in
            [(sample.import_mwh, 8_388_600_000u64, &template.import), (sample.export_mwh, 12_500_000, &template.export)]
        {
            assert_eq!(read.is_some(), field.is_some(), "{name}");
            assert!(read.is_none_or(|read| read.abs_diff(shown) <= 600_000), "{name}: {read:?}");
        }
        assert_eq!(sample.power_w.is_some(), template.power.is_some(), "{name}");
        // What counts both ways as one shows no sign; the coarsest powers are whole hundreds of a watt.
        let shown = if template.both_ways { 0 } else { -1_234 };
        assert!(sample.power_w.is_none_or(|watt| watt.abs_diff(shown) <= 100), "{name}: {:?}", sample.power_w);
        assert!(!sample.suspect);
    }
}

#[tokio::test]
async fn another_unit_of_the_same_port_is_another_meter() {
    let template = modbus_template("eastron-sdm630");
    let memory = Memory::default();
    for unit in 1..=3u8 {
        let readout = Readout { import_mwh: Some(u64::from(unit) * 1_000_000), ..Readout::default() };
        memory.show(unit, template, &readout);
    }
    let device = Served::start(&memory).await;
    for unit in [3u8, 1, 2] {
        let uri = format!("modbus+tcp://127.0.0.1:{}?template=eastron-sdm630&unit={unit}", device.port);
        let sample = driver(&uri).await.sample().await.expect("a sample");
        assert_eq!((sample.import_mwh, sample.export_mwh), (Some(u64::from(unit) * 1_000_000), None));
    }
}

#[tokio::test]
async fn a_meter_that_was_swapped_is_not_read_as_the_old_one() {
    let template = modbus_template("eastron-sdm630");
    let readout =
        |serial: &str| Readout { import_mwh: Some(1_000_000), serial: Some(serial.into()), ..Readout::default() };
    let memory = Memory::default();
    memory.show(1, template, &readout("111"));
    let device = Served::start(&memory).await;
    let address = format!("127.0.0.1:{}", device.port);
    let mut meter = driver(&format!("modbus+tcp://{address}?template=eastron-sdm630")).await;
    assert_eq!(meter.identify().await.expect("an identity").serial, "111");
    meter.sample().await.expect("a sample");

    // The driver makes a new connection by itself, so nothing else would tell.
    device.restart().await;
    meter.sample().await.expect("the same meter, restarted");
    memory.show(1, template, &readout("222"));
    device.restart().await;
    for _ in 0..2 {
        let error = meter.sample().await.expect_err("another meter");
        assert!(matches!(error, MeterError::Swapped { .. }), "{error}");
    }
    assert_eq!(meter.identify().await.expect("an identity").serial, "222");
    meter.sample().await.expect("a sample of the new meter");
}

#[tokio::test]
async fn a_template_for_another_wire_is_refused() {
    for uri in ["modbus+tcp://127.0.0.1?template=tasmota", "mqtt://127.0.0.1/t?template=eastron-sdm630"] {
        let uri: DeviceUri = uri.parse().expect(uri);
        let error = deren_meters::open(&uri).await.err().expect("refused");
        assert!(matches!(error, MeterError::UnknownTemplate { .. }), "{error}");
    }
}

#[test]
fn any_registers_are_read_or_refused() {
    thread::scope(|scope| {
        for (name, template) in templates() {
            scope.spawn(move || any_registers_of(name, template));
        }
    });
}

fn any_registers_of(name: &str, template: &ModbusTemplate) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
    let memory = Memory::default();
    let device = runtime.block_on(Served::start(&memory));
    let uri = format!("modbus+tcp://127.0.0.1:{}?template={name}", device.port);
    let uri: DeviceUri = uri.parse().expect("a URI");
    // The silence that a device, or all of its vendor's, want after each connection would be most of the test's time.
    let mut template = template.clone();
    template.wire.settle_ms = 0;
    template.vendor.clear();
    let mut library = Library::default();
    library.insert(name, Template::Modbus(template.clone()));
    let words =
        prop::collection::vec(prop_oneof![Just(0u16), Just(0x7fff), Just(0x8000), Just(0xffff), any::<u16>()], 80);
    let mut runner = TestRunner::new(Config { cases: 32, ..Config::default() });
    let outcome = runner.run(&words, |words| {
        for (_, field) in template.fields() {
            memory.put(1, field.function.into(), field.address, &words[..field.word_count().into()]);
        }
        runtime.block_on(async {
            let mut meter = open_with(&uri, &library).await.expect("a driver");
            let _ = meter.identify().await;
            let _ = meter.sample().await;
        });
        Ok(())
    });
    outcome.unwrap_or_else(|failure| {
        panic!("no registers of {name} make the driver fail otherwise than by an error: {failure}")
    });
}
