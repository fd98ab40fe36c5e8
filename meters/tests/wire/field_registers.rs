//! Registers of the field that gave a wrong number once: each reads right now, or is refused with the reason.

use crate::support::{
    driver, modbus_template, read, search,
    served::{Memory, Served},
};
use deren_meters::{Library, MeterError, Readout};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    #[serde(rename = "note")]
    _note: String,
    #[serde(rename = "composed")]
    _composed: bool,
    /// What to read; without it a search is to find the template that `discover` names.
    uri: Option<String>,
    discover: Option<String>,
    import_mwh: Option<u64>,
    export_mwh: Option<u64>,
    refusal: Option<String>,
    banks: Vec<Bank>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bank {
    unit: u8,
    function: u8,
    registers: BTreeMap<u16, u16>,
}

impl Bank {
    fn serve(&self, memory: &Memory) {
        for (address, word) in &self.registers {
            memory.put(self.unit, self.function, *address, &[*word]);
        }
    }
}

fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../field_registers/cases.json")).expect("cases")
}

#[tokio::test]
async fn what_the_field_showed_reads_right_or_is_refused_with_the_reason() {
    for case in cases() {
        let name = &case.name;
        assert!(case.source.len() > 10, "{name} names its source");
        let memory = Memory::default();
        case.banks.iter().for_each(|bank| bank.serve(&memory));
        let device = Served::start(&memory).await;
        let outcome = match (&case.uri, &case.discover) {
            (Some(uri), None) => read(&uri.replace("HOST", &format!("127.0.0.1:{}", device.port))).await,
            (None, Some(template)) => {
                let (found, _) = search(&format!("127.0.0.1:{}", device.port)).await;
                let found = found.into_iter().find(|record| record.driver == *template);
                Ok(found.unwrap_or_else(|| panic!("{name}: no {template}")))
            }
            _ => panic!("{name}: a URI or a template to discover"),
        };
        match (outcome, &case.refusal) {
            (Ok(record), None) => {
                assert_eq!((record.import_mwh, record.export_mwh), (case.import_mwh, case.export_mwh), "{name}");
            }
            (Err(error), Some(refusal)) => assert!(error.to_string().contains(refusal), "{name}: {error}"),
            (outcome, _) => panic!("{name}: {outcome:?}"),
        }
    }
}

/// A device that shows what a template's fixture does.
fn fixture(memory: &Memory, unit: u8, name: &str) {
    let template = modbus_template(name);
    memory.show(unit, template, &template.fixture.expect);
}

#[tokio::test]
async fn brothers_of_one_manufacturer_are_told_apart_by_a_search() {
    for name in
        ["eastron-sdm72", "eastron-sdm630", "carlo-gavazzi-em100", "orno-we-516", "sma-hybrid", "growatt-output"]
    {
        let memory = Memory::default();
        let unit = if name == "sma-hybrid" { 3 } else { 1 };
        fixture(&memory, unit, name);
        let device = Served::start(&memory).await;
        let (found, _) = search(&format!("127.0.0.1:{}", device.port)).await;
        let drivers: Vec<&str> = found.iter().map(|record| record.driver.as_str()).collect();
        assert_eq!(drivers, [name]);
    }
}

#[tokio::test]
async fn another_firmware_of_the_same_device_is_refused_by_the_template_of_the_old() {
    let memory = Memory::default();
    fixture(&memory, 1, "deye-3p-hv-1098");
    memory.put(1, 3, 534, &[1_000, 0]);
    let device = Served::start(&memory).await;
    let uri = |template: &str| format!("modbus+tcp://127.0.0.1:{}?template={template}", device.port);
    let record = read(&uri("deye-3p-hv-1098")).await.expect("a record");
    assert_eq!(record.export_mwh, Some(1_000_000_000));
    let error = read(&uri("deye-3p-hv")).await.expect_err("tenths no more").to_string();
    assert!(error.contains("it looks like template `deye-3p-hv-1098`"), "{error}");
}

