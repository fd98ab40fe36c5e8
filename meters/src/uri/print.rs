//! From a device URI to its text. What is printed parses to the same URI; parameters at their default are left out.

use super::{Broker, DeviceUri, MODBUS_PORT, MQTT_PORT, ModbusDevice, MqttDevice, Parity, StopBits, SunSpecDevice};
use super::{Timing, Wire};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// Left as they are in a path or a parameter, since they mean nothing there.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

/// A path as a URI has it.
pub(crate) fn escaped(path: &str) -> impl fmt::Display {
    utf8_percent_encode(path, ESCAPED)
}

impl fmt::Display for DeviceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SunSpec(device) => device.fmt(f),
            Self::Modbus(device) => device.fmt(f),
            Self::Mqtt(device) => device.fmt(f),
            Self::Stream(device) => device.fmt(f),
            Self::HomeWizard(device) => device.fmt(f),
        }
    }
}

impl fmt::Display for SunSpecDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sunspec+{}?unit={}", Located(&self.wire), self.unit)?;
        if let Some(model) = self.model {
            write!(f, "&model={model}")?;
        }
        if self.model.is_some() || self.index != 0 {
            write!(f, "&index={}", self.index)?;
        }
        if let Some(base) = self.base {
            write!(f, "&base={base}")?;
        }
        write!(f, "{}{}", Line(&self.wire), self.timing)
    }
}

impl fmt::Display for ModbusDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = utf8_percent_encode(&self.template, ESCAPED);
        write!(f, "modbus+{}?template={template}&unit={}", Located(&self.wire), self.unit)?;
        write!(f, "{}{}", Line(&self.wire), self.timing)
    }
}

impl fmt::Display for MqttDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = utf8_percent_encode(&self.template, ESCAPED);
        write!(f, "mqtt://{}/{}?template={template}", self.broker, utf8_percent_encode(&self.topic, ESCAPED))?;
        if self.channel != 0 {
            write!(f, "&channel={}", self.channel)?;
        }
        if let Some(meter) = &self.meter {
            write!(f, "&meter={}", utf8_percent_encode(meter, ESCAPED))?;
        }
        if let Some(file) = &self.broker.password_file {
            write!(f, "&password_file={}", utf8_percent_encode(&file.to_string_lossy(), ESCAPED))?;
        }
        match self.timeout_ms {
            Some(timeout_ms) => write!(f, "&timeout_ms={timeout_ms}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{}@", utf8_percent_encode(user, NON_ALPHANUMERIC))?;
        }
        write_authority(f, &self.host, self.port, MQTT_PORT)
    }
}

/// Where the wire is, as errors name it: `host:port`, or the serial port's path.
impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } | Self::RtuTcp { host, port } => write_authority(f, host, *port, 0),
            Self::Serial { path, .. } => f.write_str(path),
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(timeout_ms) = self.timeout_ms {
            write!(f, "&timeout_ms={timeout_ms}")?;
        }
        if self.settle_ms != 0 {
            write!(f, "&settle_ms={}", self.settle_ms)?;
        }
        Ok(())
    }
}

/// The wire's scheme and place.
struct Located<'a>(&'a Wire);

impl fmt::Display for Located<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Wire::Tcp { host, port } => {
                f.write_str("tcp://")?;
                write_authority(f, host, *port, MODBUS_PORT)
            }
            Wire::RtuTcp { host, port } => {
                f.write_str("rtutcp://")?;
                write_authority(f, host, *port, MODBUS_PORT)
            }
            Wire::Serial { path, .. } => write!(f, "rtu://{}", utf8_percent_encode(path, ESCAPED)),
        }
    }
}

/// The parameters of a serial line.
struct Line<'a>(&'a Wire);

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wire::Serial { baud, parity, stop_bits, .. } = self.0 else { return Ok(()) };
        write!(f, "&baud={baud}")?;
        match parity {
            Parity::None => {}
            Parity::Even => f.write_str("&parity=even")?,
            Parity::Odd => f.write_str("&parity=odd")?,
        }
        match stop_bits {
            StopBits::One => Ok(()),
            StopBits::Two => f.write_str("&stop_bits=2"),
        }
    }
}

pub(super) fn write_authority(f: &mut fmt::Formatter<'_>, host: &str, port: u16, usual_port: u16) -> fmt::Result {
    if host.contains(':') {
        write!(f, "[{host}]")?;
    } else {
        f.write_str(host)?;
    }
    if port == usual_port { Ok(()) } else { write!(f, ":{port}") }
}
