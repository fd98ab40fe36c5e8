//! Devices over MQTT that say more than an energy: whether it is valid, what they are, that they want to be kept awake.

use crate::support::{
    broker::{Broker, Publisher, retain},
    driver, next_error,
};
use deren_meters::{
    DeviceUri, MeterError, Sample,
    mqtt::{Announced, announced},
    open, uri,
};
use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use std::time::Duration;
use tokio::{sync::watch, task::JoinHandle, time::sleep};

fn messages(messages: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    messages.iter().map(|(topic, payload)| ((*topic).into(), payload.as_bytes().to_vec())).collect()
}

/// The first answer that is not about a message being awaited.
async fn sampled(port: u16, rest: &str) -> Result<Sample, MeterError> {
    driver(&format!("mqtt://127.0.0.1:{port}/{rest}")).await.sample().await
}

#[tokio::test]
async fn opendtu_counts_only_what_is_reachable_and_new() {
    let broker = Broker::start().await;
    let now_s = deren_testing::unix_s();
    for (serial, reachable, updated_s, valid) in [
        ("1", "1", now_s - 20, true),
        ("2", "0", now_s - 20, false),
        ("3", "1", now_s - 4_000, false),
        ("4", "1", 0, false),
    ] {
        let base = format!("solar/{serial}");
        let topic = |rest: &str| format!("{base}/{rest}");
        let all = [
            (topic("status/reachable"), reachable.to_owned()),
            (topic("status/last_update"), updated_s.to_string()),
            (topic("0/yieldtotal"), "612.042".into()),
        ];
        let all = all.map(|(topic, payload)| (topic, payload.into_bytes())).to_vec();
        let _publisher = Publisher::start(broker.port, all);
        let outcome = sampled(broker.port, &format!("{base}?template=opendtu")).await;
        if valid {
            assert_eq!(outcome.expect("a sample").export_mwh, Some(612_042_000));
        } else {
            let error = outcome.expect_err("not valid");
            assert!(matches!(&error, MeterError::Invalid { topic, .. } if topic.starts_with(&base)), "{error}");
        }
    }
    // At night the energy is not published, and what says so is not enough for a sample.
    let _publisher = Publisher::start(broker.port, messages(&[("solar/5/status/reachable", "0")]));
    let error = sampled(broker.port, "solar/5?template=opendtu&timeout_ms=300").await.expect_err("night");
    assert!(matches!(error, MeterError::NoMessage { .. }), "{error}");
}

#[tokio::test]
async fn phases_with_topics_of_their_own_add_up_once_all_have_come() {
    let broker = Broker::start().await;
    let topic = |phase: u8, what: &str| format!("shellies/shellyem3-1/emeter/{phase}/{what}");
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for phase in 0..3 {
        all.push((topic(phase, "total"), format!("{}00.5", phase + 1).into_bytes()));
        all.push((topic(phase, "total_returned"), b"1".to_vec()));
        all.push((topic(phase, "power"), b"-10.2".to_vec()));
    }
    let uri = "shellyem3-1?template=shelly-3em-gen1&timeout_ms=400";
    {
        let _publisher = Publisher::start(broker.port, all.iter().take(6).cloned().collect());
        let error = sampled(broker.port, uri).await.expect_err("a phase is missing");
        assert!(matches!(error, MeterError::NoMessage { .. }), "{error}");
    }
    let _publisher = Publisher::start(broker.port, all);
    let sample = sampled(broker.port, "shellyem3-1?template=shelly-3em-gen1").await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.export_mwh), (Some(601_500), Some(3_000)));
}

#[tokio::test]
async fn channels_of_one_device_are_devices_of_their_own() {
    let broker = Broker::start().await;
    let channel = |total: u32| format!(r#"{{"id":0,"total_act_energy":{total},"total_act_ret_energy":0}}"#);
    let _publisher = Publisher::start(
        broker.port,
        messages(&[("s1/status/em1data:0", &channel(7)), ("s1/status/em1data:1", &channel(9))]),
    );
    for (rest, expected, sub_unit) in [("", 7_000, 0), ("&channel=1", 9_000, 1)] {
        let mut meter = driver(&format!("mqtt://127.0.0.1:{}/s1?template=shelly-em1{rest}", broker.port)).await;
        let identity = meter.identify().await.expect("an identity");
        assert_eq!((identity.serial.as_str(), identity.sub_unit), ("s1", sub_unit));
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(expected));
    }
    let uri: DeviceUri = "mqtt://127.0.0.1/x?template=tasmota&channel=1".parse().expect("a URI");
    let error = open(&uri).await.err().expect("refused").to_string();
    assert!(error.contains("have no channels"), "{error}");
}

