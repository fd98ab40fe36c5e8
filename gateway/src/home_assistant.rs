//! Publishes the gateway's own energy and state where Home Assistant looks for it: an MQTT broker. Each entity has a
//! retained description, so they appear by themselves and fit its Energy dashboard.
//!
//! It only tells what the board says. It never publishes a secret, never takes an order, and nothing waits for it. A
//! broker that is away, slow or full costs the gateway nothing but this.

mod discovery;
mod state;
#[cfg(test)]
mod tests;

pub use discovery::{ORIGIN, TOPIC_ROOT};

use crate::{
    board::{Board, Status},
    codes::{Code, GatewayCode, Mishap},
    settings::HomeAssistantSettings,
};
use deren_meters::{MeterCode, Unreached};
use deren_primitives::Backoff;
use discovery::{Names, configs};
use rumqttc::{AsyncClient, Event, EventLoop, LastWill, MqttOptions, Packet, QoS};
use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How troubles with it are called on the board.
const ABOUT: &str = "home_assistant";
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT_S: u64 = 5;
/// Capacity of the broker's queue. When it is full, the publisher waits.
const MESSAGES_WAITING: usize = 64;
/// Time without a message taken after which a broker is given up, until it is connected anew.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the last message may take at the end.
const FAREWELL: Duration = Duration::from_secs(2);
/// What the gateway says, or its last will for it, when it is not there any more.
const OFFLINE: &str = "offline";
/// Larger messages cost the connection. What is subscribed to is small.
const MAX_MESSAGE_BYTES: usize = 32 * 1024;

/// Publishes for Home Assistant.
pub struct HomeAssistant {
    /// Where, and how it is called.
    pub settings: HomeAssistantSettings,
    /// What it tells.
    pub board: Arc<Board>,
}

/// Publishes as `wanted` says, and otherwise when that changes, until `shutdown`.
pub async fn follow(
    mut wanted: watch::Receiver<Option<HomeAssistantSettings>>,
    board: Arc<Board>,
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        let stop = shutdown.child_token();
        let settings = wanted.borrow_and_update().clone();
        let publish = async {
            match settings {
                Some(settings) => HomeAssistant { settings, board: board.clone() }.run(stop.clone()).await,
                None => stop.cancelled().await,
            }
        };
        let until_changed = async {
            tokio::select! {
                () = shutdown.cancelled() => {}
                // Nobody can change it any more.
                changed = wanted.changed() => if changed.is_err() { shutdown.cancelled().await },
            }
            stop.cancel();
        };
        tokio::join!(publish, until_changed);
    }
}

impl HomeAssistant {
    /// Publishes until `shutdown`, and then says that the gateway has gone.
    pub async fn run(self, shutdown: CancellationToken) {
        let names = self.names();
        let (client, events) = AsyncClient::new(self.options(&names), MESSAGES_WAITING);
        let (described, descriptions) = mpsc::channel(MESSAGES_WAITING);
        let refresh = Notify::new();
        let mut publisher = Publisher {
            client,
            names: names.clone(),
            board: self.board.clone(),
            refresh: &refresh,
            descriptions,
            sent: BTreeMap::new(),
            connected: false,
        };
        let publish = async {
            tokio::select! {
                () = shutdown.cancelled() => {}
                never = publisher.publish_for_ever(self.settings.publish_interval) => match never {},
            }
            // The connection sends it meanwhile, and then ends by itself.
            if publisher.connected {
                let _ = timeout(FAREWELL, publisher.say_farewell()).await;
            }
        };
        tokio::select! {
            () = publish => {}
            () = self.connect_for_ever(events, &names, &refresh, described, &shutdown) => {}
        }
    }

    fn names(&self) -> Names {
        let gateway = self.board.status().gateway.to_string();
        let id = format!("deren_{}", gateway.trim_start_matches("0x").chars().take(12).collect::<String>());
        Names {
            discovery_prefix: self.settings.discovery_prefix.clone(),
            node_id: self.settings.node_id.clone().unwrap_or_else(|| id.clone()),
            id,
        }
    }

    fn options(&self, names: &Names) -> MqttOptions {
        let broker = &self.settings.broker;
        let mut options = MqttOptions::new(names.id.clone(), broker.host.clone(), broker.port);
        let will = LastWill::new(names.availability_topic(), OFFLINE, QoS::AtLeastOnce, true);
        options
            .set_last_will(will)
            .set_keep_alive(Duration::from_secs(30))
            .set_max_packet_size(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
        options
    }

    /// Keeps the connection until it has ended after `shutdown`.
    async fn connect_for_ever(
        &self,
        mut events: EventLoop,
        names: &Names,
        refresh: &Notify,
        described: mpsc::Sender<String>,
        shutdown: &CancellationToken,
    ) {
        events.network_options.set_connection_timeout(CONNECT_TIMEOUT_S);
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        let mut connected = false;
        loop {
            let event = match self.set_password(&mut events, connected) {
                Ok(()) => events.poll().await.map_err(|error| unreached(&error.into())),
                Err(mishap) => Err(mishap),
            };
            match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => {
                    backoff.reset();
                    connected = true;
                    tracing::info!(broker = %self.settings.broker.address(), "publishing for Home Assistant");
                    refresh.notify_one();
                }
                Ok(Event::Incoming(Packet::Publish(message))) if message.topic == names.birth_topic() => {
                    if &*message.payload == b"online" {
                        refresh.notify_one();
                    }
                }
                // If too many come at once, the rest is found at the next connection.
                Ok(Event::Incoming(Packet::Publish(message))) if !message.payload.is_empty() => {
                    let _ = described.try_send(message.topic);
                }
                Ok(_) => {}
                Err(Mishap { code, what: reason }) => {
                    connected = false;
                    if shutdown.is_cancelled() {
                        return;
                    }
                    let address = self.settings.broker.address();
                    self.board.trouble(ABOUT, (code, format!("broker {address}: {reason}; trying again")));
                    sleep(backoff.next_wait(rand::random())).await;
                }
            }
        }
    }

