//! A serial port: listens whether a meter pushes telegrams; if none does, finds the speed and parity at which anybody
//! answers by Modbus, and looks at every usual unit there.

use super::{
    Event,
    probe::{self, Search, Tell},
};
use crate::{
    DeviceUri, Library, MeterError, Record,
    modbus::{Bus, Manners, Read, decode::Function},
    open_with,
    record::read_by,
    uri::{Parity, StopBits, StreamDevice, Telegrams, Timing, Wire},
};
use std::time::Duration;
use tokio::time::sleep;

/// What is listened for, and for how long, ms: older P1 meters push each 10 s, SML meters each 4 s at the latest.
const PUSHED: [(Telegrams, u32); 2] = [(Telegrams::P1, 11_000), (Telegrams::Sml, 5_000)];

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
    for (telegrams, patience_ms) in PUSHED {
        match pushed(path, telegrams, patience_ms, library).await {
            Ok(record) => {
                tell(Event::Found(record.clone()));
                return vec![record];
            }
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => {
                tell(Event::Trouble(error));
                return Vec::new();
            }
            // Nothing that makes sense at that speed.
            Err(_) => tick(),
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

/// The meter that pushes such telegrams on that port.
async fn pushed(path: &str, telegrams: Telegrams, patience_ms: u32, library: &Library) -> Result<Record, MeterError> {
    let (baud, parity, stop_bits) = (telegrams.usual_baud(), Parity::None, StopBits::One);
    let wire = Wire::Serial { path: path.into(), baud, parity, stop_bits };
    let device = StreamDevice { telegrams, wire, timeout_ms: None };
    let mut driver =
        open_with(&DeviceUri::Stream(StreamDevice { timeout_ms: Some(patience_ms), ..device.clone() }), library)
            .await?;
    let outcome = read_by(driver.as_mut(), DeviceUri::Stream(device)).await;
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
