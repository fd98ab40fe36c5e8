//! What every device driver gives, whatever the wire: an identity and samples.
//!
//! A driver holds no history beyond what it needs to notice a suspicious zero; judging registers that jump or go back
//! is its caller's part.

use crate::{DeviceUri, Library, MeterError, modbus, mqtt, sunspec};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};

/// Who a device says it is. Two samples belong to the same counter only if this is equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Manufacturer, as the device or its template names it.
    pub vendor: String,
    /// Product, as the device or its template names it.
    pub model: String,
    /// Serial number; for a device without one, where it is (`@10.0.0.5:502/1`), see [`Self::has_serial`].
    pub serial: String,
    /// False if the device has no serial number of its own and [`Self::serial`] is its address instead, so that a
    /// swapped meter at the same address cannot be noticed.
    pub has_serial: bool,
    /// Tells apart the devices that share vendor, model and serial number, such as an inverter and its built-in meter.
    pub sub_unit: u16,
}

/// One look at a device's cumulative registers.
///
/// At least one of the two energies is there: a device that shows neither gives [`MeterError::NoEnergy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// When the answer or message arrived, milliseconds since the Unix epoch by this machine's clock.
    pub at_unix_ms: u64,
    /// Energy drawn from the grid since the counter began, mWh. `None`: the device does not count this direction, or
    /// has not begun to (SunSpec writes both as 0); it stands for nothing counted so far.
    pub import_mwh: Option<u64>,
    /// Energy fed into the grid since the counter began, mWh; an inverter's lifetime energy. `None` as above.
    pub export_mwh: Option<u64>,
    /// Power at this moment, W, import positive (an inverter that produces shows a negative number). Information only.
    pub power_w: Option<i32>,
    /// True if an energy that was above zero before reads zero or is missing now. Devices do so for a moment after a
    /// restart: hold such a sample back until later ones agree.
    pub suspect: bool,
}

/// This machine's clock, milliseconds since the Unix epoch.
pub(crate) fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A device that can be read.
#[async_trait]
pub trait Driver: Send {
    /// Asks the device who it is. From then on, [`Self::sample`] gives [`MeterError::Swapped`] when another device
    /// answers in its place, until this is called again.
    ///
    /// # Errors
    /// Any [`MeterError`] of the wire, or of what came over it. The driver stays usable and connects again by itself.
    async fn identify(&mut self) -> Result<Identity, MeterError>;

    /// Reads the registers once. Over MQTT it gives the newest message not yet given, or waits for the next, at most
    /// the device's time-out.
    ///
    /// # Errors
    /// Any [`MeterError`] of the wire, or of what came over it. The driver stays usable and connects again by itself.
    async fn sample(&mut self) -> Result<Sample, MeterError>;
}

/// Makes a driver for the device that `uri` names, with the built-in templates. Nothing is sent yet, so that a device
/// that is away at the start is no reason to fail: the first `identify` or `sample` connects.
///
/// # Errors
/// [`MeterError::UnknownTemplate`] if the template is not built in or is for another kind of wire.
pub async fn open(uri: &DeviceUri) -> Result<Box<dyn Driver>, MeterError> {
    open_with(uri, Library::builtin()?).await
}

/// As [`open`], with the templates of `library`.
///
/// # Errors
/// [`MeterError::UnknownTemplate`] if the library lacks the template or has it for another kind of wire.
pub async fn open_with(uri: &DeviceUri, library: &Library) -> Result<Box<dyn Driver>, MeterError> {
    Ok(match uri {
        DeviceUri::SunSpec(device) => Box::new(sunspec::SunSpecDriver::new(device.clone())),
        DeviceUri::Modbus(device) => {
            Box::new(modbus::ModbusDriver::new(device.clone(), library.modbus(&device.template)?.clone()))
        }
        DeviceUri::Mqtt(device) => {
            Box::new(mqtt::MqttDriver::new(device.clone(), library.mqtt(&device.template)?.clone()))
        }
    })
}
