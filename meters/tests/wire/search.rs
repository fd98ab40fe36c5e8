//! The search beyond Modbus hosts: serial ports, brokers, what announces itself; and what a manufacturer suggests.

use crate::{
    rtu::Line,
    support::{
        broker::{Broker, Publisher, retain},
        image::Image,
        modbus_template,
        peer::Peer,
        pusher::Pusher,
        rogue::{Reply, Rogue},
        search,
        served::{Memory, Served},
        uris,
    },
};
use deren_meters::{MeterError, Record, discover::Event, read};
use std::time::Duration;

fn inverter(vendor: &str, serial: &str) -> Image {
    Image::new().common(vendor, "M", serial).inverter(1, 5, 0).end()
}

fn serials(records: &[Record]) -> Vec<&str> {
    records.iter().filter_map(|record| record.serial.as_deref()).collect()
}

#[tokio::test]
async fn once_one_device_has_answered_its_manufacturer_says_which_units_to_ask() {
    let memory = Memory::default();
    memory.image(126, 40_000, &inverter("SMA", "first")).image(127, 40_000, &inverter("SMA", "second"));
    memory.image(247, 40_000, &inverter("SMA", "not asked"));
    let device = Served::start(&memory).await;
    let (records, _) = search(&format!("127.0.0.1:{}", device.port)).await;
    assert_eq!(serials(&records), ["first", "second"]);

    let memory = Memory::default();
    let meter = Image::new().common("Fronius", "Smart Meter", "meter").float_meter(1.0, 2.0).end();
    memory.image(1, 40_000, &inverter("Fronius", "inverter")).image(200, 40_000, &meter);
    memory.image(126, 40_000, &inverter("Fronius", "not asked"));
    let device = Served::start(&memory).await;
    let (records, _) = search(&format!("127.0.0.1:{}", device.port)).await;
    assert_eq!(serials(&records), ["inverter", "meter"]);

    let memory = Memory::default();
    memory.image(1, 40_000, &inverter("Unheard of", "one")).image(240, 40_000, &inverter("Unheard of", "two"));
    let device = Served::start(&memory).await;
    let (records, _) = search(&format!("127.0.0.1:{}", device.port)).await;
    assert_eq!(serials(&records), ["one", "two"], "of others, all the usual ones");
}

#[tokio::test]
async fn a_device_that_wants_silence_is_found_and_its_uri_says_so() {
    let image = inverter("Unheard of", "S").0;
    let device = Rogue::start(move |asked| match asked.age < Duration::from_secs(1) {
        true => Reply::Silence,
        false => Reply::Pdu(asked.of(40_000, &image)),
    })
    .await;
    let (records, _) = search(&format!("127.0.0.1:{}", device.port)).await;
    let [record] = &records[..] else { panic!("one device: {records:?}") };
    assert!(record.uri.to_string().ends_with("&settle_ms=2000"), "{}", record.uri);
    assert_eq!(read(&record.uri).await.as_ref(), Ok(record));
}

#[tokio::test]
async fn a_device_that_another_program_holds_is_told_of() {
    let device = Rogue::for_clients(0, |asked| Reply::Pdu(asked.exception(2))).await;
    let (records, events) = search(&format!("127.0.0.1:{}", device.port)).await;
    assert!(records.is_empty());
    let told = events.iter().any(|event| matches!(event, Event::Trouble(MeterError::HeldByAnother { .. })));
    assert!(told, "{events:?}");
}

#[tokio::test]
async fn meters_on_a_serial_port_are_found_and_can_be_read() {
    let memory = Memory::default();
    let readout = deren_meters::Readout {
        import_mwh: Some(1_000_000),
        export_mwh: Some(2_000_000),
        power_w: Some(-30),
        serial: Some("7".into()),
    };
    memory.show(2, modbus_template("eastron-sdm630"), &readout);
    memory.image(3, 40_000, &Image::new().common("Vendor", "Model", "RTU-1").meter(-7, 11, 22, 0).end());
    let line = Line::served(&memory);
    let (records, events) = search(&line.path).await;
    let expected = [
        format!("modbus+rtu://{}?template=eastron-sdm630&unit=2&baud=9600", line.path),
        format!("sunspec+rtu://{}?unit=3&model=203&index=0&baud=9600", line.path),
    ];
    assert_eq!(uris(&records), expected);
    assert_eq!(events.last(), Some(&Event::Progress { done: 11, total: 11 }));
    for record in records {
        assert_eq!(read(&record.uri).await, Ok(record));
    }
}

