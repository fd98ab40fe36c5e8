//! What goes wrong with a device and when, as a script. Decides only; the servers act it out on the wire.

mod random;

pub use random::RandomFaults;

use serde::{Deserialize, Serialize};
use std::fmt;

/// One fault of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// When it begins, in simulated seconds after the start.
    pub at_s: u64,
    /// How long it lasts, in simulated seconds; without it: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_s: Option<u64>,
    /// What goes wrong.
    pub kind: FaultKind,
    /// For `exception`: the Modbus exception, 1 to 11; without it 4 (server device failure).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception_code: Option<u8>,
    /// For `late_reply`: how late, in real milliseconds, at most 60 000; without it 8 000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_ms: Option<u32>,
    /// For `jump`: by how much, in Wh, without it 50 MWh. For `rollover`: how far below its end the counter starts,
    /// without it 1 kWh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_wh: Option<u64>,
    /// For `clock_jump`: by how much the device's own clock is wrong, in seconds; without it an hour ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_s: Option<i32>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No answer, no message; the connection stays.
    Silent,
    /// Modbus: an exception instead of the registers.
    Exception,
    /// Modbus: an answer with one register too few. MQTT: a message without its energy.
    ShortReply,
    /// Modbus: the right answer, too late.
    LateReply,
    /// All energies read 0.
    Zero,
    /// All values read as not implemented: NaN, all ones, null.
    Nan,
    /// The connection is closed, as often as it is made.
    Disconnect,
    /// The counters begin at 0 again.
    CounterReset,
    /// MQTT: the message is retained by the broker.
    Retained,
    /// MQTT: the message is not JSON.
    NotJson,
    /// SunSpec: the model says that it is one register longer than it is.
    WrongLength,
    /// Registers and power stand as they were when it began; what flows meanwhile shows at its end.
    Stuck,
    /// The counters show much more than there is; at its end they show what is true again.
    Jump,
    /// Another meter of the same kind is in its place, with its own serial number and counters.
    Swap,
    /// The counters are near their end when the simulation starts, and begin at 0 again when they are full.
    Rollover,
    /// Nothing of this device's server answers, and nothing is published: what a cut cable does.
    NetworkLoss,
    /// The time that the device itself reports is wrong.
    ClockJump,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The wire that a fault happens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A SunSpec chain over Modbus.
    SunSpec,
    /// A Modbus device from a template.
    Modbus,
    /// A device that publishes.
    Mqtt,
}

impl FaultKind {
    /// True if such a fault can happen on `wire`.
    pub const fn happens_on(self, wire: Wire) -> bool {
        match self {
            Self::Silent
            | Self::ShortReply
            | Self::Zero
            | Self::Nan
            | Self::Disconnect
            | Self::CounterReset
            | Self::Stuck
            | Self::Jump
            | Self::Swap
            | Self::NetworkLoss => true,
            Self::Exception | Self::LateReply | Self::Rollover => matches!(wire, Wire::SunSpec | Wire::Modbus),
            Self::WrongLength => matches!(wire, Wire::SunSpec),
            Self::Retained | Self::NotJson | Self::ClockJump => matches!(wire, Wire::Mqtt),
        }
    }
}

impl Fault {
    /// The fault `kind` from `at_s`, for `for_s` simulated seconds.
    pub const fn new(kind: FaultKind, at_s: u64, for_s: Option<u64>) -> Self {
        Self { at_s, for_s, kind, exception_code: None, late_ms: None, by_wh: None, by_s: None }
    }

    /// True at `elapsed_s` simulated seconds after the start, if the fault is on.
    pub fn is_on(&self, elapsed_s: u64) -> bool {
        elapsed_s >= self.at_s && self.for_s.is_none_or(|for_s| elapsed_s - self.at_s < for_s)
    }
}

/// The faults of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultScript(Vec<Fault>);

impl FaultScript {
    /// A script of these faults.
    pub const fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// The first fault of `kind` that is on at `elapsed_s`.
    pub fn on(&self, kind: FaultKind, elapsed_s: u64) -> Option<&Fault> {
        self.0.iter().find(|fault| fault.kind == kind && fault.is_on(elapsed_s))
    }

    /// True if a fault of `kind` is on at `elapsed_s`.
    pub fn is_on(&self, kind: FaultKind, elapsed_s: u64) -> bool {
        self.on(kind, elapsed_s).is_some()
    }

    /// The latest fault of one of `kinds` that is on at `elapsed_s`, with its number in the script.
    pub fn latest(&self, kinds: &[FaultKind], elapsed_s: u64) -> Option<(usize, &Fault)> {
        let on = self.0.iter().enumerate().filter(|(_, fault)| kinds.contains(&fault.kind) && fault.is_on(elapsed_s));
        on.max_by_key(|(number, fault)| (fault.at_s, *number))
    }

    /// Each instant at which what a device shows later is decided: resets, swaps, and where it stands still.
    pub fn marks_s(&self) -> impl Iterator<Item = u64> {
        let kinds = [FaultKind::CounterReset, FaultKind::Swap, FaultKind::Stuck];
        self.0.iter().filter(move |fault| kinds.contains(&fault.kind)).map(|fault| fault.at_s)
    }

    /// All of it, in order.
    pub fn faults(&self) -> &[Fault] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_on_from_its_begin_to_before_its_end() {
        let fault = Fault::new(FaultKind::Zero, 10, Some(5));
        let on: Vec<u64> = (0..30).filter(|second| fault.is_on(*second)).collect();
        assert_eq!(on, [10, 11, 12, 13, 14]);
        assert!(Fault::new(FaultKind::Zero, 10, None).is_on(u64::MAX));
        assert!(!Fault::new(FaultKind::Zero, 0, Some(0)).is_on(0));
    }

    #[test]
    fn the_latest_reset_counts() {
        let reset = |at_s, for_s| Fault::new(FaultKind::CounterReset, at_s, for_s);
        let script = FaultScript::new(vec![reset(10, None), reset(50, Some(10)), Fault::new(FaultKind::Nan, 55, None)]);
        let latest = |at_s| script.latest(&[FaultKind::CounterReset], at_s).map(|(_, fault)| fault.at_s);
        assert_eq!([9, 20, 55, 60].map(latest), [None, Some(10), Some(50), Some(10)]);
        assert_eq!(script.marks_s().collect::<Vec<_>>(), [10, 50]);
    }

    #[test]
    fn each_kind_has_its_wires_and_its_name() {
        assert!(FaultKind::Retained.happens_on(Wire::Mqtt) && !FaultKind::Retained.happens_on(Wire::Modbus));
        assert!(FaultKind::Exception.happens_on(Wire::SunSpec) && !FaultKind::Exception.happens_on(Wire::Mqtt));
        assert!(FaultKind::WrongLength.happens_on(Wire::SunSpec) && !FaultKind::WrongLength.happens_on(Wire::Modbus));
        assert_eq!(FaultKind::CounterReset.to_string(), "counter_reset");
    }
}
