//! Telegrams of real meters, as other projects show them, read by our template and by the crate `dsmr5`.

use super::telegram::{Telegram, write};
use crate::{Counter, Library, Readout};

/// Kaifa, DSMR 4.2, from the example telegrams of the Python package dsmr-parser.
const DSMR_4_2: &str = include_str!("../../tests/telegrams/dsmr-4.2.txt");
/// Landis+Gyr, DSMR 5, from the same.
const DSMR_5: &str = include_str!("../../tests/telegrams/dsmr-5.0.txt");
/// Sagemcom T210-D-r, which counts in Wh and has no serial number, from the same.
const SAGEMCOM: &str = include_str!("../../tests/telegrams/sagemcom-t210-d-r.txt");

/// The line ends that the files were written without.
fn telegram(text: &str) -> String {
    text.replace('\n', "\r\n")
}

fn readout(text: &str) -> Readout {
    let template = Library::builtin().expect("templates").mqtt("p1").expect("it is there");
    template.decode(telegram(text).as_bytes(), "here").expect("a telegram").readout
}

#[test]
fn both_tariffs_of_a_dutch_meter_add_up() {
    let serial = |text: &str| Some(text.to_owned());
    assert_eq!(
        readout(DSMR_4_2),
        Readout {
            import_mwh: Some(3_016_829_000),
            export_mwh: Some(0),
            power_w: Some(2_027),
            // Not hexadecimal of a text, so it stays as it is.
            serial: serial("3960221976967177082151037881335713"),
        }
    );
    assert_eq!(
        readout(DSMR_5),
        Readout {
            import_mwh: Some(6_825_000),
            export_mwh: Some(2_444_000),
            power_w: Some(244),
            serial: serial("K8EG004046395507"),
        }
    );
}

#[test]
fn one_register_is_full_at_a_million_kwh_and_of_two_tariffs_nobody_knows() {
    let template = Library::builtin().expect("templates").mqtt("p1").expect("it is there");
    let counter = |text| template.decode(telegram(text).as_bytes(), "here").expect("a telegram").import_counter;
    let in_wh = Counter { modulus_mwh: None, step_mwh: Some(1_000) };
    assert_eq!([DSMR_4_2, DSMR_5].map(counter), [in_wh; 2]);
    assert_eq!(counter(SAGEMCOM), Counter { modulus_mwh: Some(1_000_000_000_000), ..in_wh });
}

#[test]
fn a_meter_that_counts_in_wh_and_has_a_total_is_read_by_its_total() {
    let expected =
        Readout { import_mwh: Some(6_545_766_000), export_mwh: Some(58_000), power_w: Some(286), serial: None };
    assert_eq!(readout(SAGEMCOM), expected);
}

#[test]
fn a_luxembourg_meter_is_known_by_its_logical_device_name() {
    let lines = [("0-0:42.0.0", "53414731303330373030303030303331"), ("1-0:1.8.0", "000040.222*kWh")];
    let text = write("Lux5\\253769484_A", &lines.map(|(code, value)| (code.into(), value.into())));
    let template = Library::builtin().expect("templates").mqtt("p1").expect("it is there");
    let read = template.decode(text.as_bytes(), "here").expect("a telegram").readout;
    assert_eq!((read.serial.as_deref(), read.import_mwh), (Some("SAG1030700000031"), Some(40_222_000)));
}

#[test]
fn a_line_that_is_there_twice_and_says_two_things_is_no_number() {
    let lines = [("1-0:1.8.0", "000040.222*kWh"), ("1-0:1.8.0", "000041.222*kWh")];
    let text = write("HDR", &lines.map(|(code, value)| (code.into(), value.into())));
    let telegram = Telegram::parse(text.as_bytes(), "here").expect("a telegram");
    assert_eq!(telegram.quantity("1-0:1.8.0"), Some(Err("000041.222*kWh")));
}

#[test]
fn dsmr5_reads_the_same_in_dutch_telegrams() {
    for text in [DSMR_4_2, DSMR_5] {
        let text = telegram(text);
        let ours = Telegram::parse(text.as_bytes(), "here").expect("ours");
        let mut buffer = [0; 2_048];
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        let readout = dsmr5::Readout { buffer };
        let theirs = readout.to_telegram().expect("theirs");
        let mut compared = 0;
        for object in theirs.objects().flatten() {
            let (code, value) = match &object {
                dsmr5::OBIS::MeterReadingTo(dsmr5::Tariff::Tariff1, value) => ("1-0:1.8.1", value),
                dsmr5::OBIS::MeterReadingTo(dsmr5::Tariff::Tariff2, value) => ("1-0:1.8.2", value),
                dsmr5::OBIS::MeterReadingBy(dsmr5::Tariff::Tariff1, value) => ("1-0:2.8.1", value),
                dsmr5::OBIS::MeterReadingBy(dsmr5::Tariff::Tariff2, value) => ("1-0:2.8.2", value),
                dsmr5::OBIS::PowerDelivered(value) => ("1-0:1.7.0", value),
                dsmr5::OBIS::PowerReceived(value) => ("1-0:2.7.0", value),
                _ => continue,
            };
            let (milli, _) = ours.quantity(code).expect(code).expect(code);
            assert_eq!((f64::from(value) * 1e6).round() as i128, milli, "{code}");
            compared += 1;
        }
        assert_eq!(compared, 6);
    }
}
