//! Devices that talk to one program at a time, and serial ports that somebody has locked: a clear error, and patience.

use crate::support::{
    driver,
    image::Image,
    rogue::{Rogue, sdm},
    served::Served,
};
use deren_meters::MeterError;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use tokio::net::TcpStream;
use tokio_serial::{SerialPort, SerialStream};

#[tokio::test]
async fn one_client_inverter_held_by_another_program_says_so_and_is_asked_gently() {
    let device = Rogue::for_clients(1, sdm).await;
    let other_program = TcpStream::connect(("127.0.0.1", device.port)).await.expect("it is the first");
    while device.connections.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let uri = format!("modbus+tcp://127.0.0.1:{}?template=eastron-sdm630", device.port);
    let mut meter = driver(&uri).await;
    for _ in 0..50 {
        let error = meter.sample().await.expect_err("held by the other program");
        assert!(matches!(error, MeterError::HeldByAnother { .. }), "{error}");
        assert!(error.to_string().contains("another program holds its only connection"), "{error}");
    }
    assert!(device.connections.load(Ordering::SeqCst) <= 4, "the other program, and three tries of fifty");

    drop(other_program);
    let given_up = Instant::now() + Duration::from_secs(30);
    let sample = loop {
        match meter.sample().await {
            Ok(sample) => break sample,
            Err(error) => assert!(Instant::now() < given_up, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(sample.import_mwh, Some(1_000_000));
    assert!(device.connections.load(Ordering::SeqCst) <= 7, "no more than a try a second meanwhile");
}

#[tokio::test]
async fn a_known_one_client_inverter_that_refuses_is_held_by_another_and_any_other_device_unreachable() {
    for (vendor, held) in [("SolarEdge", true), ("Another", false)] {
        let device = Served::image(&Image::new().common(vendor, "M", "S").inverter(1, 5, 0).end()).await;
        let mut inverter = driver(&format!("sunspec+tcp://127.0.0.1:{}?unit=1", device.port)).await;
        inverter.sample().await.expect("a sample");
        device.stop().await;
        let error = inverter.sample().await.expect_err("it refuses");
        assert_eq!(matches!(error, MeterError::HeldByAnother { .. }), held, "{error}");
        assert_eq!(matches!(error, MeterError::Unreachable { .. }), !held, "{error}");
    }
}

#[tokio::test]
async fn a_serial_port_that_another_program_has_locked_says_so() {
    let (_master, mut slave) = SerialStream::pair().expect("a pseudo terminal");
    let path = slave.name().expect("a path");
    slave.set_exclusive(true).expect("locked");
    let error = driver(&format!("modbus+rtu://{path}?template=eastron-sdm630")).await.sample().await;
    let error = error.expect_err("somebody has it locked");
    assert!(matches!(&error, MeterError::HeldByAnother { endpoint, .. } if *endpoint == path), "{error}");
}
