//! From a device on a wire to a [`Sample`] of its cumulative energy registers.
//!
//! [`families`] has all that there are. Inverters and meters with SunSpec describe themselves over Modbus. Templates
//! describe Modbus meters, meters that publish over MQTT, and devices with JSON documents over HTTP. Others push
//! telegrams (P1, SML) over a serial line or TCP. HomeWizard's devices and SMA's meters, which multicast, come last. A
//! [`DeviceUri`] names a device, [`open`] gives a [`Driver`] for it, [`read`] reads it once and
//! [`discover`](discover::discover) finds what there is. A template works both ways: the same file lets a simulator
//! serve the device.
//!
//! This crate only ever reads from a device. It knows nothing of keys, slots or the chain, and it never repairs a
//! register. What a device says is passed on as it is, or refused with an error that says why.

pub mod discover;
pub mod driver;
pub mod error;
pub mod families;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod in_use;
pub mod p1;
pub mod patience;
pub mod quantity;
pub mod quirks;
pub mod record;
pub mod sample;
pub mod sml;
pub mod template;
pub mod uri;
pub mod wire;

pub use driver::{Driver, open, open_with};
pub use error::{MeterCode, MeterError, Unreached};
pub use families::{homewizard, modbus, mqtt, stream, sunspec};
pub use record::{Record, read, read_with};
pub use sample::{Counter, DcInput, Identity, Readout, Sample};
pub use template::{Library, Origin, Template};
pub use uri::DeviceUri;

/// Has the compiler check the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
