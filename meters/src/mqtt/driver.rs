//! Reads a meter that publishes over MQTT: the newest message not yet given, or the next one.

use super::{
    payload::Message,
    session::{Arrived, Inbox, Link, Session},
    template::{MqttTemplate, Quantity},
};
use crate::{
    MeterError,
    driver::{Driver, Identity, Sample},
    identity_watch::IdentityWatch,
    quantity::whole,
    uri::MqttDevice,
    zero_watch::ZeroWatch,
};
use async_trait::async_trait;
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// A meter that publishes over MQTT.
pub struct MqttDriver {
    device: MqttDevice,
    template: MqttTemplate,
    /// What stands for `{topic}`.
    base: String,
    /// Topics that a sample needs a fresh message of.
    energy_topics: Vec<String>,
    open: Option<Open>,
    zeros: ZeroWatch,
    identity: IdentityWatch,
}

#[derive(Clone)]
struct Open {
    session: Arc<Session>,
    inbox: Arc<Inbox>,
}

impl MqttDriver {
    /// A driver for that device. Nothing is sent yet.
    #[must_use]
    pub fn new(device: MqttDevice, template: MqttTemplate) -> Self {
        let base = template.base(&device.topic).to_owned();
        let mut energy_topics: Vec<String> = [&template.import, &template.export]
            .into_iter()
            .flatten()
            .map(|quantity| MqttTemplate::topic(&quantity.topic, &base))
            .collect();
        energy_topics.dedup();
        Self {
            device,
            template,
            base,
            energy_topics,
            open: None,
            zeros: ZeroWatch::default(),
            identity: IdentityWatch::default(),
        }
    }

    fn timeout(&self) -> Duration {
        let usual_ms = u64::from(self.template.timeout_s) * 1_000;
        Duration::from_millis(self.device.timeout_ms.map_or(usual_ms, u64::from))
    }

    async fn open(&mut self) -> Result<Open, MeterError> {
        if let Some(open) = self.open.as_ref().filter(|open| open.session.is_alive()) {
            return Ok(open.clone());
        }
        let session = Session::shared(&self.device.broker)?;
        let mut topics = self.energy_topics.clone();
        let serial_topic = self.template.serial.as_ref().map(|serial| &serial.topic);
        let others = self.template.power.iter().map(|power| &power.topic).chain(serial_topic);
        topics.extend(others.map(|pattern| MqttTemplate::topic(pattern, &self.base)));
        topics.sort_unstable();
        topics.dedup();
        let inbox = session.subscribe(&topics).await?;
        Ok(self.open.insert(Open { session, inbox }).clone())
    }

    /// Waits until `ready` finds what it looks for, at most the device's time-out.
    async fn wait<T>(&mut self, topics: &[String], ready: impl Fn(&Inbox) -> Option<T>) -> Result<T, MeterError> {
        let Open { session, inbox } = self.open().await?;
        let limit = self.timeout();
        let deadline = Instant::now() + limit;
        let mut link = session.link();
        loop {
            if let Some(found) = ready(&inbox) {
                return Ok(found);
            }
            if let Link::Down(reason) = &*link.borrow_and_update() {
                return Err(MeterError::Unreachable {
                    endpoint: format!("broker {}", self.device.broker),
                    reason: reason.clone(),
                });
            }
            tokio::select! {
                () = inbox.news() => {}
                // The session's task has ended if it cannot change any more; then only time helps.
                () = async { if link.changed().await.is_err() { pending().await } } => {}
                () = sleep_until(deadline) => {
                    let waited_s = u32::try_from(limit.as_secs()).unwrap_or(u32::MAX);
                    let topic = topics.join(", ");
                    return Err(if inbox.saw_retained(topics) {
                        MeterError::OnlyRetained { topic, waited_s }
                    } else {
                        MeterError::NoMessage { topic, waited_s }
                    });
                }
            }
        }
    }

