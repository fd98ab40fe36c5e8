//! URIs of meters that push telegrams over a stream of bytes: a serial line, or a TCP connection to an adapter.

use crate::{
    DeviceUri,
    uri::parts::{Parameters, host, port, serial, timeout},
    wire::{Parity, StopBits, Wire, escaped},
};
use std::fmt;
use url::Url;

/// One meter that pushes telegrams.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamDevice {
    /// What its telegrams are.
    pub telegrams: Telegrams,
    /// The wire they come over.
    pub wire: Wire,
    /// How long to wait for a telegram, ms; without one, 35 s.
    pub timeout_ms: Option<u32>,
}

/// What telegrams are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Telegrams {
    /// P1 of the Netherlands, Belgium, Luxembourg and others, and what meters write by D0.
    P1,
    /// SML of German meters.
    Sml,
}

impl Telegrams {
    /// The scheme's beginning, and what the driver is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P1 => "p1",
            Self::Sml => "sml",
        }
    }

    /// Bits per second of the meter's port where a URI names none.
    #[must_use]
    pub fn usual_baud(self) -> u32 {
        match self {
            Self::P1 => 115_200,
            Self::Sml => 9_600,
        }
    }
}

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    let telegrams = if url.scheme().starts_with("p1+") { Telegrams::P1 } else { Telegrams::Sml };
    let wire = if url.scheme().ends_with("+tcp") {
        if !url.username().is_empty() || !matches!(url.path(), "" | "/") {
            return Err("has a user name or a path; an adapter that passes telegrams on is `host:port` alone".into());
        }
        let usual = url.port().ok_or("names no port; adapters have none in common, so say which")?;
        Wire::Tcp { host: host(url)?, port: port(url, usual)? }
    } else {
        serial(url, parameters, telegrams.usual_baud())?
    };
    Ok(StreamDevice { telegrams, wire, timeout_ms: timeout(parameters)? }.into())
}

impl fmt::Display for StreamDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.telegrams.name();
        let mut parameters = Vec::new();
        match &self.wire {
            Wire::Serial { path, baud, parity, stop_bits } => {
                write!(f, "{name}+serial://{}", escaped(path))?;
                if *baud != self.telegrams.usual_baud() {
                    parameters.push(format!("baud={baud}"));
                }
                match parity {
                    Parity::None => {}
                    Parity::Even => parameters.push("parity=even".into()),
                    Parity::Odd => parameters.push("parity=odd".into()),
                }
                if *stop_bits == StopBits::Two {
                    parameters.push("stop_bits=2".into());
                }
            }
            wire => write!(f, "{name}+tcp://{wire}")?,
        }
        parameters.extend(self.timeout_ms.map(|timeout_ms| format!("timeout_ms={timeout_ms}")));
        if parameters.is_empty() { Ok(()) } else { write!(f, "?{}", parameters.join("&")) }
    }
}
