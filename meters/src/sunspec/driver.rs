//! s
use crate::{
    MeterError,
    driver::{Driver, Identity, Sample},
    uri::SunSpecDevice,
};
/// A Modbus meter read by its template.
pub struct SunSpecDriver {
    device: SunSpecDevice,
}
impl SunSpecDriver {
    /// Makes the driver.
    pub fn new(device: SunSpecDevice) -> Self {
        Self { device }
    }
}
#[async_trait::async_trait]
impl Driver for SunSpecDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        Err(MeterError::Unreachable { endpoint: self.device.wire.to_string(), reason: "not built yet".into() })
    }
    async fn sample(&mut self) -> Result<Sample, MeterError> {
        Err(MeterError::Unreachable { endpoint: self.device.wire.to_string(), reason: "not built yet".into() })
    }
}
