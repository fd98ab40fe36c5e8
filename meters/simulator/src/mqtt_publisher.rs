//! One device that publishes to a broker: keeps a connection, and sends its messages by simulated time.
//! While the broker is away messages are dropped, as real devices drop them.

use crate::{
    clients,
    device::Device,
    faults::FaultKind,
    mqtt_payload::{self, Message},
};
use deren_meters::{template::payload::MqttTemplate, uri::Broker};
use rumqttc::{AsyncClient, Event, EventLoop, Incoming, MqttOptions, QoS};
use std::{convert::Infallible, time::Duration};
use tokio::{sync::watch, time::sleep};

const RECONNECT_AFTER: Duration = Duration::from_millis(500);
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Messages that wait for the connection's task: those of a few rounds.
const MOST_WAITING: usize = 16;

/// How the connection is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Not made yet.
    #[default]
    Connecting,
    /// The broker takes messages.
    Up,
    /// Lost or refused, and why.
    Down(String),
}

/// A device and where it publishes.
#[derive(Debug)]
pub struct MqttPublisher {
    /// The device.
    pub device: Device,
    /// How its messages look.
    pub template: MqttTemplate,
    /// The broker.
    pub broker: Broker,
    /// The device's part of its topics.
    pub topic: String,
    /// Real time between two messages.
    pub interval: Duration,
}

impl MqttPublisher {
    /// Publishes until the task is dropped. `state` follows the connection.
    pub async fn run(self, state: watch::Sender<Connection>) -> Infallible {
        let mut options = MqttOptions::new(self.client_id(), self.broker.host.clone(), self.broker.port);
        options.set_keep_alive(KEEP_ALIVE);
        if let Some(user) = &self.broker.user {
            options.set_credentials(user, "");
        }
        let (client, connection) = AsyncClient::new(options, MOST_WAITING);
        let (unplug, unplugged) = watch::channel(false);
        let connected = state.subscribe();
        tokio::select! {
            never = keep_connected(connection, state, unplugged) => never,
            never = self.publish(client, connected, unplug) => never,
        }
    }

    /// Unique at the broker, and the same after a restart.
    fn client_id(&self) -> String {
        format!("deren-simulator-{}", self.device.plate().serial)
    }

    async fn publish(
        &self,
        client: AsyncClient,
        connected: watch::Receiver<Connection>,
        unplug: watch::Sender<bool>,
    ) -> Infallible {
        let mut ticks = clients::ticks(self.interval);
        loop {
            ticks.tick().await;
            let moment = self.device.home().now().await;
            let off = self.device.faults().is_on(FaultKind::Disconnect, moment.elapsed_s);
            unplug.send_if_modified(|unplugged| std::mem::replace(unplugged, off) != off);
            if *connected.borrow() != Connection::Up {
                continue;
            }
            for message in mqtt_payload::messages(&self.template, &self.device, &self.topic, &moment) {
                let Message { topic, payload, retain } = message;
                if let Err(error) = client.try_publish(topic, QoS::AtMostOnce, retain, payload) {
                    tracing::debug!(%error, device = self.topic, "a message was dropped");
                }
            }
        }
    }
}

/// Connects again and again, unless the device is unplugged.
async fn keep_connected(
    mut connection: EventLoop,
    state: watch::Sender<Connection>,
    mut unplugged: watch::Receiver<bool>,
) -> Infallible {
    loop {
        if *unplugged.borrow_and_update() {
            connection.clean();
            state.send_replace(Connection::Down("unplugged".into()));
            // The publisher holds the other end as long as this runs.
            let _ = unplugged.changed().await;
            continue;
        }
        let event = tokio::select! {
            event = connection.poll() => event,
            _ = unplugged.changed() => continue,
        };
        match event {
            Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                state.send_replace(Connection::Up);
            }
            Ok(_) => {}
            Err(error) => {
                let was = state.send_replace(Connection::Down(error.to_string()));
                if was == Connection::Up {
                    tracing::warn!(%error, "the connection to the broker was lost; connecting again");
                }
                sleep(RECONNECT_AFTER).await;
            }
        }
    }
}
