//! A serial port: finds the speed and parity at which anybody answers by Modbus, and looks at every usual unit there.

use super::search::{self, Search};
use crate::{
    MeterError,
    discover::probe::{Look, OnLine},
    patience::{Patience, Timing},
    template::registers::decode::Function,
    wire::{
        Parity, StopBits, Wire,
        modbus::{Bus, Read},
    },
};

/// Speeds and parities of meters and inverters as they are delivered, the most usual first.
const SETTINGS: [(u32, Parity); 6] = [
    (9_600, Parity::None),
    (19_200, Parity::Even),
    (9_600, Parity::Even),
    (19_200, Parity::None),
    (115_200, Parity::None),
    (38_400, Parity::None),
];
/// In how many steps its progress is told.
pub(super) const STEPS: usize = SETTINGS.len();
/// Unit ids that are asked: those that meters are delivered with, SolarEdge's and SMA's.
const UNITS: [u8; 8] = [1, 2, 3, 4, 5, 10, 126, 247];
/// Time-out of the first question, ms. An answer of a few registers takes 20 ms at 9 600 bits a second.
const KNOCK_MS: u32 = 250;
/// Time-out of what is asked once somebody answers, ms.
const TIMEOUT_MS: u32 = 1_000;

/// The devices on that port.
pub(super) async fn place(path: &str, look: &Look<'_>) -> OnLine {
    for (baud, parity) in SETTINGS {
        let wire = Wire::Serial { path: path.into(), baud, parity, stop_bits: StopBits::One };
        let answered = match who_answers(&wire).await {
            Ok(units) => units,
            Err(error) => {
                look.trouble(error);
                return OnLine::Unreadable;
            }
        };
        (look.tick)();
        if !answered.is_empty() {
            // One line has one speed: nobody else is to be found at another.
            let timing = Timing { timeout_ms: Some(TIMEOUT_MS), settle_ms: 0 };
            return OnLine::Found(Search::new(&wire, look.library, look.tell, timing).units(&answered).await);
        }
    }
    OnLine::Others
}

/// The units that answer anything at all. An exception is an answer.
async fn who_answers(wire: &Wire) -> Result<Vec<u8>, MeterError> {
    let bus = Bus::shared(wire);
    let knock = Patience::from(&Timing { timeout_ms: Some(KNOCK_MS), settle_ms: 0 });
    let mut answered = Vec::new();
    for unit in UNITS {
        let read = Read { unit, function: Function::Holding, address: 0, count: 2 };
        match bus.read(read, knock).await {
            Ok(_) => answered.push(unit),
            Err(error @ (MeterError::Unreachable { .. } | MeterError::HeldByAnother { .. })) => return Err(error),
            Err(error) if search::is_an_answer(&error) => answered.push(unit),
            Err(_) => {}
        }
    }
    Ok(answered)
}
