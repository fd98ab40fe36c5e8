//! URIs of meters that push telegrams over a stream of bytes: a serial line, or a TCP connection to an adapter.

use super::{DeviceUri, Parity, StopBits, Wire};
use std::fmt;

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

    /// By a URI's scheme: `p1+serial`, `p1+tcp`, `sml+serial` or `sml+tcp`.
    pub(super) fn of_scheme(scheme: &str) -> Option<Self> {
        match scheme {
            "p1+serial" | "p1+tcp" => Some(Self::P1),
            "sml+serial" | "sml+tcp" => Some(Self::Sml),
            _ => None,
        }
    }
}

impl From<StreamDevice> for DeviceUri {
    fn from(device: StreamDevice) -> Self {
        Self::Stream(device)
    }
}

impl fmt::Display for StreamDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.telegrams.name();
        let mut parameters = Vec::new();
        match &self.wire {
            Wire::Serial { path, baud, parity, stop_bits } => {
                write!(f, "{name}+serial://{}", super::print::escaped(path))?;
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
