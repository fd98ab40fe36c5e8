//! Sensors that Home Assistant's MQTT discovery describes: any that counts energy up becomes a meter by itself. The
//! description may be retained, as that is how discovery works; the state never may.

use super::{
    session::{Inbox, Link, Session},
    source::MqttSource,
    uri::MqttDevice,
};
use crate::{
    MeterError,
    driver::source::{Answer, Source},
    sample::Identity,
    template::payload::{MqttTemplate, home_assistant::EnergySensor},
};
use async_trait::async_trait;
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// How long a description is waited for: a retained one comes at once.
const DESCRIPTION_TIMEOUT: Duration = Duration::from_secs(10);

/// A sensor that a discovery message describes.
pub(super) struct HomeAssistantSource {
    device: MqttDevice,
    template: MqttTemplate,
    /// Where descriptions come.
    descriptions: Option<(Arc<Session>, Arc<Inbox>)>,
    /// The description that is followed, and the meter that it makes.
    described: Option<Described>,
}

struct Described {
    payload: Vec<u8>,
    identity: Identity,
    meter: MqttSource,
}

impl HomeAssistantSource {
    /// A source for the sensor whose discovery message is published as the device's topic. Nothing is sent yet.
    #[must_use]
    pub(super) fn new(device: MqttDevice, template: MqttTemplate) -> Self {
        Self { device, template, descriptions: None, described: None }
    }

    /// The meter that the newest description makes.
    async fn described(&mut self) -> Result<&mut Described, MeterError> {
        let payload = self.description().await?;
        let kept = self.described.take().filter(|described| described.payload == payload);
        let described = match kept {
            Some(described) => described,
            None => {
                let sensor = EnergySensor::parse(&self.device.topic, &payload)?;
                let device = MqttDevice { topic: sensor.state_topic.clone(), ..self.device.clone() };
                let meter = MqttSource::new(device, sensor.resolve(&self.template));
                Described { payload, identity: self.named(&sensor), meter }
            }
        };
        Ok(self.described.insert(described))
    }

    async fn description(&mut self) -> Result<Vec<u8>, MeterError> {
        let topic = self.device.topic.clone();
        let (session, inbox) = match &self.descriptions {
            Some((session, inbox)) if session.is_alive() => (session.clone(), inbox.clone()),
            _ => {
                let session = Session::shared(&self.device.broker)?;
                let inbox = session.subscribe(std::slice::from_ref(&topic), None, true).await?;
                self.descriptions.insert((session, inbox)).clone()
            }
        };
        let deadline = Instant::now() + DESCRIPTION_TIMEOUT;
        let mut link = session.link();
        loop {
            if let Some(newest) = inbox.newest(&topic) {
                return Ok(newest.payload);
            }
            if let Link::Down(reason) = &*link.borrow_and_update() {
                let endpoint = format!("broker {}", self.device.broker);
                return Err(MeterError::Unreachable { endpoint, reason: reason.clone() });
            }
            tokio::select! {
                () = inbox.news() => {}
                () = async { if link.changed().await.is_err() { pending().await } } => {}
                () = sleep_until(deadline) => {
                    let reason = format!("nothing is published there within {} s", DESCRIPTION_TIMEOUT.as_secs());
                    return Err(MeterError::Discovery { topic, reason });
                }
            }
        }
    }

    fn named(&self, sensor: &EnergySensor) -> Identity {
        let EnergySensor { unique_id, vendor, model, .. } = sensor;
        Identity {
            vendor: vendor.clone().unwrap_or_else(|| self.template.vendor.clone()),
            model: model.clone().unwrap_or_else(|| self.template.model.clone()),
            has_serial: unique_id.is_some(),
            serial: unique_id
                .clone()
                .unwrap_or_else(|| format!("@{}/{}", self.device.broker.address(), self.device.topic)),
            sub_unit: 0,
        }
    }
}

#[async_trait]
impl Source for HomeAssistantSource {
    fn place(&self) -> String {
        format!("topic {}", self.device.topic)
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        Ok(self.described().await?.identity.clone())
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let described = self.described().await?;
        let answer = described.meter.read().await?;
        Ok(Answer { who: Some(described.identity.clone()), ..answer })
    }

    fn without_energy(&self) -> String {
        "its payload has no energy field".into()
    }
}
