//! Device URIs: what parses, what prints, what is refused and how.

use super::*;
use crate::{MeterError, mqtt::MqttDevice, stream::StreamDevice, sunspec::SunSpecDevice};
use proptest::prelude::*;

fn parsed(text: &str) -> DeviceUri {
    text.parse().expect(text)
}

fn refused(text: &str) -> String {
    text.parse::<DeviceUri>().expect_err(text).to_string()
}

#[test]
fn prints_what_it_parses() {
    for text in [
        "sunspec+tcp://10.0.0.5:1502?unit=1&model=203&index=2",
        "sunspec+tcp://inverter.local?unit=126",
        "sunspec+tcp://[::1]:5020?unit=1",
        "sunspec+tcp://10.0.0.5?unit=1&model=103&index=0&base=50000&timeout_ms=500&settle_ms=2000",
        "sunspec+rtutcp://[fd00::5]:8899?unit=3&base=0",
        "modbus+rtutcp://10.0.0.7?template=eastron-sdm120&unit=1",
        "sunspec+rtu:///dev/ttyUSB0?unit=1&baud=9600",
        "modbus+tcp://10.0.0.6:5020?template=eastron-sdm630&unit=2",
        "modbus+rtu:///dev/ttyUSB0?template=eastron-sdm630&unit=2&baud=19200&parity=even&stop_bits=2&timeout_ms=500",
        "mqtt://broker/shellypro3em-0cb8?template=shelly-em",
        "mqtt://meter@broker:18830/dsmr/json?template=dsmr-reader&password_file=/etc/deren/mqtt&timeout_ms=5000",
        "mqtt://broker/shellyproem50-1?template=shelly-em1&channel=1",
        "mqtt://broker/head?template=tasmota-sml&meter=Heat%20pump",
        "mqtt://broker/head?template=tasmota-sml&meter=&timeout_ms=500",
        "homewizard+http://10.0.0.9",
        "homewizard+http://p1meter.local:8080?timeout_ms=800",
        "p1+serial:///dev/ttyUSB0",
        "p1+tcp://10.0.0.7:2001?timeout_ms=5000",
        "sml+serial:///dev/ttyUSB1?baud=19200&parity=even&stop_bits=2&timeout_ms=5000",
        "sml+tcp://[::1]:7259",
    ] {
        assert_eq!(parsed(text).to_string(), text);
    }
}

#[test]
fn fills_in_what_is_left_out() {
    let uri = parsed("sunspec+tcp://127.0.0.1");
    let device: &SunSpecDevice = uri.device().expect("its family");
    assert_eq!(device.wire, Wire::Tcp { host: "127.0.0.1".into(), port: 502 });
    assert_eq!((device.unit, device.model, device.index), (1, None, 0));
    let uri = parsed("p1+serial:///dev/ttyUSB0");
    let device: &StreamDevice = uri.device().expect("its family");
    assert!(matches!(device.wire, Wire::Serial { baud: 115_200, parity: Parity::None, stop_bits: StopBits::One, .. }));
    let uri = parsed("mqtt://broker/a/b%20c?template=p1");
    assert!(uri.device::<StreamDevice>().is_none(), "another family's");
    let device: &MqttDevice = uri.device().expect("its family");
    assert_eq!((device.broker.port, device.topic.as_str(), device.timeout_ms), (1883, "a/b c", None));
}