    /// Reads the password anew for each connection, so that a corrected file needs no restart.
    fn set_password(&self, events: &mut EventLoop, connected: bool) -> Result<(), Mishap> {
        let broker = &self.settings.broker;
        let (false, Some(user)) = (connected, &broker.user) else {
            return Ok(());
        };
        let password = match &broker.password_file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| (MeterCode::FileUnreadable, format!("password file {}: {error}", path.display())))?
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        events.mqtt_options.set_credentials(user.clone(), password);
        Ok(())
    }
}

/// Why there is no connection to the broker: the user is refused, or nobody answers.
fn unreached(why: &Unreached) -> Mishap {
    let code: Code = match why.code() {
        code @ MeterCode::LoginRefused => code.into(),
        _ => GatewayCode::BrokerUnreachable.into(),
    };
    (code, why.to_string()).into()
}

/// Brings the broker up to date, message by message.
struct Publisher<'r> {
    client: AsyncClient,
    names: Names,
    board: Arc<Board>,
    /// Notified when everything has to be said again.
    refresh: &'r Notify,
    /// Discovery topics of this gateway that the broker holds.
    descriptions: mpsc::Receiver<String>,
    /// What was said last on each topic.
    sent: BTreeMap<String, String>,
    connected: bool,
}

impl Publisher<'_> {
    async fn publish_for_ever(&mut self, interval: Duration) -> Infallible {
        let mut tick = tokio::time::interval(interval);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let said = tokio::select! {
                () = self.refresh.notified() => {
                    self.sent.clear();
                    self.connected = true;
                    self.introduce().await
                }
                Some(topic) = self.descriptions.recv() => self.forget_left_over(topic).await,
                _ = tick.tick(), if self.connected => self.publish_changes().await,
            };
            self.connected &= said;
        }
    }

    /// Listens for Home Assistant's start and for what is left of earlier runs, and says everything.
    async fn introduce(&mut self) -> bool {
        for topic in [self.names.birth_topic(), self.names.config_filter()] {
            match timeout(PATIENCE, self.client.subscribe(topic, QoS::AtLeastOnce)).await {
                Ok(Ok(())) => {}
                _ => return false,
            }
        }
        self.publish_changes().await && self.say(self.names.availability_topic(), "online".to_owned()).await
    }

    /// Says what is not as it was said last. False if the broker takes no more.
    async fn publish_changes(&mut self) -> bool {
        let status = self.board.status();
        let mut messages: Vec<(String, String)> =
            configs(&self.names, &status).into_iter().map(|config| (config.topic, config.payload)).collect();
        messages.push((self.names.gateway_topic(), state::of_gateway(&status)));
        for device in &status.devices {
            messages.push((self.names.device_topic(&device.name), state::of_device(device)));
        }
        for (topic, payload) in messages {
            if self.sent.get(&topic) != Some(&payload) && !self.say(topic, payload).await {
                return false;
            }
        }
        self.forget_removed(&status).await
    }

    /// Takes back what was said of devices that are not configured any more.
    async fn forget_removed(&mut self, status: &Status) -> bool {
        let mut left: Vec<String> =
            self.sent.keys().filter(|topic| self.names.is_left_over(topic, status)).cloned().collect();
        let states = self.sent.keys().filter(|topic| self.names.is_left_over_state(topic, status));
        left.extend(states.cloned());
        for topic in left {
            if !self.say(topic.clone(), String::new()).await {
                return false;
            }
            self.sent.remove(&topic);
        }
        true
    }

    async fn forget_left_over(&mut self, topic: String) -> bool {
        !self.names.is_left_over(&topic, &self.board.status()) || self.say(topic, String::new()).await
    }

    /// Has the broker keep `payload`, so that whoever comes later hears it too. False if it does not take it in time.
    async fn say(&mut self, topic: String, payload: String) -> bool {
        let publish = self.client.publish(topic.clone(), QoS::AtLeastOnce, true, payload.clone());
        let taken = matches!(timeout(PATIENCE, publish).await, Ok(Ok(())));
        if taken {
            self.sent.insert(topic, payload);
        }
        taken
    }

    /// Says that the gateway has gone, and waits for the connection to end.
    async fn say_farewell(&mut self) {
        if self.say(self.names.availability_topic(), OFFLINE.to_owned()).await && self.client.disconnect().await.is_ok()
        {
            std::future::pending::<()>().await;
        }
    }
}
