//! What devices of one manufacturer do. Each quirk of `quirks/` is there as the device does it, and the same from a
//! device of another manufacturer, of which nothing is known.

use crate::support::{
    driver,
    image::Image,
    rogue::{Reply, Rogue, sdm},
    served::{Memory, Served},
};
use deren_meters::{DeviceUri, Library, MeterError, open_with};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

fn uri(port: u16, rest: &str) -> String {
    format!("sunspec+tcp://127.0.0.1:{port}?unit=1{rest}")
}

fn inverter(vendor: &str, energy: u32) -> Image {
    Image::new().common(vendor, "M", "S").inverter(1, energy, 0).end()
}

#[tokio::test]
async fn solaredge_totals_that_count_down_are_no_totals_until_they_are_back() {
    let memory = Memory::default();
    memory.image(1, 40_000, &inverter("SolarEdge", 5_000_000));
    let device = Served::start(&memory).await;
    let mut meter = driver(&uri(device.port, "")).await;
    let mut sample = async |energy| {
        memory.image(1, 40_000, &inverter("SolarEdge", energy));
        meter.sample().await
    };
    assert_eq!(sample(5_000_000).await.expect("a sample").export_mwh, Some(5_000_000_000));
    for dip in [4_999_980, 4_999_990, 4_999_000] {
        let error = sample(dip).await.expect_err("a dip");
        assert!(matches!(error, MeterError::Dip { what: "export", .. }), "{error}");
        assert!(error.to_string().contains("as SolarEdge devices do"), "{error}");
    }
    assert_eq!(sample(5_000_001).await.expect("it is back").export_mwh, Some(5_000_001_000));
    assert_eq!(sample(4_000_000).await.expect("a reset").export_mwh, Some(4_000_000_000), "for its caller to judge");
}

#[tokio::test]
async fn fronius_may_take_its_time() {
    for (vendor, patient) in [("Fronius", true), ("Another", false)] {
        let image = inverter(vendor, 5).0;
        let is_slow = Arc::new(AtomicBool::new(false));
        let slow = is_slow.clone();
        let device = Rogue::start(move |asked| {
            let pdu = asked.of(40_000, &image);
            if slow.load(Ordering::SeqCst) { Reply::Late(Duration::from_millis(1_800), pdu) } else { Reply::Pdu(pdu) }
        })
        .await;
        let mut meter = driver(&uri(device.port, "")).await;
        meter.sample().await.expect("a sample");
        is_slow.store(true, Ordering::SeqCst);
        match meter.sample().await {
            Ok(sample) => assert!(patient && sample.export_mwh == Some(5_000), "{vendor}"),
            Err(error) => assert!(!patient && matches!(error, MeterError::Timeout { .. }), "{vendor}: {error}"),
        }
    }
}

#[tokio::test]
async fn sma_chains_may_end_in_silence() {
    for (vendor, known) in [("SMA", true), ("Another", false)] {
        let image = Image::new().common(vendor, "STP", "1").inverter(1, 5, 0).0;
        let end = 40_000 + u16::try_from(image.len()).expect("short");
        let device = Rogue::start(move |asked| match asked.address {
            address if (end..50_000).contains(&address) => Reply::Silence,
            _ => Reply::Pdu(asked.of(40_000, &image)),
        })
        .await;
        match driver(&uri(device.port, "&timeout_ms=300")).await.sample().await {
            Ok(sample) => assert!(known && sample.export_mwh == Some(5_000), "{vendor}"),
            Err(error) => assert!(!known && matches!(error, MeterError::Timeout { .. }), "{vendor}: {error}"),
        }
    }
}

#[tokio::test]
async fn all_ones_before_a_restart_are_no_energy_and_no_other_chain() {
    let memory = Memory::default();
    let device = Served::start(&memory).await;
    for image in [
        inverter("SMA", 5),
        Image::new().common("SMA", "M", "S").model(701, 153, &[(19, &[0, 0, 0, 5]), (23, &[0; 4]), (120, &[0])]),
    ] {
        memory.clear().image(1, 40_000, &image);
        let mut meter = driver(&uri(device.port, "")).await;
        assert_eq!(meter.sample().await.expect("a sample").export_mwh, Some(5_000));
        memory.put(1, 3, 40_000, &vec![0xffff; image.0.len()]);
        let error = meter.sample().await.expect_err("nothing there");
        assert!(matches!(&error, MeterError::NoEnergy { reason, .. } if reason.contains("restart")), "{error}");
        memory.image(1, 40_000, &image);
        assert!(!meter.sample().await.expect("the same as before").suspect);
    }
}

