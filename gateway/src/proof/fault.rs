//! What can be wrong with a file of exported readings. The first fault is the only one that is told: what comes after
//! it may follow from it.

use deren_primitives::DeviceId;
use serde::Serialize;
use std::fmt;
use thiserror::Error;

/// Why a file is no proof.
#[derive(Debug, Error)]
pub enum Failure {
    /// It cannot be read as such a file at all.
    #[error("line {line}: {reason}")]
    Unreadable {
        /// Where, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// It can be read, and what it says does not hold.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// The first thing in a file that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
pub struct Fault {
    /// The line, from 1.
    pub line: u64,
    /// Whose reading, if it is one's.
    pub device: Option<DeviceId>,
    /// Its number, if it is a reading's.
    pub sequence: Option<u64>,
    /// What.
    pub fault: FaultKind,
    /// Why, in words.
    pub why: String,
}

impl Fault {
    /// A fault that is no reading's.
    pub(super) fn at(line: u64, fault: FaultKind, why: impl Into<String>) -> Self {
        Self { line, device: None, sequence: None, fault, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(device) = self.device {
            write!(f, ", device {device}")?;
        }
        if let Some(sequence) = self.sequence {
            write!(f, ", sequence {sequence}")?;
        }
        write!(f, ": {}", self.why)
    }
}

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The header contradicts itself.
    BadHeader,
    /// A key is not shown to be the gateway's.
    KeyNotProven,
    /// Neither a reading nor the end of the file, or not in the one form that a line has.
    NotALine,
    /// The file stops before its last line.
    CutShort,
    /// Of a device that the header does not name.
    UnknownDevice,
    /// The gateway's keys here did not sign it.
    BadSignature,
    /// Another reading of the device has this number and is authentic too: the gateway signed two truths.
    Equivocation,
    /// Samples and their root contradict each other, or what the reading covers.
    BadSamples,
    /// Not the sequence number that comes next.
    WrongSequence,
    /// Does not name the hash of the reading before.
    WrongPreviousHash,
    /// Covers no slot, or one beyond the last that has a number.
    BadSpan,
    /// Covers a slot that the reading before covers already, or an earlier one.
    SlotsGoBack,
    /// Begins outside of the time that the header names.
    OutsideTime,
    /// A register went back within the reading.
    RegisterWentBack,
    /// Does not start where the reading before ended, in the same register epoch.
    RegistersNotContinuous,
    /// The register epoch changed in a way that it may not, or not as the reading's flag says.
    BadRegisterEpoch,
    /// What the end says is not what is before it.
    Changed,
    /// Something comes after the end.
    AfterTheEnd,
}
