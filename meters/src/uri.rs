//! Device URIs: one line of text that says how to reach one device. A password is never part of it. `meters/README.md`
//! lists the schemes and their parameters.

pub(crate) mod broker;
pub(crate) mod parts;
#[cfg(test)]
mod tests;

pub use crate::{
    patience::Timing,
    wire::{MODBUS_PORT, Parity, StopBits, Wire},
};
pub use broker::{Broker, MQTT_PORT, broker};
pub use parts::MAX_TIMEOUT_MS;

use crate::{Library, MeterError, driver::source::Source};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    any::Any,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

/// How to reach one device, whatever its family. Two are equal if they are written alike: what is written says all.
///
/// ```
/// use deren_meters::{DeviceUri, MeterError};
///
/// let uri: DeviceUri = "modbus+tcp://192.168.1.20:502?template=eastron-sdm630&unit=1".parse()?;
/// assert_eq!(uri.driver_name(), "eastron-sdm630");
/// // The usual port is left out.
/// assert_eq!(uri.to_string(), "modbus+tcp://192.168.1.20?template=eastron-sdm630&unit=1");
/// # Ok::<(), MeterError>(())
/// ```
#[derive(Clone)]
pub struct DeviceUri {
    text: Arc<str>,
    address: Arc<dyn Address>,
}

/// A device as its family names it: what a URI says. Its text is the whole URI, parameters at their default left out,
/// and parses to the same device.
pub trait Address: Any + fmt::Display + Send + Sync {
    /// What reads it: its family's name, or the template's.
    fn driver_name(&self) -> String;

    /// The template by which it is read, if it is read by one.
    fn template(&self) -> Option<TemplateName<'_>> {
        None
    }

    /// The same device, read by another template. `None`: its URI names none.
    fn with_template(&self, _name: &str) -> Option<DeviceUri> {
        None
    }

    /// True if the device publishes when it likes, and cannot be asked.
    fn is_published(&self) -> bool {
        false
    }

    /// What reads it, with the templates of `library`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`MeterError::UnknownTemplate`] if the library lacks its template; [`MeterError::Uri`] if the URI asks for what
    /// such devices do not have.
    fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError>;
}

/// Which template a device is read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateName<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its kind of wire, as a template file names it.
    pub kind: &'static str,
    /// True if the URI names it; false if all devices of the family are read by it.
    pub is_chosen: bool,
}

impl DeviceUri {
    /// What reads it: its family's name, with a model where one is chosen (`sunspec:203`), or the template's.
    #[must_use]
    pub fn driver_name(&self) -> String {
        self.address.driver_name()
    }

    /// The template by which it is read, if it is read by one.
    #[must_use]
    pub fn template(&self) -> Option<TemplateName<'_>> {
        self.address.template()
    }

    /// The same device, read by the template of that name. `None`: it is read without one that a URI names.
    #[must_use]
    pub fn with_template(&self, name: &str) -> Option<Self> {
        self.address.with_template(name)
    }

    /// True for a device that publishes when it likes, and cannot be asked.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.address.is_published()
    }

    /// The device, if it is of that family: `uri.device::<ModbusDevice>()`.
    #[must_use]
    pub fn device<T: Address>(&self) -> Option<&T> {
        let address: &dyn Any = &*self.address;
        address.downcast_ref()
    }

    /// What reads it, with the templates of `library`. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Address::source`].
    pub(crate) fn source(&self, library: &Library) -> Result<Box<dyn Source>, MeterError> {
        self.address.source(library)
    }
}

impl<A: Address> From<A> for DeviceUri {
    fn from(address: A) -> Self {
        Self { text: address.to_string().into(), address: Arc::new(address) }
    }
}

impl fmt::Display for DeviceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for DeviceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceUri({})", self.text)
    }
}

impl PartialEq for DeviceUri {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for DeviceUri {}

impl Hash for DeviceUri {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Serialize for DeviceUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
