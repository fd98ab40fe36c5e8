//! Everything that can go wrong between a device and its sample. Every message says what, where and what to do; every
//! error has a code, by which programs decide.

mod code;
mod unreached;

pub use code::MeterCode;
pub use unreached::{Cause, Unreached};

use thiserror::Error;

/// Why a device could not be named, found or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MeterError {
    /// A device URI that cannot be understood.
    #[error("device URI `{text}`: {reason}")]
    Uri {
        /// The text as given, without a password.
        text: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// A discovery target that cannot be understood or is not allowed.
    #[error("discovery target `{text}`: {reason}")]
    Target {
        /// The text as given.
        text: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// A URI names a template that the library does not have for this kind of wire.
    #[error("no {kind} template is named `{name}`; {meant}")]
    UnknownTemplate {
        /// `modbus`, `mqtt` or `http`.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// What may have been meant: the nearest name, or all that there are.
        meant: String,
    },
    /// A template file that cannot be used.
    #[error("template `{name}`: {reason}")]
    Template {
        /// The template's name, or its file.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A manufacturer's quirks that cannot be used.
    #[error("quirks `{name}`: {reason}")]
    Quirks {
        /// The file's name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A device that says that it is there, in a way by which it cannot be read.
    #[error(
        "{vendor} {name} is at {address}; to have it read, switch on MQTT in its settings and search that broker, as in `discover mqtt://192.168.1.2`"
    )]
    Announced {
        /// What it calls itself.
        name: String,
        /// Who makes it.
        vendor: &'static str,
        /// Where it is.
        address: String,
    },
    /// The device is there, but talks to somebody else.
    #[error(
        "{endpoint}: another program holds its only connection, as it seems ({reason}); end that program, have it share the device, or see whether Modbus is switched on there; asked again in {retry_s} s at the soonest"
    )]
    HeldByAnother {
        /// Host and port, or serial port.
        endpoint: String,
        /// How the device, or the operating system, showed it.
        reason: String,
        /// How long the device is left in peace, s.
        retry_s: u32,
    },
    /// Nobody answers at the address.
    #[error(
        "{endpoint}: cannot connect: {reason}; is the device on, is the address right, does another program hold its only connection?"
    )]
    Unreachable {
        /// Host and port, serial port or broker.
        endpoint: String,
        /// Why not, and what the operating system or the broker said.
        reason: Unreached,
    },
    /// Connected, but no answer came in time. The connection is given up, so that a late answer is never taken for the
    /// next one.
    #[error("{endpoint}: {what} was not answered within {timeout_ms} ms; connecting again next time")]
    Timeout {
        /// Host and port, or serial port.
        endpoint: String,
        /// The request.
        what: String,
        /// How long it was waited for.
        timeout_ms: u32,
    },
    /// The connection broke in the middle of a request.
    #[error("{endpoint}: connection lost: {reason}; connecting again next time")]
    Disconnected {
        /// Host and port, or serial port.
        endpoint: String,
        /// What the operating system said.
        reason: String,
    },
    /// The device refused a request with a Modbus exception.
    #[error("{endpoint}: {what} was refused with exception {code} ({meaning})")]
    Exception {
        /// Host and port, or serial port.
        endpoint: String,
        /// The request.
        what: String,
        /// The exception's number.
        code: u8,
        /// Its name in the Modbus specification.
        meaning: &'static str,
    },
    /// The device answered with another number of registers than asked for.
    #[error("{endpoint}: {what} was answered with {got} registers instead of {expected}")]
    WrongLength {
        /// Host and port, or serial port.
        endpoint: String,
        /// The request.
        what: String,
        /// Registers asked for.
        expected: u16,
        /// Registers that came.
        got: usize,
    },
    /// What came was not an answer to what was asked.
    #[error("{endpoint}: {what} was answered with something else: {reason}")]
    BadReply {
        /// Host and port, or serial port.
        endpoint: String,
        /// The request.
        what: String,
        /// What it was.
        reason: String,
    },
    /// The device answers, but is not the one that its template describes: its registers would mean something else.
    #[error("{place}: is no device of template `{template}`: {shows}; {meant}")]
    Misfit {
        /// Where the device is.
        place: String,
        /// The template by which it was to be read.
        template: String,
        /// What it shows instead of what the template's devices show, and what that means.
        shows: String,
        /// What it looks like instead, or what to do.
        meant: String,
    },
    /// An inverter whose output counter counts what a battery gave too.
    #[error(
        "{place}: a battery is behind this inverter ({told}), so what its counter shows is no production; give the panels a meter of their own, or read the inverter by a template of its manufacturer that counts what the strings gave"
    )]
    BehindBattery {
        /// Where the inverter is.
        place: String,
        /// What tells of the battery.
        told: &'static str,
    },
    /// Something answers by Modbus, and nothing that is known fits it.
    #[error(
        "{endpoint} unit {unit}: a Modbus device is here that neither SunSpec nor any template fits; it answered {answered}; with its register map a template can be written, see \"Add a device\" in meters/README.md"
    )]
    Unknown {
        /// Host and port, or serial port.
        endpoint: String,
        /// Modbus unit id.
        unit: u8,
        /// Some of what it answered.
        answered: String,
    },
    /// There is no SunSpec marker at any of the addresses where it may be.
    #[error(
        "{endpoint} unit {unit}: no SunSpec marker at {bases} (last: {last}); switch SunSpec on in the device, or try another unit id"
    )]
    NotSunSpec {
        /// Host and port, or serial port.
        endpoint: String,
        /// Modbus unit id.
        unit: u8,
        /// Addresses that were tried.
        bases: String,
        /// The outcome of the last try.
        last: String,
    },
    /// The SunSpec chain goes on beyond every bound, or back into itself.
    #[error(
        "{endpoint} unit {unit}: the chain of SunSpec models has no end (gave up after {models} models at address {address})"
    )]
    EndlessChain {
        /// Host and port, or serial port.
        endpoint: String,
        /// Modbus unit id.
        unit: u8,
        /// Models seen.
        models: usize,
        /// Address of the model that was one too many.
        address: u32,
    },
    /// A SunSpec model whose length is not the one that its number prescribes.
    #[error(
        "{endpoint} unit {unit}: SunSpec model {model} at {address} says it has {got} registers, it should have {expected}"
    )]
    ModelLength {
        /// Host and port, or serial port.
        endpoint: String,
        /// Modbus unit id.
        unit: u8,
        /// SunSpec model number.
        model: u16,
        /// Address of its id register.
        address: u16,
        /// Length by the specification.
        expected: u16,
        /// Length that the device gives.
        got: u16,
    },
    /// The chain has no such model, or not that many of it.
    #[error("{endpoint} unit {unit}: no {wanted}; the device has {found}")]
    NoSuchModel {
        /// Host and port, or serial port.
        endpoint: String,
        /// Modbus unit id.
        unit: u8,
        /// What the URI asks for.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// Where a model was found before there is another one now; the chain is walked again at the next sample.
    #[error(
        "{endpoint} unit {unit}: at {address} there was SunSpec model {expected}, now there is {got}; walking the chain again next time"
    )]
    ModelMoved {
        /// Host and port, or serial port.
        endpoint: String,
        /// Modbus unit id.
        unit: u8,
        /// Address of the id register.
        address: u16,
        /// The model of before.
        expected: u16,
        /// What is there now.
        got: u16,
    },
    /// A number that no such register can hold: infinite, negative or too large.
    #[error("{place}: {what} reads {value}, which cannot be")]
    OutOfRange {
        /// Device or topic.
        place: String,
        /// Which number.
        what: String,
        /// What it reads.
        value: String,
    },
    /// The device answers, but shows neither imported nor exported energy (NaN, "not implemented", or nothing counted).
    #[error(
        "{place}: shows no energy at present ({reason}); if it never does, choose another device of the installation"
    )]
    NoEnergy {
        /// Device or topic.
        place: String,
        /// What it shows instead.
        reason: String,
    },
    /// A counter fell by a little, as this manufacturer's do for a while. It is no total until it has come back.
    #[error("{place}: {what} fell by {fell_wh} Wh, as {vendor} devices do for a while; waiting until it is back")]
    Dip {
        /// Device.
        place: String,
        /// Which counter.
        what: &'static str,
        /// Below its highest, Wh.
        fell_wh: u64,
        /// Manufacturer.
        vendor: String,
    },
    /// Import and export stand where the other one stood. Holds until they are back.
    #[error(
        "{place}: import and export have changed places; waiting until they are back; if the meter was wired the other way round, register it as a new device"
    )]
    Crossed {
        /// Device.
        place: String,
    },
    /// A counter fell to almost nothing when a year began: it counts that, and is no total.
    #[error(
        "{place}: {what} fell from {before_mwh} mWh to almost nothing as a year began: it begins anew each year, and is no total; choose the counter of the device's whole life"
    )]
    BeginsAnew {
        /// Device.
        place: String,
        /// Which counter.
        what: &'static str,
        /// What it showed before, mWh.
        before_mwh: u64,
    },
    /// Another device answers where a known one was. Holds until the device is asked who it is.
    #[error("{place}: there is {now} instead of {before}; register a replaced meter as a new device")]
    Swapped {
        /// Device or topic.
        place: String,
        /// Who was there.
        before: String,
        /// Who is there.
        now: String,
    },
    /// An MQTT payload that is not JSON.
    #[error("{}: payload is not JSON: {reason}; is the template right for this topic?", at(.topic))]
    NotJson {
        /// Where it was published.
        topic: String,
        /// What the parser said.
        reason: String,
    },
    /// An MQTT payload without a field that the template needs.
    #[error("{}: payload has no field {field}; is the template right for this device?", at(.topic))]
    MissingField {
        /// Where it was published.
        topic: String,
        /// JSON pointer, or code of a telegram's line.
        field: String,
    },
    /// A field of an MQTT payload of another type than the template says.
    #[error("{}: field {field} should be {expected}, it is {got}", at(.topic))]
    WrongType {
        /// Where it was published.
        topic: String,
        /// JSON pointer, or code of a telegram's line.
        field: String,
        /// The type that the template says.
        expected: &'static str,
        /// What came, shortened.
        got: String,
    },
    /// A counter that counts both directions as one number, at a device whose energy flows both ways.
    #[error(
        "topic {topic}: field {field} counts both directions as one number, and the device shows power in the other one: nobody can tell them apart; update its firmware, or take a meter that counts each direction"
    )]
    Undivided {
        /// Where it was published.
        topic: String,
        /// JSON pointer of the counter.
        field: String,
    },
    /// An MQTT device says itself that its values are not valid at present.
    #[error("topic {topic}: not valid: {reason}; is the device on and reachable?")]
    Invalid {
        /// Where it says so.
        topic: String,
        /// What it says.
        reason: String,
    },
    /// A discovery message of Home Assistant that cannot be read as a meter.
    #[error("topic {topic}: no energy sensor that can be read: {reason}")]
    Discovery {
        /// Where it was published.
        topic: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A P1 or SML telegram that is cut, garbled or fails its CRC16.
    #[error("{place}: bad telegram: {reason}")]
    Telegram {
        /// Topic or port.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Only retained messages came: they are old, and never a sample.
    #[error(
        "topic {topic}: only a retained (old) message within {waited_s} s; is the device on? Retained messages are never a sample"
    )]
    OnlyRetained {
        /// Where it was published.
        topic: String,
        /// How long a fresh one was waited for.
        waited_s: u32,
    },
    /// The device publishes, but not where it can be read.
    #[error("topic {topic}: no message within {waited_s} s, but some on {heard}: {hint}")]
    Elsewhere {
        /// Where one was expected.
        topic: String,
        /// How long it was waited for.
        waited_s: u32,
        /// Where the device publishes instead.
        heard: String,
        /// What to do.
        hint: String,
    },
    /// Connected to the broker, but no message came.
    #[error("topic {topic}: no message within {waited_s} s; is the device on, and does it publish here?")]
    NoMessage {
        /// Where one was expected.
        topic: String,
        /// How long it was waited for.
        waited_s: u32,
    },
    /// Connected, but no telegram came.
    #[error(
        "{place}: no telegram within {waited_s} s, but {heard_bytes} bytes; if none: does the meter's port need to be switched on, is the reading head in place? If many: is the baud rate right?"
    )]
    NoTelegram {
        /// Host and port, or serial port.
        place: String,
        /// How long it was waited for.
        waited_s: u32,
        /// What came meanwhile.
        heard_bytes: u64,
    },
    /// A file or folder that cannot be read.
    #[error("{path}: {reason}")]
    File {
        /// Which one.
        path: String,
        /// What the operating system said.
        reason: String,
    },
}

