//! Device URIs: one line of text that says how to reach one device. A password is never part of it.
//!
//! | scheme | device | parameters |
//! |---|---|---|
//! | `sunspec+tcp://host:port` | SunSpec over Modbus TCP | `unit` (1), `model`, `index` (0), `base` |
//! | `sunspec+rtutcp://host:port` | SunSpec over serial frames on TCP | the same |
//! | `sunspec+rtu:///dev/tty…` | SunSpec over a serial line | the same, and those of the line |
//! | `modbus+tcp://host:port` | Modbus TCP meter by template | `template`, `unit` (1) |
//! | `modbus+rtutcp://host:port` | Modbus meter behind a serial device server | the same |
//! | `modbus+rtu:///dev/tty…` | Modbus meter on a serial line | the same, and those of the line |
//! | `mqtt://[user@]broker:port/topic` | meter that publishes, by template | `template`, `channel` (0), `password_file` |
//! | `p1+serial:///dev/tty…`, `p1+tcp://host:port` | meter that pushes P1 telegrams | the line's (`baud` 115 200), `timeout_ms` |
//! | `homewizard+http://host` | HomeWizard's device, by its local API | `timeout_ms` (5 000) |
//! | `sml+serial:///dev/tty…`, `sml+tcp://host:port` | meter that pushes SML telegrams | the same (`baud` 9 600) |
//!
//! Every Modbus wire takes `timeout_ms` (1 500; serial 1 000; or what the manufacturer's devices need) and `settle_ms`
//! (0: silence after connecting); a serial line `baud` (9600), `parity` (`none`, `even`, `odd`) and `stop_bits` (1, 2); MQTT takes `timeout_ms` (the
//! template's). Ports default to 502 and 1883.

mod homewizard;
mod parse;
mod print;
mod stream;
#[cfg(test)]
mod tests;

pub use homewizard::{HTTP_PORT, HomeWizardDevice};
pub use parse::broker;
pub use stream::{StreamDevice, Telegrams};

pub(crate) use parse::without_password;
pub(crate) use print::escaped;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{path::PathBuf, time::Duration};

/// Port of Modbus TCP where a URI names none.
pub const MODBUS_PORT: u16 = 502;
/// Port of a broker where a URI names none.
pub const MQTT_PORT: u16 = 1883;
/// Longest time-out that a URI may ask for, ms.
pub const MAX_TIMEOUT_MS: u32 = 600_000;

/// How to reach one device.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DeviceUri {
    /// A device that describes itself by SunSpec models.
    SunSpec(SunSpecDevice),
    /// A Modbus meter that a template describes.
    Modbus(ModbusDevice),
    /// A meter that publishes to a broker, described by a template.
    Mqtt(MqttDevice),
    /// A meter that pushes telegrams over a stream of bytes.
    Stream(StreamDevice),
    /// A HomeWizard device, by its local API.
    HomeWizard(HomeWizardDevice),
}

/// One SunSpec device among those of a Modbus unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SunSpecDevice {
    /// The wire it is on.
    pub wire: Wire,
    /// Modbus unit id.
    pub unit: u8,
    /// Number of the SunSpec model to read; without one, any that counts energy.
    pub model: Option<u16>,
    /// Which occurrence of that model in the chain, from 0; without a model, which device of the chain.
    pub index: u16,
    /// Address of the chain's marker; without one, the usual places are tried.
    pub base: Option<u16>,
    /// How patient to be.
    pub timing: Timing,
}

/// One Modbus meter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModbusDevice {
    /// The wire it is on.
    pub wire: Wire,
    /// Modbus unit id.
    pub unit: u8,
    /// Name of its template.
    pub template: String,
    /// How patient to be.
    pub timing: Timing,
}

/// One meter that publishes over MQTT.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MqttDevice {
    /// The broker.
    pub broker: Broker,
    /// What stands for `{topic}` in the template's topics, or one of these topics itself.
    pub topic: String,
    /// Name of its template.
    pub template: String,
    /// Which of its channels, if the template has several.
    pub channel: u8,
    /// Which of the meters that its message names, if it names several.
    pub meter: Option<String>,
    /// How long to wait for a message, ms; without one, the template's time.
    pub timeout_ms: Option<u32>,
}

/// A wire that carries Modbus. Devices on the same wire share one connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wire {
    /// Modbus TCP.
    Tcp {
        /// Name or address, without brackets.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// Modbus RTU's frames over TCP, as serial device servers carry them.
    RtuTcp {
        /// Name or address, without brackets.
        host: String,
        /// TCP port.
        port: u16,
    },
    /// Modbus RTU on a serial port.
    Serial {
        /// The port's path.
        path: String,
        /// Bits per second.
        baud: u32,
        /// Parity bit.
        parity: Parity,
        /// Stop bits.
        stop_bits: StopBits,
    },
}

/// Parity bit of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Parity {
    /// No parity bit.
    #[default]
    None,
    /// Even parity.
    Even,
    /// Odd parity.
    Odd,
}

/// Stop bits of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StopBits {
    /// One stop bit.
    #[default]
    One,
    /// Two stop bits.
    Two,
}

/// How patient to be with a Modbus device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timing {
    /// For connecting and for each request; without one, the wire's usual time.
    pub timeout_ms: Option<u32>,
    /// Silence after connecting, before the first request (Huawei inverters want 1 000 to 2 000), ms.
    pub settle_ms: u32,
}

/// An MQTT broker and who to be there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Broker {
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name, if the broker wants one.
    pub user: Option<String>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
}

impl Broker {
    /// Where it is, without the user's name: `host:port`.
    #[must_use]
    pub fn address(&self) -> String {
        Wire::Tcp { host: self.host.clone(), port: self.port }.to_string()
    }
}

impl Timing {
    /// The time-out that holds on `wire`.
    #[must_use]
    pub fn timeout(&self, wire: &Wire) -> Duration {
        let usual_ms = match wire {
            Wire::Tcp { .. } | Wire::RtuTcp { .. } => 1_500,
            Wire::Serial { .. } => 1_000,
        };
        Duration::from_millis(self.timeout_ms.unwrap_or(usual_ms).into())
    }
}

impl DeviceUri {
    /// What reads it: `sunspec`, `sunspec:<model>`, `p1`, `sml`, `homewizard`, or the template's name.
    #[must_use]
    pub fn driver_name(&self) -> String {
        match self {
            Self::SunSpec(device) => device.model.map_or("sunspec".into(), |model| format!("sunspec:{model}")),
            Self::Modbus(device) => device.template.clone(),
            Self::Mqtt(device) => device.template.clone(),
            Self::Stream(device) => device.telegrams.name().into(),
            Self::HomeWizard(_) => "homewizard".into(),
        }
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
