//! From a device URI to its text. What is printed parses to the same URI; parameters at their default are left out.

use super::{Broker, DeviceUri, MQTT_PORT, ModbusDevice, MqttDevice, SunSpecDevice};
use crate::wire::{Line, Located, escaped, write_authority};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

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
        let template = escaped(&self.template);
        write!(f, "modbus+{}?template={template}&unit={}", Located(&self.wire), self.unit)?;
        write!(f, "{}{}", Line(&self.wire), self.timing)
    }
}

impl fmt::Display for MqttDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let template = escaped(&self.template);
        write!(f, "mqtt://{}/{}?template={template}", self.broker, escaped(&self.topic))?;
        if self.channel != 0 {
            write!(f, "&channel={}", self.channel)?;
        }
        if let Some(meter) = &self.meter {
            write!(f, "&meter={}", escaped(meter))?;
        }
        if let Some(file) = &self.broker.password_file {
            write!(f, "&password_file={}", escaped(&file.to_string_lossy()))?;
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
