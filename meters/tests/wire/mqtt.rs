//! Meters that publish to a real broker.

use crate::support::{
    broker::{Broker, Publisher, retain},
    driver, next_error,
};
use deren_meters::{DeviceUri, Library, MeterError, Readout, Template, read};

const EMDATA: &str = r#"{"id":0,"total_act":3063.295,"total_act_ret":12.1}"#;

fn shelly(port: u16, rest: &str) -> String {
    format!("mqtt://127.0.0.1:{port}/shellypro3em-1?template=shelly-em{rest}")
}

fn messages(topic: &str, payload: &str) -> Vec<(String, Vec<u8>)> {
    vec![(topic.into(), payload.as_bytes().to_vec())]
}

#[tokio::test]
async fn each_template_reads_the_device_that_it_publishes() {
    let broker = Broker::start().await;
    for (name, template) in Library::builtin().expect("templates").iter() {
        let Template::Mqtt(template) = template else { continue };
        if template.over_http {
            continue;
        }
        let readout = Readout {
            import_mwh: template.import.is_some().then_some(1_234_567_000),
            export_mwh: template.export.is_some().then_some(89_012_000),
            power_w: template.power.is_some().then_some(-321),
            serial: template.serial.is_some().then(|| "E0034".into()),
        };
        let topic = format!("home/{name}");
        let _publisher = Publisher::start(broker.port, template.encode(&readout, &topic));
        let uri: DeviceUri = format!("mqtt://127.0.0.1:{}/{topic}?template={name}", broker.port).parse().expect(name);
        let before = deren_testing::unix_ms();
        let record = read(&uri).await.expect(name);
        assert_eq!((record.import_mwh, record.export_mwh), (readout.import_mwh, readout.export_mwh), "{name}");
        let topic_as_serial = template.topic_is_serial.then(|| topic.clone());
        assert_eq!(record.serial, readout.serial.or(topic_as_serial), "{name}");

        let mut meter = driver(&uri.to_string()).await;
        // The power may come by a message of its own, after the first energy.
        let mut sample = meter.sample().await.expect(name);
        while sample.power_w.is_none() && readout.power_w.is_some() {
            sample = meter.sample().await.expect(name);
        }
        assert_eq!(sample.power_w, readout.power_w, "{name}");
        assert!(sample.at_unix_ms >= before, "{name}: it says when the message came");
    }
}

#[tokio::test]
async fn retained_payload_is_never_a_sample() {
    let broker = Broker::start().await;
    let topic = "shellypro3em-1/status/emdata:0";
    retain(broker.port, topic, EMDATA).await;
    let error = driver(&shelly(broker.port, "&timeout_ms=2000")).await.sample().await.expect_err("old");
    assert!(matches!(error, MeterError::OnlyRetained { .. }), "{error}");

    let fresh = EMDATA.replace("3063", "3064");
    let _publisher = Publisher::start(broker.port, messages(topic, &fresh));
    let sample = driver(&shelly(broker.port, "")).await.sample().await.expect("a fresh message");
    assert_eq!(sample.import_mwh, Some(3_064_295));
}

#[tokio::test]
async fn silent_device_says_so() {
    let broker = Broker::start().await;
    let error = driver(&shelly(broker.port, "&timeout_ms=300")).await.sample().await.expect_err("silence");
    assert!(matches!(&error, MeterError::NoMessage { topic, .. } if topic.contains("emdata:0")), "{error}");
}

