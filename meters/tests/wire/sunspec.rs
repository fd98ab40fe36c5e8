//! SunSpec devices over Modbus TCP: chains as devices really have them.

use crate::support::{
    driver,
    image::Image,
    read,
    rogue::{Reply, Rogue},
    served::{Memory, Served},
};
use deren_meters::MeterError;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::sync::{Arc, Mutex};

fn solaredge() -> Image {
    Image::new()
        .common("SolarEdge", "SE10K", "INV-1")
        .inverter(4_200, 12_345_678, 0)
        .common("SolarEdge", "Meter", "MET-1")
        .meter(-1_500, 1_000_000, 2_000_000, 0)
        .common("SolarEdge", "Meter", "MET-2")
        .meter(300, 77, 0, 2)
        .end()
}

fn uri(port: u16, rest: &str) -> String {
    format!("sunspec+tcp://127.0.0.1:{port}?unit=1&timeout_ms=10000{rest}")
}

#[tokio::test]
async fn every_occurrence_of_a_model_is_its_own_device() {
    let device = Served::image(&solaredge()).await;
    let read = async |rest: &str| read(&uri(device.port, rest)).await.expect(rest);

    let inverter = read("&model=103&index=0").await;
    assert_eq!((inverter.vendor.as_str(), inverter.serial.as_deref()), ("SolarEdge", Some("INV-1")));
    assert_eq!((inverter.import_mwh, inverter.export_mwh), (None, Some(12_345_678_000)));
    assert_eq!(inverter.power_w, Some(-4_200), "what an inverter makes flows to the grid");
    let first = read("&model=203&index=0").await;
    assert_eq!(first.serial.as_deref(), Some("MET-1"));
    assert_eq!((first.import_mwh, first.export_mwh), (Some(1_000_000_000), Some(2_000_000_000)));
    assert_eq!(first.power_w, Some(-1_500));
    let second = read("&model=203&index=1").await;
    assert_eq!((second.serial.as_deref(), second.import_mwh), (Some("MET-2"), Some(7_700_000)));
    assert_eq!(second.export_mwh, None, "an accumulator of zero is not implemented");
    assert_eq!(read("&index=2").await.serial, second.serial, "without a model, the devices in order");

    let error = driver(&uri(device.port, "&model=203&index=2")).await.identify().await.expect_err("no third meter");
    assert!(error.to_string().contains("the device has models 1, 103, 1, 203, 1, 203"), "{error}");
}

#[tokio::test]
async fn devices_of_one_endpoint_share_one_connection() {
    let device = Served::image(&solaredge()).await;
    let tasks = ["&model=103", "&model=203", "&model=203&index=1"].map(|rest| {
        let uri = uri(device.port, rest);
        tokio::spawn(async move {
            let mut driver = driver(&uri).await;
            for _ in 0..20 {
                driver.sample().await.expect("a sample");
            }
            driver
        })
    });
    let mut drivers = Vec::new();
    for task in tasks {
        drivers.push(task.await.expect("done"));
    }
    assert_eq!(device.connections(), 1, "an inverter may take one client only");
}

#[tokio::test]
async fn an_exception_of_any_kind_at_one_base_does_not_stop_the_search() {
    for (base, code) in [(0u16, 1u8), (0, 4), (50_000, 2), (50_000, 11)] {
        let image = solaredge().0;
        let device = Rogue::start(move |asked| {
            let inside = asked.address >= base && usize::from(asked.address - base) < image.len();
            Reply::Pdu(if inside { asked.of(base, &image) } else { asked.exception(code) })
        })
        .await;
        let sample = driver(&uri(device.port, "")).await.sample().await.expect("found");
        assert_eq!(sample.export_mwh, Some(12_345_678_000), "base {base}, exception {code}");
    }
}

#[tokio::test]
async fn a_chain_may_end_without_an_end_model_or_with_zeros() {
    let unended = Image::new().common("SMA", "STP", "1").inverter(1, 5, 0);
    let zeros = || {
        let mut image = Image::new().common("Kostal", "Plenticore", "2").inverter(1, 5, 0);
        image.0.extend([0, 0]);
        image
    };
    for image in [unended, zeros()] {
        let device = Served::image(&image).await;
        let sample = driver(&uri(device.port, "&model=103")).await.sample().await.expect("a sample");
        assert_eq!(sample.export_mwh, Some(5_000));
    }
}

#[tokio::test]
async fn a_device_without_sunspec_says_so() {
    let device = Served::start(Memory::default().put(1, 3, 40_000, &[1, 2])).await;
    let error = driver(&uri(device.port, "")).await.sample().await.expect_err("no marker");
    assert!(matches!(error, MeterError::NotSunSpec { unit: 1, .. }), "{error}");
}

#[tokio::test]
async fn scale_factors_are_exact_and_sentinels_are_nothing() {
    let memory = Memory::default();
    let device = Served::start(&memory).await;
    let uri = uri(device.port, "");
    for (energy, factor, mwh) in [
        (123_456_789, -1, Some(12_345_678_900)),
        (123_456_789, -5, Some(1_234_567)),
        (4_294_967_294, 3, Some(4_294_967_294_000_000)),
        (u32::MAX, 0, None),
        (0, 0, None),
        (7, i16::MIN, None),
    ] {
        memory.clear().image(1, 40_000, &Image::new().common("V", "M", "S").inverter(1, energy, factor).end());
        match (driver(&uri).await.sample().await, mwh) {
            (Ok(sample), Some(_)) => assert_eq!(sample.export_mwh, mwh, "{energy} × 10^{factor}"),
            (Err(MeterError::NoEnergy { .. }), None) => {}
            (outcome, _) => panic!("{energy} × 10^{factor}: {outcome:?}"),
        }
    }
    memory.clear().image(1, 40_000, &Image::new().common("V", "M", "S").inverter(1, 7, 11).end());
    let error = driver(&uri).await.sample().await.expect_err("no such scale factor");
    assert!(matches!(error, MeterError::OutOfRange { .. }), "{error}");
}

