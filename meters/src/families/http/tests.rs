//! Every built-in template for HTTP: a device that serves its fixture is read by it.

use crate::{DeviceUri, Library, MeterError, Template, open};
use std::collections::BTreeMap;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// Serves documents by path; what it does not have is not found.
async fn serve(documents: BTreeMap<String, String>) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let task = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut request = vec![0; 4_096];
            let length = client.read(&mut request).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or_default();
            let answer = match documents.get(path) {
                Some(body) => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
                None => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into(),
            };
            let _ = client.write_all(answer.as_bytes()).await;
        }
    });
    (port, task)
}

#[tokio::test]
async fn every_built_in_template_reads_the_device_of_its_fixture() {
    let mut count = 0;
    for (name, template) in Library::builtin().expect("templates").iter() {
        let Template::Mqtt(payload) = template else { continue };
        if template.kind() != "http" {
            continue;
        }
        count += 1;
        let (port, server) = serve(payload.fixture.payloads.clone()).await;
        let uri: DeviceUri = format!("json+http://127.0.0.1:{port}?template={name}").parse().expect(name);
        let mut driver = open(&uri).await.expect(name);
        let identity = driver.identify().await.expect(name);
        let sample = driver.sample().await.expect(name);
        let expected = &payload.fixture.expect;
        assert_eq!((sample.import_mwh, sample.export_mwh), (expected.import_mwh, expected.export_mwh), "{name}");
        assert_eq!(sample.power_w, expected.power_w, "{name}");
        assert_eq!(identity.has_serial.then_some(identity.serial), expected.serial, "{name}");
        server.abort();
    }
    assert!(count >= 5, "{count} templates");
}

#[tokio::test]
async fn a_meter_in_another_place_is_refused_and_what_is_missing_is_told() {
    let library = Library::builtin().expect("templates");
    let fixture = &library.http("fronius-solar-api").expect("there").fixture;
    let moved: BTreeMap<String, String> = fixture
        .payloads
        .iter()
        .map(|(path, text)| {
            (path.clone(), text.replace("\"Meter_Location_Current\":0", "\"Meter_Location_Current\":1"))
        })
        .collect();
    let (port, _server) = serve(moved).await;
    let uri: DeviceUri = format!("json+http://127.0.0.1:{port}?template=fronius-solar-api").parse().expect("a URI");
    let error = open(&uri).await.expect("a driver").sample().await.expect_err("in the load's path");
    assert!(matches!(error, MeterError::Invalid { .. }), "{error}");
    let (port, _server) = serve(BTreeMap::new()).await;
    let uri: DeviceUri = format!("json+http://127.0.0.1:{port}?template=tasmota-http").parse().expect("a URI");
    let error = open(&uri).await.expect("a driver").sample().await.expect_err("nothing there");
    assert!(matches!(error, MeterError::BadReply { .. }), "{error}");
}

#[tokio::test]
async fn a_uri_names_a_template_for_http_and_a_channel_where_there_are_some() {
    for text in
        ["json+http://10.0.0.5?template=tasmota-http", "json+http://[::1]:8080?template=x&channel=2&timeout_ms=9"]
    {
        assert_eq!(text.parse::<DeviceUri>().expect(text).to_string(), text);
    }
    for (text, reason) in [
        ("json+http://10.0.0.5", "names no `template=`"),
        ("json+http://10.0.0.5/status?template=tasmota-http", "a path"),
    ] {
        assert!(text.parse::<DeviceUri>().expect_err(text).to_string().contains(reason), "{text}");
    }
    for (text, reason) in [
        ("json+http://10.0.0.5?template=tasmota", "no http template"),
        ("json+http://10.0.0.5?template=tasmota-http&channel=1", "no channels"),
    ] {
        let error = open(&text.parse().expect(text)).await.err().expect(text).to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    let mqtt: DeviceUri = "mqtt://broker/x?template=tasmota-http".parse().expect("a URI");
    assert!(open(&mqtt).await.is_err(), "for another kind of wire");
}
