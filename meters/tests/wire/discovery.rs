//! The search for devices, against devices that are served on this machine.

use crate::support::{
    image::Image,
    modbus_template,
    rogue::{Reply, Rogue},
    search,
    served::{Memory, Served},
    uris,
};
use deren_meters::{
    Library, MeterError, Readout, Record, Template,
    discover::{Event, Target, UNITS, discover},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::net::TcpListener;

async fn found_at(port: u16) -> (Vec<Record>, Vec<Event>) {
    search(&format!("127.0.0.1:{port}")).await
}

fn serve(memory: &Memory, unit: u8, template: &str) {
    let template = modbus_template(template);
    let serial = template.serial.is_some().then(|| format!("{unit}00"));
    let readout =
        Readout { import_mwh: Some(u64::from(unit) * 1_000_000_000), export_mwh: Some(0), power_w: Some(1), serial };
    memory.show(unit, template, &readout);
}

#[tokio::test]
async fn finds_every_sunspec_device_of_a_host() {
    let memory = Memory::default();
    let image = Image::new()
        .common("SolarEdge", "SE10K", "INV-1")
        .inverter(4_200, 12_345_678, 0)
        .common("SolarEdge", "Meter", "MET-1")
        .meter(-1_500, 1_000, 2_000, 0)
        .common("SolarEdge", "Meter", "MET-2")
        .meter(300, 0, 0, 0)
        .end();
    memory.image(1, 40_000, &image);
    // Fronius answers on several unit ids with the same devices.
    memory.image(240, 40_000, &image);
    let device = Served::start(&memory).await;
    let (records, events) = found_at(device.port).await;
    let at = |rest: &str| format!("sunspec+tcp://127.0.0.1:{}?unit=1&{rest}", device.port);
    assert_eq!(uris(&records), [at("model=103&index=0"), at("model=203&index=0"), at("model=203&index=1")]);
    assert_eq!(records[0].export_mwh, Some(12_345_678_000));
    assert_eq!(records[1].driver, "sunspec:203");
    let empty = &records[2];
    assert_eq!((empty.import_mwh, empty.export_mwh, empty.power_w), (None, None, None), "found all the same");
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Found(_))).count(), 3);
    assert_eq!(events.last(), Some(&Event::Progress { done: 1, total: 1 }));

    let json: serde_json::Value = serde_json::to_value(&records[0]).expect("JSON");
    for key in ["uri", "driver", "vendor", "model", "serial", "import_mwh", "export_mwh", "power_w"] {
        assert!(json.get(key).is_some(), "{key}");
    }
    assert!(json["import_mwh"].is_null());
}

#[tokio::test]
async fn knows_modbus_meters_by_their_fingerprints() {
    let templates = ["abb-b23", "carlo-gavazzi-em24-e1", "eastron-sdm120"];
    let memory = Memory::default();
    for (unit, template) in (1..).zip(templates) {
        serve(&memory, unit, template);
    }
    serve(&memory, 71, "eastron-sdm630");
    serve(&memory, 126, "schneider-iem3000");
    serve(&memory, 200, "janitza-b");
    serve(&memory, 240, "carlo-gavazzi-em24");
    let device = Served::start(&memory).await;
    let (records, _) = found_at(device.port).await;
    let drivers: Vec<&str> = records.iter().map(|record| record.driver.as_str()).collect();
    let others = ["eastron-sdm630", "schneider-iem3000", "janitza-b", "carlo-gavazzi-em24"];
    assert_eq!(drivers, [&templates[..], &others].concat());
    assert_eq!(
        records[2].uri.to_string().split_once('?').map(|(_, rest)| rest),
        Some("template=eastron-sdm120&unit=3")
    );
    assert_eq!((records[2].serial.as_deref(), records[6].serial.as_deref()), (Some("300"), None));
    assert_eq!(records[3].import_mwh, Some(71_000_000_000));
}

#[tokio::test]
async fn finds_every_part_of_a_box_and_nothing_else() {
    let serial = "HV2140012345";
    let readout = |import_mwh: u64| Readout {
        import_mwh: Some(import_mwh),
        export_mwh: Some(9_000_000_000),
        power_w: Some(-800),
        serial: Some(serial.into()),
    };
    let huawei = [("huawei-battery", 4_000_000_000), ("huawei-meter", 3_000_000_000), ("huawei-sun2000", 0)];
    let goodwe = [("goodwe-et", 0), ("goodwe-et-battery", 5_000_000_000)];
    for (unit, parts) in [(1, &huawei[..]), (247, &goodwe[..])] {
        let memory = Memory::default();
        for (template, import_mwh) in parts {
            memory.show(unit, modbus_template(template), &readout(*import_mwh));
        }
        let device = Served::start(&memory).await;
        let (records, _) = found_at(device.port).await;
        let mut found: Vec<(&str, u64)> =
            records.iter().map(|record| (record.driver.as_str(), record.import_mwh.unwrap_or_default())).collect();
        found.sort_unstable();
        assert_eq!(found, parts);
        assert!(records.iter().all(|record| record.serial.as_deref() == Some(serial)));
    }
}