#[tokio::test]
async fn float_models_are_read_and_not_a_number_is_nothing() {
    let image = Image::new().common("Fronius", "Smart Meter", "9").float_meter(4_096.25, f32::NAN).end();
    let device = Served::image(&image).await;
    let sample = driver(&uri(device.port, "&model=213")).await.sample().await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.export_mwh), (Some(4_096_250), None));
}

#[tokio::test]
async fn an_inverter_that_shows_itself_by_several_models_is_one_device() {
    let counters = [(19, &[0u16, 1, 2, 3][..]), (23, &[0xffff; 4]), (120, &[0])];
    let image = Image::new().common("Enphase", "IQ", "7").inverter(1, 5, 0).model(701, 153, &counters).end();
    let device = Served::image(&image).await;
    let mut best = driver(&uri(device.port, "")).await;
    assert_eq!(best.sample().await.expect("model 701").export_mwh, Some(0x0001_0002_0003 * 1_000));
    let mut named = driver(&uri(device.port, "&model=103")).await;
    assert_eq!(named.sample().await.expect("model 103").export_mwh, Some(5_000));
    assert_eq!(best.identify().await, named.identify().await, "the same device");
    let error = driver(&uri(device.port, "&index=1")).await.sample().await.expect_err("only one");
    assert!(matches!(error, MeterError::NoSuchModel { .. }), "{error}");
}

#[tokio::test]
async fn devices_of_the_same_serial_number_have_their_own_sub_unit() {
    let image = Image::new().common("V", "M", "SAME").inverter(1, 5, 0).meter(1, 2, 3, 0).common("V", "M", "SAME");
    let device = Served::image(&image.meter(1, 4, 5, 0).end()).await;
    let mut sub_units = Vec::new();
    for rest in ["&model=103", "&model=203", "&model=203&index=1"] {
        let identity = driver(&uri(device.port, rest)).await.identify().await.expect("an identity");
        assert_eq!(identity.serial, "SAME");
        sub_units.push(identity.sub_unit);
    }
    assert_eq!(sub_units, [0, 1, 2]);
}

#[tokio::test]
async fn a_chain_that_changes_is_walked_again() {
    let memory = Memory::default();
    let device = Served::start(&memory).await;
    memory.image(1, 40_000, &Image::new().common("V", "M", "S").inverter(1, 5, 0).meter(1, 2, 3, 0).end());
    let mut meter = driver(&uri(device.port, "&model=203")).await;
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(2_000));
    memory.clear().image(1, 40_000, &Image::new().common("V", "M", "S").model(120, 26, &[]).end());
    let error = meter.sample().await.expect_err("moved");
    assert!(matches!(error, MeterError::Exception { .. } | MeterError::ModelMoved { .. }), "{error}");
    memory.clear().image(1, 40_000, &Image::new().common("V", "M", "S").meter(1, 9, 3, 0).inverter(1, 5, 0).end());
    let error = meter.sample().await.expect_err("moved");
    assert!(matches!(error, MeterError::ModelMoved { .. }), "{error}");
    assert_eq!(meter.sample().await.expect("found again").import_mwh, Some(9_000));
}

#[tokio::test]
async fn energy_and_its_scale_factor_come_by_one_request() {
    let image = solaredge().0;
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let device = Rogue::start(move |asked| {
        seen.lock().expect("not poisoned").push((asked.address, asked.count));
        Reply::Pdu(asked.of(40_000, &image))
    })
    .await;
    let mut meter = driver(&uri(device.port, "&model=203")).await;
    meter.sample().await.expect("a sample");
    requests.lock().expect("not poisoned").clear();
    meter.sample().await.expect("a sample");
    // After 2 registers of the marker, and 68, 52 and 68 of the models before it: the whole model.
    assert_eq!(*requests.lock().expect("not poisoned"), [(40_190, 107)]);
}

#[test]
fn any_register_image_is_read_or_refused() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    let memory = Memory::default();
    let device = runtime.block_on(Served::start(&memory));
    let known = prop::sample::select(vec![1u16, 101, 103, 111, 203, 204, 213, 214, 701]);
    let model = (prop_oneof![3 => known, 1 => any::<u16>()], 0u16..160, prop::collection::vec(any::<u16>(), 0..160));
    let chain = prop::collection::vec(model, 0..6);
    let mut runner = TestRunner::new(Config { cases: 48, ..Config::default() });
    let outcome = runner.run(&(chain, any::<bool>()), |(chain, right_lengths)| {
        let mut image = Image::new();
        for (id, length, words) in chain {
            let prescribed = [(1, 66), (101, 50), (103, 50), (111, 60), (203, 105), (204, 105), (213, 124), (214, 124)];
            let prescribed = prescribed.iter().chain(&[(701, 153)]).find(|(known, _)| *known == id);
            let length = prescribed.filter(|_| right_lengths).map_or(length, |(_, length)| *length);
            let words = &words[..words.len().min(length.into())];
            image = image.model(id, length, &[(2, words)]);
        }
        memory.clear().image(1, 40_000, &image.end());
        runtime.block_on(async {
            for rest in ["", "&model=203", "&model=701&index=1"] {
                let mut driver = driver(&uri(device.port, rest)).await;
                let _ = driver.identify().await;
                if let Ok(sample) = driver.sample().await {
                    assert!(sample.import_mwh.is_some() || sample.export_mwh.is_some());
                }
            }
        });
        Ok(())
    });
    outcome.expect("no image makes the driver fail otherwise than by an error");
}