#[tokio::test]
async fn broker_gone_and_back() {
    let mut broker = Broker::start().await;
    let topic = "shellypro3em-1/status/emdata:0";
    let _publisher = Publisher::start(broker.port, messages(topic, EMDATA));
    let mut meter = driver(&shelly(broker.port, "&timeout_ms=2000")).await;
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(3_063_295));

    broker.stop();
    let error = next_error(meter.as_mut()).await;
    assert!(matches!(&error, MeterError::Unreachable { endpoint, .. } if endpoint.starts_with("broker")), "{error}");

    broker.restart().await;
    loop {
        match meter.sample().await {
            Ok(sample) => break assert_eq!(sample.import_mwh, Some(3_063_295)),
            Err(MeterError::Unreachable { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn broker_that_is_not_there_says_so() {
    let mut broker = Broker::start().await;
    broker.stop();
    let error = driver(&shelly(broker.port, "")).await.sample().await.expect_err("no broker");
    assert!(matches!(error, MeterError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn broker_that_wants_a_password_gets_it_from_a_file() {
    let broker = Broker::with_user("meter", "s3cret word").await;
    let error = driver(&shelly(broker.port, "")).await.sample().await.expect_err("nobody is let in without");
    assert!(matches!(error, MeterError::Unreachable { .. }), "{error}");

    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "s3cret word\n").expect("written");
    let uri = |file: &str| {
        format!(
            "mqtt://meter@127.0.0.1:{}/shellypro3em-1?template=shelly-em&password_file={file}&timeout_ms=2000",
            broker.port
        )
    };
    let uri = uri(file.path().to_str().expect("text"));
    let error = driver(&uri).await.sample().await.expect_err("nobody publishes");
    assert!(matches!(error, MeterError::NoMessage { .. }), "let in: {error}");
    let error = driver(&uri.replace(&file.path().display().to_string(), "/no/such")).await.sample().await;
    assert!(matches!(error, Err(MeterError::File { .. })), "{error:?}");
}

#[tokio::test]
async fn counter_over_mqtt_that_reads_zero_is_suspect() {
    let broker = Broker::start().await;
    let topic = "shellypro3em-1/status/emdata:0";
    let mut meter = driver(&shelly(broker.port, "")).await;
    let first = Publisher::start(broker.port, messages(topic, EMDATA));
    assert!(!meter.sample().await.expect("a sample").suspect);
    drop(first);
    let _reset = Publisher::start(broker.port, messages(topic, r#"{"id":0,"total_act":0,"total_act_ret":0}"#));
    loop {
        let sample = meter.sample().await.expect("a sample");
        if sample.import_mwh == Some(0) {
            break assert!(sample.suspect);
        }
    }
}

#[tokio::test]
async fn a_meter_swapped_behind_a_topic_is_not_read_as_the_old_one() {
    let broker = Broker::start().await;
    let library = Library::builtin().expect("templates");
    let template = library.mqtt("p1").expect("it is there");
    let telegram = |serial: &str| {
        let readout = Readout { import_mwh: Some(1_000), serial: Some(serial.into()), ..Readout::default() };
        template.encode(&readout, "p1")
    };
    let mut meter = driver(&format!("mqtt://127.0.0.1:{}/p1?template=p1", broker.port)).await;
    let old = Publisher::start(broker.port, telegram("E1"));
    assert_eq!(meter.identify().await.expect("an identity").serial, "E1");
    meter.sample().await.expect("a sample");
    drop(old);
    let _new = Publisher::start(broker.port, telegram("E2"));
    // What the old one sent last may still be on its way.
    let error = next_error(meter.as_mut()).await;
    assert!(matches!(error, MeterError::Swapped { .. }), "{error}");
    while meter.identify().await.expect("an identity").serial != "E2" {}
    meter.sample().await.expect("a sample of the new meter");
}

#[tokio::test]
async fn devices_of_one_broker_are_told_apart() {
    let broker = Broker::start().await;
    let mut all = Vec::new();
    for id in 1..=3 {
        let payload = EMDATA.replace("3063", &id.to_string());
        all.extend(messages(&format!("shelly-{id}/status/emdata:0"), &payload));
    }
    let _publisher = Publisher::start(broker.port, all);
    for id in [3u64, 1, 2] {
        // The full topic does as well as the device's.
        let uri = format!("mqtt://127.0.0.1:{}/shelly-{id}/status/emdata:0?template=shelly-em", broker.port);
        let mut meter = driver(&uri).await;
        assert_eq!(meter.identify().await.expect("an identity").serial, format!("shelly-{id}"));
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(id * 1_000 + 295));
    }
}
