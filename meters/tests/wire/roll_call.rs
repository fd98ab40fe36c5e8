//! Which units a search asks, for how long, and what it says of whom it does not know.

use crate::support::{
    modbus_template,
    rogue::{Asked, Reply, Rogue},
    search, uris,
};
use deren_meters::{MeterError, discover::Event};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Registers of the devices of these templates, by function and address.
fn image(templates: &[&str]) -> HashMap<(u8, u16), u16> {
    let mut image = HashMap::new();
    for name in templates {
        let template = modbus_template(name);
        for block in template.encode(&template.fixture.expect).expect("it fits") {
            for (address, word) in (block.address..).zip(block.words) {
                image.insert((block.function.into(), address), word);
            }
        }
    }
    image
}

fn answer(asked: Asked, image: &HashMap<(u8, u16), u16>) -> Vec<u8> {
    let word = |offset| image.get(&(asked.function, asked.address.checked_add(offset)?)).copied();
    match (0..asked.count).map(word).collect::<Option<Vec<u16>>>() {
        Some(words) => asked.words(&words),
        None => asked.exception(2),
    }
}

#[tokio::test]
async fn a_host_with_one_unit_that_is_silent_on_all_others_is_found_in_seconds() {
    let image = image(&["foxess-h3-smart", "foxess-h3-smart-battery", "foxess-h3-smart-meter"]);
    let units = Arc::new(Mutex::new(Vec::new()));
    let asked_units = units.clone();
    let device = Rogue::start(move |asked| {
        asked_units.lock().expect("not poisoned").push(asked.unit);
        if asked.unit == 247 { Reply::Pdu(answer(asked, &image)) } else { Reply::Silence }
    })
    .await;
    let since = Instant::now();
    let (records, events) = search(&format!("127.0.0.1:{}", device.port)).await;
    let took = since.elapsed();
    let drivers: Vec<&str> = records.iter().map(|record| record.driver.as_str()).collect();
    assert_eq!(drivers, ["foxess-h3-smart", "foxess-h3-smart-battery", "foxess-h3-smart-meter"], "{events:?}");
    assert!(took < Duration::from_secs(20), "{took:?}; it was 45 s");
    let to_others = units.lock().expect("not poisoned").iter().filter(|unit| **unit != 247).count();
    assert!(to_others <= 2 * 7 + 1, "{to_others} questions to units that say nothing");
}

#[tokio::test]
async fn who_answers_and_fits_nothing_is_told_with_what_it_answered() {
    let mut image = image(&["foxess-h3-smart"]);
    let model = [0x4831, 0x2D39, 0x2E39, 0x2D58];
    for (address, word) in (30_000..).zip(model.into_iter().chain([0; 12])) {
        image.insert((3, address), word);
    }
    let device = Rogue::start(move |asked| match asked.unit {
        247 => Reply::Pdu(answer(asked, &image)),
        _ => Reply::Pdu(asked.exception(11)),
    })
    .await;
    let (records, events) = search(&format!("127.0.0.1:{}", device.port)).await;
    assert!(records.is_empty(), "{records:?}");
    let told: Vec<String> = events
        .iter()
        .filter_map(|event| match event {
            Event::Trouble(error @ MeterError::Unknown { .. }) => Some(error.to_string()),
            _ => None,
        })
        .collect();
    let [told] = &told[..] else { panic!("told once: {events:?}") };
    assert!(told.contains("unit 247") && told.contains("holding 30000: \"H1-9.9-X\""), "{told}");
}

#[tokio::test]
async fn every_unit_behind_a_gateway_that_is_busy_with_one_that_is_not_there_is_found() {
    // While it waits for a unit that is not there, it hears nothing else.
    let image = image(&["eastron-sdm630"]);
    let busy_until = Arc::new(Mutex::new(Instant::now()));
    let device = Rogue::start(move |asked| {
        let mut busy_until = busy_until.lock().expect("not poisoned");
        if Instant::now() < *busy_until {
            return Reply::Silence;
        }
        match asked.unit {
            1 | 3 | 126 => {
                // Each has a serial number of its own.
                let mut own = image.clone();
                own.insert((3, 0xFC01), asked.unit.into());
                Reply::Pdu(answer(asked, &own))
            }
            _ => {
                *busy_until = Instant::now() + Duration::from_millis(900);
                Reply::Silence
            }
        }
    })
    .await;
    let (records, _) = search(&format!("127.0.0.1:{}", device.port)).await;
    let at = |unit| format!("modbus+tcp://127.0.0.1:{}?template=eastron-sdm630&unit={unit}", device.port);
    assert_eq!(uris(&records), [at(1), at(3), at(126)]);
}
