//! Meters that push P1 and SML telegrams, over TCP and over serial lines.

use crate::support::{driver, next_error, pusher::Pusher, read};
use deren_meters::{Counter, Library, MeterError, Readout, sml};
use tokio::net::TcpListener;

fn readout(import_mwh: u64) -> Readout {
    let serial = Some("0a01454d480000b3".into());
    Readout { import_mwh: Some(import_mwh), export_mwh: Some(89_012_000), power_w: Some(-321), serial }
}

fn p1_of(serial: &str, import_mwh: u64) -> Vec<u8> {
    let template = Library::builtin().expect("templates").mqtt("p1").expect("it is there");
    let readout = Readout { serial: Some(serial.into()), ..readout(import_mwh) };
    let (_, telegram) = template.encode(&readout, "x").pop().expect("one message");
    telegram
}

fn telegram(kind: &str, import_mwh: u64) -> Vec<u8> {
    if kind == "p1" { p1_of("0a01454d480000b3", import_mwh) } else { sml::write(&readout(import_mwh)) }
}

fn in_pieces(bytes: &[u8], length: usize) -> Vec<Vec<u8>> {
    bytes.chunks(length).map(<[u8]>::to_vec).collect()
}

async fn expect_reads(kind: &str, uri: &str) {
    let record = read(uri).await.expect(kind);
    assert_eq!(record.driver, kind);
    assert_eq!((record.import_mwh, record.export_mwh), (Some(1_234_567_000), Some(89_012_000)), "{kind}");
    assert_eq!((record.power_w, record.serial.as_deref()), (Some(-321), Some("0a01454d480000b3")), "{kind}");
}

#[tokio::test]
async fn telegrams_over_tcp_are_read_however_they_are_cut() {
    for kind in ["p1", "sml"] {
        let whole = telegram(kind, 1_234_567_000);
        let twice = [whole.as_slice(), &whole].concat();
        let with_garbage = [b"\xff\x00 garbage \r\n".as_slice(), &whole].concat();
        for pieces in [vec![whole.clone()], in_pieces(&whole, 7), vec![twice], in_pieces(&with_garbage, 50)] {
            let pusher = Pusher::tcp(pieces).await;
            expect_reads(kind, &format!("{kind}+tcp://{}", pusher.place)).await;
        }
    }
}

#[tokio::test]
async fn telegrams_over_a_serial_line_are_read() {
    for kind in ["p1", "sml"] {
        let pusher = Pusher::serial(in_pieces(&telegram(kind, 1_234_567_000), 64));
        expect_reads(kind, &format!("{kind}+serial://{}", pusher.place)).await;
    }
}

#[tokio::test]
async fn a_sample_is_the_newest_telegram_and_never_given_twice() {
    for kind in ["p1", "sml"] {
        let burst = [telegram(kind, 1_000_000), telegram(kind, 2_000_000), telegram(kind, 3_000_000)].concat();
        let pusher = Pusher::tcp(vec![burst]).await;
        let mut meter = driver(&format!("{kind}+tcp://{}", pusher.place)).await;
        assert_eq!(meter.sample().await.expect("a sample").import_mwh, Some(3_000_000), "{kind}");
        pusher.change(vec![telegram(kind, 4_000_000)]);
        let mut last = meter.sample().await.expect("a sample");
        while last.import_mwh != Some(4_000_000) {
            let next = meter.sample().await.expect("a sample");
            assert!(next.at_unix_ms > last.at_unix_ms, "{kind}: one telegram, one sample");
            last = next;
        }
    }
}

#[tokio::test]
async fn a_sample_says_how_its_registers_are_counted() {
    for (kind, modulus_mwh, step_mwh) in [("p1", Some(1_000_000_000_000), 1_000), ("sml", None, 100)] {
        let pusher = Pusher::tcp(vec![telegram(kind, 1_000_000)]).await;
        let sample = driver(&format!("{kind}+tcp://{}", pusher.place)).await.sample().await.expect("a sample");
        let counter = Counter { modulus_mwh, step_mwh: Some(step_mwh) };
        assert_eq!([sample.import_counter, sample.export_counter], [counter; 2], "{kind}");
    }
}

#[tokio::test]
async fn a_locked_meter_counts_whole_kilowatt_hours_whatever_its_scaler_says() {
    let telegram = |import_mwh, export_mwh| {
        sml::write(&Readout { export_mwh: Some(export_mwh), power_w: None, ..readout(import_mwh) })
    };
    let pusher = Pusher::tcp(vec![telegram(2_043_000_000, 5_000_000)]).await;
    let mut meter = driver(&format!("sml+tcp://{}", pusher.place)).await;
    let locked = Counter { modulus_mwh: None, step_mwh: Some(1_000_000) };
    let sample = meter.sample().await.expect("a sample");
    assert_eq!([sample.import_counter, sample.export_counter], [locked; 2]);
    // Once its PIN is entered, it shows more.
    pusher.change(vec![telegram(2_043_104_700, 5_000_000)]);
    let fine = Counter { modulus_mwh: None, step_mwh: Some(100) };
    while meter.sample().await.expect("a sample").import_counter != fine {}
}

