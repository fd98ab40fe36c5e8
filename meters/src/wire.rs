//! The wires that devices are on: TCP, serial frames over TCP, and serial lines. What is read over them is the
//! families' part.

pub(crate) mod http;
pub mod modbus;
pub(crate) mod serial;
mod tls;

pub use tls::Access;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

/// Port of Modbus TCP where a URI names none.
pub const MODBUS_PORT: u16 = 502;

/// Left as they are in a path or a parameter, since they mean nothing there.
const ESCAPED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

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

/// A path or a parameter as a URI has it.
pub(crate) fn escaped(path: &str) -> impl fmt::Display {
    utf8_percent_encode(path, ESCAPED)
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

/// The wire's scheme and place.
pub(crate) struct Located<'a>(pub(crate) &'a Wire);

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
            Wire::Serial { path, .. } => write!(f, "rtu://{}", escaped(path)),
        }
    }
}

/// The parameters of a serial line.
pub(crate) struct Line<'a>(pub(crate) &'a Wire);

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

/// `host` or `host:port`, as a URI and errors have it; the usual port is left out.
pub(crate) fn write_authority(f: &mut fmt::Formatter<'_>, host: &str, port: u16, usual_port: u16) -> fmt::Result {
    if host.contains(':') {
        write!(f, "[{host}]")?;
    } else {
        f.write_str(host)?;
    }
    if port == usual_port { Ok(()) } else { write!(f, ":{port}") }
}