#[tokio::test]
async fn a_device_that_changed_while_it_was_away_is_noticed_at_the_next_connection() {
    let memory = Memory::default();
    fixture(&memory, 71, "kostal-plenticore");
    let device = Served::start(&memory).await;
    let mut inverter =
        driver(&format!("modbus+tcp://127.0.0.1:{}?template=kostal-plenticore&unit=71", device.port)).await;
    let before = inverter.sample().await.expect("a sample");
    memory.put(71, 3, 5, &[1]);
    assert_eq!(inverter.sample().await.map(|sample| sample.export_mwh), Ok(before.export_mwh), "not asked each time");
    device.restart().await;
    let error = inverter.sample().await.expect_err("the byte order is another");
    assert!(matches!(&error, MeterError::Misfit { template, .. } if template == "kostal-plenticore"), "{error}");
    assert!(error.to_string().contains("holding register 5 shows \"1\" where its devices show 0"), "{error}");
    memory.put(71, 3, 5, &[0]);
    assert!(inverter.sample().await.is_ok(), "and back");
}

#[tokio::test]
async fn a_phase_that_is_gone_for_a_while_does_not_make_a_smaller_sum() {
    let memory = Memory::default();
    fixture(&memory, 30, "victron-grid");
    memory.put(30, 3, 2_622, &[0, 100, 0, 200, 0, 300, 0, 10, 0, 20, 0, 30]);
    let device = Served::start(&memory).await;
    let mut meter = driver(&format!("modbus+tcp://127.0.0.1:{}?template=victron-grid&unit=30", device.port)).await;
    let all = meter.sample().await.expect("three phases");
    assert_eq!((all.import_mwh, all.export_mwh), (Some(6_000_000), Some(600_000)));
    memory.put(30, 3, 2_624, &[0xFFFF, 0xFFFF]);
    let sample = meter.sample().await.expect("what is fed in is still there");
    assert_eq!((sample.import_mwh, sample.export_mwh, sample.suspect), (None, Some(600_000), true));
    memory.put(30, 3, 2_624, &[0, 200]);
    assert_eq!(meter.sample().await.map(|sample| sample.import_mwh), Ok(Some(6_000_000)));
    // One that never was there is none that the device has.
    memory.put(30, 3, 2_624, &[0xFFFF; 4]);
    meter.identify().await.expect("who it is");
    assert_eq!(meter.sample().await.map(|sample| sample.import_mwh), Ok(Some(1_000_000)));
}

#[tokio::test]
async fn a_register_that_says_nothing_is_no_number_in_any_template() {
    let library = Library::builtin().expect("templates");
    for (name, template) in library.iter() {
        let deren_meters::Template::Modbus(template) = template else { continue };
        let unread = Readout { import_mwh: None, export_mwh: None, ..template.fixture.expect.clone() };
        let memory = Memory::default();
        fixture(&memory, 1, name);
        // What cannot say "not available" in all of its registers is a low word, whose high word does.
        let Ok(blocks) = template.encode(&unread) else { continue };
        let marks: Vec<(u8, u16)> =
            template.fingerprint.iter().map(|mark| (mark.at.function.into(), mark.at.address)).collect();
        for block in blocks.iter().filter(|block| !marks.contains(&(block.function.into(), block.address))) {
            memory.put(1, block.function.into(), block.address, &block.words);
        }
        let device = Served::start(&memory).await;
        let uri = format!("modbus+tcp://127.0.0.1:{}?template={name}&unit=1", device.port);
        let outcome = driver(&uri).await.sample().await;
        let counters: Vec<(u8, u16)> = [&template.import, &template.export]
            .into_iter()
            .flatten()
            .flat_map(|sum| sum.parts())
            .map(|field| (field.function.into(), field.address))
            .collect();
        if !counters.iter().any(|place| marks.contains(place)) {
            let nothing = matches!(outcome, Err(MeterError::NoEnergy { .. } | MeterError::Misfit { .. }));
            assert!(nothing, "{name}: {outcome:?}");
        }
    }
}
