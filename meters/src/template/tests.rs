//! Every built-in template against its recorded device, both ways.

use super::*;
use crate::mqtt::{payload::Message, template::MqttTemplate as Mqtt};
use crate::quantity::whole;
use proptest::prelude::*;

fn modbus_templates() -> Vec<(&'static str, &'static ModbusTemplate)> {
    let all = Library::builtin().expect("built-in templates").iter();
    all.filter_map(|(name, template)| match template {
        Template::Modbus(modbus) => Some((name, modbus)),
        Template::Mqtt(_) => None,
    })
    .collect()
}

fn mqtt_templates() -> Vec<(&'static str, &'static Mqtt)> {
    let all = Library::builtin().expect("built-in templates").iter();
    all.filter_map(|(name, template)| match template {
        Template::Mqtt(mqtt) => Some((name, mqtt)),
        Template::Modbus(_) => None,
    })
    .collect()
}

/// Reads registers by field name as the driver does.
fn read_modbus(template: &ModbusTemplate, registers: impl Fn(&str) -> Option<Vec<u16>>) -> Readout {
    let number = |name: &str, field: &Option<crate::modbus::decode::Field>| {
        let (field, words) = (field.as_ref()?, registers(name)?);
        field.decode(&words).expect(name)
    };
    Readout {
        import_mwh: number("import", &template.import).map(|mwh| u64::try_from(mwh).expect("import")),
        export_mwh: number("export", &template.export).map(|mwh| u64::try_from(mwh).expect("export")),
        power_w: number("power", &template.power).and_then(whole),
        serial: template.serial.as_ref().and_then(|field| field.decode_text(&registers("serial")?).expect("serial")),
    }
}

/// Reads payloads as the driver does.
fn read_mqtt(template: &Mqtt, uri_topic: &str, payloads: &[(String, Vec<u8>)]) -> Readout {
    let base = template.base(uri_topic);
    let message = |pattern: &str| {
        let topic = Mqtt::topic(pattern, base);
        let (topic, payload) = payloads.iter().find(|(known, _)| *known == topic)?;
        Some(Message::parse(template.format, topic, payload).expect("a payload"))
    };
    let energy = |quantity: &Option<crate::mqtt::template::Quantity>| {
        let quantity = quantity.as_ref()?;
        message(&quantity.topic)?.energy(quantity).expect("an energy")
    };
    Readout {
        import_mwh: energy(&template.import),
        export_mwh: energy(&template.export),
        power_w: template
            .power
            .as_ref()
            .and_then(|power| message(&power.topic)?.quantity(power).expect("a power"))
            .and_then(whole),
        serial: match &template.serial {
            Some(field) => message(&field.topic).and_then(|message| message.serial(field)),
            None => template.topic_is_serial.then(|| base.into()),
        },
    }
}

#[test]
fn every_modbus_template_reads_its_recorded_device() {
    let templates = modbus_templates();
    assert!(templates.len() >= 6);
    for (name, template) in templates {
        let registers = &template.fixture.registers;
        let readout = read_modbus(template, |field| registers.get(field).cloned());
        assert_eq!(readout, template.fixture.expect, "{name}");
        for (field, _) in template.fields() {
            assert!(registers.contains_key(field), "{name} has no fixture for {field}");
        }
    }
}

#[test]
fn every_mqtt_template_reads_its_recorded_device() {
    let templates = mqtt_templates();
    assert!(templates.len() >= 5);
    for (name, template) in templates {
        let fixture = &template.fixture;
        let payloads: Vec<_> =
            fixture.payloads.iter().map(|(topic, payload)| (topic.clone(), payload.clone().into_bytes())).collect();
        assert_eq!(read_mqtt(template, &fixture.topic, &payloads), fixture.expect, "{name}");
    }
}

