//! What `read` and `discover` print of a device: one flat record. Never a place for anything secret.

use crate::{DcInput, DeviceUri, Driver, Identity, Library, MeterError, Sample, open_with};
use serde::{Deserialize, Serialize};

/// One device as it shows itself now. Numbers and the serial number are null where the device has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How to open the device again.
    pub uri: DeviceUri,
    /// `sunspec:<model>`, or the template's name.
    pub driver: String,
    /// Manufacturer.
    pub vendor: String,
    /// Product.
    pub model: String,
    /// Serial number.
    pub serial: Option<String>,
    /// Tells apart devices of the same serial number.
    pub sub_unit: u16,
    /// Imported energy, mWh.
    pub import_mwh: Option<u64>,
    /// Exported energy, mWh; an inverter's lifetime energy.
    pub export_mwh: Option<u64>,
    /// Power, W, import positive.
    pub power_w: Option<i32>,
    /// Strings and batteries behind an inverter that tells of them: information, never devices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dc_inputs: Vec<DcInput>,
}

impl Record {
    /// Puts together what a driver gave; `sample` is `None` where the device shows no energy at present.
    #[must_use]
    pub fn new(uri: DeviceUri, driver: String, identity: Identity, sample: Option<Sample>) -> Self {
        Self {
            uri,
            driver,
            vendor: identity.vendor,
            model: identity.model,
            serial: identity.has_serial.then_some(identity.serial),
            sub_unit: identity.sub_unit,
            import_mwh: sample.and_then(|s| s.import_mwh),
            export_mwh: sample.and_then(|s| s.export_mwh),
            power_w: sample.and_then(|s| s.power_w),
            dc_inputs: Vec::new(),
        }
    }
}

/// Reads the device that `uri` names once, with the built-in templates.
///
/// # Errors
/// Any [`MeterError`]; a device that answers but shows no energy is a record with nulls, not an error.
pub async fn read(uri: &DeviceUri) -> Result<Record, MeterError> {
    read_with(uri, Library::builtin()?).await
}

/// As [`read`], with the templates of `library`.
///
/// # Errors
/// As [`read`].
pub async fn read_with(uri: &DeviceUri, library: &Library) -> Result<Record, MeterError> {
    let mut driver = open_with(uri, library).await?;
    read_by(driver.as_mut(), uri.clone()).await
}

/// Reads the device that `driver` was made for.
pub(crate) async fn read_by(driver: &mut dyn Driver, uri: DeviceUri) -> Result<Record, MeterError> {
    let identity = driver.identify().await?;
    let sample = match driver.sample().await {
        Ok(sample) => Some(sample),
        Err(MeterError::NoEnergy { .. }) => None,
        Err(error) => return Err(error),
    };
    // A device that is slow or busy with these is found all the same.
    let dc_inputs = driver.dc_inputs().await.unwrap_or_default();
    let name = uri.driver_name();
    Ok(Record { dc_inputs, ..Record::new(uri, name, identity, sample) })
}