#[tokio::test]
async fn a_meter_that_pushes_telegrams_into_a_serial_port_is_found() {
    let telegram = include_str!("../telegrams/dsmr-5.0.txt").replace('\n', "\r\n");
    let meter = Pusher::serial(vec![telegram.into_bytes()]);
    let (records, _) = search(&meter.place).await;
    let [record] = &records[..] else { panic!("one meter: {records:?}") };
    assert_eq!((record.driver.as_str(), record.uri.to_string()), ("p1", format!("p1+serial://{}", meter.place)));
    assert!(record.import_mwh.is_some(), "{record:?}");
}

#[tokio::test]
async fn a_meter_that_pushes_text_without_a_crc_at_9600_is_found_with_its_speed_and_parity() {
    let case: serde_json::Value =
        serde_json::from_str(include_str!("../field/d0-easymeter-no-crc.json")).expect("an input of the field");
    let digits: String =
        case["stream_hex"].as_array().expect("lines").iter().filter_map(|line| line.as_str()).collect();
    let meter = Pusher::serial_at(9_600, vec![hex::decode(digits).expect("hexadecimal")]);
    let (records, events) = search(&meter.place).await;
    let [record] = &records[..] else { panic!("one meter: {records:?} after {events:?}") };
    assert_eq!(record.uri.to_string(), format!("p1+serial://{}?baud=9600&parity=even", meter.place));
    assert_eq!((record.import_mwh, record.export_mwh), (Some(151_623_177), Some(10_500_000)));
}

#[tokio::test]
async fn a_serial_port_that_is_not_there_is_told_of() {
    let (records, events) = search("/dev/ttyNotThere").await;
    assert!(records.is_empty());
    let told = events.iter().any(|event| matches!(event, Event::Trouble(MeterError::Unreachable { .. })));
    assert!(told, "{events:?}");
}

#[tokio::test]
async fn what_announces_itself_is_read_or_told_of_with_what_to_do() {
    let _peer = Peer::start("node/announce.js");
    let (records, events) = search("mdns:127.0.0.1").await;
    let [homewizard] = &records[..] else { panic!("a P1 meter: {events:?}") };
    assert_eq!((homewizard.vendor.as_str(), homewizard.model.as_str()), ("HomeWizard", "HWE-P1"));
    assert_eq!((homewizard.import_mwh, homewizard.power_w), (Some(13_779_338_000), Some(-543)));
    let told = |event: &Event| match event {
        Event::Trouble(error @ MeterError::Announced { .. }) => Some(error.to_string()),
        _ => None,
    };
    let told: Vec<String> = events.iter().filter_map(told).collect();
    let [shelly] = &told[..] else { panic!("a Shelly, once: {events:?}") };
    assert!(
        shelly.starts_with("Shelly shellypro3em-08f9e0e5a790 is at 127.0.0.1") && shelly.contains("MQTT"),
        "{shelly}"
    );
}

#[tokio::test]
async fn devices_that_a_broker_announces_are_found() {
    let broker = Broker::start().await;
    let plug = r#"{"stat_t":"plug/state","dev_cla":"energy","stat_cla":"total_increasing","unit_of_meas":"kWh","val_tpl":"{{ value_json.energy }}","uniq_id":"plug-7","name":"Washer"}"#;
    retain(broker.port, "homeassistant/sensor/plug/energy/config", plug).await;
    retain(broker.port, "tasmota/discovery/AABB/config", r#"{"dn":"Dryer","t":"dryer","ft":"%prefix%/%topic%/"}"#)
        .await;
    retain(broker.port, "tasmota/discovery/AABB/sensors", r#"{"sn":{"ENERGY":{"Total":1.2}},"ver":1}"#).await;
    let shelly = r#"{"id":0,"total_act":3063.295,"total_act_ret":12.1}"#.as_bytes().to_vec();
    let _publisher = Publisher::start(broker.port, vec![("shellypro3em-0cb8/status/emdata:0".into(), shelly)]);
    let place = format!("mqtt://127.0.0.1:{}", broker.port);
    let (records, events) = search(&place).await;
    let expected = [
        format!("{place}/dryer?template=tasmota"),
        format!("{place}/homeassistant/sensor/plug/energy/config?template=home-assistant"),
        format!("{place}/shellypro3em-0cb8?template=shelly-em"),
    ];
    assert_eq!(uris(&records), expected);
    assert_eq!(events.last(), Some(&Event::Progress { done: 15, total: 15 }));
    let told = events.iter().filter(|event| matches!(event, Event::Progress { .. })).count();
    assert!(told > 10, "it tells how far it is: {told}");
    let read = read(&records[2].uri).await.expect("what is found can be read");
    assert_eq!(read.import_mwh, Some(3_063_295));
}

#[tokio::test]
async fn a_broker_that_is_away_is_told_of() {
    let (records, events) = search(&format!("mqtt://127.0.0.1:{}", deren_testing::free_port())).await;
    assert!(records.is_empty());
    let told = events.iter().any(|event| matches!(event, Event::Trouble(MeterError::Unreachable { .. })));
    assert!(told, "{events:?}");
}
