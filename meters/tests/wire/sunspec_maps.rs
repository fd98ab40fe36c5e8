//! SunSpec maps in odd places, without an end, with models longer than one request, and with a battery.

use crate::support::{
    driver,
    image::{Image, double},
    modbus_template, read,
    rogue::{Reply, Rogue},
    search,
    served::{Memory, Served},
};
use deren_meters::MeterError;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

fn uri(port: u16, rest: &str) -> String {
    format!("sunspec+tcp://127.0.0.1:{port}?unit=1{rest}")
}

fn plain() -> Image {
    Image::new().common("V", "M", "S").inverter(1, 5, 0).end()
}

#[tokio::test]
async fn a_map_at_any_address_is_found_where_its_uri_says() {
    let device = Served::start(Memory::default().image(1, 1_234, &plain())).await;
    let sample = driver(&uri(device.port, "&base=1234")).await.sample().await.expect("a sample");
    assert_eq!(sample.export_mwh, Some(5_000));
    let error = driver(&uri(device.port, "")).await.sample().await.expect_err("not at the usual places");
    assert!(error.to_string().contains("no SunSpec marker at 40000, 0, 50000"), "{error}");
    let error = driver(&uri(device.port, "&base=40000")).await.sample().await.expect_err("not there");
    assert!(error.to_string().contains("no SunSpec marker at 40000 ("), "{error}");
}

#[tokio::test]
async fn a_map_is_found_at_each_usual_address_without_being_told() {
    for base in [40_000, 0, 50_000] {
        let device = Served::start(Memory::default().image(1, base, &plain())).await;
        let sample = driver(&uri(device.port, "")).await.sample().await;
        assert_eq!(sample.expect("a sample").export_mwh, Some(5_000), "{base}");
    }
}

#[tokio::test]
async fn rubbish_after_a_map_without_an_end_is_no_model() {
    // What stands there would be a model that leaves the addresses.
    for rubbish in [[7, 65_000], [0x5375, 0x6e53], [0x8000, 0x8000]] {
        let mut image = Image::new().common("V", "M", "S").inverter(1, 5, 0);
        image.0.extend(rubbish);
        let device = Served::image(&image).await;
        let sample = driver(&uri(device.port, "")).await.sample().await;
        assert_eq!(sample.expect("a sample").export_mwh, Some(5_000), "{rubbish:04x?}");
    }
}

#[tokio::test]
async fn the_energies_of_model_701_come_with_their_scale_factor_by_one_request() {
    let points = [(19, &[0u16, 0, 0, 7][..]), (23, &[0, 0, 0, 9]), (120, &[1])];
    let image = Image::new().common("V", "M", "S").model(701, 153, &points).end().0;
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let device = Rogue::start(move |asked| {
        seen.lock().expect("not poisoned").push((asked.address, asked.count));
        Reply::Pdu(if asked.count > 125 { asked.exception(3) } else { asked.of(40_000, &image) })
    })
    .await;
    let mut inverter = driver(&uri(device.port, "&model=701")).await;
    inverter.sample().await.expect("a sample");
    requests.lock().expect("not poisoned").clear();
    let sample = inverter.sample().await.expect("a sample");
    assert_eq!((sample.export_mwh, sample.import_mwh), (Some(70_000), Some(90_000)));
    assert_eq!(*requests.lock().expect("not poisoned"), [(40_070, 125)]);
}

#[tokio::test]
async fn strings_beyond_one_request_are_read_and_never_scaled_by_another_factor() {
    let mut words = vec![0; 8 + 8 * 20];
    words[6] = 8;
    for string in 0..8 {
        words[8 + string * 20 + 13] = u16::try_from(string + 1).expect("small");
    }
    let points: [(usize, &[u16]); 1] = [(2, &words)];
    let image = Image::new().common("V", "M", "S").inverter(1, 5, 0).model(160, 168, &points).end().0;
    let changes = Arc::new(AtomicBool::new(false));
    let has_changed = changes.clone();
    let device = Rogue::start(move |asked| {
        let mut image = image.clone();
        // When it is read again, the fourth register after id and length says another scale factor.
        if asked.count == 8 && has_changed.load(Ordering::SeqCst) {
            image[127] = 1;
        }
        Reply::Pdu(asked.of(40_000, &image))
    })
    .await;
    let uri = uri(device.port, "");
    let record = read(&uri).await.expect("a record");
    let energies: Vec<_> = record.dc_inputs.iter().map(|input| input.energy_mwh).collect();
    assert_eq!(energies, (1..=8).map(|string| Some(string * 1_000)).collect::<Vec<_>>());

    changes.store(true, Ordering::SeqCst);
    let record = read(&uri).await.expect("a record");
    assert_eq!((record.export_mwh, record.dc_inputs), (Some(5_000), vec![]), "nothing is told of the strings");
}

