//! Modbus RTU over a pseudo terminal: a real serial port as far as driver and operating system are concerned.

use crate::support::{
    driver,
    image::{Image, double, energies, sdm630},
    pusher::serial_line,
    served::Memory,
};
use deren_meters::MeterError;
use std::{fs::File, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinHandle,
    time::sleep,
};
use tokio_modbus::server::rtu;
use tokio_serial::SerialStream;

/// A serial line with somebody at its other end.
pub struct Line {
    pub path: String,
    task: JoinHandle<()>,
    // Keeps the line up when the driver closes its port.
    _held: File,
}

impl Line {
    fn start(behave: impl FnOnce(SerialStream) -> JoinHandle<()>) -> Self {
        let (master, path, held) = serial_line();
        Self { path, task: behave(master), _held: held }
    }

    pub fn served(memory: &Memory) -> Self {
        let memory = memory.clone();
        Self::start(|master| {
            tokio::spawn(async move {
                let _ = rtu::Server::new(master).serve_forever(memory).await;
            })
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A frame of unit 1 with these input registers.
pub fn frame(words: &[u16]) -> Vec<u8> {
    let mut frame = vec![1, 4, u8::try_from(words.len() * 2).expect("short")];
    frame.extend(words.iter().flat_map(|word| word.to_be_bytes()));
    let crc = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS).checksum(&frame);
    frame.extend(crc.to_le_bytes());
    frame
}

#[tokio::test]
async fn meters_on_one_line_are_read_in_turn() {
    let memory = Memory::default();
    for unit in 1..=2u8 {
        memory.sdm630(unit).put(unit, 4, 0x48, &energies(unit.into(), 2.0)).put(
            unit,
            4,
            0x34,
            &double(50f32.to_bits()),
        );
    }
    let line = Line::served(&memory);
    let uri = |unit| format!("modbus+rtu://{}?template=eastron-sdm630&unit={unit}&baud=19200", line.path);
    let (mut first, mut second) = (driver(&uri(1)).await, driver(&uri(2)).await);
    for _ in 0..5 {
        let (first, second) = tokio::join!(first.sample(), second.sample());
        assert_eq!(first.expect("a sample").import_mwh, Some(1_000_000));
        assert_eq!(second.expect("a sample").import_mwh, Some(2_000_000));
    }
}

#[tokio::test]
async fn sunspec_devices_are_read_over_a_serial_line() {
    let memory = Memory::default();
    memory.image(1, 40_000, &Image::new().common("Vendor", "Model", "RTU-1").meter(-7, 11, 22, 0).end());
    let line = Line::served(&memory);
    let mut meter = driver(&format!("sunspec+rtu://{}?unit=1&model=203", line.path)).await;
    assert_eq!(meter.identify().await.expect("an identity").serial, "RTU-1");
    let sample = meter.sample().await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.export_mwh, sample.power_w), (Some(11_000), Some(22_000), Some(-7)));
}

#[tokio::test]
async fn serial_device_answers_late() {
    // Nothing on a serial line tells this answer from that to the next request, and it even has its length.
    let line = Line::start(|mut master| {
        tokio::spawn(async move {
            let mut request = [0u8; 8];
            let mut asked = 0;
            while master.read_exact(&mut request).await.is_ok() {
                let address = u16::from_be_bytes([request[2], request[3]]);
                let shown = sdm630(address).unwrap_or(double(0));
                let words = if address == 0x48 { energies(7.0, 2.0) } else { shown.to_vec() };
                let frame = if asked == 0 { frame(&energies(1.0, 2.0)) } else { frame(&words) };
                if asked == 0 {
                    sleep(Duration::from_millis(900)).await;
                }
                asked += 1;
                if master.write_all(&frame).await.is_err() {
                    return;
                }
            }
        })
    });
    let uri = format!("modbus+rtu://{}?template=eastron-sdm630&timeout_ms=600", line.path);
    let mut meter = driver(&uri).await;
    let error = meter.sample().await.expect_err("late");
    assert!(matches!(error, MeterError::Timeout { timeout_ms: 600, .. }), "{error}");
    for _ in 0..3 {
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(7_000_000), "never the late 1 kWh");
    }
}

#[tokio::test]
async fn garbled_frame_is_no_sample() {
    let line = Line::start(|mut master| {
        tokio::spawn(async move {
            let mut request = [0u8; 8];
            while master.read_exact(&mut request).await.is_ok() {
                let mut frame = frame(&energies(1.0, 2.0));
                frame[5] ^= 1;
                if master.write_all(&frame).await.is_err() {
                    return;
                }
            }
        })
    });
    let uri = format!("modbus+rtu://{}?template=eastron-sdm630&timeout_ms=600", line.path);
    let error = driver(&uri).await.sample().await.expect_err("the CRC does not fit");
    assert!(matches!(error, MeterError::Timeout { .. } | MeterError::BadReply { .. }), "{error}");
}

#[tokio::test]
async fn missing_serial_port_says_so() {
    let uri = "modbus+rtu:///dev/ttyNotThere?template=eastron-sdm630";
    let error = driver(uri).await.sample().await.expect_err("no such port");
    assert!(matches!(&error, MeterError::Unreachable { endpoint, .. } if endpoint == "/dev/ttyNotThere"), "{error}");
}
