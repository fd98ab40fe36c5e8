//! Datagrams of a real meter and our own, whole and broken, and meters that send them.

use super::telegram::{MAX_BYTES, Sender, decode, sender, write};
use crate::{DeviceUri, MeterError, Readout, open};
use proptest::prelude::*;
use std::{net::UdpSocket as StdSocket, time::Duration};
use tokio::{net::UdpSocket, task::JoinHandle};

/// An Energy Meter 2 of firmware 2.0.18.R, recorded on 2021-12-22 by the project openWB/core (its test of `sma_shm`).
/// That reads of it 7500240 Wh, 86688627 Wh and -11967 W.
const ENERGY_METER: &str = include_str!("../../../tests/telegrams/speedwire-energy-meter.hex");

fn recorded() -> Vec<u8> {
    let digits: String = ENERGY_METER.split_whitespace().collect();
    (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect()
}

fn readout(import_mwh: u64, power_w: i32, serial: u32) -> Readout {
    let serial = Some(serial.to_string());
    Readout { import_mwh: Some(import_mwh), export_mwh: Some(7), power_w: Some(power_w), serial }
}

#[test]
fn a_recorded_datagram_is_read() {
    let bytes = recorded();
    let expected = Readout {
        import_mwh: Some(7_500_240_000),
        export_mwh: Some(86_688_627_000),
        power_w: Some(-11_967),
        serial: Some("1901427928".into()),
    };
    assert_eq!(decode(&bytes, "here").map(|counted| counted.readout), Ok(expected));
    let sender = sender(&bytes).expect("a meter");
    assert_eq!((sender.product().as_str(), sender.serial), ("Energy Meter 2", 1_901_427_928));
}

#[test]
fn what_is_cut_or_of_somebody_else_is_no_number() {
    let whole = recorded();
    for length in 0..596 {
        let error = decode(&whole[..length], "here").expect_err("cut");
        assert!(matches!(error, MeterError::Telegram { .. }), "{length}: {error}");
    }
    let mut inverter = whole.clone();
    inverter[16..18].copy_from_slice(&[0x60, 0x65]);
    assert_eq!(sender(&inverter), None);
    let mut unknown = whole.clone();
    unknown[30] = 7;
    assert!(decode(&unknown, "here").expect_err("unknown").to_string().contains("unknown kind 7"));
    let mut missing = whole;
    missing[32..44].fill(0xff);
    missing[36..40].copy_from_slice(&[0, 1, 8, 0]);
    missing[40..48].fill(0xff);
    assert_eq!(decode(&missing, "here").map(|counted| counted.readout.import_mwh).ok().flatten(), None, "all ones");
}

#[test]
fn a_uri_names_a_meter_by_its_serial_number() {
    for text in [
        "speedwire://239.12.255.254?serial=1901234567",
        "speedwire://192.168.1.2:9523?serial=1&interface=10.0.0.2&timeout_ms=800",
    ] {
        assert_eq!(text.parse::<DeviceUri>().expect(text).to_string(), text);
    }
    for (text, reason) in [
        ("speedwire://239.12.255.254", "names no `serial=`"),
        ("speedwire://239.12.255.254?serial=0", "serial `0`"),
        ("speedwire://meter?serial=1", "no IPv4 address"),
        ("speedwire://239.12.255.254/x?serial=1", "a path"),
        ("speedwire://239.12.255.254?serial=1&interface=eth0", "interface `eth0`"),
    ] {
        let error = text.parse::<DeviceUri>().expect_err(text).to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

/// Sends these datagrams in turn, again and again.
async fn meter(port: u16, datagrams: Vec<Vec<u8>>) -> JoinHandle<()> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    tokio::spawn(async move {
        for datagram in datagrams.iter().cycle() {
            let _ = socket.send_to(datagram, ("127.0.0.1", port)).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
}

fn free_port() -> u16 {
    StdSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port()
}

#[tokio::test]
async fn a_meter_is_read_among_others_and_among_what_is_none() {
    let port = free_port();
    let other = write(Sender { susy_id: 372, serial: 12 }, 5, &readout(9_000_000, 400, 12));
    let uri: DeviceUri = format!("speedwire://127.0.0.1:{port}?serial=1901427928").parse().expect("a URI");
    let mut driver = open(&uri).await.expect("a driver");
    let meter = meter(port, vec![b"SMA\0rubbish".to_vec(), other, recorded()]).await;
    let identity = driver.identify().await.expect("it sends");
    assert_eq!((identity.vendor.as_str(), identity.model.as_str()), ("SMA", "Energy Meter 2"));
    for _ in 0..2 {
        let sample = driver.sample().await.expect("a sample");
        assert_eq!((sample.import_mwh, sample.power_w, sample.suspect), (Some(7_500_240_000), Some(-11_967), false));
    }
    meter.abort();
}

#[tokio::test]
async fn a_meter_that_does_not_send_is_told_with_what_else_came() {
    let port = free_port();
    let uri: DeviceUri = format!("speedwire://127.0.0.1:{port}?serial=5&timeout_ms=300").parse().expect("a URI");
    let mut driver = open(&uri).await.expect("a driver");
    let meter = meter(port, vec![recorded()]).await;
    let error = driver.sample().await.expect_err("another meter's");
    assert!(matches!(&error, MeterError::NoTelegram { heard_bytes: 600.., .. }), "{error}");
    assert!(error.to_string().contains("meter 5"), "{error}");
    meter.abort();
}

proptest! {
    #[test]
    fn what_is_written_is_read(import_mwh in 0u64..1 << 50, power_w in -200_000i32..200_000, serial in 1u32..) {
        let given = readout(import_mwh, power_w, serial);
        let bytes = write(Sender { susy_id: 270, serial }, 1_000, &given);
        prop_assert_eq!(decode(&bytes, "here").map(|counted| counted.readout), Ok(given));
        prop_assert!(bytes.len() < MAX_BYTES);
    }

    #[test]
    fn any_bytes_are_a_datagram_or_not(start in 0usize..600, bytes in prop::collection::vec(any::<u8>(), 0..700)) {
        let _ = decode(&bytes, "here");
        let mut damaged = recorded();
        for (place, byte) in damaged.iter_mut().skip(start).zip(&bytes) {
            *place = *byte;
        }
        let _ = (decode(&damaged, "here"), sender(&damaged));
    }
}