    fn energy(&self, quantity: &Option<Quantity>, arrived: &[Arrived]) -> Result<Option<u64>, MeterError> {
        let Some(quantity) = quantity else { return Ok(None) };
        let topic = MqttTemplate::topic(&quantity.topic, &self.base);
        let place = self.energy_topics.iter().position(|known| *known == topic);
        let Some(arrived) = place.and_then(|place| arrived.get(place)) else { return Ok(None) };
        Message::parse(self.template.format, &topic, &arrived.payload)?.energy(quantity)
    }

    /// Information only: from the newest message, if it is not too old, and left out if that cannot be read.
    fn power_w(&self, inbox: &Inbox) -> Option<i32> {
        let quantity = self.template.power.as_ref()?;
        let topic = MqttTemplate::topic(&quantity.topic, &self.base);
        let newest = inbox.newest(&topic).filter(|newest| newest.at.elapsed() <= self.timeout())?;
        let message = Message::parse(self.template.format, &topic, &newest.payload);
        match message.and_then(|message| message.quantity(quantity)) {
            Ok(milliwatt) => milliwatt.and_then(whole),
            Err(error) => {
                tracing::debug!(%error, "cannot read the power");
                None
            }
        }
    }

    /// Who has that serial number.
    fn who(&self, serial: Option<String>) -> Identity {
        Identity {
            vendor: self.template.vendor.clone(),
            model: self.template.model.clone(),
            has_serial: serial.is_some(),
            serial: serial.unwrap_or_else(|| format!("@{}/{}", self.device.broker.address(), self.base)),
            sub_unit: 0,
        }
    }

    /// Refuses a payload with another serial number than the one that the caller knows.
    fn check_serial(&mut self, arrived: &[Arrived]) -> Result<(), MeterError> {
        let Some(field) = &self.template.serial else { return Ok(()) };
        let topic = MqttTemplate::topic(&field.topic, &self.base);
        let place = self.energy_topics.iter().position(|known| *known == topic);
        let Some(arrived) = place.and_then(|place| arrived.get(place)) else { return Ok(()) };
        let serial = Message::parse(self.template.format, &topic, &arrived.payload)?.serial(field);
        // A message without it says nothing about who sent it.
        let Some(serial) = serial else { return Ok(()) };
        let now = self.who(Some(serial));
        self.identity.confirm(&now, 0, format!("topic {topic}"))
    }
}

#[async_trait]
impl Driver for MqttDriver {
    async fn identify(&mut self) -> Result<Identity, MeterError> {
        let serial = match self.template.serial.clone() {
            None => self.template.topic_is_serial.then(|| self.base.clone()),
            Some(field) => {
                let topic = MqttTemplate::topic(&field.topic, &self.base);
                let arrived = self.wait(std::slice::from_ref(&topic), |inbox| inbox.newest(&topic)).await?;
                Message::parse(self.template.format, &topic, &arrived.payload)?.serial(&field)
            }
        };
        let identity = self.who(serial);
        self.identity.remember(&identity, 0);
        Ok(identity)
    }

    async fn sample(&mut self) -> Result<Sample, MeterError> {
        let topics = self.energy_topics.clone();
        let arrived = self.wait(&topics, |inbox| inbox.take(&topics)).await?;
        self.check_serial(&arrived)?;
        let import_mwh = self.energy(&self.template.import, &arrived)?;
        let export_mwh = self.energy(&self.template.export, &arrived)?;
        let power_w = self.open.as_ref().and_then(|open| self.power_w(&open.inbox));
        let suspect = self.zeros.is_suspect(import_mwh, export_mwh);
        if import_mwh.is_none() && export_mwh.is_none() {
            let reason = "its payload has no energy field".into();
            return Err(MeterError::NoEnergy { place: format!("topic {}", topics.join(", ")), reason });
        }
        let at_unix_ms = arrived.iter().map(|arrived| arrived.at_unix_ms).max().unwrap_or_default();
        Ok(Sample { at_unix_ms, import_mwh, export_mwh, power_w, suspect, ..Sample::default() })
    }
}
