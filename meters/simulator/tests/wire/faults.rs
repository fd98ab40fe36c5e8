//! Each fault of a Modbus device, as raw frames show it.

use super::{modbus::address, *};
use deren_simulator::faults::{Fault, FaultKind};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

const INVERTER_AT: u16 = 40_002 + 68;
const METER_AT: u16 = INVERTER_AT + 52 + 68;

/// One reply: transaction, unit, and what follows.
#[derive(Debug, PartialEq)]
struct Frame {
    transaction: u16,
    unit: u8,
    pdu: Vec<u8>,
}

async fn ask(stream: &mut TcpStream, transaction: u16, unit: u8, address: u16, count: u16) {
    let mut frame = Vec::new();
    for word in [transaction, 0, 6, (u16::from(unit) << 8) | 3, address, count] {
        frame.extend(word.to_be_bytes());
    }
    stream.write_all(&frame).await.unwrap();
}

async fn reply(stream: &mut TcpStream) -> std::io::Result<Frame> {
    let transaction = stream.read_u16().await?;
    assert_eq!(stream.read_u16().await?, 0, "protocol");
    let length = stream.read_u16().await?;
    let unit = stream.read_u8().await?;
    let mut pdu = vec![0; usize::from(length) - 1];
    stream.read_exact(&mut pdu).await?;
    Ok(Frame { transaction, unit, pdu })
}

fn words(frame: &Frame) -> Vec<u16> {
    assert_eq!((frame.pdu[0], usize::from(frame.pdu[1])), (3, frame.pdu.len() - 2), "{frame:?}");
    frame.pdu[2..].chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
}

/// A simulator whose inverter has `fault`; its meter in the same chain has none.
async fn with_inverter_fault(fault: Fault) -> (Simulator, TcpStream) {
    let mut home = whole_home();
    home.modbus[0].sunspec[0].devices[0].faults = vec![fault];
    let simulator = start(frozen(), vec![home]).await;
    let stream = TcpStream::connect(address(&simulator)).await.unwrap();
    (simulator, stream)
}

fn always(kind: FaultKind) -> Fault {
    Fault::new(kind, 0, None)
}

async fn inverter(stream: &mut TcpStream) -> Frame {
    ask(stream, 1, 1, INVERTER_AT, 52).await;
    reply(stream).await.unwrap()
}

#[tokio::test]
async fn silent_gives_no_reply_and_keeps_the_connection() {
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::Silent)).await;
    ask(&mut stream, 7, 1, INVERTER_AT, 52).await;
    ask(&mut stream, 8, 1, METER_AT, 107).await;
    let first = reply(&mut stream).await.unwrap();
    assert_eq!((first.transaction, words(&first)[0]), (8, 203), "the meter in the same chain answers");
}

#[tokio::test]
async fn exception_has_the_code_that_was_asked_for() {
    let fault = Fault { exception_code: Some(6), ..always(FaultKind::Exception) };
    let (_simulator, mut stream) = with_inverter_fault(fault).await;
    assert_eq!(inverter(&mut stream).await.pdu, [0x83, 6]);
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::Exception)).await;
    assert_eq!(inverter(&mut stream).await.pdu, [0x83, 4]);
}

#[tokio::test]
async fn short_reply_lacks_a_register() {
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::ShortReply)).await;
    assert_eq!(words(&inverter(&mut stream).await).len(), 51);
}

#[tokio::test]
async fn late_reply_comes_late_and_whole() {
    let fault = Fault { late_ms: Some(300), ..always(FaultKind::LateReply) };
    let (_simulator, mut stream) = with_inverter_fault(fault).await;
    let asked = Instant::now();
    assert_eq!(words(&inverter(&mut stream).await).len(), 52);
    assert!(asked.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn zero_reads_zero_energy() {
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::Zero)).await;
    let inverter = words(&inverter(&mut stream).await);
    assert_eq!((inverter[14], &inverter[24..27]), (0, &[0, 0, 0][..]));
}

#[tokio::test]
async fn nan_reads_not_implemented() {
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::Nan)).await;
    let inverter = words(&inverter(&mut stream).await);
    assert_eq!((inverter[14], &inverter[24..26]), (0x8000, &[0, 0][..]));
    let mut home = whole_home();
    home.modbus[0].meters[0].faults = vec![always(FaultKind::Nan)];
    home.modbus[0].sunspec.clear();
    let simulator = start(frozen(), vec![home]).await;
    let mut client = modbus::client(&simulator, 2).await;
    use tokio_modbus::prelude::*;
    let words = client.read_input_registers(0x48, 2).await.unwrap().unwrap();
    assert!(f32::from_bits((u32::from(words[0]) << 16) | u32::from(words[1])).is_nan());
}