#[tokio::test]
async fn a_garbled_telegram_is_skipped_and_only_garbled_ones_are_told() {
    for kind in ["p1", "sml"] {
        let good = telegram(kind, 1_000_000);
        let mut garbled = telegram(kind, 2_000_000);
        let middle = garbled.len() / 2;
        garbled[middle] ^= 1;
        let pusher = Pusher::tcp(vec![good, garbled.clone()]).await;
        let mut meter = driver(&format!("{kind}+tcp://{}?timeout_ms=1500", pusher.place)).await;
        for _ in 0..5 {
            assert_eq!(meter.sample().await.expect("the good one").import_mwh, Some(1_000_000));
        }
        pusher.change(vec![garbled]);
        let error = next_error(meter.as_mut()).await;
        assert!(matches!(&error, MeterError::Telegram { place, .. } if *place == pusher.place), "{kind}: {error}");
    }
}

#[tokio::test]
async fn a_meter_that_pushes_nothing_or_no_telegrams_says_so() {
    let pusher = Pusher::tcp(Vec::new()).await;
    let error = driver(&format!("p1+tcp://{}?timeout_ms=300", pusher.place)).await.sample().await;
    assert!(matches!(error, Err(MeterError::NoTelegram { heard_bytes: 0, .. })), "{error:?}");
    pusher.change(vec![b"no telegram at all\r\n".to_vec()]);
    let mut meter = driver(&format!("p1+tcp://{}?timeout_ms=300", pusher.place)).await;
    let mut error = meter.sample().await;
    // On a busy machine the first bytes come later than that.
    for _ in 0..50 {
        if !matches!(error, Err(MeterError::NoTelegram { heard_bytes: 0, .. })) {
            break;
        }
        error = meter.sample().await;
    }
    assert!(matches!(error, Err(MeterError::NoTelegram { heard_bytes: 1.., .. })), "{error:?}");
}

#[tokio::test]
async fn a_telegram_without_energy_says_so() {
    let nothing = Readout { import_mwh: None, export_mwh: None, ..readout(0) };
    let pusher = Pusher::tcp(vec![sml::write(&nothing)]).await;
    let error = driver(&format!("sml+tcp://{}", pusher.place)).await.sample().await.expect_err("no energy");
    assert!(matches!(&error, MeterError::NoEnergy { reason, .. } if reason.contains("PIN")), "{error}");
}

#[tokio::test]
async fn an_adapter_that_goes_away_and_comes_back_is_read_again() {
    let pusher = Pusher::tcp(vec![telegram("sml", 1_000_000)]).await;
    let mut meter = driver(&format!("sml+tcp://{}", pusher.place)).await;
    meter.sample().await.expect("a sample");
    let address = pusher.place.clone();
    drop(pusher);
    let error = next_error(meter.as_mut()).await;
    assert!(matches!(&error, MeterError::Unreachable { endpoint, .. } if *endpoint == address), "{error}");
    let listener = TcpListener::bind(&address).await.expect("the same port");
    let _pusher = Pusher::on(listener, vec![telegram("sml", 2_000_000)]);
    loop {
        match meter.sample().await {
            Ok(sample) => break assert_eq!(sample.import_mwh, Some(2_000_000)),
            Err(MeterError::Unreachable { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn a_meter_swapped_on_a_stream_is_not_read_as_the_old_one() {
    let pusher = Pusher::tcp(vec![p1_of("E1", 1_000_000)]).await;
    let mut meter = driver(&format!("p1+tcp://{}", pusher.place)).await;
    assert_eq!(meter.identify().await.expect("an identity").serial, "E1");
    meter.sample().await.expect("a sample");
    pusher.change(vec![p1_of("E2", 5_000)]);
    let error = next_error(meter.as_mut()).await;
    assert!(matches!(error, MeterError::Swapped { .. }), "{error}");
    assert_eq!(meter.identify().await.expect("an identity").serial, "E2");
    assert_eq!(meter.sample().await.expect("a sample of the new meter").import_mwh, Some(5_000));
}

#[tokio::test]
async fn who_reads_the_same_meter_shares_its_one_connection() {
    // It takes one client at a time, as many adapters do.
    let pusher = Pusher::tcp(vec![telegram("p1", 1_000_000)]).await;
    let uri = format!("p1+tcp://{}", pusher.place);
    let (mut first, mut second) = (driver(&uri).await, driver(&format!("{uri}?timeout_ms=5000")).await);
    for _ in 0..3 {
        assert_eq!(first.sample().await.expect("a sample").import_mwh, Some(1_000_000));
        assert_eq!(second.sample().await.expect("a sample").import_mwh, Some(1_000_000));
    }
}

#[tokio::test]
async fn a_counter_on_a_stream_that_reads_zero_is_suspect() {
    let pusher = Pusher::tcp(vec![telegram("sml", 1_000_000)]).await;
    let mut meter = driver(&format!("sml+tcp://{}", pusher.place)).await;
    assert!(!meter.sample().await.expect("a sample").suspect);
    pusher.change(vec![telegram("sml", 0)]);
    loop {
        let sample = meter.sample().await.expect("a sample");
        if sample.import_mwh == Some(0) {
            break assert!(sample.suspect);
        }
    }
}