/// Model 160 with these modules: name, energy in Wh and power in W.
fn modules(modules: &[(&str, u32, u16)]) -> Vec<u16> {
    let mut words = vec![0, 0, 0, 0, 0, 0, u16::try_from(modules.len()).expect("few"), 0];
    for (name, energy, watt) in modules {
        let mut module = vec![0u16; 20];
        let mut bytes = name.as_bytes().to_vec();
        bytes.resize(16, 0);
        for (word, pair) in module[1..9].iter_mut().zip(bytes.chunks(2)) {
            *word = u16::from_be_bytes([pair[0], pair[1]]);
        }
        module[11] = *watt;
        module[12..14].copy_from_slice(&double(*energy));
        words.extend(module);
    }
    words
}

#[tokio::test]
async fn an_inverter_with_a_battery_gives_what_its_panels_gave_or_nothing() {
    let fronius =
        modules(&[("MPPT 1", 4_000, 900), ("MPPT 2", 3_000, 600), ("StCha 3", 2_000, 0), ("StDisCha 4", 1_500, 0)]);
    let unnamed = modules(&[("", 4_000, 900), ("", 3_000, 600), ("", 2_000, 0)]);
    let charge = [(2, &[5_000u16][..]), (8, &[5_500])];
    let no_battery = [(2, &[0xffff][..]), (8, &[0xffff])];
    let length = |words: &[u16]| u16::try_from(words.len()).expect("short");
    let inverter = || Image::new().common("Fronius", "GEN24", "S").inverter(1_500, 9_999, 0);
    for (image, expected) in [
        (inverter().model(160, length(&fronius), &[(2, &fronius)]).model(124, 24, &charge), Ok(7_000_000)),
        (inverter().model(160, length(&unnamed), &[(2, &unnamed)]).model(124, 24, &charge), Err("model 124")),
        (inverter().model(124, 24, &no_battery), Ok(9_999_000)),
        (inverter().model(802, 62, &[(3, &[11_000])]), Err("model 802")),
    ] {
        let device = Served::image(&image.end()).await;
        match (driver(&uri(device.port, "")).await.sample().await, expected) {
            (Ok(sample), Ok(export_mwh)) => assert_eq!(sample.export_mwh, Some(export_mwh)),
            (Err(error), Err(told)) => {
                assert!(matches!(error, MeterError::BehindBattery { .. }), "{error}");
                assert!(error.to_string().contains(told), "{error}");
            }
            (outcome, expected) => panic!("{outcome:?} instead of {expected:?}"),
        }
    }
}

#[tokio::test]
async fn a_solaredge_inverter_with_a_battery_is_refused_and_its_battery_found() {
    let memory = Memory::default();
    memory.image(1, 40_000, &Image::new().common("SolarEdge", "SE10K", "S").inverter(1_500, 9_999, 0).end());
    let device = Served::start(&memory).await;
    assert!(driver(&uri(device.port, "")).await.sample().await.is_ok(), "without a battery");
    let template = modbus_template("solaredge-battery");
    memory.show(1, template, &template.fixture.expect);
    let error = driver(&uri(device.port, "")).await.sample().await.expect_err("its counter holds both");
    assert!(matches!(error, MeterError::BehindBattery { .. }), "{error}");
    let (records, _) = search(&format!("127.0.0.1:{}", device.port)).await;
    let [battery] = &records[..] else { panic!("the battery: {records:?}") };
    assert_eq!(
        (battery.driver.as_str(), battery.export_mwh),
        ("solaredge-battery", template.fixture.expect.export_mwh)
    );
}
