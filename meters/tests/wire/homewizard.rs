//! HomeWizard's local API: as Python's own web server serves it, and as broken servers do.

use crate::support::{driver, peer::Peer};
use deren_meters::{DeviceUri, MeterError, read};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

const DATA: &str = r#"{"total_power_import_t1_kwh":10830.511,"total_power_import_t2_kwh":2948.827,
    "total_power_export_kwh":0.5,"active_power_w":-543}"#;

/// Answers every request with these bytes and closes, or keeps silent and open.
struct Rogue {
    place: String,
    task: JoinHandle<()>,
}

impl Rogue {
    async fn start(answer: Option<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let place = listener.local_addr().expect("an address").to_string();
        let task = tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let mut request = [0; 1_024];
                let _ = client.read(&mut request).await;
                match &answer {
                    Some(answer) => drop(client.write_all(answer).await),
                    None => silent.push(client),
                }
            }
        });
        Self { place, task }
    }
}

impl Drop for Rogue {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn sampled(answer: Option<&str>) -> MeterError {
    let rogue = Rogue::start(answer.map(|text| text.as_bytes().to_vec())).await;
    driver(&format!("homewizard+http://{}?timeout_ms=500", rogue.place)).await.sample().await.expect_err("refused")
}

#[tokio::test]
async fn a_homewizard_p1_meter_is_read() {
    // Python's own web server, which knows nothing of us.
    let peer = Peer::start("serve_homewizard.py");
    let uri: DeviceUri = format!("homewizard+http://127.0.0.1:{}", peer.port("port")).parse().expect("a URI");
    let record = read(&uri).await.expect("a record");
    assert_eq!((record.vendor.as_str(), record.model.as_str()), ("HomeWizard", "HWE-P1"));
    assert_eq!((record.driver.as_str(), record.serial.as_deref()), ("homewizard", Some("0011AA")));
    assert_eq!((record.import_mwh, record.export_mwh), (Some(13_779_338_000), Some(500_000)));
    assert_eq!(record.power_w, Some(-543));
    let mut meter = driver(&uri.to_string()).await;
    for _ in 0..3 {
        assert_eq!(meter.sample().await.expect("a sample").export_mwh, Some(500_000));
    }
}

#[tokio::test]
async fn a_web_server_that_is_no_homewizard_or_is_switched_off_says_what_to_do() {
    let error = sampled(Some("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")).await.to_string();
    assert!(error.contains("switch the local API on"), "{error}");
    let error = sampled(Some("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")).await;
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");
    let error = sampled(Some("HTTP/1.1 200 OK\r\n\r\n<html>")).await;
    assert!(matches!(error, MeterError::NotJson { .. }), "{error}");
    let error = sampled(Some("HTTP/1.1 200 OK\r\n\r\n{}")).await;
    assert!(matches!(error, MeterError::MissingField { .. }), "{error}");
    let error = sampled(Some("SSH-2.0-server\r\n")).await;
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_cut_late_or_endless_is_no_sample() {
    let error = sampled(Some("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"a\"")).await;
    assert!(matches!(error, MeterError::Disconnected { .. }), "{error}");
    let error = sampled(None).await;
    assert!(matches!(error, MeterError::Timeout { timeout_ms: 500, .. }), "{error}");
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(1 << 20));
    let error = sampled(Some(&endless)).await;
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");
}

#[tokio::test]
async fn an_energy_below_zero_or_beyond_all_bounds_is_no_sample() {
    for number in ["-1", "1e40", "null", "\"5\""] {
        let body = DATA.replace("\"total_power_export_kwh\":0.5", &format!("\"total_power_export_kwh\":{number}"));
        let error = sampled(Some(&format!("HTTP/1.1 200 OK\r\n\r\n{body}"))).await;
        assert!(matches!(error, MeterError::OutOfRange { .. } | MeterError::WrongType { .. }), "{number}: {error}");
    }
}
