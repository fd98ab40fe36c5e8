//! d
use crate::{
    MeterError,
    driver::{Driver, Identity, Sample},
    mqtt::template::MqttTemplate,
    uri::MqttDevice,
};
/// A Modbus meter read by its template.
pub struct MqttDriver {
    device: MqttDevice,
    #[allow(dead_code)]
    template: MqttTemplate,
}
impl MqttDriver {
    /// Makes the driver.
    pub fn new(device: MqttDevice, template: MqttTemplate) -> Result<Self, MeterError> {
        Ok(Self { device, template })
    }
}
#[async_trait::async_trait]
impl Driver for MqttDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        Err(MeterError::Unreachable { endpoint: self.device.broker.to_string(), reason: "not built yet".into() })
    }
    async fn sample(&mut self) -> Result<Sample, MeterError> {
        Err(MeterError::Unreachable { endpoint: self.device.broker.to_string(), reason: "not built yet".into() })
    }
}