#[test]
fn refuses_with_a_reason_that_helps() {
    for (text, reason) in [
        ("http://host/", "not one of sunspec+tcp"),
        ("host:502", "not one of sunspec+tcp"),
        ("modbus+tcp://host?unit=1", "names no `template=`"),
        ("modbus+tcp://host?template=x&unit=256", "unit `256` is not a whole number from 0 to 255"),
        ("modbus+tcp://host?template=x&uint=1", "parameter `uint` is unknown"),
        ("modbus+tcp://host?template=x&template=y", "there twice"),
        ("modbus+tcp://host/path?template=x", "has a path"),
        ("modbus+tcp://host:0?template=x", "port 0"),
        ("modbus+rtutcp://host/dev/ttyUSB0?template=x", "has a path"),
        ("modbus+rtutcp://host?template=x&baud=9600", "parameter `baud` is unknown"),
        ("modbus+tcp://host?template=x&base=0", "parameter `base` is unknown"),
        ("sunspec+tcp://host?base=65535", "not a whole number from 0 to 65531"),
        ("modbus+rtu://dev/ttyUSB0?template=x", "three slashes"),
        ("sunspec+rtu:///dev/ttyUSB0?baud=fast", "baud `fast`"),
        ("sunspec+tcp://host?baud=9600", "parameter `baud` is unknown"),
        ("mqtt://broker/?template=tasmota", "names no topic"),
        ("mqtt://broker/a/+?template=tasmota", "wildcard"),
        (&format!("mqtt://broker/a?template=tasmota-sml&meter={}", "a".repeat(65)), "more than 64 bytes"),
        ("mqtt://bro%23ker/a?template=tasmota", "no name and no address"),
        ("modbus+tcp://a%3Ab?template=x", "no name and no address"),
        ("mqtt://broker/a#b?template=tasmota", "`%23`"),
        ("p1+tcp://adapter", "names no port"),
        ("homewizard+http://h/api", "path"),
        ("homewizard+https://h", "not one of"),
        ("p1+tcp://adapter:2001/path", "path"),
        ("p1+tcp://adapter:2001?template=p1", "parameter `template` is unknown"),
        ("sml+serial://dev/ttyUSB0", "three slashes"),
        ("sml+serial:dev/ttyUSB0", "names no serial port"),
        ("modbus+rtu:dev/ttyUSB0?template=x", "names no serial port"),
        ("p1+rtu:///dev/ttyUSB0", "not one of"),
    ] {
        assert!(refused(text).contains(reason), "{text}: {}", refused(text));
    }
}

#[test]
fn what_would_print_too_long_to_be_read_again_is_refused() {
    let message = refused(&format!("sml+serial:///dev/{}", "\\".repeat(400)));
    assert!(message.contains("longer than 1024 bytes once"), "{message}");
    assert!(refused(&"a".repeat(2_000)).contains("longer than 1024 bytes"));
}

#[test]
fn a_password_in_a_uri_is_refused_and_not_shown() {
    let message = refused("mqtt://user:hunter2@broker/topic?template=tasmota");
    assert!(message.contains("password_file") && !message.contains("hunter2"), "{message}");
}

#[test]
fn serialises_as_its_text() {
    let uri = parsed("sunspec+tcp://h:1?unit=3");
    let json = serde_json::to_string(&uri).expect("a string");
    assert_eq!(json, "\"sunspec+tcp://h:1?unit=3\"");
    assert_eq!(serde_json::from_str::<DeviceUri>(&json).expect("parses"), uri);
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,80}") {
        if let Err(error) = text.parse::<DeviceUri>() {
            prop_assert!(matches!(error, MeterError::Uri { .. }), "{}", error);
        }
    }

    #[test]
    fn any_mqtt_device_survives_printing(
        topic in "[a-zA-Z0-9 äß:%?&=-][a-zA-Z0-9/ äß:%?&=-]{0,30}", user in proptest::option::of("[a-z@:/ ]{1,9}"),
        port in 1u16.., timeout_ms in proptest::option::of(1..=MAX_TIMEOUT_MS),
        meter in proptest::option::of("[a-zA-Z0-9/ äß:%?&=~*-]{0,20}"),
    ) {
        let broker = Broker { host: "broker".into(), port, user, password_file: None };
        let uri = DeviceUri::from(MqttDevice { broker, topic, template: "tasmota".into(), channel: 3, meter, timeout_ms });
        prop_assert_eq!(uri.to_string().parse::<DeviceUri>(), Ok(uri));
    }
}
