//! Reads an energy meter of SMA: its newest datagram not yet given, or the next one.

use super::{
    listener::{self, Place, State},
    telegram,
    uri::SpeedwireDevice,
};
use crate::{
    MeterError,
    driver::source::{Answer, Source},
    families::pushed::{Arrived, Hearing, newer_than},
    patience::limit,
    quirks::Quirks,
    sample::Identity,
};
use async_trait::async_trait;
use std::{sync::Arc, time::Duration};

/// Manufacturer of all such meters.
const VENDOR: &str = "SMA";
/// Meters send each second at least.
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);

/// An energy meter of SMA.
pub(super) struct SpeedwireSource {
    device: SpeedwireDevice,
    listener: Option<Arc<Hearing<State>>>,
    /// Number of the last datagram given.
    given: u64,
}

impl SpeedwireSource {
    /// A source for that device. Nothing is opened yet.
    pub(super) fn new(device: SpeedwireDevice) -> Self {
        Self { device, listener: None, given: 0 }
    }

    fn timeout(&self) -> Duration {
        limit(self.device.timeout_ms, USUAL_TIMEOUT)
    }

    /// A datagram of the meter newer than the one with that number.
    async fn newer_than(&mut self, number: u64) -> Result<Arrived, MeterError> {
        let (listener, number) = match &self.listener {
            Some(listener) if listener.is_alive() => (listener.clone(), number),
            _ => {
                let SpeedwireDevice { to, port, interface, .. } = self.device;
                self.given = 0;
                (self.listener.insert(listener::shared(&Place { to, port, interface })).clone(), 0)
            }
        };
        let serial = self.device.serial;
        let (limit, place) = (self.timeout(), self.place());
        newer_than(listener.state(), number, |state: &State| state.newest.get(&serial), limit, place).await
    }
}

#[async_trait]
impl Source for SpeedwireSource {
    fn place(&self) -> String {
        format!("Speedwire {}:{} meter {}", self.device.to, self.device.port, self.device.serial)
    }

    fn quirks(&self) -> &'static Quirks {
        Quirks::of(VENDOR)
    }

    async fn who(&mut self) -> Result<Identity, MeterError> {
        // The last one given says who it is as well as a new one does, unless it is old.
        let mut newest = self.newer_than(self.given.saturating_sub(1)).await?;
        while newest.at.elapsed() > self.timeout() {
            newest = self.newer_than(newest.number).await?;
        }
        identity(&newest.bytes)
            .ok_or_else(|| MeterError::Telegram { place: self.place(), reason: "it does not say who sent it".into() })
    }

    async fn read(&mut self) -> Result<Answer, MeterError> {
        let arrived = self.newer_than(self.given).await?;
        self.given = arrived.number;
        let counted = telegram::decode(&arrived.bytes, &self.place())?;
        Ok(Answer { at_unix_ms: arrived.at_unix_ms, counted, who: identity(&arrived.bytes) })
    }

    fn without_energy(&self) -> String {
        "its datagram has no counter".into()
    }
}

/// Who sent a datagram.
fn identity(bytes: &[u8]) -> Option<Identity> {
    let sender = telegram::sender(bytes)?;
    let (model, serial) = (sender.product(), sender.serial.to_string());
    Some(Identity { vendor: VENDOR.into(), model, serial, has_serial: true, sub_unit: 0 })
}
