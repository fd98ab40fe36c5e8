//! Payloads that are not what a template expects: each its own error, over a real broker.

use crate::support::{
    broker::{Broker, Publisher},
    driver,
};
use deren_meters::{MeterError, Sample};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::sync::atomic::{AtomicUsize, Ordering};

async fn sampled(broker: &Broker, template: &str, topic: &str, payload: &[u8]) -> Result<Sample, MeterError> {
    let _publisher = Publisher::start(broker.port, vec![(topic.into(), payload.to_vec())]);
    let uri = format!("mqtt://127.0.0.1:{}/{topic}?template={template}", broker.port);
    driver(&uri).await.sample().await
}

#[tokio::test]
async fn payload_that_is_not_json() {
    let broker = Broker::start().await;
    for (topic, payload) in [("a/status/emdata:0", "total_act=3063"), ("b/status/emdata:0", "{\"id\":0,")] {
        let error = sampled(&broker, "shelly-em", topic, payload.as_bytes()).await.expect_err(payload);
        assert!(matches!(error, MeterError::NotJson { .. }), "{payload}: {error}");
    }
    let error = sampled(&broker, "shelly-em", "c/status/emdata:0", b"").await.expect_err("empty");
    assert!(matches!(&error, MeterError::NotJson { reason, .. } if reason.contains("empty")), "{error}");
}

#[tokio::test]
async fn payload_that_lacks_the_field() {
    let broker = Broker::start().await;
    let error = sampled(&broker, "shelly-em", "a/status/emdata:0", br#"{"id":0,"total_act":1.5}"#).await;
    let error = error.expect_err("no export");
    assert!(matches!(&error, MeterError::MissingField { field, .. } if field == "/total_act_ret"), "{error}");
    let error = sampled(&broker, "tasmota", "tele/b/SENSOR", br#"{"Time":"2023-02-05T20:31:48"}"#).await;
    let error = error.expect_err("no energy");
    assert!(matches!(&error, MeterError::MissingField { field, .. } if field.ends_with("/ENERGY/Total")), "{error}");
}

#[tokio::test]
async fn payload_with_a_field_of_the_wrong_type() {
    let broker = Broker::start().await;
    for (topic, value) in
        [("a", "\"3063\""), ("b", "null"), ("c", "true"), ("d", "[1,2]"), ("e", "{}"), ("f", "\"NaN\"")]
    {
        let payload = format!(r#"{{"total_act":{value},"total_act_ret":1}}"#);
        let topic = format!("{topic}/status/emdata:0");
        let error = sampled(&broker, "shelly-em", &topic, payload.as_bytes()).await.expect_err(value);
        assert!(matches!(&error, MeterError::WrongType { got, .. } if got == value), "{error}");
    }
}

#[tokio::test]
async fn payload_with_an_impossible_number() {
    let broker = Broker::start().await;
    for (topic, value) in [("a", "-1"), ("b", "1e300"), ("c", "18446744073709551615000")] {
        let payload = format!(r#"{{"total_act":{value},"total_act_ret":1}}"#);
        let topic = format!("{topic}/status/emdata:0");
        let error = sampled(&broker, "shelly-em", &topic, payload.as_bytes()).await.expect_err(value);
        assert!(matches!(error, MeterError::OutOfRange { .. }), "{value}: {error}");
    }
}

#[tokio::test]
async fn one_tariff_below_zero_is_not_made_up_for_by_the_other() {
    let broker = Broker::start().await;
    let payload = br#"{"electricity_delivered_1":"-1","electricity_delivered_2":"5","electricity_returned_1":"0",
        "electricity_returned_2":"0"}"#;
    let error = sampled(&broker, "dsmr-reader", "dsmr/json", payload).await.expect_err("below zero");
    assert!(matches!(&error, MeterError::OutOfRange { what, .. } if what.contains("_1")), "{error}");
}

#[tokio::test]
async fn payload_that_says_a_thing_twice_is_read_by_the_last() {
    // As JSON parsers in common do: nothing tells which the device means, and it is always the same one.
    let broker = Broker::start().await;
    let payload = br#"{"total_act":1,"total_act":2,"total_act_ret":1}"#;
    let sample = sampled(&broker, "shelly-em", "a/status/emdata:0", payload).await.expect("a sample");
    assert_eq!(sample.import_mwh, Some(2_000));
    let deep = "[".repeat(5_000);
    let error = sampled(&broker, "shelly-em", "b/status/emdata:0", deep.as_bytes()).await.expect_err("too deep");
    assert!(matches!(error, MeterError::NotJson { .. }), "{error}");
}

#[tokio::test]
async fn telegram_that_was_garbled_on_the_way() {
    let broker = Broker::start().await;
    let telegram = deren_meters::p1::write("HDR", &[("1-0:1.8.0".into(), "003844.917*kWh".into())]);
    let sample = sampled(&broker, "p1", "a", telegram.as_bytes()).await.expect("a sample");
    assert_eq!((sample.import_mwh, sample.export_mwh), (Some(3_844_917_000), None));
    let garbled = telegram.replace("3844", "9844");
    let error = sampled(&broker, "p1", "b", garbled.as_bytes()).await.expect_err("the CRC does not fit");
    assert!(matches!(&error, MeterError::Telegram { place, .. } if place == "b"), "{error}");
    let gas = deren_meters::p1::write("HDR", &[("1-0:1.8.0".into(), "003844.917*m3".into())]);
    let error = sampled(&broker, "p1", "c", gas.as_bytes()).await.expect_err("not an energy");
    assert!(matches!(error, MeterError::WrongType { .. }), "{error}");
}

#[test]
fn any_payload_is_read_or_refused() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("runtime");
    let broker = runtime.block_on(Broker::start());
    let json = "[{}\\[\\]\",:0-9a-z_ .eE-]{0,80}".prop_map(String::into_bytes);
    let near = "\\{\"total_act\":[0-9eE.\"-]{1,12},\"total_act_ret\":[0-9]{1,30}\\}".prop_map(String::into_bytes);
    let payload = prop_oneof![json, near, prop::collection::vec(any::<u8>(), 0..200)];
    let counter = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config { cases: 24, ..Config::default() });
    let outcome = runner.run(&payload, |payload| {
        let number = counter.fetch_add(1, Ordering::SeqCst);
        runtime.block_on(async {
            for (template, topic) in [("shelly-em", format!("s{number}/status/emdata:0")), ("p1", format!("p{number}"))]
            {
                let outcome = sampled(&broker, template, &topic, &payload).await;
                assert!(!matches!(outcome, Err(MeterError::Unreachable { .. })), "the session lives on");
            }
        });
        Ok(())
    });
    outcome.expect("no payload makes the driver fail otherwise than by an error");
}