#[tokio::test]
async fn disconnect_closes_the_connection_as_often_as_it_is_made() {
    let (simulator, mut stream) = with_inverter_fault(always(FaultKind::Disconnect)).await;
    for _ in 0..3 {
        ask(&mut stream, 1, 1, INVERTER_AT, 52).await;
        assert!(reply(&mut stream).await.is_err());
        stream = TcpStream::connect(address(&simulator)).await.unwrap();
    }
    ask(&mut stream, 2, 2, 0xfc00, 2).await;
    assert_eq!(words(&reply(&mut stream).await.unwrap()).len(), 2, "the other unit is served");
}

#[tokio::test]
async fn counter_reset_counts_from_zero() {
    let (simulator, mut stream) = with_inverter_fault(Fault::new(FaultKind::CounterReset, 3_000, None)).await;
    let inverter = words(&inverter(&mut stream).await);
    let shown_wh = (u64::from(inverter[24]) << 16) | u64::from(inverter[25]);
    assert_eq!(shown_wh, truth(&simulator, 0).await.export_mwh / 1_000);
    // Ten minutes of noon on 6 kWp, and not the years before.
    assert!((50..1_000).contains(&shown_wh), "{shown_wh}");
}

#[tokio::test]
async fn wrong_length_says_one_register_more() {
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::WrongLength)).await;
    assert_eq!(words(&inverter(&mut stream).await)[..2], [103, 51]);
}

#[tokio::test]
async fn a_fault_ends_when_its_time_is_over() {
    let mut home = whole_home();
    home.modbus[0].sunspec[0].devices[0].faults = vec![Fault::new(FaultKind::Exception, 0, Some(600))];
    let simulator = start(midsummer(600.0), vec![home]).await;
    let mut stream = TcpStream::connect(address(&simulator)).await.unwrap();
    assert_eq!(inverter(&mut stream).await.pdu, [0x83, 4]);
    while inverter(&mut stream).await.pdu == [0x83, 4] {}
    assert_eq!(words(&inverter(&mut stream).await)[0], 103);
    assert!(simulator.device(0, 0).unwrap().home().now().await.elapsed_s >= 600);
}

#[tokio::test]
async fn a_swapped_inverter_says_another_serial_number() {
    // Frozen an hour after its start, each home shows what its script says of that hour.
    let mut serials = Vec::new();
    for fault in [Fault::new(FaultKind::Swap, 3_601, None), Fault::new(FaultKind::Swap, 1_000, None)] {
        let mut home = whole_home();
        home.modbus[0].sunspec[0].devices[0].faults = vec![fault];
        let simulator = start(frozen(), vec![home]).await;
        let uri = simulator.serving().homes[0].devices[0].uri.clone();
        let mut driver = deren_meters::open(&uri).await.unwrap();
        serials.push(driver.identify().await.unwrap().serial);
        let export_mwh = driver.sample().await.unwrap().export_mwh.unwrap();
        assert_eq!(export_mwh < 20_000_000, fault_is_on(&simulator), "{export_mwh}");
    }
    assert_ne!(serials[0], serials[1]);
}

fn fault_is_on(simulator: &Simulator) -> bool {
    simulator.device(0, 0).unwrap().faults().is_on(FaultKind::Swap, 3_600)
}

#[tokio::test]
async fn a_lost_network_answers_for_no_device_of_the_server() {
    let (_simulator, mut stream) = with_inverter_fault(always(FaultKind::NetworkLoss)).await;
    ask(&mut stream, 7, 1, INVERTER_AT, 52).await;
    ask(&mut stream, 8, 1, METER_AT, 107).await;
    ask(&mut stream, 9, 2, 0x48, 2).await;
    let nothing = tokio::time::timeout(Duration::from_millis(500), reply(&mut stream)).await;
    assert!(nothing.is_err(), "{nothing:?}");
}

#[tokio::test]
async fn a_counter_that_starts_near_its_end_wraps_on_the_wire() {
    let rollover = Fault { by_wh: Some(100), ..Fault::new(FaultKind::Rollover, 0, None) };
    let (simulator, mut stream) = with_inverter_fault(rollover).await;
    let inverter = words(&inverter(&mut stream).await);
    let shown_wh = (u64::from(inverter[24]) << 16) | u64::from(inverter[25]);
    let truth_wh = truth(&simulator, 0).await.export_mwh / 1_000;
    assert!(truth_wh > 1 << 32, "an hour of noon is more than 100 Wh: {truth_wh}");
    assert_eq!(shown_wh, truth_wh - (1 << 32));
}
