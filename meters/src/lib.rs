//! From a device on a wire to a [`Sample`] of its cumulative energy registers.
//!
//! Families of devices: SunSpec over Modbus (inverters and meters that describe themselves), Modbus meters
//! described by a template, meters that publish over MQTT, also described by a template, meters that push telegrams
//! (P1, SML) over a serial line or TCP, and HomeWizard's devices over HTTP. A [`DeviceUri`] names a
//! device, [`open`] gives a [`Driver`] for it, [`read`] reads it once and [`discover`](discover::discover) finds what
//! there is. A template works both ways: the same file lets a simulator serve the device.
//!
//! This crate only ever reads from a device. It knows nothing of keys, slots or the chain, and it never repairs a
//! register: what a device says is passed on as it is, or refused with an error that says why.

mod dip_watch;
pub mod discover;
pub mod driver;
pub mod error;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod homewizard;
mod identity_watch;
pub mod modbus;
pub mod mqtt;
mod nearest;
pub mod p1;
pub mod quantity;
pub mod quirks;
pub mod record;
mod serial_port;
pub mod sml;
mod stand_watch;
pub mod stream;
pub mod sunspec;
pub mod template;
pub mod uri;
mod watched;
mod zero_watch;

pub use driver::{Counter, DcInput, Driver, Identity, Sample, open, open_with};
pub use error::MeterError;
pub use nearest::nearest;
pub use record::{Record, read, read_with};
pub use template::{Library, Origin, Readout, Template};
pub use uri::DeviceUri;

/// Has the compiler check the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
