//! The codes of everything that can go wrong: page, metrics, Home Assistant and whoever watches decide by them. Words
//! are for people and may change; nothing here ever reads them.

use deren_meters::{MeterCode, MeterError};
use deren_primitives::ReadingError;
use serde::{Serialize, Serializer};
use std::io::ErrorKind;

deren_meters::codes! {
    /// A kind of fault of the gateway, the disk, the node or the chain.
    pub enum GatewayCode {
        /// The configuration, or a template that it needs, has mistakes.
        BadConfiguration = "bad-configuration",
        /// A change of the configuration waits for a restart.
        RestartNeeded = "restart-needed",
        /// A file does not hold what it should.
        FileUnusable = "file-unusable",
        /// A file or folder is not there.
        FileMissing = "file-missing",
        /// The gateway's user may not read or write a file.
        FileDenied = "file-denied",
        /// The disk is full.
        DiskFull = "disk-full",
        /// The disk takes no writing.
        DiskReadOnly = "disk-read-only",
        /// The disk fails in another way.
        DiskBroken = "disk-broken",
        /// What is stored cannot be understood.
        OutboxDamaged = "outbox-damaged",
        /// Another process has the outbox open.
        OutboxTaken = "outbox-taken",
        /// The queue of readings is full.
        OutboxFull = "outbox-full",
        /// Others can read the gateway's secrets.
        SecretsExposed = "secrets-exposed",
        /// The gateway's key cannot be used.
        KeyUnusable = "key-unusable",
        /// The gateway's key is not where it should be.
        KeyLost = "key-lost",
        /// The chain knows another key for this gateway.
        OtherKey = "other-key",
        /// Somebody else signs with this gateway's key.
        SecondGateway = "second-gateway",
        /// The gateway cannot say on the network that it is there.
        CannotAnnounce = "cannot-announce",
        /// Nobody vouches for the machine's clock.
        ClockUnknown = "clock-unknown",
        /// The machine's clock and the chain's differ.
        ClockDisputed = "clock-disputed",
        /// The machine's clock is behind a time that was right.
        ClockBehind = "clock-behind",
        /// The machine's clock was set.
        ClockSet = "clock-set",
        /// A device does not say its serial number now.
        NoSerialNumber = "no-serial-number",
        /// Two places of the configuration are one device.
        SameDevice = "same-device",
        /// Another device answers in a known one's place.
        DeviceReplaced = "device-replaced",
        /// A register went back, or rose by more than can be.
        RegisterDoubted = "register-doubted",
        /// A register shows a little less than before.
        RegisterBelow = "register-below",
        /// The registers were reset.
        RegistersReset = "registers-reset",
        /// The registers jumped, and stayed there.
        RegistersJumped = "registers-jumped",
        /// A register was full and began at 0 again.
        RegisterWrapped = "register-wrapped",
        /// A slot shows more energy than the rated power allows.
        TooMuchEnergy = "too-much-energy",
        /// The grid meter does not agree with production and storage.
        MetersDisagree = "meters-disagree",
        /// No node can be reached, or the connection was lost.
        NodeUnreachable = "node-unreachable",
        /// The node refuses what was asked.
        NodeRefused = "node-refused",
        /// The node does not know what a gateway asks.
        NotADerenNode = "not-a-deren-node",
        /// The node's answer cannot be understood.
        BadAnswer = "bad-answer",
        /// The node shows no new block.
        ChainStands = "chain-stands",
        /// The node belongs to another chain.
        OtherChain = "other-chain",
        /// The chain's runtime is older than what this program sends.
        ChainTooOld = "chain-too-old",
        /// The node takes no batch of readings.
        BatchRefused = "batch-refused",
        /// The chain does not know this gateway.
        GatewayUnknown = "gateway-unknown",
        /// The gateway was deactivated.
        GatewayInactive = "gateway-inactive",
        /// The chain does not know the device.
        DeviceUnknown = "device-unknown",
        /// The device was deactivated or replaced.
        DeviceInactive = "device-inactive",
        /// The device is another gateway's.
        DeviceElsewhere = "device-elsewhere",
        /// The chain takes the reading later.
        ReadingEarly = "reading-early",
        /// The reading is not the next one.
        ReadingOutOfStep = "reading-out-of-step",
        /// The reading is of a time before the device served.
        ReadingTooOld = "reading-too-old",
        /// The broker of Home Assistant cannot be reached.
        BrokerUnreachable = "broker-unreachable",
        /// One of the gateway's parts ended.
        PartEnded = "part-ended",
        /// Readings cannot be exported.
        ExportFailed = "export-failed",
        /// The page cannot be served or asked.
        PageFailed = "page-failed",
    }
}