#[tokio::test]
async fn kostal_accumulators_below_zero_are_refused() {
    let memory = Memory::default();
    let device = Served::start(&memory).await;
    for (vendor, signed) in [("KOSTAL", true), ("Another", false)] {
        memory.clear().image(1, 40_000, &inverter(vendor, 0xffff_fff0));
        match driver(&uri(device.port, "")).await.sample().await {
            Ok(sample) => assert!(!signed && sample.export_mwh == Some(4_294_967_280_000), "{vendor}"),
            Err(error) => {
                assert!(signed && matches!(error, MeterError::OutOfRange { .. }), "{vendor}: {error}");
                assert!(error.to_string().contains("reads -16 × 10^0 Wh"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn enphase_lifetime_energy_of_zero_is_no_total() {
    let image = |vendor, energy| {
        let points = [(19, &[0, 0, 0, energy][..]), (23, &[0, 0, 0, 7]), (120, &[0])];
        Image::new().common(vendor, "IQ", "1").model(701, 153, &points).end()
    };
    let memory = Memory::default();
    let device = Served::start(&memory).await;
    // From the very first sample on: a gateway that was started again knows of none before.
    memory.image(1, 40_000, &image("Enphase Energy", 0));
    let mut meter = driver(&uri(device.port, "")).await;
    let error = meter.sample().await.expect_err("not read yet");
    assert!(matches!(error, MeterError::NoEnergy { .. }), "{error}");
    memory.image(1, 40_000, &image("Enphase Energy", 9));
    assert_eq!(meter.sample().await.expect("a sample").export_mwh, Some(9_000));
    memory.image(1, 40_000, &image("Enphase Energy", 0));
    assert!(meter.sample().await.is_err(), "after a reconnect");

    memory.clear().image(1, 40_000, &image("Another", 0));
    let sample = driver(&uri(device.port, "")).await.sample().await.expect("a new inverter");
    assert_eq!(sample.export_mwh, Some(0));
}

/// A meter with the registers of an SDM630, by a template of that manufacturer.
async fn by_template(vendor: &str, port: u16) -> Box<dyn deren_meters::Driver> {
    let folder = tempfile::tempdir().expect("a folder");
    let text = include_str!("../../templates/eastron-sdm630.toml").replace("\"Eastron\"", &format!("\"{vendor}\""));
    fs::write(folder.path().join("quirky.toml"), text).expect("written");
    let library = Library::with_folder(folder.path()).expect("templates");
    let uri: DeviceUri =
        format!("modbus+tcp://127.0.0.1:{port}?template=quirky&timeout_ms=900").parse().expect("a URI");
    open_with(&uri, &library).await.expect("a driver")
}

#[tokio::test]
async fn huawei_is_given_silence_after_connecting() {
    for (vendor, known) in [("Huawei", true), ("Another", false)] {
        // Whatever comes in the first second is lost.
        let device = Rogue::start(|asked| if asked.age < Duration::from_secs(1) { Reply::Silence } else { sdm(asked) });
        let device = device.await;
        match by_template(vendor, device.port).await.sample().await {
            Ok(sample) => assert!(known && sample.import_mwh == Some(1_000_000), "{vendor}"),
            Err(error) => assert!(!known && matches!(error, MeterError::Timeout { .. }), "{vendor}: {error}"),
        }
    }
}

#[tokio::test]
async fn huawei_that_is_busy_is_asked_again_a_few_times() {
    for (vendor, busy_times, known) in [("Huawei", 3, true), ("Huawei", 4, false), ("Another", 1, false)] {
        let asked_times = Arc::new(AtomicUsize::new(0));
        let times = asked_times.clone();
        let device = Rogue::start(move |asked| match times.fetch_add(1, Ordering::SeqCst) {
            time if time < busy_times => Reply::Pdu(asked.exception(6)),
            _ => sdm(asked),
        })
        .await;
        match by_template(vendor, device.port).await.sample().await {
            Ok(sample) => assert!(known && sample.import_mwh == Some(1_000_000), "{vendor}"),
            Err(error) => assert!(!known && matches!(error, MeterError::Exception { code: 6, .. }), "{error}"),
        }
        assert_eq!(device.connections.load(Ordering::SeqCst), 1, "being busy is an answer");
    }
}
