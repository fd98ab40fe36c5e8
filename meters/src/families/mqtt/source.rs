//! Reads a meter that publishes over MQTT: the newest message not yet given, or the next one.

use super::{
    notifications::Notifications,
    session::{Arrived, Inbox, KeepingAlive, Link, Session},
    uri::MqttDevice,
};
use crate::{
    MeterError,
    driver::source::{Answer, Source},
    patience::limit,
    quantity::whole,
    quirks::Quirks,
    sample::{Counted, Identity, Readout},
    template::payload::{
        MqttTemplate,
        read::{Energies, Messages},
    },
};
use async_trait::async_trait;
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until};

/// A meter that publishes over MQTT.
pub(super) struct MqttSource {
    device: MqttDevice,
    template: MqttTemplate,
    /// What stands for `{topic}`.
    base: String,
    /// Topics that a sample needs a fresh message of.
    sample_topics: Vec<String>,
    open: Option<Open>,
    /// Why a counter of both directions counts as none any more, once some flowed the other way.
    undivided: Option<MeterError>,
}

#[derive(Clone)]
struct Open {
    session: Arc<Session>,
    inbox: Arc<Inbox>,
    /// Published for as long as the device is open.
    _keep_alive: Option<Arc<KeepingAlive>>,
}

impl MqttSource {
    /// A source for that device. Nothing is sent yet.
    #[must_use]
    pub(super) fn new(device: MqttDevice, template: MqttTemplate) -> Self {
        let template = template.for_channel(device.channel).for_meter(device.meter.as_deref()).for_topic(&device.topic);
        let base = template.base(&device.topic).to_owned();
        let sample_topics = template.sample_topics(&base);
        Self { device, template, base, sample_topics, open: None, undivided: None }
    }

    fn timeout(&self) -> Duration {
        limit(self.device.timeout_ms, Duration::from_secs(self.template.timeout_s.into()))
    }

    async fn open(&mut self) -> Result<Open, MeterError> {
        if let Some(open) = self.open.as_ref().filter(|open| open.session.is_alive()) {
            return Ok(open.clone());
        }
        let session = Session::shared(&self.device.broker)?;
        let mut topics = self.sample_topics.clone();
        topics.extend(self.power_topics());
        topics.extend(self.serial_topic());
        topics.sort_unstable();
        topics.dedup();
        let inbox = session.subscribe(&topics, self.notifications(&topics), false).await?;
        let keep_alive = self.template.keep_alive.as_ref().map(|keep_alive| {
            session.keep_alive(keep_alive.topic(&self.base), Duration::from_secs(keep_alive.every_s.into()))
        });
        Ok(self.open.insert(Open { session, inbox, _keep_alive: keep_alive }).clone())
    }

    fn power_topics(&self) -> Vec<String> {
        let topics = self.template.power.iter().flat_map(|power| power.topics());
        topics.map(|pattern| MqttTemplate::topic(pattern, &self.base)).collect()
    }

    fn serial_topic(&self) -> Option<String> {
        self.template.serial.as_ref().map(|serial| MqttTemplate::topic(&serial.topic, &self.base))
    }

    /// Where the device tells what changes, if it may not publish these topics themselves.
    fn notifications(&self, topics: &[String]) -> Option<Notifications> {
        Notifications::of(&self.template, &self.base, topics)
    }

    /// Why nothing came on these topics.
    fn silence(&self, inbox: &Inbox, topics: &[String], limit: Duration) -> MeterError {
        let waited_s = u32::try_from(limit.as_secs()).unwrap_or(u32::MAX);
        let topic = topics.join(", ");
        match (inbox.notified(), &self.template.notifications) {
            (Some(heard), Some(it)) => MeterError::Elsewhere { topic, waited_s, heard, hint: it.hint.clone() },
            _ if inbox.saw_retained(topics) => MeterError::OnlyRetained { topic, waited_s },
            _ => MeterError::NoMessage { topic, waited_s },
        }
    }

