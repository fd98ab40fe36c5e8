//! URIs of Modbus meters: `modbus+tcp://host:port`, `modbus+rtutcp://host:port`, `modbus+rtu:///dev/tty…`.

use crate::{
    DeviceUri,
    patience::Timing,
    uri::parts::{Parameters, template, timing, unit, wire},
    wire::{Line, Located, Wire, escaped},
};
use std::fmt;
use url::Url;

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

/// From a URI to a device.
pub(super) fn parse(url: &Url, parameters: &mut Parameters) -> Result<DeviceUri, String> {
    let wire = wire(url, parameters)?;
    let device =
        ModbusDevice { wire, unit: unit(parameters)?, template: template(parameters)?, timing: timing(parameters)? };
    Ok(device.into())
}

impl fmt::Display for ModbusDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = escaped(&self.template);
        write!(f, "modbus+{}?template={template}&unit={}", Located(&self.wire), self.unit)?;
        write!(f, "{}{}", Line(&self.wire), self.timing)
    }
}