#[tokio::test]
async fn what_is_found_can_be_read() {
    let memory = Memory::default();
    memory.image(1, 0, &Image::new().common("V", "M", "S").meter(1, 2, 3, 1).end());
    serve(&memory, 2, "eastron-sdm630");
    let device = Served::start(&memory).await;
    let (records, _) = found_at(device.port).await;
    assert_eq!(records.len(), 2);
    for record in records {
        assert_eq!(deren_meters::read(&record.uri).await, Ok(record));
    }
}

#[tokio::test]
async fn a_device_that_cannot_be_read_does_not_stop_the_search() {
    let image = Image::new().common("V", "M", "S").model(203, 100, &[]).meter(1, 2, 3, 0).end();
    let device = Served::image(&image).await;
    let (records, events) = found_at(device.port).await;
    assert_eq!(records.len(), 1);
    let trouble = events.iter().any(|event| matches!(event, Event::Trouble(MeterError::ModelLength { .. })));
    assert!(trouble, "{events:?}");
}

#[tokio::test]
async fn nobody_there_is_told_for_a_named_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let (records, events) = found_at(port).await;
    assert!(records.is_empty());
    assert!(matches!(&events[..], [Event::Trouble(MeterError::Unreachable { .. }), Event::Progress { .. }]));
}

#[tokio::test]
async fn a_gateway_with_nobody_behind_it_is_left_at_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let device = Rogue::start(move |request| {
        counter.fetch_add(1, Ordering::SeqCst);
        Reply::Pdu(request.exception(11))
    })
    .await;
    let (records, events) = found_at(device.port).await;
    assert!(records.is_empty());
    assert_eq!(events, [Event::Progress { done: 1, total: 1 }]);
    let others = units_of_templates().into_iter().filter(|unit| !UNITS.contains(unit)).count();
    assert!(others > 5, "{others}");
    let expected = UNITS.len() + others;
    assert_eq!(asked.load(Ordering::SeqCst), expected, "one question a unit");
}

fn units_of_templates() -> BTreeSet<u8> {
    let templates = Library::builtin().expect("templates").iter();
    let units = templates.filter_map(|(_, template)| match template {
        Template::Modbus(template) => Some(template.wire.units.clone()),
        Template::Mqtt(_) => None,
    });
    units.flatten().collect()
}

#[tokio::test]
async fn a_device_is_found_on_every_unit_that_its_template_names() {
    for (name, template) in Library::builtin().expect("templates").iter() {
        let Template::Modbus(template) = template else { continue };
        for unit in template.wire.units.iter().copied().filter(|unit| *unit != 1) {
            let device = Served::start(Memory::default().show(unit, template, &template.fixture.expect)).await;
            let (records, _) = found_at(device.port).await;
            assert!(records.iter().any(|record| record.driver == name), "{name} on unit {unit}: {records:?}");
        }
    }
}

#[tokio::test]
async fn both_meters_of_a_box_with_units_of_its_own_are_found() {
    let memory = Memory::default();
    serve(&memory, 22, "victron-pvinverter");
    serve(&memory, 31, "victron-grid");
    let device = Served::start(&memory).await;
    let (records, _) = found_at(device.port).await;
    let at = |rest: &str| format!("modbus+tcp://127.0.0.1:{}?template=victron-{rest}", device.port);
    assert_eq!(uris(&records), [at("pvinverter&unit=22"), at("grid&unit=31")]);
    for record in records {
        assert_eq!(deren_meters::read(&record.uri).await, Ok(record));
    }
}

#[tokio::test]
async fn who_answers_on_one_unit_alone_is_not_asked_on_all_others() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let device = Rogue::start(move |request| {
        counter.fetch_add(usize::from(!UNITS.contains(&request.unit)), Ordering::SeqCst);
        match request.unit {
            1 => Reply::Pdu(request.exception(2)),
            unit if UNITS.contains(&unit) => Reply::Pdu(request.exception(11)),
            _ => Reply::Silence,
        }
    })
    .await;
    let (records, _) = found_at(device.port).await;
    assert!(records.is_empty());
    assert_eq!(asked.load(Ordering::SeqCst), 2, "two units that say nothing are enough");
}

#[tokio::test]
async fn a_subnet_is_searched_host_by_host() {
    let target: Target = "127.77.0.0/29".parse().expect("a target");
    let totals = Mutex::new(Vec::new());
    let tell = |event| match event {
        Event::Progress { done, total } => totals.lock().expect("not poisoned").push((done, total)),
        other => panic!("nobody is there: {other:?}"),
    };
    let records = discover(&target, Library::builtin().expect("templates"), &tell).await.expect("a search");
    assert!(records.is_empty());
    let done: Vec<(usize, usize)> = (1..=18).map(|done| (done, 18)).collect();
    assert_eq!(totals.into_inner().expect("not poisoned"), done, "six hosts, three ports each");
}
