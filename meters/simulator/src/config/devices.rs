//! How a home's devices are reached: Modbus TCP servers with their units, and devices that publish to a broker.

use super::any_loopback_port;
use crate::faults::Fault;
use deren_primitives::DeviceRole;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// One Modbus TCP server with up to 32 units behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModbusConfig {
    /// Where it listens; port 0 takes any free one.
    #[serde(default = "any_loopback_port")]
    pub listen: SocketAddr,
    /// How many clients may be connected at once, 1 to 64; many inverters take one.
    #[serde(default = "eight")]
    pub clients: u8,
    /// Units that show a SunSpec chain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sunspec: Vec<SunSpecConfig>,
    /// Units that show the registers of a device template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<MeterConfig>,
}

impl Default for ModbusConfig {
    fn default() -> Self {
        Self { listen: any_loopback_port(), clients: eight(), sunspec: Vec::new(), meters: Vec::new() }
    }
}

/// A SunSpec chain: each device is a model 1 and its own model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SunSpecConfig {
    /// Unit id, 1 to 247.
    #[serde(default = "one")]
    pub unit: u8,
    /// Where the `SunS` marker is: 40000, 0 or 50000 in real devices.
    #[serde(default = "base")]
    pub base: u16,
    /// What follows the last model.
    #[serde(default)]
    pub end: ChainEnd,
    /// The devices, in their order in the chain, at most 16.
    pub devices: Vec<SunSpecDevice>,
}

impl SunSpecConfig {
    /// The chain of `devices` on unit 1 at the usual base.
    pub fn new(devices: Vec<SunSpecDevice>) -> Self {
        Self { unit: one(), base: base(), end: ChainEnd::default(), devices }
    }
}

/// What follows the last model of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainEnd {
    /// Id 0xFFFF, length 0, as the specification says.
    #[default]
    Marker,
    /// Id 0, length 0, as Kostal does.
    Zero,
    /// Nothing: reading on is answered by an exception, as SMA does.
    Missing,
}

/// One device of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SunSpecDevice {
    /// What it measures.
    pub role: DeviceRole,
    /// The model that it shows after its model 1.
    pub model: SunSpecModel,
    /// Scale factor of its energy registers where the model has one: a register counts 10^this Wh; −3 to 3.
    #[serde(default)]
    pub energy_scale: i8,
    /// What goes wrong and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl SunSpecDevice {
    /// A faultless device that counts whole Wh.
    pub const fn new(role: DeviceRole, model: SunSpecModel) -> Self {
        Self { role, model, energy_scale: 0, faults: Vec::new() }
    }
}

/// A SunSpec model that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum SunSpecModel {
    /// 101, 102, 103: inverter with one, split, three phases; integers.
    Inverter(Phases),
    /// 111, 112, 113: the same in floats.
    InverterFloat(Phases),
    /// 201, 202, 203: meter; integers.
    Meter(Phases),
    /// 211, 212, 213: meter; floats.
    MeterFloat(Phases),
    /// 701: AC measurement of a distributed energy resource.
    DerAc,
}

/// How a device is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phases {
    /// One phase.
    Single,
    /// Split phase.
    Split,
    /// Three phases with neutral.
    Three,
}

impl Phases {
    /// How many wires have a current and a voltage.
    pub const fn number(self) -> u16 {
        match self {
            Self::Single => 1,
            Self::Split => 2,
            Self::Three => 3,
        }
    }
}

impl SunSpecModel {
    /// True if the model counts energy in one direction only.
    pub const fn is_inverter(self) -> bool {
        matches!(self, Self::Inverter(_) | Self::InverterFloat(_))
    }
}

impl From<SunSpecModel> for u16 {
    fn from(model: SunSpecModel) -> Self {
        match model {
            SunSpecModel::Inverter(phases) => 100 + phases.number(),
            SunSpecModel::InverterFloat(phases) => 110 + phases.number(),
            SunSpecModel::Meter(phases) => 200 + phases.number(),
            SunSpecModel::MeterFloat(phases) => 210 + phases.number(),
            SunSpecModel::DerAc => 701,
        }
    }
}

impl TryFrom<u16> for SunSpecModel {
    type Error = String;

    fn try_from(id: u16) -> Result<Self, Self::Error> {
        let phases = match id % 10 {
            1 => Phases::Single,
            2 => Phases::Split,
            _ => Phases::Three,
        };
        match id {
            101..=103 => Ok(Self::Inverter(phases)),
            111..=113 => Ok(Self::InverterFloat(phases)),
            201..=203 => Ok(Self::Meter(phases)),
            211..=213 => Ok(Self::MeterFloat(phases)),
            701 => Ok(Self::DerAc),
            _ => {
                Err(format!("SunSpec model {id} is not simulated; take one of 101-103, 111-113, 201-203, 211-213, 701"))
            }
        }
    }
}

/// A unit that shows the registers of a Modbus template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterConfig {
    /// Unit id, 1 to 247.
    #[serde(default = "one")]
    pub unit: u8,
    /// What it measures.
    pub role: DeviceRole,
    /// The template's name, such as `eastron-sdm630`.
    pub template: String,
    /// What goes wrong and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl MeterConfig {
    /// A faultless meter on unit 1.
    pub fn new(role: DeviceRole, template: impl Into<String>) -> Self {
        Self { unit: one(), role, template: template.into(), faults: Vec::new() }
    }
}

/// A device that publishes to an MQTT broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttConfig {
    /// What it measures.
    pub role: DeviceRole,
    /// The template's name, such as `shelly-em`.
    pub template: String,
    /// The broker, `mqtt://host` or `mqtt://host:port`.
    pub broker: String,
    /// The device's own part of its topics, such as `shellypro3em-aabbcc`.
    pub topic: String,
    /// How often it publishes, in simulated seconds, 1 to 150, so that a quarter-hour has six messages or more.
    #[serde(default = "a_minute")]
    pub every_s: u16,
    /// What goes wrong and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl MqttConfig {
    /// A faultless device that publishes each simulated minute.
    pub fn new(
        role: DeviceRole,
        template: impl Into<String>,
        broker: impl Into<String>,
        topic: impl Into<String>,
    ) -> Self {
        Self {
            role,
            template: template.into(),
            broker: broker.into(),
            topic: topic.into(),
            every_s: a_minute(),
            faults: Vec::new(),
        }
    }
}

const fn eight() -> u8 {
    8
}
const fn one() -> u8 {
    1
}
const fn base() -> u16 {
    40_000
}
const fn a_minute() -> u16 {
    60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_numbers_read_back() {
        for id in [101, 102, 103, 111, 112, 113, 201, 202, 203, 211, 212, 213, 701] {
            assert_eq!(u16::from(SunSpecModel::try_from(id).unwrap()), id);
        }
        for id in [0, 1, 100, 104, 114, 160, 204, 214, 702, u16::MAX] {
            assert!(SunSpecModel::try_from(id).unwrap_err().contains("is not simulated"), "{id}");
        }
    }
}
