//! URIs of SunSpec devices: `sunspec+tcp://host:port`, `sunspec+rtutcp://host:port`, `sunspec+rtu:///dev/tty…`.

use crate::{
    DeviceUri,
    patience::Timing,
    uri::parts::{Parameters, timing, unit, wire},
    wire::{Line, Located, Wire},
};
use std::fmt;
use url::Url;

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

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    let wire = wire(url, parameters)?;
    let device = SunSpecDevice {
        wire,
        unit: unit(parameters)?,
        model: parameters.number("model", 1, u16::MAX - 1)?,
        index: parameters.number("index", 0, u16::MAX)?.unwrap_or(0),
        base: parameters.number("base", 0, u16::MAX - 4)?,
        timing: timing(parameters)?,
    };
    Ok(device.into())
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
