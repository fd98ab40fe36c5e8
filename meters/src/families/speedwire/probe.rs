//! Listens for a moment who multicasts on a network. Nothing is sent.

use super::{
    listener::{self, Place},
    uri::{GROUP, PORT, SpeedwireDevice},
};
use crate::{
    DeviceUri, Record,
    discover::probe::{Look, Probe},
    driver::open_with,
    record::read_by,
};
use async_trait::async_trait;
use std::{net::Ipv4Addr, time::Duration};
use tokio::time::sleep;

/// How long is listened: meters send each second at least.
const LISTEN: Duration = Duration::from_secs(3);

/// Finds SMA's energy meters.
pub(super) struct SpeedwireProbe;

#[async_trait]
impl Probe for SpeedwireProbe {
    async fn network(&self, interface: Ipv4Addr, look: &Look<'_>) -> Vec<Record> {
        let place = Place { to: GROUP, port: PORT, interface: Some(interface) };
        let listener = listener::shared(&place);
        sleep(LISTEN).await;
        let serials: Vec<u32> = listener.state().borrow().newest.keys().copied().collect();
        let mut records = Vec::new();
        for serial in serials {
            let device = SpeedwireDevice { to: GROUP, port: PORT, serial, interface: None, timeout_ms: None };
            let uri = DeviceUri::from(device);
            let outcome = match open_with(&uri, look.library).await {
                Ok(mut driver) => read_by(driver.as_mut(), uri).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(record) => {
                    look.found(std::slice::from_ref(&record));
                    records.push(record);
                }
                Err(error) => look.trouble(error),
            }
        }
        records
    }
}