impl GatewayCode {
    /// Of a file operation that failed in this way.
    pub fn of_disk(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::DiskFull,
            ErrorKind::ReadOnlyFilesystem => Self::DiskReadOnly,
            ErrorKind::PermissionDenied => Self::FileDenied,
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => Self::FileMissing,
            ErrorKind::InvalidData => Self::FileUnusable,
            _ => Self::DiskBroken,
        }
    }

    /// Of a reading that the chain refused for this reason.
    pub fn of_refusal(error: ReadingError) -> Self {
        match error {
            ReadingError::OtherGenesis => Self::OtherChain,
            ReadingError::UnknownGateway => Self::GatewayUnknown,
            ReadingError::InactiveGateway => Self::GatewayInactive,
            ReadingError::WrongKeyEpoch | ReadingError::BadSignature => Self::OtherKey,
            ReadingError::UnknownDevice => Self::DeviceUnknown,
            ReadingError::InactiveDevice => Self::DeviceInactive,
            ReadingError::NotThisGatewaysDevice => Self::DeviceElsewhere,
            ReadingError::SlotNotEnded | ReadingError::TooFast => Self::ReadingEarly,
            ReadingError::WrongSequence
            | ReadingError::WrongPreviousHash
            | ReadingError::SlotAlreadyRead
            | ReadingError::EmptySpan => Self::ReadingOutOfStep,
            ReadingError::BeforeService => Self::ReadingTooOld,
        }
    }
}

/// A kind of fault: of a device, or of anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Of a device, or on the way to it.
    Meter(MeterCode),
    /// Of the gateway, the disk, the node or the chain.
    Gateway(GatewayCode),
}

impl Code {
    /// All that there are.
    pub fn all() -> impl Iterator<Item = Self> {
        let meters = MeterCode::ALL.iter().copied().map(Self::Meter);
        meters.chain(GatewayCode::ALL.iter().copied().map(Self::Gateway))
    }

    /// Its name in status, metrics and page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meter(code) => code.name(),
            Self::Gateway(code) => code.name(),
        }
    }
}

impl From<MeterCode> for Code {
    fn from(code: MeterCode) -> Self {
        Self::Meter(code)
    }
}

impl From<GatewayCode> for Code {
    fn from(code: GatewayCode) -> Self {
        Self::Gateway(code)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What went wrong: a code for programs, and words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mishap {
    /// Which kind of fault.
    pub code: Code,
    /// What happened, where, and what to do.
    pub what: String,
}

impl<C: Into<Code>, W: Into<String>> From<(C, W)> for Mishap {
    fn from((code, what): (C, W)) -> Self {
        Self { code: code.into(), what: what.into() }
    }
}

impl From<&MeterError> for Mishap {
    fn from(error: &MeterError) -> Self {
        Self { code: error.code().into(), what: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_a_name_of_its_own_in_small_letters_and_hyphens() {
        let names: Vec<_> = Code::all().map(Code::name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in names {
            let words: Vec<_> = name.split('-').collect();
            let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
            assert!(words.iter().all(is_word), "{name}");
        }
    }

    #[test]
    fn a_full_disk_is_told_from_one_that_takes_no_writing_and_from_a_broken_one() {
        assert_eq!(GatewayCode::of_disk(ErrorKind::StorageFull), GatewayCode::DiskFull);
        assert_eq!(GatewayCode::of_disk(ErrorKind::ReadOnlyFilesystem), GatewayCode::DiskReadOnly);
        assert_eq!(GatewayCode::of_disk(ErrorKind::Other), GatewayCode::DiskBroken);
    }
}
