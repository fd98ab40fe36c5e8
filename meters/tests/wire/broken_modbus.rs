//! Modbus devices that answer short, late, wrongly or not at all: each its own error, and none taken for a value.

use crate::support::{
    driver,
    image::{Image, double, energies, sdm630},
    rogue::{Asked, Reply, Rogue},
    served::{Memory, Served},
};
use deren_meters::MeterError;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::net::TcpListener;

fn sdm(port: u16) -> String {
    sdm_within(port, 10_000)
}

fn sdm_within(port: u16, timeout_ms: u32) -> String {
    format!("modbus+tcp://127.0.0.1:{port}?template=eastron-sdm630&timeout_ms={timeout_ms}")
}

/// What an SDM630 answers: energies, or a power of 100 W.
fn sdm_answer(asked: Asked, import_kwh: f32) -> Vec<u8> {
    match asked.address {
        0x48 => asked.words(&energies(import_kwh, 2.0)),
        address => asked.words(&sdm630(address).unwrap_or(double(100f32.to_bits()))),
    }
}

#[tokio::test]
async fn device_answers_short() {
    let fewer = Rogue::start(|asked| Reply::Pdu(asked.words(&[1, 2]))).await;
    let error = driver(&sdm(fewer.port)).await.sample().await.expect_err("fewer registers than asked for");
    assert!(matches!(error, MeterError::WrongLength { expected: 4, got: 2, .. }), "{error}");

    let cut = Rogue::start(|asked| Reply::Pdu(asked.words(&[1, 2, 3, 4])[..5].to_vec())).await;
    let error = driver(&sdm(cut.port)).await.sample().await.expect_err("a cut answer");
    assert!(matches!(&error, MeterError::BadReply { reason, .. } if reason.contains("cut short")), "{error}");

    let none = Rogue::start(|_| Reply::Pdu(Vec::new())).await;
    let error = driver(&sdm(none.port)).await.sample().await.expect_err("an empty answer");
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");

    let more = Rogue::start(|asked| Reply::Pdu(asked.words(&[1, 2, 3, 4, 5, 6]))).await;
    let error = driver(&sdm(more.port)).await.sample().await.expect_err("more registers than asked for");
    assert!(matches!(error, MeterError::WrongLength { expected: 4, got: 6, .. }), "{error}");
}

#[tokio::test]
async fn device_answers_late() {
    // The first answer comes when the driver has long asked again.
    let device = Rogue::start(|asked| match asked.before {
        0 => Reply::Late(Duration::from_millis(900), sdm_answer(asked, 1.0)),
        _ => Reply::Pdu(sdm_answer(asked, 7.0)),
    })
    .await;
    let mut meter = driver(&sdm_within(device.port, 600)).await;
    let error = meter.sample().await.expect_err("late");
    assert!(matches!(error, MeterError::Timeout { timeout_ms: 600, .. }), "{error}");
    for _ in 0..5 {
        let sample = meter.sample().await.expect("a sample");
        assert_eq!(sample.import_mwh, Some(7_000_000), "never the late answer's 1 kWh");
    }
    assert_eq!(device.connections.load(Ordering::SeqCst), 2, "the first connection was given up");
}

#[tokio::test]
async fn a_request_given_up_half_way_gives_up_the_connection() {
    let device = Rogue::start(|asked| match asked.before {
        0 => Reply::Late(Duration::from_millis(100), sdm_answer(asked, 1.0)),
        _ => Reply::Pdu(sdm_answer(asked, 7.0)),
    })
    .await;
    let mut meter = driver(&sdm(device.port)).await;
    let cancelled = tokio::time::timeout(Duration::from_millis(40), meter.sample()).await;
    assert!(cancelled.is_err());
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(7_000_000));
    assert_eq!(device.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn device_answers_with_an_exception() {
    let busy = Arc::new(AtomicBool::new(true));
    let is_busy = busy.clone();
    let device = Rogue::start(move |asked| {
        Reply::Pdu(if is_busy.load(Ordering::SeqCst) { asked.exception(6) } else { sdm_answer(asked, 3.0) })
    })
    .await;
    let mut meter = driver(&sdm(device.port)).await;
    let error = meter.sample().await.expect_err("busy");
    assert!(matches!(error, MeterError::Exception { code: 6, .. }), "{error}");
    assert!(error.to_string().contains("busy, try again"), "{error}");
    busy.store(false, Ordering::SeqCst);
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(3_000_000));
    assert_eq!(device.connections.load(Ordering::SeqCst), 1, "an exception is a proper answer");
}

#[tokio::test]
async fn device_answers_to_another_request() {
    let device = Rogue::start(|asked| match asked.before {
        0 => Reply::OtherTransaction(sdm_answer(asked, 1.0)),
        _ => Reply::Pdu(sdm_answer(asked, 7.0)),
    })
    .await;
    let mut meter = driver(&sdm(device.port)).await;
    let error = meter.sample().await.expect_err("not the answer");
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(7_000_000));
}

