//! d
use crate::{
    MeterError,
    driver::{Driver, Identity, Sample},
    modbus::template::ModbusTemplate,
    uri::ModbusDevice,
};
/// A Modbus meter read by its template.
pub struct ModbusDriver {
    device: ModbusDevice,
    #[allow(dead_code)]
    template: ModbusTemplate,
}
impl ModbusDriver {
    /// Makes the driver.
    pub fn new(device: ModbusDevice, template: ModbusTemplate) -> Self {
        Self { device, template }
    }
}
#[async_trait::async_trait]
impl Driver for ModbusDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        Err(MeterError::Unreachable { endpoint: self.device.wire.to_string(), reason: "not built yet".into() })
    }
    async fn sample(&mut self) -> Result<Sample, MeterError> {
        Err(MeterError::Unreachable { endpoint: self.device.wire.to_string(), reason: "not built yet".into() })
    }
}
