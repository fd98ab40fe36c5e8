//! What devices of the field send, by public reports: each input of `tests/field` gives what is right, or a refusal
//! that names the reason.

use crate::support::{
    broker::{Broker, Publisher, retain},
    pusher::Pusher,
    read,
};
use deren_meters::{
    MeterError, Record,
    mqtt::{MqttDevice, announced},
    uri::broker as broker_of,
};
use futures::{StreamExt, stream};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::PathBuf, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// An input, and what it is right to make of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Who reported it.
    source: String,
    /// What the device does.
    note: String,
    /// The device, `HOST` for where it is.
    uri: Option<String>,
    /// The broker that is searched, `HOST` for where it is.
    discover: Option<String>,
    /// What it pushes, in hexadecimal.
    #[serde(default)]
    stream_hex: Vec<String>,
    /// What is published, by topic, one after the other.
    #[serde(default)]
    messages: BTreeMap<String, Payloads>,
    #[serde(default)]
    retained: BTreeMap<String, String>,
    /// What is answered, by path.
    #[serde(default)]
    http: BTreeMap<String, serde_json::Value>,
    right: Right,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Payloads {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Right {
    #[serde(default)]
    import_mwh: Option<u64>,
    #[serde(default)]
    export_mwh: Option<u64>,
    /// A part of the reason.
    refused: Option<String>,
    discovered_template: Option<String>,
    discovered_topic: Option<String>,
}

fn cases(beginning: &str) -> Vec<(String, Case)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/field");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        if name.starts_with(beginning) {
            let text = fs::read_to_string(&path).expect("readable");
            cases.push((name, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"))));
        }
    }
    assert!(!cases.is_empty(), "inputs that begin with {beginning}");
    cases.sort_by(|(a, _), (b, _)| a.cmp(b));
    cases
}

fn check(name: &str, case: &Case, read: Result<Record, MeterError>) {
    assert!(case.source.len() > 10 && case.note.len() > 10, "{name} says where it comes from, and what it is");
    match (&case.right.refused, read) {
        (None, Ok(record)) => {
            let expected = (case.right.import_mwh, case.right.export_mwh);
            assert_eq!((record.import_mwh, record.export_mwh), expected, "{name}: {}", case.note);
        }
        (Some(reason), Err(error)) => assert!(error.to_string().contains(reason), "{name}: {error}"),
        (None, Err(error)) => panic!("{name}: {error}"),
        (Some(reason), Ok(record)) => panic!("{name}: {record:?} instead of `{reason}`"),
    }
}

async fn read_at(uri: &str, host: &str) -> Result<Record, MeterError> {
    read(&uri.replace("HOST", host)).await
}

#[tokio::test]
async fn telegrams_of_the_field_are_read() {
    for beginning in ["p1-", "d0-"] {
        for (name, case) in cases(beginning) {
            let pusher = Pusher::tcp(vec![hex::decode(case.stream_hex.concat()).expect("hexadecimal")]).await;
            let read = read_at(case.uri.as_deref().expect("a URI"), &pusher.place).await;
            check(&name, &case, read);
        }
    }
}

#[tokio::test]
async fn payloads_of_the_field_are_read() {
    let all = ["shelly-", "tasmota-", "ha-", "zigbee2mqtt-", "victron-"].into_iter().flat_map(cases);
    // Most of what a refusal takes is waiting.
    stream::iter(all).for_each_concurrent(8, |(name, case)| payload_of_the_field_is_read(name, case)).await;
}

async fn payload_of_the_field_is_read(name: String, case: Case) {
    let broker = Broker::start().await;
    let host = format!("127.0.0.1:{}", broker.port);
    for (topic, payload) in &case.retained {
        retain(broker.port, topic, payload).await;
    }
    let messages = case.messages.iter().flat_map(|(topic, payloads)| {
        let payloads = match payloads {
            Payloads::One(payload) => std::slice::from_ref(payload),
            Payloads::Several(payloads) => payloads,
        };
        payloads.iter().map(|payload| (topic.clone(), payload.clone().into_bytes()))
    });
    let _publisher = Publisher::start(broker.port, messages.collect());
    if let Some(uri) = &case.uri {
        return check(&name, &case, read_at(uri, &host).await);
    }
    let target = case.discover.as_deref().expect("a URI or a search").replace("HOST", &host);
    let found = announced(&broker_of(&target).expect("a broker"), Duration::from_secs(20), 1).await;
    let found = found.expect(&name).pop().expect("a device");
    let MqttDevice { topic, template, .. } = found.uri.device().expect(&name);
    if let Some(expected) = &case.right.discovered_template {
        assert_eq!(template, expected, "{name}");
    }
    if let Some(expected) = &case.right.discovered_topic {
        assert_eq!(topic, expected, "{name}");
        check(&name, &case, deren_meters::read(&found.uri).await);
    }
}

#[tokio::test]
async fn homewizards_of_the_field_are_read() {
    for (name, case) in cases("homewizard-") {
        let (place, server) = serve(case.http.clone()).await;
        let read = read_at(case.uri.as_deref().expect("a URI"), &place).await;
        server.abort();
        check(&name, &case, read);
    }
}

/// A web server that answers each path with its document.
async fn serve(answers: BTreeMap<String, serde_json::Value>) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let place = listener.local_addr().expect("an address").to_string();
    let task = tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut request = [0; 1_024];
            let count = client.read(&mut request).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&request[..count]).into_owned();
            let path = text.split_whitespace().nth(1).unwrap_or_default();
            let body = answers.get(path).map(ToString::to_string).unwrap_or_default();
            let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = client.write_all(answer.as_bytes()).await;
        }
    });
    (place, task)
}
