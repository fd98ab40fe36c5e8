//! What every device driver gives, whatever the wire: an identity and samples.
//!
//! A driver holds no history beyond what it needs to notice a suspicious zero; judging registers that jump or go back
//! is its caller's part.

pub mod source;
pub(crate) mod watched;

use crate::{
    DeviceUri, Library, MeterError, homewizard, modbus, mqtt,
    sample::{DcInput, Identity, Sample},
    stream, sunspec,
};
use async_trait::async_trait;
use source::Source;
use watched::Watched;

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

    /// The strings and batteries behind an inverter that tells of them; most devices have none.
    ///
    /// # Errors
    /// As [`Self::sample`].
    async fn dc_inputs(&mut self) -> Result<Vec<DcInput>, MeterError> {
        Ok(Vec::new())
    }
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
/// [`MeterError::UnknownTemplate`] if the library lacks the template or has it for another kind of wire;
/// [`MeterError::Uri`] if the URI names a channel of a device that has none.
pub async fn open_with(uri: &DeviceUri, library: &Library) -> Result<Box<dyn Driver>, MeterError> {
    let source: Box<dyn Source> = match uri {
        DeviceUri::SunSpec(device) => Box::new(sunspec::SunSpecSource::new(device.clone())),
        DeviceUri::Modbus(device) => {
            let template = library.modbus(&device.template)?;
            let brothers = modbus::brothers(template, library.shared());
            Box::new(modbus::ModbusSource::new(device.clone(), template.clone()).with_brothers(brothers))
        }
        DeviceUri::Mqtt(device) => mqtt::open(device.clone(), library.mqtt(&device.template)?.clone())?,
        DeviceUri::HomeWizard(device) => Box::new(homewizard::HomeWizardSource::new(device.clone(), library)?),
        DeviceUri::Stream(device) => Box::new(stream::StreamSource::new(device.clone(), library)?),
    };
    Ok(Box::new(Watched::new(source, uri)))
}