    /// Waits until `ready` finds what it looks for, at most the device's time-out.
    async fn wait<T>(&mut self, topics: &[String], ready: impl Fn(&Inbox) -> Option<T>) -> Result<T, MeterError> {
        let Open { session, inbox, .. } = self.open().await?;
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
                    return Err(self.silence(&inbox, topics, limit));
                }
            }
        }
    }

    /// Information only: from the newest messages, if they are not too old, and left out if that cannot be read.
    fn power_mw(&self, inbox: &Inbox) -> Option<i128> {
        let quantity = self.template.power.as_ref()?;
        let newest = |topic: &String| inbox.newest(topic).filter(|newest| newest.at.elapsed() <= self.timeout());
        let topics = self.power_topics();
        let arrived: Vec<(&String, Arrived)> =
            topics.iter().filter_map(|topic| Some((topic, newest(topic)?))).collect();
        let payloads = arrived.iter().map(|(topic, arrived)| (topic.as_str(), arrived.payload.as_slice()));
        let messages = Messages::parse(&self.template, &self.base, payloads);
        match messages.and_then(|messages| messages.quantity(quantity)) {
            Ok(found) => found.map(|(milliwatt, _)| milliwatt),
            Err(error) => {
                tracing::debug!(%error, "cannot read the power");
                None
            }
        }
    }

    /// The serial number that the newest message says; `None` if there is none, or it says none.
    fn newest_serial(&self, inbox: &Inbox) -> Option<String> {
        let (field, topic) = (self.template.serial.as_ref()?, self.serial_topic()?);
        let newest = inbox.newest(&topic)?;
        let payload = [(topic.as_str(), newest.payload.as_slice())];
        Messages::parse(&self.template, &self.base, payload).ok()?.serial(field)
    }

    /// Who has that serial number.
    fn named(&self, serial: Option<String>) -> Identity {
        let place = || {
            let meter = self.device.meter.iter().map(|name| format!("/{name}")).collect::<String>();
            format!("@{}/{}{meter}", self.device.broker.address(), self.base)
        };
        Identity {
            vendor: self.template.vendor.clone(),
            model: self.template.model.clone(),
            has_serial: serial.is_some(),
            serial: serial.unwrap_or_else(place),
            sub_unit: self.device.channel.into(),
        }
    }
}

#[async_trait]
impl Source for MqttSource {
    fn place(&self) -> String {
        format!("topic {}", self.sample_topics.join(", "))
    }

    fn quirks(&self) -> &'static Quirks {
        Quirks::of(&self.template.vendor)
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        let serial = match (self.template.serial.clone(), self.serial_topic()) {
            (Some(field), Some(topic)) => {
                match self.wait(std::slice::from_ref(&topic), |inbox| inbox.newest(&topic)).await {
                    Ok(arrived) => {
                        let payload = [(topic.as_str(), arrived.payload.as_slice())];
                        Messages::parse(&self.template, &self.base, payload)?.serial(&field)
                    }
                    // Energies that come without it are those of a device that does not tell it.
                    Err(error @ (MeterError::NoMessage { .. } | MeterError::OnlyRetained { .. })) => {
                        let inbox = self.open().await?.inbox;
                        if self.sample_topics.iter().any(|wanted| inbox.newest(wanted).is_none()) {
                            return Err(error);
                        }
                        None
                    }
                    Err(error) => return Err(error),
                }
            }
            _ => self.template.topic_is_serial.then(|| self.base.clone()),
        };
        Ok(self.named(serial))
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let topics = self.sample_topics.clone();
        let arrived = self.wait(&topics, |inbox| inbox.take(&topics)).await?;
        let inbox = self.open().await?.inbox;
        // A message without it says nothing about who sent it.
        let who = self.newest_serial(&inbox).map(|serial| self.named(Some(serial)));
        let payloads = topics.iter().zip(&arrived).map(|(topic, arrived)| (topic.as_str(), arrived.payload.as_slice()));
        let messages = Messages::parse(&self.template, &self.base, payloads)?;
        let at_unix_ms = arrived.iter().map(|arrived| arrived.at_unix_ms).max().unwrap_or_default();
        for requirement in &self.template.require {
            messages.check(requirement, at_unix_ms)?;
        }
        let energies = messages.energies(&self.template)?;
        let (import_counter, export_counter) = messages.counters(&self.template);
        let power_mw = self.power_mw(&inbox);
        // It may flow back at night alone: what was counted then is in the counter for good.
        self.undivided = self.undivided.take().or_else(|| energies.flowing_back(power_mw));
        if let Some(error) = &self.undivided {
            return Err(error.clone());
        }
        let Energies { import_mwh, export_mwh, .. } = energies;
        let readout = Readout { import_mwh, export_mwh, power_w: power_mw.and_then(whole), serial: None };
        Ok(Answer { at_unix_ms, counted: Counted { readout, import_counter, export_counter }, who })
    }

    fn without_energy(&self) -> String {
        "its payload has no energy field".into()
    }
}
