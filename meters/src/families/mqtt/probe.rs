//! A broker: listens for a while to what it announces (Home Assistant's and Tasmota's discovery messages, Shelly's
//! topics). It publishes nothing. Such a device is told of without numbers: they come with its next message.
//!
//! A Shelly that announces itself by multicast DNS is read from a broker alone: it is told of with what to do.

use super::announced::{Announced, announced};
use crate::{
    Identity, MeterError, Record,
    discover::probe::{Look, Probe, Service, TIMEOUT_MS},
    uri::broker::Broker,
};
use async_trait::async_trait;
use std::time::Duration;
use tokio::{
    net::TcpStream,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

/// How long a broker is listened to, s: most announcements are retained, and come at once.
const LISTEN_S: u32 = 15;
/// Most devices of one broker.
const MAX_DEVICES: usize = 128;

/// Finds devices that publish to a broker.
pub(super) struct MqttProbe;

const SERVICES: [Service; 1] = [Service {
    name: "_shelly._tcp.local",
    device: |announced| {
        let (name, address) = (announced.name.to_owned(), announced.address.to_string());
        Err(MeterError::Announced { name, vendor: "Shelly", address })
    },
}];

#[async_trait]
impl Probe for MqttProbe {
    fn services(&self) -> &'static [Service] {
        &SERVICES
    }

    fn broker_steps(&self) -> usize {
        usize::try_from(LISTEN_S).unwrap_or(usize::MAX)
    }

    async fn broker(&self, broker: &Broker, may_be_missing: bool, look: &Look<'_>) -> Vec<Record> {
        if may_be_missing && !is_there(broker).await {
            return Vec::new();
        }
        match listen(broker, look.tick).await {
            Ok(devices) => {
                let records: Vec<Record> = devices.into_iter().map(record).collect();
                look.found(&records);
                records
            }
            Err(error) => {
                look.trouble(error);
                Vec::new()
            }
        }
    }
}

/// True if somebody takes connections there.
async fn is_there(broker: &Broker) -> bool {
    let patience = Duration::from_millis(TIMEOUT_MS.into());
    let connected = timeout(patience, TcpStream::connect((broker.host.as_str(), broker.port))).await;
    matches!(connected, Ok(Ok(_)))
}

async fn listen(broker: &Broker, tick: &(dyn Fn() + Send + Sync)) -> Result<Vec<Announced>, MeterError> {
    let second = Duration::from_secs(1);
    let mut listening = Box::pin(announced(broker, second * LISTEN_S, MAX_DEVICES));
    let mut seconds = interval_at(Instant::now() + second, second);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            outcome = &mut listening => return outcome,
            _ = seconds.tick() => tick(),
        }
    }
}

fn record(device: Announced) -> Record {
    let driver = device.uri.driver_name();
    let identity =
        Identity { vendor: device.vendor, model: device.name, serial: String::new(), has_serial: false, sub_unit: 0 };
    Record::new(device.uri, driver, identity, None)
}