#[tokio::test]
async fn device_answers_with_nan() {
    let memory = Memory::default();
    memory.sdm630(1).put(1, 4, 0x48, &energies(f32::NAN, 4.5)).put(1, 4, 0x34, &double(f32::NAN.to_bits()));
    let device = Served::start(&memory).await;
    let mut meter = driver(&sdm(device.port)).await;
    let sample = meter.sample().await.expect("one energy is enough");
    assert_eq!((sample.import_mwh, sample.export_mwh, sample.power_w), (None, Some(4_500_000), None));

    memory.put(1, 4, 0x48, &energies(f32::NAN, f32::NAN));
    let error = meter.sample().await.expect_err("no energy at all");
    assert!(matches!(error, MeterError::NoEnergy { .. }), "{error}");

    for impossible in [f32::INFINITY, -1.0, f32::MAX] {
        memory.put(1, 4, 0x48, &energies(impossible, 4.5));
        let error = meter.sample().await.expect_err("impossible");
        assert!(matches!(&error, MeterError::OutOfRange { what, .. } if what == "import"), "{error}");
    }
}

#[tokio::test]
async fn device_with_a_wrong_model_length() {
    let device = Served::image(&Image::new().common("V", "M", "S").model(203, 104, &[]).end()).await;
    let uri = format!("sunspec+tcp://127.0.0.1:{}?unit=1", device.port);
    let error = driver(&uri).await.sample().await.expect_err("one register is missing");
    assert!(matches!(error, MeterError::ModelLength { model: 203, expected: 105, got: 104, .. }), "{error}");
}

#[tokio::test]
async fn device_with_a_chain_without_end() {
    for length in [0u16, 1, 66, 65_000] {
        // Whatever is read next is another model again.
        let device = Rogue::start(move |asked| {
            Reply::Pdu(match asked.address {
                40_000 => asked.words(&[0x5375, 0x6e53]),
                _ => asked.words(&[7, length]),
            })
        })
        .await;
        let uri = format!("sunspec+tcp://127.0.0.1:{}?unit=1", device.port);
        let error = driver(&uri).await.sample().await.expect_err("no end");
        assert!(matches!(error, MeterError::EndlessChain { .. }), "{length}: {error}");
    }
}

#[tokio::test]
async fn counter_that_goes_back_is_reported_as_it_is() {
    let memory = Memory::default();
    memory.sdm630(1).put(1, 4, 0x48, &energies(100.0, 2.0)).put(1, 4, 0x34, &double(0));
    let device = Served::start(&memory).await;
    let mut meter = driver(&sdm(device.port)).await;
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(100_000_000));
    memory.put(1, 4, 0x48, &energies(99.0, 2.0));
    let sample = meter.sample().await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.suspect), (Some(99_000_000), false), "its caller judges");
}

#[tokio::test]
async fn counter_that_reads_zero_for_a_moment_is_suspect() {
    let memory = Memory::default();
    memory.sdm630(1).put(1, 4, 0x48, &energies(100.0, 0.0)).put(1, 4, 0x34, &double(0));
    let device = Served::start(&memory).await;
    let mut meter = driver(&sdm(device.port)).await;
    assert!(!meter.sample().await.expect("a sample").suspect, "an export of zero from the start is none");
    memory.put(1, 4, 0x48, &energies(0.0, 0.0));
    let sample = meter.sample().await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.suspect), (Some(0), true));
    memory.put(1, 4, 0x48, &energies(100.5, 0.0));
    assert!(!meter.sample().await.expect("a sample").suspect, "it is back");
}

#[tokio::test]
async fn counter_that_stands_while_power_flows_is_suspect() {
    let memory = Memory::default();
    // Enough for a kWh to flow within milliseconds.
    let gigawatt = double(1e9f32.to_bits());
    memory.sdm630(1).put(1, 4, 0x48, &energies(100.0, 2.0)).put(1, 4, 0x34, &gigawatt);
    let device = Served::start(&memory).await;
    let mut meter = driver(&sdm(device.port)).await;
    assert!(!meter.sample().await.expect("a sample").suspect, "nothing has flowed that is known");
    let given_up = Instant::now() + Duration::from_secs(30);
    while !meter.sample().await.expect("a sample").suspect {
        assert!(Instant::now() < given_up);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    memory.put(1, 4, 0x48, &energies(100.5, 2.0));
    assert!(!meter.sample().await.expect("a sample").suspect, "it counts");
}

#[tokio::test]
async fn unreachable_device_says_so_and_is_read_when_it_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let mut meter = driver(&sdm(address.port())).await;
    let error = meter.sample().await.expect_err("nobody there");
    assert!(matches!(&error, MeterError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("does another program hold its only connection?"), "{error}");

    let memory = Memory::default();
    memory.sdm630(1).put(1, 4, 0x48, &energies(1.0, 2.0)).put(1, 4, 0x34, &double(0));
    let _device = Served::on(TcpListener::bind(address).await.expect("the same port"), &memory);
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(1_000_000));
}

#[tokio::test]
async fn device_that_hangs_up_between_requests_is_asked_again() {
    // Answers two requests, hangs up at the third, and so on.
    let device = Rogue::start(|asked| match asked.before % 3 {
        2 => Reply::Close,
        _ => Reply::Pdu(sdm_answer(asked, 5.0)),
    })
    .await;
    let mut meter = driver(&sdm(device.port)).await;
    for _ in 0..4 {
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(5_000_000));
    }
    let always = Rogue::start(|_| Reply::Close).await;
    let error = driver(&sdm(always.port)).await.sample().await.expect_err("hangs up at once");
    assert!(matches!(error, MeterError::HeldByAnother { .. }), "{error}");
}