impl MeterError {
    /// Its kind of fault, by which programs decide what to do or to show.
    #[must_use]
    pub fn code(&self) -> MeterCode {
        match self {
            Self::Uri { .. } => MeterCode::BadUri,
            Self::Target { .. } => MeterCode::BadTarget,
            Self::UnknownTemplate { .. } => MeterCode::UnknownTemplate,
            Self::Template { .. } => MeterCode::BadTemplate,
            Self::Quirks { .. } => MeterCode::BadQuirks,
            Self::Announced { .. } => MeterCode::MqttOff,
            Self::HeldByAnother { .. } => MeterCode::HeldByAnother,
            Self::Unreachable { reason, .. } => reason.code(),
            Self::Timeout { .. } => MeterCode::NoAnswer,
            Self::Disconnected { .. } => MeterCode::ConnectionLost,
            Self::Exception { .. } => MeterCode::RequestRefused,
            Self::WrongLength { .. } | Self::BadReply { .. } => MeterCode::BadReply,
            Self::Misfit { .. } => MeterCode::WrongTemplate,
            Self::BehindBattery { .. } => MeterCode::BehindBattery,
            Self::Unknown { .. } => MeterCode::UnknownDevice,
            Self::NotSunSpec { .. } => MeterCode::NoSunSpec,
            Self::EndlessChain { .. } | Self::ModelLength { .. } => MeterCode::BadSunSpec,
            Self::NoSuchModel { .. } => MeterCode::NoSuchModel,
            Self::ModelMoved { .. } => MeterCode::ModelMoved,
            Self::OutOfRange { .. } => MeterCode::OutOfRange,
            Self::NoEnergy { .. } => MeterCode::NoEnergy,
            Self::Dip { .. } => MeterCode::CounterDip,
            Self::Crossed { .. } => MeterCode::CountersCrossed,
            Self::BeginsAnew { .. } => MeterCode::CounterBeginsAnew,
            Self::Swapped { .. } => MeterCode::Swapped,
            Self::NotJson { .. } | Self::MissingField { .. } | Self::WrongType { .. } => MeterCode::BadPayload,
            Self::Undivided { .. } => MeterCode::UndividedCounter,
            Self::Invalid { .. } => MeterCode::ValuesInvalid,
            Self::Discovery { .. } => MeterCode::NoEnergySensor,
            Self::Telegram { .. } => MeterCode::BadTelegram,
            Self::OnlyRetained { .. } => MeterCode::OnlyRetained,
            Self::Elsewhere { .. } => MeterCode::PublishedElsewhere,
            Self::NoMessage { .. } => MeterCode::NoMessage,
            Self::NoTelegram { .. } => MeterCode::NoTelegram,
            Self::File { .. } => MeterCode::FileUnreadable,
        }
    }
}

/// A topic, called so; a web server's address, a host or a serial port as it is.
fn at(place: &str) -> String {
    let is_host = place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    if is_host || place.starts_with("http://") || place.starts_with("/dev/") {
        place.to_owned()
    } else {
        format!("topic {place}")
    }
}
