//! A serial port: listens whether a meter pushes telegrams, at the speeds and parities that such meters have; if none does,
//! finds the speed and parity at which anybody answers by Modbus, and looks at every usual unit there.

use super::{
    Event,
    probe::{self, Search, Tell},
};
use crate::{
    DeviceUri, Library, MeterError, Record,
    modbus::{Bus, Manners, Read, decode::Function},
    record::read_by,
    stream::StreamDriver,
    uri::{Parity, StopBits, StreamDevice, Telegrams, Timing, Wire},
};
use std::time::Duration;
use tokio::time::sleep;

/// How meters push, the most usual first: P1 since DSMR 4; SML; P1 before DSMR 4 and D0 as IEC 62056-21 has it, which have
/// seven bits of data where there is a parity; D0 with eight bits; slower D0.
const PUSHED: [(Telegrams, u32, Parity); 5] = [
    (Telegrams::P1, 115_200, Parity::None),
    (Telegrams::Sml, 9_600, Parity::None),
    (Telegrams::P1, 9_600, Parity::Even),
    (Telegrams::P1, 9_600, Parity::None),
    (Telegrams::P1, 4_800, Parity::Even),
];
/// It is listened in slices, ms, and after each it is seen what came.
const SLICE_MS: u32 = 1_000;
/// So many slices for each: older P1 meters push each 10 s. Where nothing at all was heard for that long, at whatever
/// speed, nobody pushes, and the others are left out.
const SLICES: usize = 11;
/// So many where text comes and P1 is listened for: a telegram without a CRC counts between its neighbours, so the first
/// that counts may be the fourth one.
const SLICES_OF_TEXT: usize = 44;
/// Slices of noise where text is wanted, or of text where it is not, after which the speed is another one.
const SLICES_ASTRAY: usize = 2;
/// Fewer bytes of a slice may look like text, or like none, by chance.
const LEAST_BYTES: u64 = 64;

/// Speeds and parities of meters and inverters as they are delivered, the most usual first.
const SETTINGS: [(u32, Parity); 6] = [
    (9_600, Parity::None),
    (19_200, Parity::Even),
    (9_600, Parity::Even),
    (19_200, Parity::None),
    (115_200, Parity::None),
    (38_400, Parity::None),
];
/// How long a port may take to be free again.
const GIVEN_BACK: Duration = Duration::from_millis(100);
/// Steps of one port.
pub(super) const STEPS: usize = PUSHED.len() + SETTINGS.len();
/// Unit ids that are asked: those that meters are delivered with, SolarEdge's and SMA's.
const UNITS: [u8; 8] = [1, 2, 3, 4, 5, 10, 126, 247];
/// Time-out of the first question, ms. An answer of a few registers takes 20 ms at 9 600 bits a second.
const KNOCK_MS: u32 = 250;
/// Time-out of what is asked once somebody answers, ms.
const TIMEOUT_MS: u32 = 1_000;

/// The devices on that port; `tick` is told of each step that is done.
pub(super) async fn place(
    path: &str,
    library: &Library,
    tell: Tell<'_>,
    tick: &(dyn Fn() + Send + Sync),
) -> Vec<Record> {
    for (telegrams, baud, parity) in PUSHED {
        let wire = Wire::Serial { path: path.into(), baud, parity, stop_bits: StopBits::One };
        match pushed(StreamDevice { telegrams, wire, timeout_ms: None }, library).await {
            Ok(Some(record)) => {
                tell(Event::Found(record.clone()));
                return vec![record];
            }
            // Nothing that makes sense like this.
            Ok(None) => tick(),
            Err(MeterError::NoTelegram { .. }) => break,
            Err(error) => {
                tell(Event::Trouble(error));
                return Vec::new();
            }
        }
    }
    for (baud, parity) in SETTINGS {
        let wire = Wire::Serial { path: path.into(), baud, parity, stop_bits: StopBits::One };
        let answered = match who_answers(&wire).await {
            Ok(units) => units,
            Err(error) => {
                tell(Event::Trouble(error));
                return Vec::new();
            }
        };
        tick();
        if !answered.is_empty() {
            // One line has one speed: nobody else is to be found at another.
            let timing = Timing { timeout_ms: Some(TIMEOUT_MS), settle_ms: 0 };
            return Search::new(&wire, library, tell, timing).units(&answered).await;
        }
    }
    Vec::new()
}

/// The meter that pushes such telegrams. `None` if what is pushed is something else.
///
/// # Errors
/// [`MeterError::NoTelegram`] if nothing is pushed at all; what the port says if it cannot be read.
async fn pushed(device: StreamDevice, library: &Library) -> Result<Option<Record>, MeterError> {
    let of_text = device.telegrams == Telegrams::P1;
    let mut driver = StreamDriver::new(StreamDevice { timeout_ms: Some(SLICE_MS), ..device.clone() }, library)?;
    let uri = DeviceUri::Stream(device);
    let (mut slices, mut astray) = (SLICES, 0);
    let mut slice = 0;
    let outcome = loop {
        let (bytes_before, text_before) = driver.heard();
        let outcome = read_by(&mut driver, uri.clone()).await;
        let (bytes, text) = driver.heard();
        match outcome {
            Ok(record) => break Ok(Some(record)),
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => break Err(error),
            Err(error @ MeterError::NoTelegram { .. }) if bytes == 0 && slice + 1 >= slices => break Err(error),
            Err(_) => {}
        }
        let came = bytes.saturating_sub(bytes_before);
        let is_text = text.saturating_sub(text_before) >= came - came / 16;
        if came >= LEAST_BYTES {
            astray += usize::from(is_text != of_text);
            slices = if is_text && of_text { SLICES_OF_TEXT } else { slices };
        }
        slice += 1;
        if slice >= slices || astray >= SLICES_ASTRAY {
            break Ok(None);
        }
    };
    drop(driver);
    // The port is given back by a task of its own.
    sleep(GIVEN_BACK).await;
    outcome
}

/// The units that answer anything at all. An exception is an answer.
async fn who_answers(wire: &Wire) -> Result<Vec<u8>, MeterError> {
    let bus = Bus::shared(wire);
    let knock = Manners::from(&Timing { timeout_ms: Some(KNOCK_MS), settle_ms: 0 });
    let mut answered = Vec::new();
    for unit in UNITS {
        let read = Read { unit, function: Function::Holding, address: 0, count: 2 };
        match bus.read(read, knock).await {
            Ok(_) => answered.push(unit),
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
            Err(error) if probe::is_an_answer(&error) => answered.push(unit),
            Err(_) => {}
        }
    }
    Ok(answered)
}
