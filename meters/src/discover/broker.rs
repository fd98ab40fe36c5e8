//! A broker: listens for a while to what it announces (Home Assistant's and Tasmota's discovery messages, Shelly's topics).
//! It publishes nothing. Such a device is told of without numbers: they come with its next message.

use super::{Event, TIMEOUT_MS, probe::Tell};
use crate::{
    Identity, MeterError, Record,
    mqtt::{Announced, announced},
    uri::Broker,
};
use std::time::Duration;
use tokio::{
    net::TcpStream,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

/// So long is listened, s: most announcements are retained, and come at once.
pub(super) const LISTEN_S: u32 = 15;
/// Most devices of one broker.
const MAX_DEVICES: usize = 128;

/// The devices that are announced there; `tick` is told of each second.
pub(super) async fn place(broker: &Broker, tell: Tell<'_>, tick: &(dyn Fn() + Send + Sync)) -> Vec<Record> {
    match listen(broker, tick).await {
        Ok(devices) => {
            let records: Vec<Record> = devices.into_iter().map(record).collect();
            for record in &records {
                tell(Event::Found(record.clone()));
            }
            records
        }
        Err(error) => {
            tell(Event::Trouble(error));
            Vec::new()
        }
    }
}

/// The same at a host that may have no broker: then nothing is told.
pub(super) async fn place_if_there(broker: &Broker, tell: Tell<'_>) -> Vec<Record> {
    let patience = Duration::from_millis(TIMEOUT_MS.into());
    match timeout(patience, TcpStream::connect((broker.host.as_str(), broker.port))).await {
        Ok(Ok(connection)) => {
            drop(connection);
            place(broker, tell, &|| {}).await
        }
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
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