/// Somebody at a broker who keeps all that is published.
struct Witness {
    seen: watch::Receiver<Vec<(String, Vec<u8>)>>,
    task: JoinHandle<()>,
}

impl Witness {
    /// Also answers each keep-alive message with these, as a Venus device does; else it is silent.
    async fn start(port: u16, answer: Vec<(String, Vec<u8>)>) -> Self {
        let (seen, shown) = watch::channel(Vec::new());
        let (ready, mut is_ready) = watch::channel(false);
        let task = tokio::spawn(async move {
            let (client, mut events) = AsyncClient::new(MqttOptions::new("witness", "127.0.0.1", port), 64);
            client.subscribe("#", QoS::AtMostOnce).await.expect("queued");
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::SubAck(_))) => drop(ready.send_replace(true)),
                    Ok(Event::Incoming(Packet::Publish(message))) => {
                        if message.topic.ends_with("/keepalive") {
                            for (topic, payload) in &answer {
                                let _ = client.try_publish(topic, QoS::AtMostOnce, false, payload.clone());
                            }
                        }
                        seen.send_modify(|seen| seen.push((message.topic, message.payload.to_vec())));
                    }
                    Ok(_) => {}
                    Err(_) => sleep(Duration::from_millis(20)).await,
                }
            }
        });
        is_ready.wait_for(|ready| *ready).await.expect("it listens");
        Self { seen: shown, task }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn victron_goes_silent_without_a_keep_alive_and_nothing_else_is_ever_published() {
    let broker = Broker::start().await;
    let values = messages(&[
        ("N/c0619a/grid/30/Ac/Energy/Forward", r#"{"value":3844.917}"#),
        ("N/c0619a/grid/30/Ac/Energy/Reverse", r#"{"value":1204.3}"#),
        ("N/c0619a/grid/30/Ac/Power", r#"{"value":null}"#),
        ("N/c0619a/grid/30/Serial", r#"{"value":"BX1"}"#),
    ]);
    let witness = Witness::start(broker.port, values.clone()).await;
    let mut meter =
        driver(&format!("mqtt://127.0.0.1:{}/c0619a/grid/30?template=victron-grid-mqtt", broker.port)).await;
    assert_eq!(meter.identify().await.expect("an identity").serial, "BX1");
    let sample = meter.sample().await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.export_mwh), (Some(3_844_917_000), Some(1_204_300_000)));
    assert_eq!(sample.power_w, None, "null is no power");
    let seen = witness.seen.borrow().clone();
    let ours: Vec<_> = seen.iter().filter(|(topic, _)| !topic.starts_with("N/")).collect();
    assert!(
        !ours.is_empty() && ours.iter().all(|(topic, body)| topic == "R/c0619a/keepalive" && body.is_empty()),
        "{ours:?}"
    );
}

#[tokio::test]
async fn a_gone_victron_device_is_no_sample() {
    let broker = Broker::start().await;
    // A device that disappears is published with null or nothing at all.
    for (instance, payload) in [("30", r#"{"value":null}"#), ("31", "")] {
        let topic = |what: &str| format!("N/c0619a/grid/{instance}/Ac/Energy/{what}");
        let values = [(topic("Forward"), payload.into()), (topic("Reverse"), payload.into())];
        let _publisher = Publisher::start(broker.port, values.to_vec());
        let error = sampled(broker.port, &format!("c0619a/grid/{instance}?template=victron-grid-mqtt"))
            .await
            .expect_err("gone");
        assert!(matches!(error, MeterError::WrongType { .. } | MeterError::NotJson { .. }), "{error}");
    }
}

const DESCRIPTION: &str = r#"{"~":"tele/w","stat_t":"~/SENSOR","uniq_id":"A1","unit_of_meas":"kWh","dev_cla":"energy",
    "stat_cla":"total_increasing","val_tpl":"{{ value_json.ENERGY.Total | round(2) }}","dev":{"mf":"Tasmota","mdl":"Pow"}}"#;
const DESCRIBED: &str = "homeassistant/sensor/A1/energy/config";

fn described(port: u16, rest: &str) -> String {
    format!("mqtt://127.0.0.1:{port}/{DESCRIBED}?template=home-assistant{rest}")
}

#[tokio::test]
async fn any_energy_sensor_of_home_assistant_becomes_a_device_by_itself() {
    let broker = Broker::start().await;
    retain(broker.port, DESCRIBED, DESCRIPTION).await;
    let _publisher = Publisher::start(broker.port, messages(&[("tele/w/SENSOR", r#"{"ENERGY":{"Total":12.3456}}"#)]));
    let mut meter = driver(&described(broker.port, "")).await;
    let identity = meter.identify().await.expect("an identity");
    assert_eq!((identity.vendor.as_str(), identity.model.as_str(), identity.serial.as_str()), ("Tasmota", "Pow", "A1"));
    assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(12_345_600), "digits are kept");

    let production = described(broker.port, "").replace("=home-assistant", "=home-assistant-production");
    assert_eq!(driver(&production).await.sample().await.expect("a sample").export_mwh, Some(12_345_600));

    // Described anew in another unit, it is read anew; with another id, it is another device.
    retain(broker.port, DESCRIBED, &DESCRIPTION.replace("kWh", "Wh")).await;
    while meter.sample().await.expect("a sample").import_mwh != Some(12_345) {}
    retain(broker.port, DESCRIBED, &DESCRIPTION.replace("\"A1\"", "\"A2\"")).await;
    let error = next_error(meter.as_mut()).await;
    assert!(matches!(error, MeterError::Swapped { .. }), "{error}");
    retain(broker.port, DESCRIBED, "").await;
    let error = loop {
        match meter.sample().await {
            Err(MeterError::Swapped { .. }) => tokio::task::yield_now().await,
            other => break other.expect_err("deleted"),
        }
    };
    assert!(matches!(&error, MeterError::Discovery { reason, .. } if reason.contains("deleted")), "{error}");
}

#[tokio::test]
async fn a_retained_state_of_a_described_sensor_is_never_a_sample() {
    let broker = Broker::start().await;
    retain(broker.port, DESCRIBED, DESCRIPTION).await;
    retain(broker.port, "tele/w/SENSOR", r#"{"ENERGY":{"Total":12.3456}}"#).await;
    let error = driver(&described(broker.port, "&timeout_ms=1000")).await.sample().await.expect_err("old");
    assert!(matches!(error, MeterError::OnlyRetained { .. }), "{error}");
}

#[tokio::test]
async fn a_sensor_whose_template_computes_is_computed() {
    let broker = Broker::start().await;
    let computing =
        DESCRIPTION.replace("value_json.ENERGY.Total | round(2)", "value_json.ENERGY.Total | float(0) / 1000");
    retain(broker.port, DESCRIBED, &computing).await;
    let _publisher = Publisher::start(broker.port, messages(&[("tele/w/SENSOR", r#"{"ENERGY":{"Total":1234567}}"#)]));
    let sample = driver(&described(broker.port, "")).await.sample().await.expect("a sample");
    assert_eq!(sample.import_mwh, Some(1_234_567_000));
}

#[tokio::test]
async fn a_sensor_whose_template_is_not_understood_is_refused() {
    let broker = Broker::start().await;
    let unknown = DESCRIPTION.replace("value_json.ENERGY.Total | round(2)", "states('sensor.total')");
    retain(broker.port, DESCRIBED, &unknown).await;
    let error = driver(&described(broker.port, "")).await.sample().await.expect_err("another sensor's state");
    assert!(matches!(&error, MeterError::Discovery { reason, .. } if reason.contains("`states`")), "{error}");
}

fn uris(found: &[Announced]) -> Vec<String> {
    found.iter().map(|device| device.uri.to_string()).collect()
}

#[tokio::test]
async fn a_broker_tells_which_devices_there_are() {
    let broker = Broker::start().await;
    let home = uri::Broker { host: "127.0.0.1".into(), port: broker.port, user: None, password_file: None };
    retain(broker.port, DESCRIBED, DESCRIPTION).await;
    retain(broker.port, "tasmota/discovery/AABB/config", r#"{"dn":"Washer","t":"tasmota_AABB"}"#).await;
    retain(broker.port, "tasmota/discovery/AABB/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}}}"#).await;
    retain(broker.port, "shellypro3em-1/online", "true").await;
    retain(broker.port, "somewhere/else", "1").await;
    let _publisher = Publisher::start(broker.port, messages(&[("kitchen/status/pm1:0", "{}")]));
    let prefix = format!("mqtt://127.0.0.1:{}", broker.port);
    let expected = [
        format!("{prefix}/{DESCRIBED}?template=home-assistant"),
        format!("{prefix}/kitchen?template=shelly-pm1"),
        format!("{prefix}/shellypro3em-1?template=shelly-em"),
        format!("{prefix}/tasmota_AABB?template=tasmota"),
    ];
    let found = announced(&home, Duration::from_secs(2), 100).await.expect("a list");
    assert_eq!(uris(&found), expected);
    assert_eq!(found[3].name, "Washer");
    for device in &found {
        open(&device.uri).await.expect("each can be opened");
    }
    assert_eq!(announced(&home, Duration::from_secs(2), 1).await.expect("a list").len(), 1);
    drop(broker);
    let error = announced(&home, Duration::from_secs(2), 100).await.expect_err("no broker");
    assert!(matches!(error, MeterError::Unreachable { .. }), "{error}");
}