#[test]
fn a_template_that_makes_no_sense_is_refused() {
    let good = include_str!("../../templates/eastron-sdm630.toml");
    for (what, with, reason) in [
        ("kind = \"modbus\"", "kind = \"canbus\"", "is not `modbus` or `mqtt`"),
        ("type = \"f32\"", "type = \"f16\"", "unknown variant"),
        ("unit = \"kWh\"", "unit = \"W\"", "does not fit"),
        ("unit = \"kWh\"", "unit = \"kVAh\"", "unknown variant"),
        ("function = 4", "function = 6", "is not 3"),
        ("address = 0x48", "address = 0xFFFF", "too high"),
        ("vendor =", "seller =", "unknown field"),
        ("[[fingerprint]]", "[[fingerprints]]", "unknown field"),
    ] {
        let error = Template::from_toml("changed", &good.replacen(what, with, 1)).expect_err(with).to_string();
        assert!(error.contains(reason), "{with}: {error}");
    }
}

#[test]
fn a_folder_adds_to_the_built_in_templates_and_replaces_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = include_str!("../../templates/eastron-sdm630.toml").replace("Eastron", "Westron");
    fs::write(folder.path().join("eastron-sdm630.toml"), &text).expect("written");
    fs::write(folder.path().join("my-meter.toml"), &text).expect("written");
    fs::write(folder.path().join("notes.txt"), "not a template").expect("written");
    let library = Library::with_folder(folder.path()).expect("a library");
    assert_eq!(library.modbus("eastron-sdm630").expect("replaced").vendor, "Westron");
    assert!(library.modbus("my-meter").is_ok() && library.mqtt("tasmota").is_ok());
    let error = library.modbus("tasmota").expect_err("wrong kind").to_string();
    assert!(error.contains("eastron-sdm120") && !error.contains("p1"), "{error}");

    fs::write(folder.path().join("broken.toml"), "kind =").expect("written");
    assert!(matches!(Library::with_folder(folder.path()), Err(MeterError::Template { name, .. }) if name == "broken"));
    assert!(matches!(Library::with_folder(&folder.path().join("none")), Err(MeterError::File { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_modbus_template_writes_it_reads(
        import_mwh in 0u64..1 << 44, export_mwh in 0u64..1 << 44, power_w in -30_000i32..30_000, serial in 1u32..1 << 31,
    ) {
        for (name, template) in modbus_templates() {
            let given = Readout {
                import_mwh: Some(import_mwh),
                export_mwh: Some(export_mwh),
                power_w: Some(power_w),
                serial: Some(serial.to_string()),
            };
            let blocks = template.encode(&given).expect(name);
            let read = read_modbus(template, |wanted| {
                let (_, field) = template.fields().find(|(name, _)| *name == wanted)?;
                let at = |block: &&crate::modbus::template::Block| {
                    (block.function, block.address) == (field.function, field.address)
                };
                blocks.iter().rfind(at).map(|block| block.words.clone())
            });
            // A float has 24 bits; a register in tenths of a kWh loses up to 100 Wh.
            let near = |a: Option<u64>, b: u64| a.is_some_and(|a| a.abs_diff(b) <= 100_000_000.min(b >> 23) + 100_000_000);
            prop_assert!(near(read.import_mwh, import_mwh) && near(read.export_mwh, export_mwh), "{}: {:?}", name, read);
            prop_assert!(read.power_w.is_some_and(|watt| watt.abs_diff(power_w) <= 1), "{}: {:?}", name, read);
            prop_assert_eq!(read.serial, template.serial.as_ref().map(|_| serial.to_string()), "{}", name);
        }
    }

    #[test]
    fn what_an_mqtt_template_writes_it_reads(
        import_wh in 0u64..1 << 34, export_wh in 0u64..1 << 34, power_w in -30_000i32..30_000,
    ) {
        for (name, template) in mqtt_templates() {
            let given = Readout {
                import_mwh: Some(import_wh * 1_000),
                export_mwh: Some(export_wh * 1_000),
                power_w: Some(power_w),
                serial: Some("E0034".into()),
            };
            let read = read_mqtt(template, "meter/7", &template.encode(&given, "meter/7"));
            let expected = Readout {
                import_mwh: given.import_mwh.filter(|_| template.import.is_some()),
                export_mwh: given.export_mwh.filter(|_| template.export.is_some()),
                power_w: Some(power_w),
                serial: match (&template.serial, template.topic_is_serial) {
                    (Some(_), _) => Some("E0034".into()),
                    (None, true) => Some("meter/7".into()),
                    (None, false) => None,
                },
            };
            prop_assert_eq!(read, expected, "{}", name);
        }
    }
}
