//! Modbus RTU's frames over TCP, as serial device servers carry them.

use crate::{
    rtu::frame,
    support::{
        driver,
        image::{double, energies, sdm630},
    },
};
use deren_meters::MeterError;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, tcp::OwnedWriteHalf},
    time::sleep,
};

/// A serial device server: whatever the meter behind it says goes to whoever is connected by then. The meter needs
/// `first_delay` for its first answer.
async fn server(first_delay: Duration) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let newest: Arc<tokio::sync::Mutex<Option<OwnedWriteHalf>>> = Arc::default();
    let asked = Arc::new(Mutex::new(0));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (mut requests, answers) = stream.into_split();
            *newest.lock().await = Some(answers);
            let (newest, asked) = (newest.clone(), asked.clone());
            tokio::spawn(async move {
                let mut request = [0u8; 8];
                while requests.read_exact(&mut request).await.is_ok() {
                    let before = std::mem::replace(&mut *asked.lock().expect("not poisoned"), 1);
                    let newest = newest.clone();
                    tokio::spawn(async move {
                        let answer = match (before, request[3]) {
                            (0, _) => frame(&energies(1.0, 2.0)),
                            (_, 0x48) => frame(&energies(7.0, 2.0)),
                            (_, low) => frame(&sdm630(low.into()).unwrap_or(double(0))),
                        };
                        if before == 0 {
                            sleep(first_delay).await;
                        }
                        if let Some(answers) = newest.lock().await.as_mut() {
                            let _ = answers.write_all(&answer).await;
                        }
                    });
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_meter_behind_a_serial_device_server_is_read() {
    let port = server(Duration::ZERO).await;
    let mut meter = driver(&format!("modbus+rtutcp://127.0.0.1:{port}?template=eastron-sdm630")).await;
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(1_000_000));
    for _ in 0..5 {
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(7_000_000));
    }
}

#[tokio::test]
async fn a_late_answer_that_reaches_the_next_connection_is_never_taken() {
    let port = server(Duration::from_millis(900)).await;
    let uri = format!("modbus+rtutcp://127.0.0.1:{port}?template=eastron-sdm630&timeout_ms=600");
    let mut meter = driver(&uri).await;
    let error = meter.sample().await.expect_err("late");
    assert!(matches!(error, MeterError::Timeout { timeout_ms: 600, .. }), "{error}");
    for _ in 0..3 {
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(7_000_000), "never the late 1 kWh");
    }
}
